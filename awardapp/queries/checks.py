"""The validity check: which file is next, and which others it resembles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import joinedload

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.likeness import ALIKE, likeness, title_parts
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import CaseStudy, City, Cycle, Submission, SubmissionEvent


def submission(cycle: Cycle, ref: str) -> Submission | None:
    """A submission of this cycle that was handed in at least once; drafts belong to their city alone."""
    return db.session.execute(
        select(Submission)
        .options(joinedload(Submission.city), joinedload(Submission.theme), joinedload(Submission.cycle))
        .where(Submission.cycle_id == cycle.id, Submission.ref == ref, Submission.version > 0)
    ).scalar_one_or_none()


def next_to_check(cycle: Cycle, *, after: Submission | None = None) -> str | None:
    """Reference of the next file that waits for its check, in the order they came in, going round to the start."""
    order = (Submission.submitted_at, Submission.id)
    query = select(Submission.ref).where(
        Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.SUBMITTED
    )
    if after is not None:
        is_later = or_(
            Submission.submitted_at > after.submitted_at,
            and_(Submission.submitted_at == after.submitted_at, Submission.id > after.id),
        )
        query = query.where(Submission.id != after.id).order_by(case((is_later, 0), else_=1))
    return db.session.scalar(query.order_by(*order).limit(1))


def events_of(found: Submission) -> Sequence[SubmissionEvent]:
    """What happened to a submission, oldest first."""
    return db.session.scalars(
        select(SubmissionEvent)
        .options(joinedload(SubmissionEvent.actor))
        .where(SubmissionEvent.submission_id == found.id)
        .order_by(SubmissionEvent.at, SubmissionEvent.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Similar:
    """A file or case that may be the same initiative, with the reason for thinking so."""

    ref: str
    cycle: Cycle
    city_en: str
    city_zh: str | None
    title_en: str
    title_zh: str
    status: SubmissionStatus | None  # None for a case of the case bank
    same_city: bool
    likeness: float

    @property
    def is_alike(self) -> bool:
        return self.likeness >= ALIKE


def similar_to(found: Submission, *, limit: int = 8) -> list[Similar]:
    """Files of the same city or with a similar title, in this and earlier cycles, the most alike first.

    Three queries; titles are compared in memory, about 3 microseconds each.
    """
    own = [title_parts(found.title_en), title_parts(found.title_zh)]
    cycles = {cycle.id: cycle for cycle in db.session.scalars(select(Cycle).where(Cycle.year <= found.cycle.year))}
    files = (
        select(
            Submission.ref,
            Submission.cycle_id,
            Submission.city_id,
            City.name_en,
            City.name_zh,
            Submission.title_en,
            Submission.title_zh,
            Submission.status,
        )
        .join(City, City.id == Submission.city_id)
        .where(Submission.id != found.id, Submission.version > 0, Submission.cycle_id.in_(cycles))
    )
    cases = (
        select(
            CaseStudy.ref,
            CaseStudy.cycle_id,
            CaseStudy.city_id,
            City.name_en,
            City.name_zh,
            CaseStudy.title_en,
            CaseStudy.title_zh,
        )
        .join(City, City.id == CaseStudy.city_id)
        .where(
            CaseStudy.submission_id.is_(None),
            CaseStudy.status == CaseStudyStatus.PUBLISHED,
            CaseStudy.cycle_id.in_(cycles),
        )
    )
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.session.execute(files)]
    rows += [(*row, None) for row in db.session.execute(cases)]
    likely = []
    for ref, cycle_id, city_id, city_en, city_zh, title_en, title_zh, status in rows:
        alike = max(likeness(own[0], title_parts(title_en or "")), likeness(own[1], title_parts(title_zh or "")))
        if city_id == found.city_id or alike >= ALIKE:
            likely.append(
                Similar(
                    ref,
                    cycles[cycle_id],
                    city_en,
                    city_zh,
                    title_en or "",
                    title_zh or "",
                    status,
                    city_id == found.city_id,
                    alike,
                )
            )
    likely.sort(key=lambda s: (-(s.likeness + s.same_city), -s.cycle.year, s.ref))
    return likely[:limit]
