"""Ballots on paper: two people of the secretariat key in the same paper, neither sees the other's, and both must agree.

What each read is kept only until the two are compared. Where they differ, both learn on which cities and begin again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from awardapp.domain.ballots import Content, check_cast, differing
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Cycle, Membership, PaperBallot, PaperKeying, User
from awardapp.queries import people as people_queries
from awardapp.services import audit, ballots
from awardapp.services.locks import lock_row

LONGEST_NUMBER = 40
ABSTENTION = 0  # in the list of what differs: the juror's word to abstain


def of_cycle(cycle: Cycle) -> Sequence[PaperBallot]:
    """The papers of a cycle by number, with who keyed them in."""
    return db.session.scalars(
        select(PaperBallot)
        .options(
            joinedload(PaperBallot.membership).joinedload(Membership.user),
            selectinload(PaperBallot.keyings).joinedload(PaperKeying.keyer),
        )
        .where(PaperBallot.cycle_id == cycle.id)
        .order_by(PaperBallot.number, PaperBallot.id)
    ).all()


def check_keyer(actor: User, cycle: Cycle) -> None:
    """Only people of the secretariat who are not on the jury handle papers. Raises NotPermitted, IllegalTransition."""
    standing = people_queries.standing(actor, cycle)
    require(can_run_cycle(standing))
    if standing.has(Role.JUROR):
        raise NotPermitted(N_("Who is on the jury keys in no ballots."))
    if cycle.phase is not CyclePhase.JURY:
        raise IllegalTransition(N_("The jury is not voting now."))


def open_paper(*, actor: User, cycle: Cycle, member: Membership, number: str, now: datetime) -> PaperBallot:
    """Note that a juror votes on paper, under a number. The juror's own draft then rests.

    Raises NotPermitted, IllegalTransition when the juror has cast, is excused or votes on paper already, RuleViolation.
    """
    check_keyer(actor, cycle)
    lock_row(cycle)
    check_keyer(actor, cycle)
    number = " ".join(number.split())
    if not number or len(number) > LONGEST_NUMBER:
        raise RuleViolation(
            N_("The paper needs a number of at most %(n)d characters."), field="number", n=LONGEST_NUMBER
        )
    if member.cycle_id != cycle.id or member.role is not Role.JUROR or member.ended_at is not None:
        raise RuleViolation(N_("This person is not on the jury."), field="juror")
    if member.conflicts_declared_at is None:
        raise RuleViolation(N_("This juror has not declared conflicts of interest yet."), field="juror")
    ballot = ballots.of(member)
    if ballot is not None and ballot.cast_at is not None:
        raise IllegalTransition(N_("This juror has cast a ballot."))
    if ballots.live_excuse(member) is not None:
        raise IllegalTransition(N_("This juror is excused already."))
    if ballots.live_paper(member) is not None:
        raise IllegalTransition(N_("This juror votes on paper already."))
    taken = select(PaperBallot.id).where(PaperBallot.cycle_id == cycle.id, PaperBallot.number == number)
    if db.session.scalar(taken) is not None:
        raise RuleViolation(N_("Another paper has this number."), field="number")
    paper = PaperBallot(
        cycle_id=cycle.id, membership_id=member.id, number=number, opened_by=actor.id, opened_at=now, differing=[]
    )
    db.session.add(paper)
    db.session.flush()
    audit.record(
        actor=actor,
        action="paper.open",
        object=f"membership:{member.id}",
        cycle_id=cycle.id,
        now=now,
        details={"number": number},
    )
    return paper


def keyings_of(paper: PaperBallot) -> list[PaperKeying]:
    """Who has keyed the paper in during the present turn."""
    return [one for one in paper.keyings if one.turn == paper.turn]


def key_in(*, actor: User, cycle: Cycle, paper: PaperBallot, content: Content, now: datetime) -> PaperBallot:
    """One person's reading of the paper. The second one is compared with the first at once.

    Agree: it is the juror's ballot, cast. Differ: `paper.differing` names the cities, both readings are forgotten, and a new
    turn begins. Raises NotPermitted, IllegalTransition, RuleViolation for a reading that is no whole ballot.
    """
    check_keyer(actor, cycle)
    lock_row(cycle)
    check_keyer(actor, cycle)
    lock_row(paper)
    if paper.cycle_id != cycle.id or paper.state != "open":
        raise IllegalTransition(N_("This paper is not open to be keyed in."))
    present = keyings_of(paper)
    if any(one.keyed_by == actor.id for one in present):
        raise IllegalTransition(N_("You have keyed this paper in. Now a second person has to."))
    member = paper.membership
    votable = [s.id for s in ballots.votable(member, cycle)]
    check_cast(content, cycle.rules.ballots, votable=votable)
    content = content.as_cast(())
    db.session.add(
        PaperKeying(paper_id=paper.id, turn=paper.turn, content=content.to_json(), keyed_by=actor.id, keyed_at=now)
    )
    db.session.flush()
    db.session.expire(paper, ["keyings"])
    if not present:
        _note(actor, paper, "paper.key", now)
        return paper
    first = Content.from_json(present[0].content or {})
    for keying in keyings_of(paper):
        keying.content = None
    if first.to_json() == content.to_json():
        ballot = ballots.row_of(member, now)
        ballots.check_may_vote(member)
        ballots.finish(member, ballot, content, now=now)
        ballot.paper_number = paper.number
        paper.state, paper.ended_at, paper.differing = "cast", now, []
        _note(actor, paper, "paper.cast", now)
    else:
        ids = differing(first, content, votable)
        paper.differing = [*ids, *([ABSTENTION] if first.abstained != content.abstained else [])]
        paper.turn += 1
        _note(actor, paper, "paper.differ", now)
    db.session.flush()
    return paper


def void(*, actor: User, cycle: Cycle, paper: PaperBallot, reason: str, now: datetime) -> None:
    """Take back a paper that is not cast: lost, spoilt, or the juror votes on screen after all. Needs a reason."""
    check_keyer(actor, cycle)
    lock_row(cycle)
    lock_row(paper)
    if paper.cycle_id != cycle.id or paper.state != "open":
        raise IllegalTransition(N_("This paper is not open to be keyed in."))
    if not reason.strip():
        raise RuleViolation(N_("This needs a reason, which is kept on the record."), field="reason")
    for keying in paper.keyings:
        keying.content = None
    paper.state, paper.live, paper.ended_at = "void", None, now
    db.session.flush()
    _note(actor, paper, "paper.void", now, reason=reason.strip())


def _note(actor: User, paper: PaperBallot, action: str, now: datetime, *, reason: str | None = None) -> None:
    audit.record(
        actor=actor,
        action=action,
        object=f"membership:{paper.membership_id}",
        cycle_id=paper.cycle_id,
        reason=reason,
        now=now,
        details={"number": paper.number, "turn": paper.turn},
    )
