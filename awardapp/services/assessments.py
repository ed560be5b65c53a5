"""Conflicts of interest, and what members write and score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from awardapp.domain.answers import digest
from awardapp.domain.assessments import AssessmentStatus, ConflictKind, SheetChanged, check_complete
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, ConflictOfInterest, Membership, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries.sheets import all_stored
from awardapp.services import audit, sheets
from awardapp.services.sheets import Seen


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
            ConflictOfInterest.membership_id == member.id,
            ConflictOfInterest.declared_by == actor.id,  # what the chair confirmed is not the member's to take back
            ConflictOfInterest.withdrawn_at.is_(None),
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
        recuse_from_ties(member, now=now)
    audit.record(
        actor=actor,
        action="conflict.declare",
        object=f"membership:{member.id}",
        cycle_id=member.cycle_id,
        now=now,
        details={"count": len(ties)},
    )


def recuse_from_ties(member: Membership, *, now: datetime) -> None:
    """Close the member's assigned files that a conflict of interest now bars."""
    assigned = db.session.scalars(
        select(Assignment).where(Assignment.membership_id == member.id, Assignment.released_at.is_not(None))
    )
    for assignment in assigned:
        kind = assessment_queries.conflict(member, assignment.submission)
        if kind is not None:
            assessment = sheets.own(member, assignment, now=now)
            _close(assessment, AssessmentStatus.RECUSED, f"conflict of interest: {kind.value}", now=now)


def record(
    *,
    actor: User,
    member: Membership,
    assignment: Assignment,
    marks: Mapping[int, float | None],
    comment: str,
    private_note: str,
    submit: bool,
    now: datetime,
    seen: Seen | None = None,
) -> Assessment:
    """Save a whole sheet (criterion id to mark, None clears; both texts); hand it in if `submit`.

    With `seen`, what the page showed: whatever was not touched on it is left as it is stored, and what was is compared.
    Every score and text saved is kept as history. Raises SheetChanged naming what another window changed since,
    RuleViolation when handing in something incomplete; see `sheets.hold`.
    """
    if assignment.membership_id != member.id or assignment.released_at is None:
        raise NotPermitted(N_("This submission is not assigned to you."))
    held = sheets.hold(actor=actor, member=member, ref=assignment.submission.ref, now=now)
    assessment = held.assessment
    stored = all_stored(assessment)
    if not set(marks) <= set(stored):
        raise RuleViolation(N_("This criterion does not belong to the cycle."))
    rules = member.cycle.rules
    units = {c: None if mark is None else rules.units(mark) for c, mark in marks.items()}
    texts = {"comment": comment, "private_note": private_note}
    if seen is not None:
        shown = {c: None if mark is None else rules.units(mark) for c, mark in seen.marks.items()}
        units = {c: u for c, u in units.items() if u != shown.get(c)}
        texts = {name: text for name, text in texts.items() if digest(text) != getattr(seen, name)}
        changed = [c for c, u in units.items() if stored[c].units not in (shown.get(c), u)]
        others = [
            name
            for name in texts
            if digest(getattr(assessment, name)) not in (getattr(seen, name), digest(texts[name]))
        ]
        if changed or others:
            raise SheetChanged([*changed, *others])
    for criterion_id, wanted in units.items():
        if wanted != stored[criterion_id].units:
            sheets.write_score(assessment, stored[criterion_id], wanted, now=now)
    for name, text in texts.items():
        if text != getattr(assessment, name):
            sheets.write_text(assessment, name, text, now=now)
    final = {c: one.units for c, one in stored.items()} | units
    if submit or assessment.status == AssessmentStatus.SUBMITTED:  # what was handed in must stay complete
        given = {c: u for c, u in final.items() if u is not None}
        check_complete(given, criterion_ids=stored, comment=assessment.comment)
    if submit and assessment.status != AssessmentStatus.SUBMITTED:
        _hand_in(assessment, held.assignment, now=now)
    sheets.touch(assessment, now=now)
    sheets.reread_scores(assessment)
    return assessment


def _hand_in(assessment: Assessment, assignment: Assignment, *, now: datetime) -> None:
    assessment.status = AssessmentStatus.SUBMITTED.value
    assessment.reason = None
    assessment.submitted_at = now
    assessment.first_submitted_at = assessment.first_submitted_at or now
    assignment.parked_at = None
    sheets.note_act(assessment, "submitted", now=now)


def step_aside(
    *, actor: User, member: Membership, assignment: Assignment, status: AssessmentStatus, reason: str, now: datetime
) -> Assessment:
    """Abstain (no judgement) or recuse oneself (conflict of interest), with a reason. Raises RuleViolation without one."""
    if assignment.membership_id != member.id or assignment.released_at is None:
        raise NotPermitted(N_("This submission is not assigned to you."))
    held = sheets.hold(actor=actor, member=member, ref=assignment.submission.ref, now=now)
    if status not in (AssessmentStatus.ABSTAINED, AssessmentStatus.RECUSED):
        raise RuleViolation(N_("Only abstaining and recusing are possible here."))
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    _close(held.assessment, status, reason.strip(), now=now)
    held.assignment.parked_at = None
    audit.record(
        actor=actor,
        action=f"assessment.{'abstain' if status is AssessmentStatus.ABSTAINED else 'recuse'}",
        object=f"submission:{assignment.submission_id}",
        cycle_id=member.cycle_id,
        reason=reason.strip(),
        now=now,
    )
    return held.assessment


def _close(assessment: Assessment, status: AssessmentStatus, reason: str, *, now: datetime) -> None:
    assessment.status = status.value
    assessment.reason = reason
    assessment.submitted_at = None
    assessment.edit_version += 1
    assessment.changed_at = now
    sheets.note_act(assessment, status.value, text=reason, now=now)
