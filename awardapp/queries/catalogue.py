"""Finding published cases: search, facets that compose with their counts, order.

Facets need a count for each choice under all other choices, which SQL gives only as one GROUP BY per facet and request. A
published case is a few words as far as facets are concerned, so every process keeps these words for all cases (the
catalogue, about 300 bytes a case) and asks the database with one small query per request whether they still hold. Answers
are kept with the catalogue they were computed from, so a changed case never meets an old answer.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Integer, and_, func, select

from awardapp.domain.announcements import Outcome
from awardapp.domain.casebank import CaseStudyStatus, terms
from awardapp.extensions import db
from awardapp.models import CaseAward, CaseStudy, City, Cycle, PublishedOutcome
from awardapp.places import UnknownPlace, country

FACETS = ("award", "cycle", "region", "country", "theme", "sdg")
SORTS = ("newest", "oldest", "city", "country")
MAIN_AWARD = "guangzhou_award"
MOST_TERMS = 12
MOST_ANSWERS = 256

PUBLISHED = CaseStudy.status == CaseStudyStatus.PUBLISHED
Stamp = tuple[int, datetime | None, int]


@dataclass(frozen=True, slots=True)
class Award:
    """One award of a case, with the name it had that year."""

    key: str
    name_en: str
    name_zh: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """What the catalogue keeps of a case. `values` has the case's values for each facet."""

    id: int
    cycle_id: int
    city_id: int
    city: str
    country: str
    year: int
    is_demonstration: bool
    is_winner: bool
    is_shortlisted: bool
    awards: tuple[Award, ...]
    is_deserving: bool
    values: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for: words, chosen values by facet (any of them within one facet), order."""

    search: str = ""
    chosen: tuple[tuple[str, frozenset[str]], ...] = ()
    sort: str = "newest"

    def values(self, facet: str) -> frozenset[str]:
        return dict(self.chosen).get(facet, frozenset())


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of the cases that fit, in order, and for each facet how many cases each value would give."""

    ids: tuple[int, ...]
    counts: dict[str, dict[str, int]]


class Catalogue:
    """Every published case in a few words, as of one state of the database."""

    def __init__(self, stamp: Stamp, lines: Iterable[Line]) -> None:
        self.stamp = stamp
        self.lines = tuple(lines)
        self.by_id = {line.id: line for line in self.lines}
        self.answers: OrderedDict[Any, Any] = OrderedDict()

    def keep(self, key: Any, answer: Any) -> Any:
        """Remember an answer that depends on nothing but this catalogue and the key."""
        self.answers[key] = answer
        if len(self.answers) > MOST_ANSWERS:
            self.answers.popitem(last=False)
        return answer

    def find(self, wanted: Wanted) -> Found:
        """The cases that fit, and the counts of every facet under the choices of the others."""
        known = self.answers.get(wanted)
        if known is not None:
            return known  # type: ignore[no-any-return]
        allowed = self._matching(wanted.search)
        chosen = [(facet, values) for facet, values in wanted.chosen if values]
        counts: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
        fitting: list[Line] = []
        for line in self.lines:
            if allowed is not None and line.id not in allowed:
                continue
            missed = [facet for facet, values in chosen if not values & line.values[facet]]
            if not missed:
                fitting.append(line)
                for facet in FACETS:
                    counts[facet].update(line.values[facet])
            elif len(missed) == 1:
                counts[missed[0]].update(line.values[missed[0]])
        found = Found(
            tuple(line.id for line in in_order(fitting, wanted.sort)),
            {facet: dict(numbers) for facet, numbers in counts.items()},
        )
        return self.keep(wanted, found)  # type: ignore[no-any-return]

    def _matching(self, search: str) -> frozenset[int] | None:
        """Ids of the cases with every term of the search; None when nothing is searched for. One query, then kept."""
        condition = matches(search)
        if condition is None:
            return None
        key = ("search", search)
        known = self.answers.get(key)
        if known is not None:
            return known  # type: ignore[no-any-return]
        ids = frozenset(db.session.scalars(select(CaseStudy.id).where(PUBLISHED, condition)))
        return self.keep(key, ids)  # type: ignore[no-any-return]


def in_order(lines: list[Line], sort: str) -> list[Line]:
    """The lines in the asked order; the catalogue itself is in the order "newest"."""
    if sort == "oldest":
        return sorted(lines, key=lambda line: line.year)
    if sort == "city":
        return sorted(lines, key=lambda line: line.city)
    if sort == "country":
        return sorted(lines, key=lambda line: (_country_name(line.country), line.city))
    return lines


