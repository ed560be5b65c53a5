"""Submissions as their city sees them: everything here is scoped to the cities a person acts for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload, selectinload

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Attachment,
    City,
    Cycle,
    Delegate,
    Submission,
    SubmissionEvent,
    SubmissionVersion,
    User,
)

# Statements that the desk asks each time are put together once: that costs as much as asking them.
_OF_CITIES = Submission.city_id.in_(bindparam("city_ids", expanding=True))
_LIST = (
    select(Submission)
    .join(Submission.cycle)
    .options(
        # A list shows neither the texts nor the rules, and both are long.
        defer(Submission.answers),
        contains_eager(Submission.cycle).options(defer(Cycle.form), defer(Cycle.rules_json)),
        joinedload(Submission.city),
    )
    .where(_OF_CITIES)
    .order_by(Cycle.year.desc(), Cycle.id.desc(), Submission.changed_at.desc(), Submission.id.desc())
    .limit(bindparam("per_page"))
    .offset(bindparam("before"))
)
_COUNT = select(func.count(Submission.id)).where(_OF_CITIES)
_ONE = (
    select(Submission)
    .options(
        joinedload(Submission.cycle).selectinload(Cycle.themes),
        joinedload(Submission.city),
        joinedload(Submission.theme),
    )
    .where(Submission.ref == bindparam("ref"), _OF_CITIES)
)
_ONE_WITH_FILES = _ONE.options(selectinload(Submission.attachments).joinedload(Attachment.blob))


def of_city_ids(city_ids: Collection[int], *, page: int = 1, per_page: int = 50) -> Sequence[Submission]:
    """A page of these cities' submissions, the newest cycle first, then the one touched last. One query."""
    values = {"city_ids": list(city_ids), "per_page": per_page, "before": (page - 1) * per_page}
    return db.session.scalars(_LIST, values).all()


def count_of_city_ids(city_ids: Collection[int]) -> int:
    """How many submissions these cities have in all cycles."""
    return db.session.scalar(_COUNT, {"city_ids": list(city_ids)}) or 0


def by_ref_for(city_ids: Collection[int], ref: str, *, files: bool = True) -> Submission | None:
    """The submission of this reference if it is of one of these cities; None for a foreign one as for an unknown one.

    Two queries with its cycle, city and themes, a third with its `files`.
    """
    query = _ONE_WITH_FILES if files else _ONE
    return db.session.execute(query, {"ref": ref, "city_ids": list(city_ids)}).scalar_one_or_none()


def untouched_draft(*, cycle: Cycle, city: City, user: User) -> Submission | None:
    """A draft this person began for the city and never saved: a second click on "start" leads there."""
    return db.session.execute(
        select(Submission)
        .where(
            Submission.cycle_id == cycle.id,
            Submission.city_id == city.id,
            Submission.created_by == user.id,
            Submission.status == SubmissionStatus.DRAFT,
            Submission.edit_version == 1,
            ~select(Attachment.id).where(Attachment.submission_id == Submission.id).exists(),
        )
        .order_by(Submission.id)
        .limit(1)
    ).scalar_one_or_none()


def events(submission: Submission) -> Sequence[SubmissionEvent]:
    """What happened to a submission, oldest first, with who did it."""
    return db.session.scalars(
        select(SubmissionEvent)
        .options(joinedload(SubmissionEvent.actor))
        .where(SubmissionEvent.submission_id == submission.id)
        .order_by(SubmissionEvent.at, SubmissionEvent.id)
    ).all()


def versions(submission: Submission) -> Sequence[SubmissionVersion]:
    """The versions handed in, the latest first."""
    return db.session.scalars(
        select(SubmissionVersion)
        .where(SubmissionVersion.submission_id == submission.id)
        .order_by(SubmissionVersion.number.desc())
    ).all()


def version(submission: Submission, number: int) -> SubmissionVersion | None:
    """One version handed in."""
    return db.session.execute(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.number == number
        )
    ).scalar_one_or_none()


def file_of(submission: Submission, sha256: str) -> Attachment | None:
    """A file of the submission by its digest, also one taken out later, since versions handed in keep it."""
    return db.session.execute(
        select(Attachment)
        .options(joinedload(Attachment.blob))
        .where(Attachment.submission_id == submission.id, Attachment.sha256 == sha256)
        .order_by(Attachment.removed_at.is_not(None), Attachment.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def attachment_of(submission: Submission, attachment_id: int) -> Attachment | None:
    """A file that is in the submission's working text now."""
    return db.session.execute(
        select(Attachment)
        .options(joinedload(Attachment.submission), joinedload(Attachment.blob))
        .where(
            Attachment.id == attachment_id,
            Attachment.submission_id == submission.id,
            Attachment.removed_at.is_(None),
        )
    ).scalar_one_or_none()


def requests_for(city_ids: Collection[int]) -> Sequence[Delegate]:
    """People who ask to act for one of these cities and wait for an answer, the longest waiting first."""
    return db.session.scalars(
        select(Delegate)
        .options(joinedload(Delegate.user), joinedload(Delegate.city))
        .where(
            Delegate.city_id.in_(city_ids),
            Delegate.confirmed_at.is_(None),
            Delegate.ended_at.is_(None),
            Delegate.invited_by.is_(None),
        )
        .order_by(Delegate.started_at, Delegate.id)
    ).all()


def requests_around(user: User, city_ids: Collection[int]) -> tuple[list[Delegate], list[Delegate]]:
    """Requests that nobody has answered yet: those to act for these cities, and the person's own. One query."""
    found = db.session.scalars(
        select(Delegate)
        .options(joinedload(Delegate.user), joinedload(Delegate.city))
        .where(
            or_(Delegate.city_id.in_(city_ids), Delegate.user_id == user.id),
            Delegate.confirmed_at.is_(None),
            Delegate.ended_at.is_(None),
            Delegate.invited_by.is_(None),
        )
        .order_by(Delegate.started_at, Delegate.id)
    ).all()
    return [d for d in found if d.city_id in city_ids], [d for d in found if d.user_id == user.id]
