"""The jurors' ballots: who may be ranked by whom, a draft, casting it. What a ballot says stays with its juror."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.permissions import can_vote, require
from awardapp.extensions import db
from awardapp.models import Ballot, Cycle, Membership, Submission, User
from awardapp.queries import announcements as announcement_queries
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row


def finalists(cycle: Cycle) -> list[Submission]:
    """The shortlisted submissions, by city name: from the publication, since a jury begins when the 15 are public."""
    return announcement_queries.shortlisted(cycle)


def votable(member: Membership, cycle: Cycle) -> list[Submission]:
    """The finalists a juror may rank: without those of cities the juror is tied to."""
    cities = finalists(cycle)
    barred = assessment_queries.conflicts(member, cities)
    return [s for s in cities if s.id not in barred]


def of(member: Membership) -> Ballot | None:
    """The juror's own ballot."""
    return db.session.execute(select(Ballot).where(Ballot.membership_id == member.id)).scalar_one_or_none()


def _check_juror(actor: User, member: Membership) -> None:
    if member.user_id != actor.id:
        raise NotPermitted(N_("A ballot is secret: everybody fills in their own."))
    if member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    if member.cycle.phase is not CyclePhase.JURY:
        raise IllegalTransition(N_("The jury is not voting now."))
    require(can_vote(people_queries.standing(actor, member.cycle), declared=True, phase=member.cycle.phase))


def save(*, actor: User, member: Membership, ranking: Sequence[int], edit_version: int, now: datetime) -> Ballot:
    """Keep a juror's ranking (submission ids, best first; may be partial) as a draft.

    Raises NotPermitted, IllegalTransition when already cast, StaleVersion, RuleViolation for a wrong city or one twice.
    """
    _check_juror(actor, member)
    allowed = {s.id for s in votable(member, member.cycle)}
    if len(set(ranking)) != len(ranking):
        raise RuleViolation(N_("Each city can have one place only."), field="ranking")
    if not set(ranking) <= allowed:
        raise RuleViolation(
            N_("Only shortlisted cities without a conflict of interest can be ranked."), field="ranking"
        )
    ballot = of(member)
    if ballot is None:
        ballot = Ballot(cycle_id=member.cycle_id, membership_id=member.id, edit_version=0, changed_at=now)
        db.session.add(ballot)
        db.session.flush()
        if edit_version != 0:
            raise StaleVersion(N_("This ballot was saved in another window after you opened it."))
    else:
        lock_row(ballot)
        if ballot.cast_at is not None:
            raise IllegalTransition(N_("Your ballot is cast and final."))
        if edit_version != ballot.edit_version:
            raise StaleVersion(N_("This ballot was saved in another window after you opened it."))
    ballot.ranking = list(ranking)
    ballot.edit_version += 1
    ballot.changed_at = now
    db.session.flush()
    return ballot


def cast(*, actor: User, member: Membership, now: datetime) -> Ballot:
    """Make the saved ranking final. The audit notes that a ballot was cast, never what it says."""
    _check_juror(actor, member)
    ballot = of(member)
    if ballot is None or not ballot.ranking:
        raise RuleViolation(N_("Rank at least one city before you cast the ballot."), field="ranking")
    lock_row(ballot)
    if ballot.cast_at is not None:
        raise IllegalTransition(N_("Your ballot is cast and final."))
    ballot.cast_at = now
    audit.record(actor=actor, action="ballot.cast", object=f"membership:{member.id}", cycle_id=member.cycle_id, now=now)
    return ballot


def all_cast(cycle: Cycle) -> Sequence[Ballot]:
    """All ballots cast, in random-looking but fixed order (by pseudonym). For the count only."""
    rows = db.session.scalars(
        select(Ballot)
        .options(joinedload(Ballot.membership))
        .where(Ballot.cycle_id == cycle.id, Ballot.cast_at.is_not(None))
    ).all()
    return sorted(rows, key=lambda b: b.membership.pseudonym)
