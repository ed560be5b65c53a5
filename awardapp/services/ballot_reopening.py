"""What the chair may do about other jurors' ballots, on the record: reopen a cast one, not wait for a missing one."""

from __future__ import annotations

from datetime import datetime

from awardapp.domain.announcements import Stage
from awardapp.domain.ballots import Content
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_winners, require
from awardapp.extensions import db
from awardapp.models import Ballot, BallotReopening, Cycle, JurorExcuse, Membership, User
from awardapp.queries import people as people_queries
from awardapp.services import audit, ballot_counting, ballots, notifications, selections
from awardapp.services.locks import lock_row


def _begin(actor: User, cycle: Cycle, member: Membership) -> None:
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    if member.cycle_id != cycle.id or member.role is not Role.JUROR or member.ended_at is not None:
        raise RuleViolation(N_("This person is not on the jury."))


def _check_never_counted(cycle: Cycle) -> None:
    if selections.selection_of(cycle, Stage.JURY) is not None:
        raise IllegalTransition(
            N_("The ballots were counted once. Two counts with one juror more or less would tell how that juror voted.")
        )


def _reason(text: str) -> str:
    if not text.strip():
        raise RuleViolation(N_("This needs a reason, which is kept on the record."), field="reason")
    return text.strip()


def reopen(*, actor: User, cycle: Cycle, member: Membership, reason: str, now: datetime) -> Ballot:
    """Make one juror's cast void: it is a draft again, only for the juror. What it says is neither shown nor noted.

    A count made before no longer holds. Raises NotPermitted (only the chair, never for the chair's own ballot),
    IllegalTransition when nothing is cast or the decision is locked, RuleViolation without a reason.
    """
    _begin(actor, cycle, member)
    reason = _reason(reason)
    if member.user_id == actor.id:
        raise NotPermitted(N_("Nobody reopens their own ballot."))
    ballot = ballots.of(member)
    if ballot is None:
        raise IllegalTransition(N_("This juror has not cast a ballot."))
    lock_row(ballot)
    if ballot.cast_at is None:
        raise IllegalTransition(N_("This juror has not cast a ballot."))
    ballot_counting.outdate(cycle)
    db.session.add(
        BallotReopening(
            ballot_id=ballot.id,
            receipt_sha256=ballot.receipt_sha256,
            paper_number=ballot.paper_number,
            reason=reason,
            reopened_by=actor.id,
            reopened_at=now,
        )
    )
    paper = ballots.live_paper(member)
    if paper is not None:
        paper.state, paper.live, paper.ended_at = "void", None, now
    data = {name: value for name, value in ballot.content.items() if name != "recused"}
    ballot.content = Content.from_json(data).to_json()
    ballot.cast_at = ballot.nonce = ballot.receipt_sha256 = ballot.paper_number = None
    ballot.edit_version += 1
    db.session.flush()
    db.session.expire(ballot, ["reopenings"])
    audit.record(
        actor=actor, action="ballot.reopen", object=f"membership:{member.id}", cycle_id=cycle.id, reason=reason, now=now
    )
    notifications.notify(
        "ballot_reopened",
        recipient=member.user,
        cause=f"ballot:{ballot.id}:v{ballot.edit_version}",
        cycle=cycle,
        now=now,
        context={"reason": reason},
    )
    return ballot


def excuse(*, actor: User, cycle: Cycle, member: Membership, reason: str, now: datetime) -> JurorExcuse:
    """Put on record that a juror's ballot is not waited for. Raises NotPermitted, IllegalTransition (also after the first
    count), RuleViolation.
    """
    _begin(actor, cycle, member)
    _check_never_counted(cycle)
    reason = _reason(reason)
    ballot = ballots.of(member)
    if ballot is not None and ballot.cast_at is not None:
        raise IllegalTransition(N_("This juror has cast a ballot."))
    if ballots.live_excuse(member) is not None:
        raise IllegalTransition(N_("This juror is excused already."))
    ballot_counting.outdate(cycle)
    row = JurorExcuse(
        cycle_id=cycle.id, membership_id=member.id, reason=reason, excused_by=actor.id, excused_at=now
    )  # fmt: skip
    db.session.add(row)
    paper = ballots.live_paper(member)
    if paper is not None:
        paper.state, paper.live, paper.ended_at = "void", None, now
        for keying in paper.keyings:
            keying.content = None
    db.session.flush()
    audit.record(
        actor=actor, action="ballot.excuse", object=f"membership:{member.id}", cycle_id=cycle.id, reason=reason, now=now
    )
    return row


def expect(*, actor: User, cycle: Cycle, member: Membership, now: datetime) -> None:
    """Wait for an excused juror's ballot again. Raises NotPermitted, IllegalTransition (also after the first count)."""
    _begin(actor, cycle, member)
    _check_never_counted(cycle)
    row = ballots.live_excuse(member)
    if row is None:
        raise IllegalTransition(N_("This juror is not excused."))
    ballot_counting.outdate(cycle)
    row.live, row.ended_by, row.ended_at = None, actor.id, now
    db.session.flush()
    audit.record(actor=actor, action="ballot.expect", object=f"membership:{member.id}", cycle_id=cycle.id, now=now)
