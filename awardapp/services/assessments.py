"""Conflicts of interest, and what members write and score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from awardapp.domain.assessments import AssessmentStatus, ConflictKind, check_complete
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_assess, require
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, ConflictOfInterest, Criterion, Membership, Score, ScoreChange, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit

_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class DeclaredTie:
    """One line of a declaration: a city or a country or region, the kind of tie, a note."""

    city_id: int | None
    country: str | None
    kind: ConflictKind
    note: str


def declare_conflicts(*, actor: User, member: Membership, ties: Sequence[DeclaredTie], now: datetime) -> None:
    """A member or juror declares all conflicts of interest, or that there are none; a later declaration replaces it.

    Work already assigned on a city now declared is closed as recused. Raises NotPermitted for somebody else's declaration,
    RuleViolation for a line with neither or both of city and country.
    """
    if actor.id != member.user_id:
        raise NotPermitted(N_("Everybody declares for themselves."))
    if member.cycle.phase.position > CyclePhase.JURY.position:
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))
    for old in db.session.scalars(
        select(ConflictOfInterest).where(
            ConflictOfInterest.membership_id == member.id, ConflictOfInterest.withdrawn_at.is_(None)
        )
    ):
        old.withdrawn_at = now
    for tie in ties:
        if (tie.city_id is None) == (tie.country is None):
            raise RuleViolation(N_("Name a city or a country or region."), field="city")
        db.session.add(
            ConflictOfInterest(
                membership_id=member.id,
                city_id=tie.city_id,
                country=tie.country,
                kind=tie.kind.value,
                note=tie.note.strip(),
                declared_by=actor.id,
                declared_at=now,
            )
        )
    member.conflicts_declared_at = now
    db.session.flush()
    if member.role is Role.COMMITTEE and member.cycle.phase is CyclePhase.COMMITTEE:
        _recuse_from_declared(member, now=now)
    audit.record(
        actor=actor,
        action="conflict.declare",
        object=f"membership:{member.id}",
        cycle_id=member.cycle_id,
        now=now,
        details={"count": len(ties)},
    )


def _recuse_from_declared(member: Membership, *, now: datetime) -> None:
    assigned = db.session.scalars(
        select(Assignment).where(Assignment.membership_id == member.id, Assignment.released_at.is_not(None))
    )
    for assignment in assigned:
        kind = assessment_queries.conflict(member, assignment.submission)
        if kind is not None:
            assessment = _own(member, assignment, now=now)
            assessment.status = AssessmentStatus.RECUSED.value
            assessment.reason = f"declared conflict of interest: {kind.value}"
            assessment.submitted_at = None
            assessment.changed_at = now


def _own(member: Membership, assignment: Assignment, *, now: datetime) -> Assessment:
    """The member's assessment of an assigned submission, locked; begun if there is none."""
    found = assessment_queries.assessment(member, assignment.submission)
    if found is not None:
        return found
    assessment = Assessment(
        cycle_id=assignment.cycle_id,
        submission_id=assignment.submission_id,
        membership_id=member.id,
        status=AssessmentStatus.DRAFT.value,
        edit_version=1,
        created_at=now,
        changed_at=now,
    )
    db.session.add(assessment)
    db.session.flush()
    return assessment


def _opened(actor: User, member: Membership, assignment: Assignment) -> None:
    """Refuse unless this member may assess this submission now. Raises NotPermitted, IllegalTransition."""
    if member.user_id != actor.id or assignment.membership_id != member.id or assignment.released_at is None:
        raise NotPermitted(N_("This submission is not assigned to you."))
    if member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    cycle = member.cycle
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("Scoring is closed."))
    standing = people_queries.standing(actor, cycle)
    require(can_assess(standing, declared=True, phase=cycle.phase))
    if assessment_queries.conflict(member, assignment.submission) is not None:
        raise NotPermitted(N_("You have declared a conflict of interest with this city."))


def record(
    *,
    actor: User,
    member: Membership,
    assignment: Assignment,
    marks: Mapping[int, float | None],
    comment: str,
    private_note: str,
    edit_version: int,
    submit: bool,
    now: datetime,
) -> Assessment:
    """Save a member's scores (criterion id to mark, None clears) and texts; hand them in if `submit`.

    Every score saved is kept as history. Raises StaleVersion when another tab saved since, RuleViolation when handing in
    something incomplete, NotPermitted, IllegalTransition.
    """
    _opened(actor, member, assignment)
    assessment = _own(member, assignment, now=now)
    if edit_version != assessment.edit_version:
        raise StaleVersion(N_("This assessment was saved in another window after you opened it."))
    if assessment.status == AssessmentStatus.RECUSED:
        raise IllegalTransition(N_("You have recused yourself from this submission."))
    if len(comment) > _MAX_TEXT or len(private_note) > _MAX_TEXT:
        raise RuleViolation(N_("This text is too long to be kept."), field="comment")
    criteria = {c.id: c for c in db.session.scalars(select(Criterion).where(Criterion.cycle_id == member.cycle_id))}
    present = {score.criterion_id: score for score in assessment.scores}
    rules = member.cycle.rules
    for criterion_id, mark in marks.items():
        if criterion_id not in criteria:
            raise RuleViolation(N_("This criterion does not belong to the cycle."))
        units = None if mark is None else rules.units(mark)
        score = present.get(criterion_id)
        if (score.units if score else None) == units:
            continue
        db.session.add(ScoreChange(assessment_id=assessment.id, criterion_id=criterion_id, units=units, at=now))
        if units is None and score is not None:
            assessment.scores.remove(score)
            del present[criterion_id]
        elif score is not None and units is not None:
            score.units = units
        elif units is not None:
            present[criterion_id] = Score(criterion_id=criterion_id, units=units)
            assessment.scores.append(present[criterion_id])
    assessment.comment = comment
    assessment.private_note = private_note
    assessment.edit_version += 1
    assessment.changed_at = now
    if submit:
        check_complete({c: s.units for c, s in present.items()}, criterion_ids=criteria, comment=comment)
        assessment.status = AssessmentStatus.SUBMITTED.value
        assessment.reason = None
        assessment.submitted_at = now
    elif assessment.status != AssessmentStatus.SUBMITTED:
        assessment.status = AssessmentStatus.DRAFT.value
    else:  # a handed-in assessment that is changed must stay complete
        check_complete({c: s.units for c, s in present.items()}, criterion_ids=criteria, comment=comment)
    db.session.flush()
    return assessment


def step_aside(
    *, actor: User, member: Membership, assignment: Assignment, status: AssessmentStatus, reason: str, now: datetime
) -> Assessment:
    """Abstain (no judgement) or recuse oneself (conflict of interest), with a reason. Raises RuleViolation without one."""
    _opened(actor, member, assignment)
    if status not in (AssessmentStatus.ABSTAINED, AssessmentStatus.RECUSED):
        raise RuleViolation(N_("Only abstaining and recusing are possible here."))
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    assessment = _own(member, assignment, now=now)
    assessment.status = status.value
    assessment.reason = reason.strip()
    assessment.submitted_at = None
    assessment.edit_version += 1
    assessment.changed_at = now
    audit.record(
        actor=actor,
        action=f"assessment.{'abstain' if status is AssessmentStatus.ABSTAINED else 'recuse'}",
        object=f"submission:{assignment.submission_id}",
        cycle_id=member.cycle_id,
        reason=reason.strip(),
        now=now,
    )
    return assessment