def matches(search: str) -> ColumnElement[bool] | None:
    """Every term must occur as a whole; the last word, if Latin, may still be unfinished. None without any term."""
    found = list(dict.fromkeys(terms(search)))[:MOST_TERMS]
    if not found:
        return None
    last = next(reversed(list(terms(search))))
    conditions = []
    for term in found:
        if len(term) == 1 and not term.isascii():  # one Han character: the stored text has pairs only
            text = term
        elif term == last and term.isascii() and len(term) > 1:
            text = f" {term}"
        else:
            text = f" {term} "
        conditions.append(CaseStudy.search_text.contains(text, autoescape=True))
    return and_(*conditions)


def _country_name(code: str) -> str:
    try:
        return country(code).name_en
    except UnknownPlace:
        return code


def _region(code: str) -> frozenset[str]:
    try:
        return frozenset((country(code).region,))
    except UnknownPlace:
        return frozenset()


_catalogues: WeakKeyDictionary[Any, Catalogue] = WeakKeyDictionary()


def catalogue() -> Catalogue:
    """The catalogue of what is published now: one query when nothing changed, four when something did."""
    database = db.engine
    stamp = _stamp()
    known = _catalogues.get(database)
    if known is None or known.stamp != stamp:
        known = _catalogues[database] = Catalogue(stamp, _lines())
    return known


def _stamp() -> Stamp:
    """What changes whenever a published case changes, comes or goes; answered from an index alone."""
    number, changed_at, versions = db.session.execute(
        select(
            func.count(),
            func.max(CaseStudy.changed_at),
            func.coalesce(func.sum(CaseStudy.edit_version), 0, type_=Integer),
        ).where(PUBLISHED)
    ).one()
    return number, changed_at, versions


def _lines() -> list[Line]:
    rows = db.session.execute(
        select(
            CaseStudy.id,
            CaseStudy.cycle_id,
            CaseStudy.city_id,
            CaseStudy.submission_id,
            CaseStudy.country,
            CaseStudy.is_winner,
            CaseStudy.is_shortlisted,
            CaseStudy.theme_key,
            CaseStudy.sdgs,
            City.name_en,
            Cycle.slug,
            Cycle.year,
            Cycle.is_demonstration,
        )
        .join(City, City.id == CaseStudy.city_id)
        .join(Cycle, Cycle.id == CaseStudy.cycle_id)
        .where(PUBLISHED)
        .order_by(
            Cycle.year.desc(),
            Cycle.id.desc(),
            CaseStudy.is_winner.desc(),
            CaseStudy.is_shortlisted.desc(),
            City.name_en,
            CaseStudy.id,
        )
    ).all()
    deserving = set(
        db.session.scalars(select(PublishedOutcome.submission_id).where(PublishedOutcome.outcome == Outcome.DESERVING))
    )
    awards: dict[int, list[Award]] = {}
    for case_id, key, name_en, name_zh, year in db.session.execute(
        select(CaseAward.case_study_id, CaseAward.key, CaseAward.name_en, CaseAward.name_zh, CaseAward.year)
        .join(CaseStudy, CaseStudy.id == CaseAward.case_study_id)
        .where(PUBLISHED)
        .order_by(CaseAward.id)
    ):
        awards.setdefault(case_id, []).append(Award(key, name_en, name_zh, year))
    lines = []
    for row in rows:
        own = tuple(awards.get(row.id, ()))
        is_deserving = row.submission_id in deserving
        recognition = {award.key for award in own if award.key != MAIN_AWARD}
        recognition |= {"winner"} if row.is_winner else set()
        recognition |= {"shortlisted"} if row.is_shortlisted else set()
        recognition |= {"deserving"} if is_deserving else set()
        lines.append(
            Line(
                id=row.id,
                cycle_id=row.cycle_id,
                city_id=row.city_id,
                city=row.name_en,
                country=row.country,
                year=row.year,
                is_demonstration=row.is_demonstration,
                is_winner=row.is_winner,
                is_shortlisted=row.is_shortlisted,
                awards=own,
                is_deserving=is_deserving,
                values={
                    "award": frozenset(recognition),
                    "cycle": frozenset((row.slug,)),
                    "region": _region(row.country),
                    "country": frozenset((row.country,)),
                    "theme": frozenset((row.theme_key,) if row.theme_key else ()),
                    "sdg": frozenset(str(goal) for goal in row.sdgs),
                },
            )
        )
    return lines
