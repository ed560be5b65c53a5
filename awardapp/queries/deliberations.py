"""The jury's meetings: which there were, who was there, who was out of the room for which city, the notes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Deliberation,
    DeliberationAbsence,
    DeliberationAttendance,
    DeliberationNote,
    Membership,
    Submission,
)

_PEOPLE = (
    joinedload(Deliberation.chair).joinedload(Membership.user),
    joinedload(Deliberation.deputy).joinedload(Membership.user),
    joinedload(Deliberation.clerk).joinedload(Membership.user),
)


def meetings(cycle: Cycle) -> Sequence[Deliberation]:
    """All meetings of a cycle's jury, the first one first. One query."""
    return db.session.scalars(
        select(Deliberation).options(*_PEOPLE).where(Deliberation.cycle_id == cycle.id).order_by(Deliberation.number)
    ).all()


def meeting(cycle: Cycle, number: int) -> Deliberation | None:
    """One meeting by its number."""
    return db.session.execute(
        select(Deliberation).options(*_PEOPLE).where(Deliberation.cycle_id == cycle.id, Deliberation.number == number)
    ).scalar_one_or_none()


def is_sitting(cycle: Cycle) -> bool:
    """Whether a meeting is open."""
    found = select(Deliberation.id).where(Deliberation.cycle_id == cycle.id, Deliberation.closed_at.is_(None))
    return db.session.scalar(select(found.exists())) is True


def attendance(found: Deliberation) -> Sequence[DeliberationAttendance]:
    """Who was there, in the order in which they came; somebody who came back stands there twice."""
    return db.session.scalars(
        select(DeliberationAttendance)
        .options(joinedload(DeliberationAttendance.membership).joinedload(Membership.user))
        .where(DeliberationAttendance.deliberation_id == found.id)
        .order_by(DeliberationAttendance.arrived_at, DeliberationAttendance.id)
    ).all()


def present(found: Deliberation) -> dict[int, DeliberationAttendance]:
    """Who is there now, by membership id."""
    return {one.membership_id: one for one in attendance(found) if one.left_at is None}


def absences(found: Deliberation) -> Sequence[DeliberationAbsence]:
    """Who was out of the room for which city; what was noted by mistake is left out."""
    return db.session.scalars(
        select(DeliberationAbsence)
        .options(
            joinedload(DeliberationAbsence.membership).joinedload(Membership.user),
            joinedload(DeliberationAbsence.submission).options(joinedload(Submission.city), defer(Submission.answers)),
        )
        .where(DeliberationAbsence.deliberation_id == found.id, DeliberationAbsence.undone_at.is_(None))
        .order_by(DeliberationAbsence.id)
    ).all()


def notes(found: Deliberation) -> dict[int | None, DeliberationNote]:
    """The present notes by submission id; None: on the meeting as a whole. One query."""
    last = (
        select(func.max(DeliberationNote.id))
        .where(DeliberationNote.deliberation_id == found.id)
        .group_by(DeliberationNote.submission_id)
    ).scalar_subquery()
    rows = db.session.scalars(select(DeliberationNote).where(DeliberationNote.id.in_(last)))
    return {note.submission_id: note for note in rows}


def note_states(found: Deliberation, submission: Submission | None) -> Sequence[DeliberationNote]:
    """Every state of the notes on a city, or on the meeting as a whole, the latest first."""
    about = submission.id if submission is not None else None
    return db.session.scalars(
        select(DeliberationNote)
        .options(joinedload(DeliberationNote.saver))
        .where(DeliberationNote.deliberation_id == found.id, DeliberationNote.submission_id.is_not_distinct_from(about))
        .order_by(DeliberationNote.id.desc())
    ).all()


def notes_of_cycle(cycle: Cycle) -> list[list[object]]:
    """The present notes of all meetings as (meeting, pseudonym of the city or "", text), in one order. For their digest."""
    last = (
        select(func.max(DeliberationNote.id))
        .join(Deliberation, Deliberation.id == DeliberationNote.deliberation_id)
        .where(Deliberation.cycle_id == cycle.id)
        .group_by(DeliberationNote.deliberation_id, DeliberationNote.submission_id)
    ).scalar_subquery()
    rows = db.session.execute(
        select(Deliberation.number, func.coalesce(Submission.pseudonym, ""), DeliberationNote.text)
        .join(Deliberation, Deliberation.id == DeliberationNote.deliberation_id)
        .outerjoin(Submission, Submission.id == DeliberationNote.submission_id)
        .where(DeliberationNote.id.in_(last), DeliberationNote.text != "")
    )
    return sorted([list(row) for row in rows], key=lambda row: (row[0], row[1]))
