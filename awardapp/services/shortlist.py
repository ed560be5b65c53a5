"""From scores to the shortlist: a computed proposal, the committee's decisions with reasons, the lock and its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from awardapp.domain.announcements import Outcome, Stage, shortlist_problems
from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_shortlist, can_see_scores, require
from awardapp.domain.selection import record
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    Cycle,
    Decision,
    Selection,
    Submission,
    User,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, selections
from awardapp.services.locks import lock_row


def propose(*, actor: User, cycle: Cycle, now: datetime) -> Selection:
    """Compute the proposal and store it with its decisions, keeping reasons already written and moves made by hand.

    Raises NotPermitted, IllegalTransition when locked or in another phase, RuleViolation when readings are missing.
    """
    standing = people_queries.standing(actor, cycle)
    require(can_see_scores(standing))
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("The shortlist is decided during the committee's phase."))
    data = selections.inputs(cycle)
    calibration, proposal = selections.compute(data)
    ranked = {p.id: p for p in proposal.places}
    figures = {f.submission: f for f in calibration.submissions}
    result: dict[str, Any] = {
        "method": calibration.used,
        "notes": list(calibration.notes),
        "ties": [{"ids": list(t.ids), "rules": list(t.rules), "at_line": t.at_line} for t in proposal.ties],
        "unscored": list(calibration.unscored),
        "places": [
            {
                "id": place.id,
                "place": place.place,
                "raw": str(figures[place.id].raw_rounded),
                "calibrated": str(figures[place.id].calibrated),
                "assessments": figures[place.id].assessments,
                "chance": round(figures[place.id].times_in_first / figures[place.id].draws, 3)
                if figures[place.id].draws
                else None,
                "decided_by": place.decided_by,
                "outcome": place.outcome,
            }
            for place in proposal.places
        ],
    }
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None:
        selection = Selection(cycle_id=cycle.id, stage=Stage.COMMITTEE, created_at=now, created_by=actor.id)
        db.session.add(selection)
    elif selection.locked_at is not None:
        raise IllegalTransition(N_("The shortlist is locked."))
    selection.result = result
    selection.created_at = now
    selection.created_by = actor.id
    _follow_proposal(cycle, data, {pid: p.outcome for pid, p in ranked.items()}, actor=actor, now=now)
    db.session.flush()
    audit.record(
        actor=actor,
        action="shortlist.propose",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"method": calibration.used, "submissions": len(data.submissions), "scores": len(data.scores)},
    )
    return selection


def _follow_proposal(
    cycle: Cycle, data: selections.Inputs, outcomes: Mapping[str, str], *, actor: User, now: datetime
) -> None:
    decisions = {
        d.submission_id: d
        for d in db.session.scalars(
            select(Decision).where(Decision.cycle_id == cycle.id, Decision.stage == Stage.COMMITTEE)
        )
    }
    for submission in data.submissions:
        outcome = outcomes.get(submission.pseudonym, "none")
        decision = decisions.get(submission.id)
        if decision is not None and decision.moved_by_hand:
            continue
        if outcome == "none":
            if decision is not None:
                db.session.delete(decision)
        elif decision is None:
            db.session.add(
                Decision(
                    cycle_id=cycle.id,
                    stage=Stage.COMMITTEE,
                    submission_id=submission.id,
                    outcome=Outcome(outcome),
                    decided_by=actor.id,
                    decided_at=now,
                )
            )
        else:
            decision.outcome = Outcome(outcome)


def decide(
    *,
    actor: User,
    cycle: Cycle,
    submission: Submission,
    outcome: Outcome | None,
    reason_en: str,
    reason_zh: str,
    move_reason: str,
    now: datetime,
) -> None:
    """Write the committee's reason for a submission, or move it by hand; a move needs its own written reason.

    `outcome` None means neither shortlisted nor deserving. Raises NotPermitted, IllegalTransition, RuleViolation.
    """
    require(can_decide_shortlist(people_queries.standing(actor, cycle), phase=cycle.phase))
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None:
        raise IllegalTransition(N_("There is no open proposal to decide on."))
    if submission.cycle_id != cycle.id or submission.status is not SubmissionStatus.VALID:
        raise RuleViolation(N_("Only valid submissions of this cycle can be decided on."))
    if outcome not in (None, Outcome.SHORTLISTED, Outcome.DESERVING):
        raise RuleViolation(N_("The committee names shortlisted and deserving submissions only."))
    proposed = {p["id"]: p["outcome"] for p in selection.result["places"]}.get(submission.pseudonym, "none")
    wanted = outcome.value if outcome else "none"
    is_moved = wanted != proposed
    if is_moved and not move_reason.strip():
        raise RuleViolation(
            N_("Moving a file by hand needs a written reason; it is marked for ever."), field="move_reason"
        )
    member = people_queries.membership(actor, cycle, Role.COMMITTEE)
    if is_moved and member is not None and assessment_queries.conflict(member, submission) is not None:
        raise NotPermitted(N_("You have declared a conflict of interest with this city."))
    decision = db.session.execute(
        select(Decision).where(
            Decision.cycle_id == cycle.id,
            Decision.stage == Stage.COMMITTEE,
            Decision.submission_id == submission.id,
        )
    ).scalar_one_or_none()
    if outcome is None:
        if decision is not None:
            db.session.delete(decision)
    else:
        if decision is None:
            decision = Decision(cycle_id=cycle.id, stage=Stage.COMMITTEE, submission_id=submission.id)
            db.session.add(decision)
        decision.outcome = outcome
        decision.reason_en = reason_en.strip()
        decision.reason_zh = reason_zh.strip()
        decision.moved_by_hand = is_moved
        decision.move_reason = move_reason.strip() or None if is_moved else None
        decision.decided_by = actor.id
        decision.decided_at = now
    moves = dict(selection.result.get("moves", {}))
    if is_moved:
        moves[submission.pseudonym] = {"to": wanted, "reason": move_reason.strip()}
    else:
        moves.pop(submission.pseudonym, None)
    selection.result = {**selection.result, "moves": moves}
    db.session.flush()
    audit.record(
        actor=actor,
        action="shortlist.decide",
        object=f"submission:{submission.id}",
        cycle_id=cycle.id,
        reason=move_reason.strip() or None,
        now=now,
        details={"outcome": wanted, "moved_by_hand": is_moved},
    )


def is_outdated(selection: Selection) -> bool:
    """Whether an assessment was handed in or changed after the proposal was computed."""
    later = select(Assessment.id).where(
        Assessment.cycle_id == selection.cycle_id,
        Assessment.status == AssessmentStatus.SUBMITTED,
        Assessment.changed_at > selection.created_at,
    )
    return db.session.scalar(select(later.exists())) is True


def problems(cycle: Cycle) -> list[str]:
    """Message ids of everything that keeps the shortlist from being locked."""
    undecided = db.session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.cycle_id == cycle.id,
            Submission.status.in_([SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED]),
        )
    )
    decisions = selections.decided(cycle, Stage.COMMITTEE)
    found = shortlist_problems(
        undecided=undecided or 0,
        shortlisted=sum(d.outcome is Outcome.SHORTLISTED for d in decisions),
        deserving=sum(d.outcome is Outcome.DESERVING for d in decisions),
        size=cycle.rules.shortlist_size,
        deserving_max=cycle.rules.deserving_max,
    )
    if any(not d.reason_en.strip() or not d.reason_zh.strip() for d in decisions):
        found.append(N_("A shortlisted or deserving submission lacks its reason in one of the languages."))
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is not None and selection.result.get("unscored"):
        found.append(N_("Some valid submissions have no assessment at all."))
    if selection is not None and is_outdated(selection):
        found.append(N_("Scores have changed since the proposal was computed. Compute it again first."))
    return found


def lock(*, actor: User, cycle: Cycle, now: datetime) -> Selection:
    """Seal the shortlist: write the record, close scoring. Raises NotPermitted, RuleViolation with what is missing."""
    require(can_decide_shortlist(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None or cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("There is no open proposal to lock."))
    found = problems(cycle)
    if found:
        raise RuleViolation(found[0])
    data = selections.inputs(cycle)
    _, proposal = selections.compute(data)
    shown = [(p["id"], p["outcome"]) for p in selection.result["places"]]
    if shown != [(p.id, p.outcome) for p in proposal.places]:
        raise RuleViolation(N_("Scores have changed since the proposal was computed. Compute it again first."))
    built = record.build_committee(
        award={"cycle": cycle.slug, "name": cycle.name_en, "year": cycle.year},
        calibration_rules=data.calibration_rules,
        shortlist_rules=data.shortlist_rules,
        submissions=[record.RecordedSubmission(s.pseudonym, selections.groups(s)) for s in data.submissions],
        members=[m.pseudonym for m in data.members],
        conflicts=data.conflicts,
        assignment=_assigned_pairs(cycle, data),
        scores=data.scores,
        commitments={
            "tie_seed_sha256": selections.tie_commitment(cycle),
            "rules_version": str(cycle.rules_version),
            **_accepted_late(data.submissions),
        },
        moves=[
            record.Move(name, move["to"], move["reason"], "chair")
            for name, move in sorted(selection.result.get("moves", {}).items())
        ],
    )
    selections.seal(selection, record.to_bytes(built), actor=actor, now=now)
    cycle.phase = CyclePhase.SHORTLIST_SEALED
    audit.record(
        actor=actor,
        action="shortlist.lock",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"record_sha256": selection.record_sha256},
    )
    return selection


def _accepted_late(submissions: Sequence[Submission]) -> dict[str, str]:
    """The record names the files that came after the deadline by a decision of two people; the audit log has the rest."""
    late = [submission.pseudonym for submission in submissions if submission.is_late]
    return {"accepted_late": " ".join(late)} if late else {}


def _assigned_pairs(cycle: Cycle, data: selections.Inputs) -> list[tuple[str, str]]:
    names = {s.id: s.pseudonym for s in data.submissions}
    member_names = {m.id: m.pseudonym for m in data.members}
    rows = db.session.execute(
        select(Assignment.submission_id, Assignment.membership_id)
        .where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_not(None))
        .order_by(Assignment.id)
    )
    pairs = [(names[s], member_names[m]) for s, m in rows if s in names and m in member_names]
    barred = {(c.submission, c.member) for c in data.conflicts}  # recused since it was assigned: no reading
    return [pair for pair in pairs if pair not in barred]
