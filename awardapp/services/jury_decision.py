"""The jury's decision beside the count: a city moved in or out by hand, why fewer are named. Every move is kept for ever."""

from __future__ import annotations

from datetime import datetime

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.permissions import can_decide_winners, require
from awardapp.extensions import db
from awardapp.models import Cycle, Decision, JuryMove, Submission, User
from awardapp.queries import jury_decisions as queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, ballots, citations, deciders
from awardapp.services.locks import lock_row

LONGEST_REASON = 5000


def decide(*, actor: User, cycle: Cycle, submission: Submission, wins: bool, reason: str, now: datetime) -> None:
    """Make a finalist a winner, or not, by hand. A change needs a written reason; what is so already stays as it is.

    Raises NotPermitted, IllegalTransition before the count or after the lock, RuleViolation.
    """
    office = deciders.require_office(actor, cycle, submission)
    lock_row(cycle)
    selection = deciders.open_count(cycle)
    if submission.id not in {s.id for s in ballots.finalists(cycle)}:
        raise RuleViolation(N_("Winners come from the shortlist."))
    decision = queries.decision(cycle, submission)
    if wins == (decision is not None):
        if reason.strip():
            raise RuleViolation(
                N_("The outcome stays as it is, so there is no move to give a reason for."), field="move_reason"
            )
        return
    if not reason.strip():
        raise RuleViolation(
            N_("Moving a city by hand needs a written reason; it is kept for ever."), field="move_reason"
        )
    if len(reason) > LONGEST_REASON:
        raise RuleViolation(N_("This text is too long to be kept."), field="move_reason")
    proposed = submission.pseudonym in selection.result["winners"]
    db.session.add(
        JuryMove(
            cycle_id=cycle.id,
            submission_id=submission.id,
            to_outcome="winner" if wins else "none",
            proposed_outcome="winner" if proposed else "none",
            reason=reason.strip(),
            office=office,
            moved_by=actor.id,
            moved_at=now,
        )
    )
    if decision is not None:
        db.session.delete(decision)
    else:
        decision = Decision(cycle_id=cycle.id, stage=Stage.JURY, submission_id=submission.id, outcome=Outcome.WINNER)
        decision.moved_by_hand = not proposed
        decision.move_reason = None if proposed else reason.strip()
        decision.decided_by, decision.decided_at = actor.id, now
        citations.put_back(decision, cycle)
        db.session.add(decision)
    db.session.flush()
    audit.record(
        actor=actor,
        action="jury.decide",
        object=f"submission:{submission.id}",
        cycle_id=cycle.id,
        reason=reason.strip(),
        now=now,
        details={"wins": wins, "moved_by_hand": wins != proposed, "office": office},
    )


def say_why_fewer(*, actor: User, cycle: Cycle, reason: str, now: datetime) -> None:
    """Write down why fewer winners are named than the rules allow; "" takes it back. It stands in record and minutes.

    Raises NotPermitted, IllegalTransition before the count or after the lock, RuleViolation for an endless text.
    """
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    selection = deciders.open_count(cycle)
    if len(reason) > LONGEST_REASON:
        raise RuleViolation(N_("This text is too long to be kept."), field="reason")
    if (selection.fewer_reason or "") == reason.strip():
        return
    selection.fewer_reason = reason.strip() or None
    db.session.flush()
    audit.record(
        actor=actor,
        action="jury.say_why_fewer",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        reason=reason.strip() or None,
        now=now,
    )
