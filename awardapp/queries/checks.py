"""The validity check of one file: the file itself, what happened to it, and which others it resembles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import joinedload

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    CaseStudy,
    City,
    Cycle,
    Examination,
    Likeness,
    Submission,
    SubmissionEvent,
)


def submission(cycle: Cycle, ref: str) -> Submission | None:
    """A submission of this cycle that was handed in at least once; drafts belong to their city alone."""
    return db.session.execute(
        select(Submission)
        .options(joinedload(Submission.city), joinedload(Submission.theme), joinedload(Submission.cycle))
        .where(Submission.cycle_id == cycle.id, Submission.ref == ref, Submission.version > 0)
    ).scalar_one_or_none()


def events_of(found: Submission) -> Sequence[SubmissionEvent]:
    """What happened to a submission, oldest first."""
    return db.session.scalars(
        select(SubmissionEvent)
        .options(joinedload(SubmissionEvent.actor))
        .where(SubmissionEvent.submission_id == found.id)
        .order_by(SubmissionEvent.at, SubmissionEvent.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Alike:
    """Another file or case beside the one that is checked: what it is, and how alike the two are."""

    likeness_id: int
    ref: str
    cycle: Cycle
    city_en: str
    city_zh: str | None
    country: str
    title_en: str
    title_zh: str
    summary_en: str
    summary_zh: str
    status: SubmissionStatus | None  # None for a case of the case bank
    title: float
    summary: float
    same_city: bool
    is_likely: bool


def examined_version(found: Submission) -> int | None:
    """The version that was compared with the others last, None when none was yet."""
    return db.session.scalar(select(Examination.version).where(Examination.submission_id == found.id))


def alike(found: Submission, *, only: int | None = None) -> list[Alike]:
    """What a file resembles in this and earlier cycles, likely duplicates first; `only` the likeness of this id.

    Three queries. The texts of the others are those of the version handed in, never of a draft.
    """
    shared = (
        Likeness.id.label("likeness_id"),
        Cycle.id.label("cycle_id"),
        City.name_en.label("city_en"),
        City.name_zh.label("city_zh"),
        City.country,
        Likeness.title,
        Likeness.summary,
        Likeness.same_city,
        Likeness.is_likely,
    )
    files = (
        select(*shared, Submission.ref, Submission.status, *_texts(Examination))
        .join(Submission, Submission.id == Likeness.other_submission_id)
        .join(Examination, Examination.submission_id == Submission.id)
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .join(City, City.id == Submission.city_id)
    )
    cases = (
        select(*shared, CaseStudy.ref, literal(None).label("status"), *_texts(CaseStudy))
        .join(CaseStudy, CaseStudy.id == Likeness.other_case_id)
        .join(Cycle, Cycle.id == CaseStudy.cycle_id)
        .join(City, City.id == CaseStudy.city_id)
    )
    is_asked = [Likeness.submission_id == found.id, *([Likeness.id == only] if only is not None else [])]
    rows = [dict(row) for query in (files, cases) for row in db.session.execute(query.where(*is_asked)).mappings()]
    ids = {row["cycle_id"] for row in rows}
    cycles = {c.id: c for c in db.session.scalars(select(Cycle).where(Cycle.id.in_(ids)))} if ids else {}
    likely = [Alike(cycle=cycles[row.pop("cycle_id")], **row) for row in rows]
    return sorted(likely, key=lambda a: (not a.is_likely, -max(a.title, a.summary), -a.cycle.year, a.ref))


def _texts(table: type[Examination] | type[CaseStudy]) -> list[Any]:
    names = ("title_en", "title_zh", "summary_en", "summary_zh")
    return [func.coalesce(getattr(table, name), "").label(name) for name in names]
