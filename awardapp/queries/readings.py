"""Who reads what and what came of it, over a whole cycle: for the secretariat and for the committee's chair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Row, Select, and_, cast, func, select
from sqlalchemy.orm import joinedload

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import Rules
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    City,
    Criterion,
    Cycle,
    Membership,
    Score,
    Selection,
    Submission,
)
from awardapp.queries.secretariat import PER_PAGE, Page, page_of


@dataclass(frozen=True, slots=True)
class Panel:
    """One valid submission and those who read it."""

    ref: str
    title_en: str
    title_zh: str
    city_en: str
    city_zh: str | None
    country: str
    theme_id: int | None
    readings: list[Assignment]


def _is_valid(cycle: Cycle) -> Any:
    return and_(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)


def valid_count(cycle: Cycle) -> int:
    """How many valid submissions the cycle has."""
    return db.session.scalar(select(func.count()).select_from(Submission).where(_is_valid(cycle))) or 0


def panels(cycle: Cycle, *, page: int, only_short: bool = False) -> tuple[list[Panel], Page]:
    """A page of the valid submissions with their readers, by city; `only_short`: those with fewer than the rules ask.

    Three queries whatever the number of submissions.
    """
    wanted = select(Submission.id).where(_is_valid(cycle))
    if only_short:
        wanted = wanted.where(_readers() < cycle.rules.reviews_per_submission)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    at = page_of(total, page)
    rows = db.session.execute(
        select(
            Submission.id,
            Submission.ref,
            Submission.title_en,
            Submission.title_zh,
            City.name_en,
            City.name_zh,
            City.country,
            Submission.theme_id,
        )
        .join(City, City.id == Submission.city_id)
        .where(Submission.id.in_(wanted.scalar_subquery()))
        .order_by(City.name_en, Submission.id)
        .limit(PER_PAGE)
        .offset(at.offset)
    ).all()
    readings: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in db.session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.membership).joinedload(Membership.user))
        .where(Assignment.submission_id.in_([row.id for row in rows]))
        .order_by(Assignment.id)
    ):
        readings[assignment.submission_id].append(assignment)
    return [Panel(*row[1:], readings[row.id]) for row in rows], at


def _readers() -> Any:
    return (
        select(func.count(Assignment.id)).where(Assignment.submission_id == Submission.id).correlate(Submission)
    ).scalar_subquery()


def short_of_readers(cycle: Cycle) -> int:
    """How many valid submissions have fewer readers than the rules ask for."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Submission)
            .where(_is_valid(cycle), _readers() < cycle.rules.reviews_per_submission)
        )
        or 0
    )


def loads(cycle: Cycle) -> dict[int, tuple[int, int]]:
    """For each membership id: drafted and released readings."""
    rows = db.session.execute(
        select(
            Assignment.membership_id,
            func.count() - func.count(Assignment.released_at),
            func.count(Assignment.released_at),
        )
        .where(Assignment.cycle_id == cycle.id)
        .group_by(Assignment.membership_id)
    )
    return {member: (drafted, released) for member, drafted, released in rows}


@dataclass(frozen=True, slots=True)
class Figures:
    """One submission's figures: marks on the rules' scale, None where nothing is known yet."""

    ref: str
    pseudonym: str
    title_en: str
    title_zh: str
    city_en: str
    city_zh: str | None
    country: str
    assessments: int
    raw: float | None
    calibrated: float | None
    place: int | None
    by_criterion: list[float | None]


def computed(cycle: Cycle) -> tuple[Mapping[str, Any], str | None]:
    """The committee's stored proposal by pseudonym ({} before the first), and the method it was computed with."""
    result = db.session.scalar(
        select(Selection.result).where(Selection.cycle_id == cycle.id, Selection.stage == Stage.COMMITTEE)
    )
    if not result:
        return {}, None
    return {place["id"]: place for place in result["places"]}, result["method"]


# Besides by city, place and calibrated mark the list can be sorted by these and by "criterion-<key>".
_COMPUTED_SORTS = ("raw", "assessments")


def _files() -> Select[*tuple[Any, ...]]:
    return select(
        Submission.id,
        Submission.ref,
        Submission.pseudonym,
        Submission.title_en,
        Submission.title_zh,
        City.name_en.label("city_en"),
        City.name_zh.label("city_zh"),
        City.country,
    ).join(City, City.id == Submission.city_id)


def _handed_in() -> Any:
    return and_(Assessment.submission_id == Submission.id, Assessment.status == "submitted")


