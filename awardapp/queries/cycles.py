"""Cycles and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import distinct, func, select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, Submission


def by_slug(slug: str) -> Cycle | None:
    """The cycle with this address."""
    return db.session.execute(select(Cycle).where(Cycle.slug == slug)).scalar_one_or_none()


def all_cycles() -> Sequence[Cycle]:
    """Every cycle, the newest first."""
    return db.session.scalars(select(Cycle).order_by(Cycle.year.desc(), Cycle.id.desc())).all()


def public_cycles() -> Sequence[Cycle]:
    """Every cycle whose existence is public (its call has opened), the newest first."""
    return db.session.scalars(
        select(Cycle).where(Cycle.phase != CyclePhase.DRAFT).order_by(Cycle.year.desc(), Cycle.id.desc())
    ).all()


def open_calls() -> Sequence[Cycle]:
    """Cycles in their open phase, the nearest deadline first."""
    return db.session.scalars(
        select(Cycle).where(Cycle.phase == CyclePhase.OPEN).order_by(Cycle.deadline_at, Cycle.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many submissions a cycle has, by state, and from how many cities and countries (handed in only)."""

    by_status: dict[SubmissionStatus, int]
    cities: int
    countries: int

    @property
    def received(self) -> int:
        return sum(n for status, n in self.by_status.items() if status not in (SubmissionStatus.DRAFT,))

    @property
    def begun(self) -> int:
        return sum(self.by_status.values())

    def of(self, status: SubmissionStatus) -> int:
        return self.by_status.get(status, 0)


def counts(cycle: Cycle) -> Counts:
    """A cycle's counts. Two queries whatever the number of submissions."""
    rows = db.session.execute(
        select(Submission.status, func.count()).where(Submission.cycle_id == cycle.id).group_by(Submission.status)
    )
    by_status = {status: n for status, n in rows}
    cities, countries = db.session.execute(
        select(func.count(distinct(Submission.city_id)), func.count(distinct(City.country)))
        .join(City, City.id == Submission.city_id)
        .where(Submission.cycle_id == cycle.id, Submission.submitted_at.is_not(None))
    ).one()
    return Counts(by_status, cities, countries)


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """Valid submissions of a cycle, and their cities and countries; None where not known (yet)."""

    valid: int | None
    cities: int | None
    countries: int | None


def public_figures(cycles: Iterable[Cycle]) -> dict[int, PublicFigures]:
    """The figures of these cycles by id: as published for past ones, counted after the validity check for ours. One query."""
    counted = _valid()
    found = {}
    for cycle in cycles:
        if cycle.is_archive:
            found[cycle.id] = PublicFigures(cycle.valid, cycle.cities, cycle.countries)
        elif cycle.phase.is_before(CyclePhase.COMMITTEE):
            found[cycle.id] = PublicFigures(None, None, None)
        else:
            found[cycle.id] = PublicFigures(*counted.get(cycle.id, (0, 0, 0)))
    return found


def _valid() -> dict[int, tuple[int, int, int]]:
    """Valid submissions, their cities and their countries, by cycle run here."""
    rows = db.session.execute(
        select(
            Submission.cycle_id,
            func.count(),
            func.count(distinct(Submission.city_id)),
            func.count(distinct(City.country)),
        )
        .join(City, City.id == Submission.city_id)
        .where(Submission.status == SubmissionStatus.VALID)
        .group_by(Submission.cycle_id)
    )
    return {cycle_id: (number, cities, countries) for cycle_id, number, cities, countries in rows}
