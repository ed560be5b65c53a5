"""Filling in a score sheet: each mark and each text is saved by itself, compared with what the page had shown of it.

Every save first locks the member's assessment, so that two windows come one after the other; what they compare is the one
thing they change, so that windows at work on different criteria never meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value

from awardapp.domain.answers import digest
from awardapp.domain.assessments import AssessmentStatus, SheetChanged, check_complete
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.history import TEXTS, State, states
from awardapp.domain.people import Role
from awardapp.domain.permissions import Standing, can_assess, require
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, AssessmentEvent, Assignment, Membership, Score, ScoreChange, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import sheets as sheet_queries
from awardapp.queries.sheets import Held, Stored

MAX_TEXT = 20_000
_ASSESSMENTS, _SCORES, _CHANGES = (cast(Table, model.__table__) for model in (Assessment, Score, ScoreChange))


class NotAssigned(NotPermitted):
    """The file is not one of this member's; pages say that there is no such file."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed when it was filled in: marks by criterion id (None: no mark), texts by their digests."""

    marks: Mapping[int, float | None]
    comment: str
    private_note: str


def hold(*, actor: User, member: Membership, ref: str, now: datetime) -> Held:
    """The member's assessment of a file, locked until the transaction ends; begun if there is none.

    Raises NotAssigned, NotPermitted, IllegalTransition unless the member may change it now.
    """
    found = sheet_queries.held(member, ref)
    if found is None:
        assignment = assessment_queries.assignment(member, ref)
        if assignment is None:
            raise NotAssigned(N_("This submission is not assigned to you."))
        cycle = member.cycle
        _check(
            actor,
            member,
            assignment,
            cycle.phase,
            cycle.scoring_frozen_at,
            member.ended_at,
            member.conflicts_declared_at,
        )
        _begin(assignment, now=now)
        found = sheet_queries.held(member, ref)
        if found is None:
            raise NotAssigned(N_("This submission is not assigned to you."))
    _check(actor, member, found.assignment, found.phase, found.frozen_at, found.ended_at, found.declared_at)
    if found.assessment.status == AssessmentStatus.RECUSED:
        raise IllegalTransition(N_("You have recused yourself from this submission."))
    return found


def _check(
    actor: User,
    member: Membership,
    assignment: Assignment,
    phase: CyclePhase,
    frozen_at: datetime | None,
    ended_at: datetime | None,
    declared_at: datetime | None,
) -> None:
    if member.user_id != actor.id or assignment.membership_id != member.id:
        raise NotPermitted(N_("This submission is not assigned to you."))
    if declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    if phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("Scoring is closed."))
    if frozen_at is not None:
        raise IllegalTransition(
            N_("Scoring is stopped for now. Copy what you typed; it can be saved when scoring goes on.")
        )
    if assignment.submission.status is not SubmissionStatus.VALID:
        raise IllegalTransition(N_("This file is with its city for changes. Your scores are kept until it is back."))
    standing = Standing(actor.id, roles={Role.COMMITTEE: member.is_chair} if ended_at is None else {})
    require(can_assess(standing, declared=True, phase=phase))
    if assessment_queries.conflict(member, assignment.submission) is not None:
        raise NotPermitted(N_("You have declared a conflict of interest with this city."))


def _begin(assignment: Assignment, *, now: datetime) -> None:
    """Begin the assessment unless another window begins it in the same instant; then wait for that one."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(
        dialect.insert(Assessment)
        .values(
            cycle_id=assignment.cycle_id,
            submission_id=assignment.submission_id,
            membership_id=assignment.membership_id,
            status=AssessmentStatus.DRAFT.value,
            comment="",
            private_note="",
            edit_version=1,
            created_at=now,
            changed_at=now,
        )
        .on_conflict_do_nothing(index_elements=["submission_id", "membership_id"])
    )


def own(member: Membership, assignment: Assignment, *, now: datetime) -> Assessment:
    """The member's assessment of an assigned file, locked; begun if there is none. Asks no permission."""
    found = assessment_queries.assessment(member, assignment.submission)
    if found is None:
        _begin(assignment, now=now)
        found = assessment_queries.assessment(member, assignment.submission)
    if found is None:
        raise NotAssigned(N_("This submission is not assigned to you."))
    return found


def save_mark(
    *,
    actor: User,
    member: Membership,
    ref: str,
    criterion_id: int,
    mark: float | None,
    base: float | None,
    now: datetime,
) -> Assessment:
    """Save one mark (None clears it) that was set where the page showed `base`.

    Raises SheetChanged when something else is stored by now, RuleViolation off the scale or when a handed-in assessment
    would lose its mark; see `hold`.
    """
    held = hold(actor=actor, member=member, ref=ref, now=now)
    stored = sheet_queries.stored(held.assessment, criterion_id)
    if stored is None:
        raise RuleViolation(N_("This criterion does not belong to the cycle."))
    rules = member.cycle.rules
    units = None if mark is None else rules.units(mark)
    if units is None and held.assessment.status == AssessmentStatus.SUBMITTED:
        raise RuleViolation(N_("%(missing)d criteria have no score yet."), missing=1)
    if stored.units == units:
        return held.assessment
    if stored.units != (None if base is None else rules.units(base)):
        raise SheetChanged([criterion_id])
    write_score(held.assessment, stored, units, now=now)
    touch(held.assessment, now=now)
    return held.assessment


