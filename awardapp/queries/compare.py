"""A member's own files for a comparison: what can be chosen, and what of each stands side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import contains_eager, load_only

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, City, Membership, Score, Submission, SubmissionVersion
from awardapp.queries.assessments import IS_OWN, conflicts


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the member's files that can be compared."""

    ref: str
    title_en: str
    title_zh: str
    city_en: str
    city_zh: str | None


def _given(member: Membership) -> object:
    return and_(
        Assignment.membership_id == member.id,
        Assignment.released_at.is_not(None),
        Submission.status == SubmissionStatus.VALID,
        func.coalesce(Assessment.status, "not_opened") != "recused",
    )


def choices(member: Membership) -> list[Choice]:
    """The member's files but those they have recused themselves from, in their reading order. One query."""
    rows = db.session.execute(
        select(Submission.ref, Submission.title_en, Submission.title_zh, City.name_en, City.name_zh)
        .select_from(Assignment)
        .join(Submission, Submission.id == Assignment.submission_id)
        .join(City, City.id == Submission.city_id)
        .outerjoin(Assessment, IS_OWN)
        .where(_given(member))  # type: ignore[arg-type] # a clause; SQLAlchemy's type for it is private
        .order_by(Assignment.position, Assignment.id)
    )
    return [Choice(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Compared:
    """One file of a comparison: the version handed in, the member's own state, texts and units by criterion id."""

    submission: Submission
    version: SubmissionVersion
    assessment: Assessment | None
    units: Mapping[int, int]


def files(member: Membership, refs: Sequence[str]) -> list[Compared]:
    """Of these files those that are the member's and not barred. At most four queries."""
    if not refs:
        return []
    rows = db.session.execute(
        select(Submission, SubmissionVersion, Assessment)
        .select_from(Assignment)
        .join(Submission, Submission.id == Assignment.submission_id)
        .join(City, City.id == Submission.city_id)
        .join(
            SubmissionVersion,
            and_(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == Submission.version),
        )
        .outerjoin(Assessment, IS_OWN)
        .options(
            load_only(
                Submission.ref, Submission.cycle_id, Submission.city_id, Submission.title_en, Submission.title_zh
            ),
            contains_eager(Submission.city),
        )
        .where(_given(member), Submission.ref.in_(refs))  # type: ignore[arg-type] # see above
    ).all()
    barred = conflicts(member, [row[0] for row in rows])
    units: dict[int, dict[int, int]] = {}
    for assessment_id, criterion_id, n in db.session.execute(
        select(Score.assessment_id, Score.criterion_id, Score.units).where(
            Score.assessment_id.in_([row[2].id for row in rows if row[2] is not None])
        )
    ):
        units.setdefault(assessment_id, {})[criterion_id] = n
    return [
        Compared(submission, version, assessment, units.get(assessment.id, {}) if assessment else {})
        for submission, version, assessment in rows
        if submission.id not in barred
    ]
