"""Feedback on entries: as it is written, for the committee's chair; as it is open, for its city alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select
from sqlalchemy.orm import defer, joinedload

from awardapp.domain.feedback import FeedbackState
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    City,
    CityOutcome,
    Cycle,
    Feedback,
    FeedbackChange,
    OpenedFeedback,
    Publication,
    Submission,
)


def _state() -> ColumnElement[str]:
    """How far the feedback on a submission is, as FeedbackState."""
    return case(
        (Feedback.id.is_(None), literal(FeedbackState.NONE.value)),
        (Feedback.approved_at.is_not(None) & OpenedFeedback.id.is_not(None), literal(FeedbackState.OPEN.value)),
        (Feedback.approved_at.is_not(None), literal(FeedbackState.APPROVED.value)),
        (Feedback.is_ready, literal(FeedbackState.READY.value)),
        else_=literal(FeedbackState.DRAFT.value),
    )


def _entries(cycle: Cycle, without: Collection[int], only: Collection[int] | None, *columns: Any) -> Select[Any]:
    found = (
        select(*columns)
        .select_from(Submission)
        .outerjoin(Feedback, Feedback.submission_id == Submission.id)
        .outerjoin(OpenedFeedback, OpenedFeedback.submission_id == Submission.id)
        .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
    )
    if without:
        found = found.where(Submission.id.not_in(without))
    return found if only is None else found.where(Submission.id.in_(only))


def counts(cycle: Cycle, *, without: Collection[int], only: Collection[int] | None = None) -> dict[FeedbackState, int]:
    """How many entries are in each state. One query."""
    state = _state().label("state")
    rows = db.session.execute(_entries(cycle, without, only, state, func.count().label("n")).group_by(state))
    found = {FeedbackState(row.state): row.n for row in rows}
    return {one: found.get(one, 0) for one in FeedbackState}


def entries(
    cycle: Cycle,
    *,
    without: Collection[int],
    only: Collection[int] | None = None,
    state: FeedbackState | None,
    page: int,
    per_page: int,
) -> Sequence[Row[Any]]:
    """Valid entries by their city's name with the state of their feedback. One query."""
    found = _entries(
        cycle, without, only, Submission.id, Submission.ref, Submission.title_en, Submission.title_zh,
        City.name_en, City.name_zh, _state().label("state"), Feedback.changed_at, Feedback.approved_at,
    ).join(City, City.id == Submission.city_id)  # fmt: skip
    if state is not None:
        found = found.where(_state() == state.value)
    return db.session.execute(
        found.order_by(City.name_en, Submission.id).limit(per_page).offset((page - 1) * per_page)
    ).all()


def valid(cycle: Cycle) -> Sequence[Submission]:
    """The valid submissions of a cycle with their cities, by city: those there is feedback on. One query."""
    return db.session.scalars(
        select(Submission)
        .join(City, City.id == Submission.city_id)
        .options(joinedload(Submission.city), defer(Submission.answers))
        .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
        .order_by(City.name_en, Submission.id)
    ).all()


def of_submission(submission_id: int, *, lock: bool = False) -> Feedback | None:
    """What is written, None before the first save; with `lock` nobody else changes it until the transaction ends."""
    found = select(Feedback).where(Feedback.submission_id == submission_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none()


def ready(cycle: Cycle, *, without: Collection[int]) -> Sequence[Feedback]:
    """What can be approved as it stands, locked until the transaction ends."""
    found = (
        select(Feedback)
        .join(Submission, Submission.id == Feedback.submission_id)
        .where(
            Feedback.cycle_id == cycle.id,
            Feedback.is_ready,
            Feedback.approved_at.is_(None),
            Submission.status == SubmissionStatus.VALID,
        )
        .order_by(Feedback.id)
        .with_for_update(of=Feedback)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(found.where(Feedback.submission_id.not_in(without)) if without else found).all()


def approved_of(submission_ids: Collection[int]) -> Sequence[Feedback]:
    """The approved feedback on these submissions."""
    return db.session.scalars(
        select(Feedback)
        .where(Feedback.submission_id.in_(submission_ids), Feedback.approved_at.is_not(None))
        .order_by(Feedback.id)
    ).all()


def changes(feedback: Feedback, *, limit: int = 200) -> Sequence[FeedbackChange]:
    """The earlier states of its texts, the newest first."""
    return db.session.scalars(
        select(FeedbackChange)
        .options(joinedload(FeedbackChange.writer))
        .where(FeedbackChange.feedback_id == feedback.id)
        .order_by(FeedbackChange.id.desc())
        .limit(limit)
    ).all()


def opened(submission_id: int) -> OpenedFeedback | None:
    """What the city reads, None while nothing is open."""
    return db.session.scalars(select(OpenedFeedback).where(OpenedFeedback.submission_id == submission_id)).one_or_none()


def opened_by(submission_ids: Collection[int]) -> dict[int, OpenedFeedback]:
    """What cities read, by submission. One query."""
    rows = db.session.scalars(select(OpenedFeedback).where(OpenedFeedback.submission_id.in_(submission_ids)))
    return {row.submission_id: row for row in rows}


def told(submission_id: int) -> Sequence[CityOutcome]:
    """What announcements told a city of its submission, oldest first; nothing before the first of them. One query."""
    return db.session.scalars(
        select(CityOutcome)
        .join(Publication)
        .options(joinedload(CityOutcome.publication).options(joinedload(Publication.cycle), defer(Publication.record)))
        .where(CityOutcome.submission_id == submission_id)
        .order_by(Publication.published_at, CityOutcome.id)
    ).all()


def is_told(submission_id: int) -> bool:
    """Whether an announcement told the city of this submission's outcome."""
    found = select(CityOutcome.id).where(CityOutcome.submission_id == submission_id).limit(1)
    return db.session.execute(found).first() is not None


def told_of(submission_ids: Collection[int]) -> set[int]:
    """Those of these submissions of which an announcement told. One query."""
    found = select(CityOutcome.submission_id).where(CityOutcome.submission_id.in_(submission_ids))
    return set(db.session.scalars(found))
