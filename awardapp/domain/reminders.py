"""Reminders on a schedule: which kinds there are, what instant each counts back from, and what is proposed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_
from awardapp.domain.letters import BALLOT_REMINDER, DRAFT_WAITING, READING_REMINDER

REMINDER_NAMES: dict[str, str] = {
    DRAFT_WAITING: N_("Cities whose file is begun and not handed in, before the deadline"),
    READING_REMINDER: N_("Members with files left to read, before the committee's last day ends"),
    BALLOT_REMINDER: N_("Jurors who have not cast their ballot, before the day of the ceremony"),
}
PHASES: dict[str, CyclePhase] = {
    DRAFT_WAITING: CyclePhase.OPEN,
    READING_REMINDER: CyclePhase.COMMITTEE,
    BALLOT_REMINDER: CyclePhase.JURY,
}
PROPOSED: tuple[tuple[str, int], ...] = (
    (DRAFT_WAITING, 14 * 24), (DRAFT_WAITING, 7 * 24), (DRAFT_WAITING, 2 * 24), (DRAFT_WAITING, 24),
    (READING_REMINDER, 7 * 24), (READING_REMINDER, 2 * 24),
    (BALLOT_REMINDER, 2 * 24),
)  # fmt: skip
MOST_HOURS = 28 * 24  # a slot is remembered for thirty days


@dataclass(frozen=True, slots=True)
class Dates:
    """The instants of a cycle that reminders count back from."""

    deadline_at: datetime | None
    committee_ends_at: datetime | None
    ceremony_at: datetime | None

    def of(self, kind: str) -> datetime | None:
        """The instant that a kind of reminder is about; None while it is not set."""
        return {
            DRAFT_WAITING: self.deadline_at,
            READING_REMINDER: self.committee_ends_at,
            BALLOT_REMINDER: self.ceremony_at,
        }.get(kind)


def dates_of(
    *, deadline_at: datetime | None, committee_to: date | None, ceremony_on: date | None, time_zone: str
) -> Dates:
    """The instants in UTC; a last day ends at the following midnight of the award's zone."""

    def midnight(day: date | None, more: int) -> datetime | None:
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=more), time(), ZoneInfo(time_zone)).astimezone(UTC)

    return Dates(deadline_at, midnight(committee_to, 1), midnight(ceremony_on, 0))


def due(
    lines: Iterable[tuple[int, int, datetime]], *, instant: datetime | None, now: datetime
) -> tuple[list[tuple[int, datetime]], tuple[int, datetime] | None]:
    """Of one kind's lines (id, hours before, written at): every slot that has come, and the one to carry out.

    When several came while nobody looked, the latest alone is carried out: one letter, not three. A line written after its
    own slot, and a slot whose instant has passed, are carried out no more.
    """
    if instant is None or now >= instant:
        return [], None
    slots = [(one, instant - timedelta(hours=hours), written) for one, hours, written in lines]
    come = [(one, slot) for one, slot, written in slots if written < slot <= now]
    return come, max(come, key=lambda pair: pair[1], default=None)
