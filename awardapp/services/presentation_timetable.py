"""The draft of the timetable: proposed, and changed by hand with its price shown. Nobody is told of it before it is published
(presentation_publishing.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.timetable import Candidate, Night, Price, Slot, nights, propose, total
from awardapp.extensions import db
from awardapp.i18n import pick
from awardapp.models import (
    Cycle,
    Presentation,
    PresentationSession,
    User,
)
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.services import audit
from awardapp.services.presentations import locked_plan


@dataclass(frozen=True, slots=True)
class Draft:
    """The timetable as the secretariat plans it; everything by the reference of the submission."""

    sessions: Sequence[PresentationSession]
    presentations: Mapping[str, Presentation]
    candidates: Mapping[str, Candidate]
    slots: Sequence[Slot]
    placed: Mapping[str, Slot]
    held: frozenset[str] = frozenset()  # their clock was started: they stay

    @property
    def unplaced(self) -> list[Presentation]:
        return [one for ref, one in self.presentations.items() if ref not in self.placed]

    @property
    def price(self) -> Price:
        return total(self.candidates, self.placed)

    @property
    def nights(self) -> list[Night]:
        return nights(self.candidates, self.placed, self.slots)

    def at(self, key: tuple[int, int]) -> str | None:
        """Who presents in a slot."""
        return next((ref for ref, slot in self.placed.items() if slot.key == key), None)

    def swapped(self, ref: str, key: tuple[int, int]) -> dict[str, Slot]:
        """The places after a presentation went into a slot and whoever was there took its place. Raises RuleViolation."""
        slot = next((one for one in self.slots if one.key == key), None)
        if slot is None or ref not in self.presentations:
            raise RuleViolation(N_("Choose a presentation, and the slot it should have."), field="slot")
        other = self.at(key)
        if {ref, other} & self.held:
            raise RuleViolation(N_("A presentation that was begun stays where it is."), field="slot")
        placed = dict(self.placed)
        before = placed.pop(ref, None)
        if other is not None and other != ref:
            placed.pop(other)
            if before is not None:
                placed[other] = before
        placed[ref] = slot
        return placed


def draft(cycle: Cycle) -> Draft:
    """The draft as it stands. Five queries."""
    sessions = queries.sessions(cycle)
    presentations = {one.submission.ref: one for one in queries.presentations(cycle)}
    slots = [
        Slot(one.number, position, measures.slot(position), measures.each, one.theme.key if one.theme else "")
        for one in sessions
        for measures in (queries.measures(one),)
        for position in range(1, one.places + 1)
    ]
    by_key = {slot.key: slot for slot in slots}
    numbers = {one.id: one.number for one in sessions}
    candidates, placed = {}, {}
    for ref, one in presentations.items():
        theme = one.submission.theme.key if one.submission.theme is not None else ""
        candidates[ref] = Candidate(ref, queries.zone_of(one).key, theme)
        if one.session_id is not None and one.position is not None and one.session_id in numbers:
            placed[ref] = by_key[numbers[one.session_id], one.position]
    held = day_queries.begun(cycle)
    return Draft(
        sessions,
        presentations,
        candidates,
        slots,
        placed,
        frozenset(ref for ref, one in presentations.items() if one.id in held),
    )


def _store(found: Draft, placed: Mapping[str, Slot]) -> int:
    """Write the places; returns how many presentations moved."""
    ids = {one.number: one.id for one in found.sessions}
    moved = [ref for ref in found.presentations if found.placed.get(ref) != placed.get(ref)]
    for ref in moved:  # first out, then in: a place is one presentation's at a time
        found.presentations[ref].session_id = found.presentations[ref].position = None
    db.session.flush()
    for ref in moved:
        slot = placed.get(ref)
        if slot is not None:
            found.presentations[ref].session_id, found.presentations[ref].position = ids[slot.session], slot.position
    db.session.flush()
    return len(moved)


def propose_draft(*, actor: User, cycle: Cycle, keep_placed: bool, now: datetime) -> Draft:
    """Put every finalist into the slot that serves all best (domain/timetable.py); with `keep_placed` only those without one.

    Raises NotPermitted, IllegalTransition, RuleViolation when there are too few slots.
    """
    locked_plan(actor=actor, cycle=cycle, now=now)
    found = draft(cycle)
    stay = {ref: slot for ref, slot in found.placed.items() if keep_placed or ref in found.held}
    placed = propose(list(found.candidates.values()), found.slots, kept=stay)
    moved = _store(found, placed)
    after = draft(cycle)
    audit.record(
        actor=actor,
        action="presentations.propose",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"moved": moved, "at_night": after.price.at_night, "off_theme": after.price.off_theme},
    )
    return after


def swap(*, actor: User, cycle: Cycle, ref: str, key: tuple[int, int], now: datetime) -> None:
    """Give a presentation a slot of the draft; whoever had it gets the other's. Raises NotPermitted, IllegalTransition,
    RuleViolation.
    """
    locked_plan(actor=actor, cycle=cycle, now=now)
    found = draft(cycle)
    if not _store(found, found.swapped(ref, key)):
        return
    audit.record(
        actor=actor,
        action="presentations.swap",
        object=f"submission:{found.presentations[ref].submission_id}",
        cycle_id=cycle.id,
        now=now,
        details={"session": key[0], "position": key[1]},
    )


def session_title(one: PresentationSession) -> str:
    """A session's own title, or its theme's name, in the reader's language."""
    return pick(one, "title") or pick(one.theme, "name")
