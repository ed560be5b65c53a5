"""The public's only door to case studies: every select here asks for published ones and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, true
from sqlalchemy.orm import defer, joinedload, selectinload

from awardapp.extensions import db
from awardapp.models import Bundle, CaseStudy, City, Cycle
from awardapp.queries.catalogue import PUBLISHED, Line, catalogue

_NAMED_ONE_BY_ONE = 500  # with more cases than this the database is asked for all of them

_LIST_COLUMNS = (
    CaseStudy.id,
    CaseStudy.ref,
    CaseStudy.country,
    CaseStudy.is_winner,
    CaseStudy.is_shortlisted,
    CaseStudy.title_en,
    CaseStudy.title_zh,
    CaseStudy.summary_en,
    CaseStudy.summary_zh,
    City.name_en.label("city_en"),
    City.name_zh.label("city_zh"),
    Cycle.slug.label("cycle_slug"),
    Cycle.year,
    Cycle.name_en.label("cycle_en"),
    Cycle.name_zh.label("cycle_zh"),
    Cycle.is_demonstration,
)

_DATA_COLUMNS = (
    *_LIST_COLUMNS,
    CaseStudy.title_notes,
    CaseStudy.theme_key,
    CaseStudy.theme_en,
    CaseStudy.theme_zh,
    CaseStudy.sdgs,
    CaseStudy.sources,
    CaseStudy.published_at,
    CaseStudy.changed_at,
    City.latitude,
    City.longitude,
)


def _rows(columns: tuple[Any, ...], ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """These published cases in the order of the ids. One query, however many they are."""
    wanted = CaseStudy.id.in_(ids) if len(ids) <= _NAMED_ONE_BY_ONE else true()
    found = {
        row.id: row
        for row in db.session.execute(
            select(*columns)
            .join(City, City.id == CaseStudy.city_id)
            .join(Cycle, Cycle.id == CaseStudy.cycle_id)
            .where(PUBLISHED, wanted)
        )
    }
    return [found[number] for number in ids if number in found]


def lines(ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """What a list shows of these cases, in the order of the ids. One query."""
    return _rows(_LIST_COLUMNS, ids)


def data(ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """What the open data has of these cases, in the order of the ids. One query; a case takes some 3 kB."""
    return _rows(_DATA_COLUMNS, ids)


# Put together once: that costs as much as asking.
_ONE = (
    select(CaseStudy)
    .options(
        joinedload(CaseStudy.city, innerjoin=True),
        joinedload(CaseStudy.cycle, innerjoin=True).options(defer(Cycle.form), defer(Cycle.rules_json)),
        selectinload(CaseStudy.awards),
        defer(CaseStudy.search_text),
    )
    .where(CaseStudy.ref == bindparam("ref"), PUBLISHED)
)
_BUNDLE = select(Bundle).where(
    Bundle.case_study_id == bindparam("case_id"), Bundle.content_sha256 == bindparam("sha256")
)


def by_ref(ref: str) -> CaseStudy | None:
    """One published case with its city, cycle and awards. Two queries."""
    return db.session.execute(_ONE, {"ref": ref}).scalar_one_or_none()


def bundle(case_study: CaseStudy, content_sha256: str) -> Bundle | None:
    """The bundle of exactly this content, in whatever state; an older one no longer says what the case says."""
    values = {"case_id": case_study.id, "sha256": content_sha256}
    return db.session.execute(_BUNDLE, values).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Figures:
    """How much the case bank holds; invented cases of a demonstration are left out."""

    cases: int
    cycles: int
    winners: int
    cities: int
    countries: int


def figures() -> Figures:
    """The case bank's own figures, from the catalogue."""
    known = catalogue()
    kept: Figures | None = known.answers.get("figures")
    if kept is not None:
        return kept
    real = [line for line in known.lines if not line.is_demonstration]
    found: Figures = known.keep(
        "figures",
        Figures(
            cases=len(real),
            cycles=len({line.cycle_id for line in real}),
            winners=sum(line.is_winner for line in real),
            cities=len({line.city_id for line in real}),
            countries=len({line.country for line in real}),
        ),
    )
    return found


@dataclass(frozen=True, slots=True)
class CycleCases:
    """What the case bank holds of one cycle, and its winners by country."""

    cases: int
    shortlisted: int
    winners: int
    winner_countries: tuple[str, ...]


def by_cycle() -> dict[int, CycleCases]:
    """The case bank's figures of each cycle, by the cycle's id, from the catalogue."""
    known = catalogue()
    kept: dict[int, CycleCases] | None = known.answers.get("by cycle")
    if kept is not None:
        return kept
    groups: dict[int, list[Line]] = {}
    for line in known.lines:
        groups.setdefault(line.cycle_id, []).append(line)
    found: dict[int, CycleCases] = known.keep(
        "by cycle",
        {
            cycle_id: CycleCases(
                cases=len(of_it),
                shortlisted=sum(line.is_shortlisted for line in of_it),
                winners=sum(line.is_winner for line in of_it),
                winner_countries=tuple(sorted(line.country for line in of_it if line.is_winner)),
            )
            for cycle_id, of_it in groups.items()
        },
    )
    return found


def addresses() -> Sequence[Row[str, datetime]]:
    """Reference and last change of every published case, for the site map."""
    return db.session.execute(
        select(CaseStudy.ref, CaseStudy.changed_at).where(PUBLISHED).order_by(CaseStudy.ref)
    ).all()


def latest_winners(limit: int) -> list[Row[Any]]:
    """Winners of the newest cycle that has some in the case bank, by city; invented cycles are left out."""
    winners = [line for line in catalogue().lines if line.is_winner and not line.is_demonstration]
    return lines([line.id for line in winners if line.cycle_id == winners[0].cycle_id][:limit]) if winners else []
