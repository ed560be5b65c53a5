"""From scores to the shortlist: a computed proposal, and the committee's decisions with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_shortlist, can_see_scores, require
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Cycle,
    Decision,
    Selection,
    Submission,
    User,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, selections


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