def save_text(
    *, actor: User, member: Membership, ref: str, field: str, text: str, base: str, now: datetime
) -> Assessment:
    """Save the comment or the private note, typed where the page showed the text with the digest `base`.

    Raises SheetChanged when another text is stored by now; RuleViolation when it is too long, or when a handed-in assessment
    would lose its comment; see `hold`.
    """
    held = hold(actor=actor, member=member, ref=ref, now=now)
    present = getattr(held.assessment, field)
    if field == "comment" and held.assessment.status == AssessmentStatus.SUBMITTED:
        check_complete({}, criterion_ids=(), comment=text)
    if digest(present) == digest(text):
        return held.assessment
    if digest(present) != base:
        raise SheetChanged([field])
    write_text(held.assessment, field, text, now=now)
    touch(held.assessment, now=now)
    return held.assessment


def write_score(assessment: Assessment, stored: Stored, units: int | None, *, now: datetime) -> None:
    """Store a score and keep it as history. The rows are written as they are: a sheet of objects costs more than the save."""
    own: dict[str, Any] = {"assessment_id": assessment.id, "criterion_id": stored.criterion_id}
    if stored.score_id is None:
        db.session.execute(_SCORES.insert().values(**own, units=units))
    elif units is None:
        db.session.execute(_SCORES.delete().where(_SCORES.c.id == stored.score_id))
    else:
        db.session.execute(_SCORES.update().where(_SCORES.c.id == stored.score_id).values(units=units))
    db.session.execute(_CHANGES.insert().values(**own, units=units, at=now))


def write_text(assessment: Assessment, field: str, text: str, *, now: datetime) -> None:
    """Store the comment or the private note and keep it as history. Raises RuleViolation when it is too long."""
    if len(text) > MAX_TEXT:
        raise RuleViolation(N_("This text is too long to be kept."), field=field)
    setattr(assessment, field, text)
    db.session.add(AssessmentEvent(assessment_id=assessment.id, what=field, text=text, at=now))


def note_act(assessment: Assessment, what: str, *, now: datetime, text: str = "") -> None:
    """Keep an act as history: submitted, abstained, recused, restored."""
    db.session.add(AssessmentEvent(assessment_id=assessment.id, what=what, text=text, at=now))


def touch(assessment: Assessment, *, now: datetime) -> None:
    """Count the change. Whoever abstained and now writes takes the abstention back."""
    if assessment.status == AssessmentStatus.ABSTAINED:
        assessment.status, assessment.reason = AssessmentStatus.DRAFT.value, None
    counted = {"edit_version": assessment.edit_version + 1, "changed_at": now}
    db.session.flush()
    # The count itself goes out as it is, once for every mark.
    db.session.execute(_ASSESSMENTS.update().where(_ASSESSMENTS.c.id == assessment.id).values(counted))
    for name, value in counted.items():
        set_committed_value(assessment, name, value)


def reread_scores(assessment: Assessment) -> None:
    """Forget the scores of an object whose rows were written behind its back."""
    for score in assessment.__dict__.get("scores", ()):
        db.session.expire(score)
    db.session.expire(assessment, ["scores"])


def state_at(assessment: Assessment, at: datetime) -> State:
    """The state that came about at this instant. Raises RuleViolation when there is none."""
    for state in states(sheet_queries.changes(assessment)):
        if state.at == at:
            return state
    raise RuleViolation(N_("This earlier state is not known."))


def restore(*, actor: User, member: Membership, ref: str, at: datetime, now: datetime) -> Assessment:
    """Make an earlier state the present one, as a new change. A handed-in assessment must stay complete; see `hold`."""
    held = hold(actor=actor, member=member, ref=ref, now=now)
    assessment = held.assessment
    wanted = state_at(assessment, at)
    stored = sheet_queries.all_stored(assessment)
    comment = assessment.comment if wanted.comment is None else wanted.comment
    if assessment.status == AssessmentStatus.SUBMITTED:
        check_complete(wanted.units, criterion_ids=stored, comment=comment)
    for criterion_id, one in stored.items():
        if one.units != wanted.units.get(criterion_id):
            write_score(assessment, one, wanted.units.get(criterion_id), now=now)
    for field in TEXTS:
        text = getattr(wanted, field)
        if text is not None and text != getattr(assessment, field):
            write_text(assessment, field, text, now=now)
    note_act(assessment, "restored", text=at.isoformat(), now=now)
    touch(assessment, now=now)
    reread_scores(assessment)
    return assessment


def park(*, actor: User, member: Membership, ref: str, is_parked: bool, now: datetime) -> Assignment:
    """Put an unfinished file aside so that it comes again after everything else, or back into the order.

    Raises NotAssigned, NotPermitted for somebody else's file.
    """
    assignment = assessment_queries.assignment(member, ref)
    if assignment is None:
        raise NotAssigned(N_("This submission is not assigned to you."))
    if member.user_id != actor.id:
        raise NotPermitted(N_("This submission is not assigned to you."))
    assignment.parked_at = now if is_parked else None
    db.session.flush()
    return assignment
