"""The jurors' ballots: who may vote on whom, a draft, casting it with a receipt. What a ballot says stays with its juror."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from awardapp.domain.ballot_rules import BallotRules, Shape
from awardapp.domain.ballots import Content, check_cast, check_draft
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, StaleVersion
from awardapp.domain.permissions import can_vote, require
from awardapp.domain.selection import jury as mathematics
from awardapp.domain.selection.receipts import ballot_receipt
from awardapp.extensions import db
from awardapp.models import Ballot, Cycle, JurorExcuse, Membership, PaperBallot, Submission, User
from awardapp.queries import announcements as announcement_queries
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row

FINAL = N_("Your ballot is cast and final.")
STALE = N_("This ballot was saved in another window after you opened it.")


def finalists(cycle: Cycle) -> list[Submission]:
    """The shortlisted submissions, by city name: from the publication, since a jury begins when the 15 are public."""
    return announcement_queries.shortlisted(cycle)


def votable(member: Membership, cycle: Cycle) -> list[Submission]:
    """The finalists a juror may vote on: without those of cities the juror is tied to."""
    cities = finalists(cycle)
    barred = assessment_queries.conflicts(member, cities)
    return [s for s in cities if s.id not in barred]


def of(member: Membership) -> Ballot | None:
    """The juror's own ballot."""
    return db.session.execute(select(Ballot).where(Ballot.membership_id == member.id)).scalar_one_or_none()


def content_of(ballot: Ballot | None, rules: BallotRules) -> Content:
    """What the ballot says, as far as the rule of the jury lets it."""
    return Content.from_json(ballot.content if ballot else {}).of_shape(rules.shape)


def live_excuse(member: Membership) -> JurorExcuse | None:
    """The chair's word that this juror's ballot is not waited for, while it holds."""
    return db.session.execute(
        select(JurorExcuse).where(JurorExcuse.membership_id == member.id, JurorExcuse.live.is_(True))
    ).scalar_one_or_none()


def live_paper(member: Membership) -> PaperBallot | None:
    """The paper on which the juror votes, cast or still to be keyed in."""
    return db.session.execute(
        select(PaperBallot).where(PaperBallot.membership_id == member.id, PaperBallot.live.is_(True))
    ).scalar_one_or_none()


def _check_juror(actor: User, member: Membership) -> None:
    if member.user_id != actor.id:
        raise NotPermitted(N_("A ballot is secret: everybody fills in their own."))
    if member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    if member.cycle.phase is not CyclePhase.JURY:
        raise IllegalTransition(N_("The jury is not voting now."))
    require(can_vote(people_queries.standing(actor, member.cycle), declared=True, phase=member.cycle.phase))


def check_may_vote(member: Membership) -> None:
    """Refuse where the juror is excused. Raises IllegalTransition."""
    if live_excuse(member) is not None:
        raise IllegalTransition(N_("The chair has put on record that your ballot is not waited for. Ask the chair."))


def _check_no_paper(member: Membership) -> None:
    paper = live_paper(member)
    if paper is not None:
        raise IllegalTransition(N_("You vote on paper, under the number %(number)s."), number=paper.number)


def row_of(member: Membership, now: datetime) -> Ballot:
    """The juror's ballot, locked; begun if there is none."""
    ballot = of(member)
    if ballot is None:
        ballot = Ballot(cycle_id=member.cycle_id, membership_id=member.id, content={}, edit_version=0, changed_at=now)
        db.session.add(ballot)
        db.session.flush()
    else:
        lock_row(ballot)
    return ballot


def save(*, actor: User, member: Membership, content: Content, edit_version: int, now: datetime) -> Ballot:
    """Keep a juror's ballot as a draft; it may be unfinished.

    Raises NotPermitted, IllegalTransition when already cast, on paper or excused, StaleVersion when another window saved since
    `edit_version`, RuleViolation for a wrong city, one twice, or more than the rule allows.
    """
    _check_juror(actor, member)
    cities = [s.id for s in votable(member, member.cycle)]
    check_draft(content, member.cycle.rules.ballots, votable=cities)
    ballot = row_of(member, now)
    if ballot.cast_at is not None:
        raise IllegalTransition(FINAL)
    if edit_version != ballot.edit_version:
        raise StaleVersion(STALE)
    check_may_vote(member)
    _check_no_paper(member)
    ballot.content = content.to_json()
    ballot.edit_version += 1
    ballot.changed_at = now
    db.session.flush()
    return ballot


def cast(*, actor: User, member: Membership, now: datetime, seen: int | None = None) -> Ballot:
    """Make the saved ballot final and give it its receipt. The audit notes that a ballot was cast, never what it says.

    `seen`: the edit version that was shown before; a draft saved since is not cast unseen (StaleVersion).
    """
    _check_juror(actor, member)
    cycle = member.cycle
    lock_row(cycle)
    _check_juror(actor, member)  # the phase as it is under the lock
    ballot = row_of(member, now)
    if ballot.cast_at is not None:
        raise IllegalTransition(FINAL)
    if seen is not None and seen != ballot.edit_version:
        raise StaleVersion(STALE)
    check_may_vote(member)
    _check_no_paper(member)
    finish(member, ballot, content_of(ballot, cycle.rules.ballots), now=now)
    audit.record(actor=actor, action="ballot.cast", object=f"membership:{member.id}", cycle_id=member.cycle_id, now=now)
    return ballot


def finish(member: Membership, ballot: Ballot, content: Content, *, now: datetime) -> None:
    """Check and seal what a ballot says, with the ties of this moment and a fresh receipt. Raises RuleViolation."""
    cycle, cities = member.cycle, finalists(member.cycle)
    barred = assessment_queries.conflicts(member, cities)
    check_cast(content, cycle.rules.ballots, votable=[s.id for s in cities if s.id not in barred])
    content = content.as_cast(barred)
    ballot.content = content.to_json()
    ballot.edit_version += 1
    ballot.changed_at = ballot.cast_at = now
    ballot.nonce = secrets.token_hex(16)
    counted = as_counted(member, content, {s.id: s.pseudonym for s in cities}, cycle.rules.ballots)
    ballot.receipt_sha256 = ballot_receipt(cycle.slug, counted, ballot.nonce)
    db.session.flush()


def as_counted(
    member: Membership, content: Content, names: Mapping[int, str], rules: BallotRules
) -> mathematics.Ballot:
    """The ballot by pseudonyms, as it is counted and stands in the record."""
    numbers = content.points if rules.shape is Shape.POINTS else content.marks
    return mathematics.Ballot(
        juror=member.pseudonym,
        ranking=tuple(tuple(names[i] for i in group) for group in content.ranking),
        approved=tuple(names[i] for i in content.approved),
        scores={names[i]: n for i, n in numbers.items()},
        recused=tuple(names[i] for i in content.recused),
        abstained=content.abstained,
    )
