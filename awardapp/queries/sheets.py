"""A member's own score sheet: the row locked for a save, every state it has had, and the notes on passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import contains_eager, load_only

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.history import Change
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    AssessmentEvent,
    Assignment,
    City,
    Criterion,
    Cycle,
    Membership,
    PassageNote,
    Score,
    ScoreChange,
    Submission,
)
from awardapp.queries.assessments import IS_OWN


@dataclass(frozen=True, slots=True)
class Held:
    """An assessment locked for a change, and beside it, read in the same instant, what decides whether it may change."""

    assessment: Assessment
    assignment: Assignment
    phase: CyclePhase
    frozen_at: datetime | None
    ended_at: datetime | None
    declared_at: datetime | None


# A save happens with every mark, so everything it must know comes in one query, put together once.
_HELD = (
    select(
        Assessment,
        Assignment,
        Cycle.phase,
        Cycle.scoring_frozen_at,
        Membership.ended_at,
        Membership.conflicts_declared_at,
    )
    .select_from(Assignment)
    .join(Assessment, IS_OWN)
    .join(Membership, Membership.id == Assignment.membership_id)
    .join(Cycle, Cycle.id == Assignment.cycle_id)
    .join(Submission, Submission.id == Assignment.submission_id)
    .join(City, City.id == Submission.city_id)
    .options(
        contains_eager(Assignment.submission).options(
            load_only(Submission.ref, Submission.cycle_id, Submission.city_id, Submission.status),
            contains_eager(Submission.city).load_only(City.country),
        )
    )
    .where(
        Submission.ref == bindparam("ref"),
        Assignment.membership_id == bindparam("member_id"),
        Assignment.released_at.is_not(None),
    )
    .with_for_update(of=Assessment)
    # A save waits for stopping and sealing, and they for it, so that no score comes after either; saves do not meet.
    .suffix_with("FOR SHARE OF cycles", dialect="postgresql")
    .execution_options(populate_existing=True)
)


def held(member: Membership, ref: str) -> Held | None:
    """The member's begun assessment of a released file, locked until the transaction ends; None where there is none."""
    row = db.session.execute(_HELD, {"ref": ref, "member_id": member.id}).one_or_none()
    return None if row is None else Held(*row)


_SCORE = (
    select(Criterion.id, Score.id, Score.units)
    .outerjoin(Score, and_(Score.criterion_id == Criterion.id, Score.assessment_id == bindparam("assessment_id")))
    .where(Criterion.cycle_id == bindparam("cycle_id"))
)
_ONE_SCORE = _SCORE.where(Criterion.id == bindparam("criterion_id"))


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored on one criterion: the row's id and its units, None where nothing is."""

    criterion_id: int
    score_id: int | None
    units: int | None


def stored(assessment: Assessment, criterion_id: int) -> Stored | None:
    """The present score on one criterion of the cycle; None for a criterion that is not one of its own."""
    values = {
        "assessment_id": assessment.id,
        "cycle_id": assessment.cycle_id,
        "criterion_id": criterion_id,
    }
    row = db.session.execute(_ONE_SCORE, values).one_or_none()
    return None if row is None else Stored(*row)


def all_stored(assessment: Assessment) -> dict[int, Stored]:
    """The same for every criterion of the cycle, by its id. One query."""
    values = {"assessment_id": assessment.id, "cycle_id": assessment.cycle_id}
    return {row[0]: Stored(*row) for row in db.session.execute(_SCORE, values)}


def changes(assessment: Assessment) -> list[Change]:
    """Every score, text and act ever saved on an assessment, oldest first. Two queries."""
    scores = db.session.execute(
        select(ScoreChange.at, ScoreChange.criterion_id, ScoreChange.units)
        .where(ScoreChange.assessment_id == assessment.id)
        .order_by(ScoreChange.id)
    )
    events = db.session.execute(
        select(AssessmentEvent.at, AssessmentEvent.what, AssessmentEvent.text)
        .where(AssessmentEvent.assessment_id == assessment.id)
        .order_by(AssessmentEvent.id)
    )
    found = [Change(at, "score", criterion_id=criterion_id, units=units) for at, criterion_id, units in scores]
    found += [Change(at, what, text=text) for at, what, text in events]
    return sorted(found, key=lambda change: change.at)  # what was saved in one instant keeps its order


_NOTES = (
    select(PassageNote)
    .join(Assessment, Assessment.id == PassageNote.assessment_id)
    .where(Assessment.submission_id == bindparam("submission_id"), Assessment.membership_id == bindparam("member_id"))
    .order_by(PassageNote.id)
)


def notes(member: Membership, submission_id: int) -> Sequence[PassageNote]:
    """The member's own notes on passages of a file, oldest first. One query."""
    return db.session.scalars(_NOTES, {"submission_id": submission_id, "member_id": member.id}).all()


def note(member: Membership, submission_id: int, note_id: int) -> PassageNote | None:
    """One of the member's own notes on a file; None for anything else."""
    query = _NOTES.where(PassageNote.id == bindparam("note_id"))
    values = {"submission_id": submission_id, "member_id": member.id, "note_id": note_id}
    return db.session.scalars(query, values).one_or_none()


def owner_of(note: PassageNote) -> int | None:
    """The id of the membership whose private note it is."""
    return db.session.scalar(select(Assessment.membership_id).where(Assessment.id == note.assessment_id))
