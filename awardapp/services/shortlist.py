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
    Move,
    Selection,
    Submission,
    User,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import moves as move_queries
from awardapp.queries import people as people_queries
from awardapp.queries import plenary_room as plenary_queries
from awardapp.queries import reports as report_queries
from awardapp.services import audit, scores_opening, selections
from awardapp.services.locks import lock_row


def propose(*, actor: User, cycle: Cycle, now: datetime) -> Selection:
    """Compute the proposal and store it with its decisions, keeping reasons already written and moves made by hand.

    Raises NotPermitted, IllegalTransition when locked or in another phase, RuleViolation when readings are missing.
    """
    standing = people_queries.standing(actor, cycle)
    require(can_see_scores(standing))
    lock_row(cycle)  # while it computes nobody moves a file, and nobody seals what it is about to replace
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("The shortlist is decided during the committee's phase."))
    scores_opening.require_open(cycle)
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
        "price": str(proposal.price),
        "came_in": list(proposal.came_in),
        "went_out": list(proposal.went_out),
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
    _follow_proposal(cycle, data, selection, {pid: p.outcome for pid, p in ranked.items()}, actor=actor, now=now)
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
    cycle: Cycle,
    data: selections.Inputs,
    selection: Selection,
    proposed: Mapping[str, str],
    *,
    actor: User,
    now: datetime,
) -> None:
    """Bring the decisions to the proposal, but where a move by hand holds; reasons are kept where a file stays on a list."""
    decisions = {
        d.submission_id: d
        for d in db.session.scalars(
            select(Decision).where(Decision.cycle_id == cycle.id, Decision.stage == Stage.COMMITTEE)
        )
    }
    moves = move_queries.standing(cycle)
    for submission in data.submissions:
        computed, move = proposed.get(submission.pseudonym, "none"), moves.get(submission.id)
        outcome = move.to_outcome if move is not None else computed
        decision = decisions.get(submission.id)
        if outcome == "none":
            if decision is not None:
                db.session.delete(decision)
            continue
        if decision is None:
            decision = Decision(
                cycle_id=cycle.id,
                stage=Stage.COMMITTEE,
                submission_id=submission.id,
                decided_by=move.moved_by if move is not None else actor.id,
                decided_at=now,
            )
            db.session.add(decision)
        decision.outcome = Outcome(outcome)
        _mark(decision, move, computed)
    _tell_moves(selection, cycle, proposed)


def _mark(decision: Decision, move: Move | None, proposed: str) -> None:
    """Say on the decision whether it departs from the proposal, and by which reason."""
    departs = move is not None and move.to_outcome != proposed
    decision.moved_by_hand = departs
    decision.move_reason = move.reason if move is not None and departs else None


def _tell_moves(selection: Selection, cycle: Cycle, proposed: Mapping[str, str]) -> None:
    """The result names the moves that hold and depart from the proposal; the table of moves has them all."""
    standing = move_queries.standing(cycle).values()
    moves = {
        move.submission.pseudonym: {"to": move.to_outcome, "reason": move.reason}
        for move in standing
        if move.to_outcome != proposed.get(move.submission.pseudonym, "none")
    }
    selection.result = {**selection.result, "moves": moves}


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
    """Write the committee's reason for a submission, or move it by hand; every move, also one back, needs its own written
    reason and is kept for ever.

    `outcome` None means neither shortlisted nor deserving. Raises NotPermitted, IllegalTransition, RuleViolation.
    """
    is_chair = can_decide_shortlist(people_queries.standing(actor, cycle), phase=cycle.phase)
    # On a file the chair has a tie with, whoever presided over the committee's vote writes down what it decided.
    require(is_chair or plenary_queries.presided_for_chair(actor, cycle, submission) is not None)
    lock_row(cycle)
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None or cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("There is no open proposal to decide on."))
    if submission.cycle_id != cycle.id or submission.status is not SubmissionStatus.VALID:
        raise RuleViolation(N_("Only valid submissions of this cycle can be decided on."))
    if outcome not in (None, Outcome.SHORTLISTED, Outcome.DESERVING):
        raise RuleViolation(N_("The committee names shortlisted and deserving submissions only."))
    proposed = {p["id"]: p["outcome"] for p in selection.result["places"]}
    decision = db.session.execute(
        select(Decision).where(
            Decision.cycle_id == cycle.id,
            Decision.stage == Stage.COMMITTEE,
            Decision.submission_id == submission.id,
        )
    ).scalar_one_or_none()
    before = decision.outcome.value if decision is not None else "none"
    wanted = outcome.value if outcome else "none"
    is_moved = wanted != before
    if not is_moved and move_reason.strip():
        raise RuleViolation(
            N_("The outcome stays as it is, so there is no move to give a reason for."), field="move_reason"
        )
    if is_moved:
        _check_move(actor, cycle, submission, move_reason)
        db.session.add(
            Move(
                cycle_id=cycle.id,
                submission_id=submission.id,
                from_outcome=before,
                to_outcome=wanted,
                proposed_outcome=proposed.get(submission.pseudonym, "none"),
                reason=move_reason.strip(),
                moved_by=actor.id,
                moved_at=now,
            )
        )
        db.session.flush()
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
        decision.decided_by = actor.id
        decision.decided_at = now
        move = move_queries.standing(cycle).get(submission.id)
        _mark(decision, move, proposed.get(submission.pseudonym, "none"))
    if is_moved:
        _tell_moves(selection, cycle, proposed)
    db.session.flush()
    audit.record(
        actor=actor,
        action="shortlist.decide",
        object=f"submission:{submission.id}",
        cycle_id=cycle.id,
        reason=(move_reason.strip() or None) if is_moved else None,
        now=now,
        details={"outcome": wanted, "from": before, "moved_by_hand": is_moved},
    )


def _check_move(actor: User, cycle: Cycle, submission: Submission, reason: str) -> None:
    if not reason.strip():
        raise RuleViolation(
            N_("Moving a file by hand needs a written reason; it is marked for ever."), field="move_reason"
        )
    member = people_queries.membership(actor, cycle, Role.COMMITTEE)
    if member is not None and assessment_queries.conflict(member, submission) is not None:
        raise NotPermitted(N_("You have declared a conflict of interest with this city."))
    if member is not None and submission.id in report_queries.recused_from(member):
        raise NotPermitted(N_("You have recused yourself from this submission."))


def is_outdated(selection: Selection) -> bool:
    """Whether an assessment was handed in or changed after the proposal was computed."""
    later = select(Assessment.id).where(
        Assessment.cycle_id == selection.cycle_id,
        Assessment.status == AssessmentStatus.SUBMITTED,
        Assessment.changed_at > selection.created_at,
    )
    return db.session.scalar(select(later.exists())) is True
