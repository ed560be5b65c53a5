"""Keeping the committee's reading on its way: reminding those behind, stopping and resuming scoring."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.permissions import can_see_scores, require
from awardapp.extensions import db
from awardapp.models import Cycle, Membership, User
from awardapp.queries import people as people_queries
from awardapp.queries import progress as queries
from awardapp.services import audit
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify

PAUSE = timedelta(hours=12)  # between two reminders to one member


def _begin(actor: User, cycle: Cycle) -> None:
    """Check and lock: the chair and the secretariat steer the reading, in the committee's phase."""
    require(can_see_scores(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))


def remind(*, actor: User, cycle: Cycle, member_ids: Collection[int], now: datetime) -> int:
    """Write a letter to each of these members, in their language, saying how many files are left. Returns how many.

    Whoever is done by now, or was reminded within the last twelve hours, gets none. Raises NotPermitted,
    IllegalTransition outside the committee's phase, RuleViolation when nobody is left to remind.
    """
    _begin(actor, cycle)
    behind = [
        one
        for one in queries.members(cycle)
        if one.member_id in member_ids and one.left > 0 and (one.reminded_at is None or now - one.reminded_at >= PAUSE)
    ]
    if not behind:
        raise RuleViolation(N_("Choose at least one member with files left who was not reminded just now."))
    for one in behind:
        notify(
            queries.REMINDER,
            recipient=db.session.get_one(Membership, one.member_id).user,
            cause=f"cycle:{cycle.id}:{now:%Y-%m-%dT%H:%M:%S}",
            now=now,
            cycle=cycle,
            context={"left": one.left, "total": one.total},
        )
    audit.record(
        actor=actor,
        action="reading.remind",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"members": [one.member_id for one in behind]},
    )
    return len(behind)


def freeze(*, actor: User, cycle: Cycle, now: datetime) -> None:
    """Stop scoring for everybody until it is resumed. Raises NotPermitted, IllegalTransition when it is stopped already."""
    _begin(actor, cycle)
    if cycle.scoring_frozen_at is not None:
        raise IllegalTransition(N_("Scoring is stopped already."))
    cycle.scoring_frozen_at = now
    audit.record(actor=actor, action="scoring.freeze", object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now)


def unfreeze(*, actor: User, cycle: Cycle, now: datetime) -> None:
    """Let scoring go on. Raises NotPermitted, IllegalTransition when it is not stopped."""
    _begin(actor, cycle)
    if cycle.scoring_frozen_at is None:
        raise IllegalTransition(N_("Scoring is not stopped."))
    cycle.scoring_frozen_at = None
    audit.record(actor=actor, action="scoring.unfreeze", object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now)
