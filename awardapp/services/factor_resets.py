"""Somebody has lost every second factor: one of the secretariat asks, another confirms, and the person sets one up anew.

The password stays. Who asks says how they know that it is the person who asked them, and not somebody with the password.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Cycle, FactorReset, Membership, User
from awardapp.queries import people as people_queries
from awardapp.services import audit, second_factors
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify


def waiting_for(user: User) -> FactorReset | None:
    """The reset of this person that waits for its second person."""
    return db.session.scalar(select(FactorReset).where(FactorReset.user_id == user.id, FactorReset.live.is_(True)))


def ask(*, actor: User, member: Membership, reason: str, now: datetime) -> FactorReset:
    """The first person's wish. Raises NotPermitted, or RuleViolation when there is nothing to reset or it waits already."""
    require(can_run_cycle(people_queries.standing(actor, member.cycle)))
    if member.user_id == actor.id:
        raise NotPermitted(N_("Nobody resets the own second factor. Ask two others of the secretariat."))
    lock_row(member.user)
    if not second_factors.has_any(member.user):
        raise RuleViolation(N_("This person has no second factor."))
    if waiting_for(member.user) is not None:
        raise RuleViolation(N_("A reset for this person waits already."))
    if not reason.strip():
        raise RuleViolation(N_("Say how you know that the person asked you."), field="reason")
    reset = FactorReset(
        user_id=member.user_id,
        cycle_id=member.cycle_id,
        live=True,
        reason=reason.strip(),
        asked_by=actor.id,
        asked_at=now,
    )
    db.session.add(reset)
    db.session.flush()
    _record(actor, "user.second_factor_reset_ask", reset, now)
    return reset


def _record(actor: User, action: str, reset: FactorReset, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        object=f"user:{reset.user_id}",
        cycle_id=reset.cycle_id,
        reason=reset.reason,
        now=now,
        details={"reset": reset.id},
    )


def _checked(actor: User, reset: FactorReset, cycle: Cycle) -> None:
    require(can_run_cycle(people_queries.standing(actor, cycle)) and reset.cycle_id == cycle.id)
    lock_row(reset)
    if reset.live is None:
        raise RuleViolation(N_("This reset was decided already."))


def confirm(*, actor: User, reset: FactorReset, now: datetime) -> None:
    """The second person: the factors go, every sign-in ends, the person gets a letter. Raises NotPermitted, RuleViolation."""
    _checked(actor, reset, reset.cycle)
    if actor.id in (reset.asked_by, reset.user_id):
        raise NotPermitted(N_("A second person of the secretariat must confirm the reset."))
    if not can_run_cycle(people_queries.standing(reset.asker, reset.cycle)):
        raise RuleViolation(N_("Who asked for this reset has left the secretariat. Take it back and ask anew."))
    reset.live, reset.confirmed_by, reset.ended_at = None, actor.id, now
    second_factors.remove_all(reset.user, now=now)
    _record(actor, "user.second_factor_reset", reset, now)
    notify("second_factor_reset", recipient=reset.user, cause=f"reset:{reset.id}", now=now)


def withdraw(*, actor: User, reset: FactorReset, now: datetime) -> None:
    """Anybody of the secretariat, and the person, lets it be. Raises NotPermitted, RuleViolation."""
    _checked(actor, reset, reset.cycle)
    reset.live, reset.ended_at = None, now
    _record(actor, "user.second_factor_reset_withdraw", reset, now)


def by_operator(user: User, *, reason: str, now: datetime) -> None:
    """From the command line, where there are no two people of a secretariat. Raises RuleViolation."""
    if not second_factors.has_any(user):
        raise RuleViolation(N_("This person has no second factor."))
    waiting = waiting_for(user)
    if waiting is not None:
        waiting.live, waiting.ended_at = None, now
    second_factors.remove_all(user, now=now)
    entry = audit.record(
        actor=None, action="user.second_factor_reset", object=f"user:{user.id}", reason=reason, now=now
    )
    notify("second_factor_reset", recipient=user, cause=f"audit:{entry.id}", now=now)
