"""Who of the secretariat has a file in hand. A decision is taken under the file's lock, so that none is taken twice;
having it in hand keeps two people from reading the same file."""

from __future__ import annotations

from datetime import datetime

from awardapp.domain.errors import N_, IllegalTransition
from awardapp.domain.permissions import can_check_validity, require
from awardapp.extensions import db
from awardapp.models import CheckClaim, Submission, User
from awardapp.queries import people as people_queries
from awardapp.services.intake import locked


class HeldByColleague(IllegalTransition):
    """Somebody else has the file in hand."""


def claim_of(submission: Submission) -> CheckClaim | None:
    """Who has the file in hand, None when nobody has."""
    return db.session.get(CheckClaim, submission.id, populate_existing=True)


def hold(*, actor: User, submission: Submission, now: datetime) -> None:
    """Take a free file in hand, as every decision does first. Raises NotPermitted, HeldByColleague."""
    _locked(actor, submission)
    claim = claim_of(submission)
    if claim is not None and claim.user_id != actor.id:
        raise HeldByColleague(
            N_("%(name)s has this file in hand. Take it over first if you want to decide on it."), name=claim.user.name
        )
    if claim is None:
        db.session.add(CheckClaim(submission_id=submission.id, user_id=actor.id, claimed_at=now))
        db.session.flush()


def take(*, actor: User, submission: Submission, now: datetime) -> User | None:
    """Take a file in hand, also out of a colleague's. Returns whose it was, None when it was free or one's own already."""
    _locked(actor, submission)
    claim = claim_of(submission)
    if claim is None:
        db.session.add(CheckClaim(submission_id=submission.id, user_id=actor.id, claimed_at=now))
        db.session.flush()
        return None
    former = claim.user if claim.user_id != actor.id else None
    claim.user_id, claim.claimed_at = actor.id, now
    db.session.flush()
    return former


def let_go(*, actor: User, submission: Submission) -> None:
    """Lay a file down, so that the others are led to it again. One that a colleague has stays with the colleague."""
    _locked(actor, submission)
    claim = claim_of(submission)
    if claim is not None and claim.user_id == actor.id:
        db.session.delete(claim)
        db.session.flush()


def _locked(actor: User, submission: Submission) -> None:
    require(can_check_validity(people_queries.standing(actor, submission.cycle)))
    locked(submission)