def _sort_value(sort: str, criteria: Sequence[Criterion]) -> Any:
    """A correlated value to order by, computed by the database over all submissions."""
    if sort == "assessments":
        return select(func.count(Assessment.id)).where(_handed_in()).correlate(Submission).scalar_subquery()
    scores = select().select_from(Assessment).join(Score, Score.assessment_id == Assessment.id).where(_handed_in())
    key = sort.removeprefix("criterion-")
    one = next((c for c in criteria if c.key == key and key != sort), None)
    if one is not None:
        scores = scores.add_columns(func.avg(Score.units)).where(Score.criterion_id == one.id)
    else:
        weight = select(Criterion.weight).where(Criterion.id == Score.criterion_id).scalar_subquery()
        scores = scores.add_columns(cast(func.sum(Score.units * weight), Integer) * 1.0 / func.sum(weight))
    return scores.correlate(Submission).scalar_subquery()


def figures(cycle: Cycle, places: Mapping[str, Any], *, sort: str, page: int) -> tuple[list[Figures], Page]:
    """A page of the valid submissions with their figures, sorted by `sort` ("-" in front turns it round).

    Means are computed by the database for the page's rows alone; calibrated marks and places are those of the stored
    proposal (`places`, see `computed`). Four queries at most, whatever the number of submissions. An unknown sort falls
    back to the city.
    """
    backwards, key = sort.startswith("-"), sort.removeprefix("-")
    criteria = cycle.criteria
    at = page_of(valid_count(cycle), page)
    query = _files().where(_is_valid(cycle))
    if key in ("place", "calibrated") and places:
        names = sorted(places, key=lambda name: (float(places[name][key]), name), reverse=backwards)
        names = names[at.offset : at.offset + PER_PAGE]
        found = {row.pseudonym: row for row in db.session.execute(query.where(Submission.pseudonym.in_(names)))}
        rows = [found[name] for name in names if name in found]
    else:
        if key in _COMPUTED_SORTS or key in {f"criterion-{c.key}" for c in criteria}:
            order = _sort_value(key, criteria)
            query = query.order_by(order.is_(None), order.desc() if backwards else order.asc())
            backwards = False
        names_first = (City.name_en.desc(), Submission.id.desc()) if backwards else (City.name_en, Submission.id)
        rows = list(db.session.execute(query.order_by(*names_first).limit(PER_PAGE).offset(at.offset)))
    return _with_means(rows, criteria, cycle.rules, places), at


def all_figures(cycle: Cycle) -> list[Figures]:
    """The same for every valid submission, by city, for a file. Four queries."""
    rows = list(db.session.execute(_files().where(_is_valid(cycle)).order_by(City.name_en, Submission.id)))
    return _with_means(rows, cycle.criteria, cycle.rules, computed(cycle)[0], cycle=cycle)


def _with_means(
    rows: Sequence[Row[*tuple[Any, ...]]],
    criteria: Sequence[Criterion],
    rules: Rules,
    places: Mapping[str, Any],
    *,
    cycle: Cycle | None = None,
) -> list[Figures]:
    """The rows with means: of these submissions alone, or of the whole cycle where one is given."""
    query = (
        select(Assessment.submission_id, Score.criterion_id, func.avg(Score.units), func.count())
        .join(Score, Score.assessment_id == Assessment.id)
        .where(Assessment.status == "submitted")
        .group_by(Assessment.submission_id, Score.criterion_id)
    )
    query = (
        query.where(Assessment.submission_id.in_([row.id for row in rows]))
        if cycle is None
        else query.where(Assessment.cycle_id == cycle.id)
    )
    means: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
    for submission_id, criterion_id, mean, n in db.session.execute(query):
        means[submission_id][criterion_id] = (float(mean), n)
    total = sum(c.weight for c in criteria)
    found = []
    for row in rows:
        own = means.get(row.id, {})
        # An assessment that is handed in has every criterion, so the weighted mean of the criteria's means is the mean
        # of the assessments' weighted means.
        raw = sum(c.weight * own[c.id][0] for c in criteria) / total if own and len(own) == len(criteria) else None
        place = places.get(row.pseudonym)
        found.append(
            Figures(
                ref=row.ref,
                pseudonym=row.pseudonym,
                title_en=row.title_en,
                title_zh=row.title_zh,
                city_en=row.city_en,
                city_zh=row.city_zh,
                country=row.country,
                assessments=max((n for _mean, n in own.values()), default=0),
                raw=None if raw is None else rules.mark(raw),
                calibrated=None if place is None else rules.scale_min + float(place["calibrated"]),
                place=None if place is None else place["place"],
                by_criterion=[rules.mark(own[c.id][0]) if c.id in own else None for c in criteria],
            )
        )
    return found
