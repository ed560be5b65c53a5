"""Handing in after the deadline: a decision that two people of the secretariat take, one proposing, the other accepting."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, TooLate


class LateStatus(StrEnum):
    """Where a late acceptance stands. Ended: taken back after it had been accepted."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


LATE_STATUS_NAMES: dict[LateStatus, str] = {
    LateStatus.PROPOSED: N_("Waits for a second person"),
    LateStatus.ACCEPTED: N_("Accepted by two people"),
    LateStatus.DECLINED: N_("Declined"),
    LateStatus.ENDED: N_("Taken back"),
}

# After the deadline and before the committee begins: what it reads is fixed by then.
LATE_PHASES = frozenset({CyclePhase.OPEN, CyclePhase.SCREENING})


def check_phase(phase: CyclePhase) -> None:
    """Refuse where nothing can be accepted late. Raises RuleViolation, IllegalTransition."""
    if phase is CyclePhase.DRAFT:
        raise RuleViolation(N_("The call is not open yet."))
    if phase not in LATE_PHASES:
        raise IllegalTransition(N_("Nothing can be accepted late once the committee has begun."))


def is_open(phase: CyclePhase, *, until_at: datetime, now: datetime) -> bool:
    """Whether a file can still come in under a late acceptance; its instant is exclusive like a deadline."""
    return phase in LATE_PHASES and now < until_at


def check_until(until_at: datetime, *, deadline_at: datetime | None, now: datetime) -> None:
    """The instant until which a late file may come: in the future, and later than the deadline. Raises RuleViolation."""
    if until_at <= now:
        raise RuleViolation(N_("The date must lie in the future."), field="until")
    if deadline_at is None or until_at <= deadline_at:
        raise RuleViolation(N_("The deadline is later than that; nothing needs to be accepted late."), field="until")


def check_decision(status: LateStatus, *, proposed_by: int, actor: int) -> None:
    """Only a second person decides on what is still proposed. Raises IllegalTransition, NotPermitted."""
    if status is not LateStatus.PROPOSED:
        raise IllegalTransition(N_("Somebody has decided on this already."))
    if proposed_by == actor:
        raise NotPermitted(N_("Who proposed a late acceptance cannot accept it as well: it takes two people."))


def check_link(status: LateStatus, *, phase: CyclePhase, is_revoked: bool, until_at: datetime, now: datetime) -> None:
    """Refuse a personal link that does not work any more. Raises TooLate."""
    if status is not LateStatus.ACCEPTED or is_revoked:
        raise TooLate(N_("This link was taken back by the secretariat."))
    if not is_open(phase, until_at=until_at, now=now):
        raise TooLate(N_("The time of this link is over."))
