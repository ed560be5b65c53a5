"""A cycle's calendar and phase as the public may see them: a sealed phase reads like the one before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.cycles import CyclePhase
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, Publication

_SEALED = {CyclePhase.SHORTLIST_SEALED: CyclePhase.COMMITTEE, CyclePhase.WINNERS_SEALED: CyclePhase.JURY}


def outside(cycle: Cycle) -> CyclePhase:
    """The phase that may be known outside the seal. Everything public that depends on the phase asks this."""
    return _SEALED.get(cycle.phase, cycle.phase)


@dataclass(frozen=True, slots=True)
class Step:
    """One date of a cycle; `state` is "past", "now" or "next"."""

    what: str
    at: date | datetime | None
    state: str
    is_deadline: bool = False


def steps(cycle: Cycle, publications: Iterable[Publication] = ()) -> list[Step]:
    """The calendar of a cycle; the last step that was reached is the present one until the cycle is archived.

    What was announced carries the day on which it was; before that the planned day.
    """
    phase = outside(cycle)
    announced = {publication.kind: publication.published_at for publication in publications}
    planned: list[tuple[str, date | datetime | None, CyclePhase]] = [
        (_("Call opens"), cycle.opens_at, CyclePhase.OPEN),
        (_("Deadline"), last_day(cycle) if cycle.is_archive else cycle.deadline_at, CyclePhase.SCREENING),
        (_("Technical committee meets"), cycle.committee_from, CyclePhase.COMMITTEE),
        (
            _("Shortlist announced"),
            announced.get(AnnouncementKind.SHORTLIST, cycle.shortlist_on),
            CyclePhase.SHORTLIST_PUBLIC,
        ),
        (_("Winners announced"), announced.get(AnnouncementKind.WINNERS, cycle.ceremony_on), CyclePhase.WINNERS_PUBLIC),
    ]
    reached = [not phase.is_before(needed) for _what, _at, needed in planned]
    present = sum(reached) - 1 if phase is not CyclePhase.ARCHIVED else len(planned)
    return [
        Step(
            what,
            at,
            "past" if number < present else "now" if number == present else "next",
            is_deadline=needed is CyclePhase.SCREENING and not cycle.is_archive,
        )
        for number, (what, at, needed) in enumerate(planned)
    ]


def last_day(cycle: Cycle) -> date | None:
    """The day of the deadline in the award's zone: of past cycles no more than the day is known."""
    if cycle.deadline_at is None:
        return None
    return (cycle.deadline_at - timedelta(seconds=1)).astimezone(ZoneInfo(cycle.time_zone)).date()
