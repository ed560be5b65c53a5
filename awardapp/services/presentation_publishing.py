"""Publishing the timetable: to those it touches and to nobody else.

The draft is copied into the timetable that participants and the public read. What is published is bound to what the page
showed by a digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain.errors import N_, IllegalTransition, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Presentation,
    PresentationSession,
    TimetableSession,
    TimetableSlot,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.queries import presentations as queries
from awardapp.services import audit, notifications
from awardapp.services.presentation_timetable import Draft, draft
from awardapp.services.presentations import locked_plan

SESSION_FACTS = (
    "title_en",
    "title_zh",
    "starts_at",
    "ends_at",
    "is_public",
    "place_en",
    "place_zh",
    "link",
    "public_link",
)
SLOT_FACTS = ("session_id", "starts_at", "talk_minutes", "question_minutes")


@dataclass(frozen=True, slots=True)
class Touched:
    """A city that publishing would write to. `kind`: new, moved, changed (its session's place or title), dropped."""

    kind: str
    presentation: Presentation
    starts_at: datetime
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What publishing the draft now would change, and the digest of the timetable it would make."""

    sessions: Mapping[int, dict[str, Any]]
    slots: Mapping[int, dict[str, Any]]
    touched: Sequence[Touched] = field(default_factory=list)
    digest: str = ""
    rearranged: frozenset[int] = frozenset()  # sessions in which other cities present, or at other times

    @property
    def is_nothing(self) -> bool:
        return not self.touched


def changes(cycle: Cycle, found: Draft) -> Changes:
    """What publishing this draft would change of the timetable that was published last. Two more queries."""
    ids = {one.number: one for one in found.sessions}
    used = {slot.session for slot in found.placed.values()}
    sessions = {
        one.id: _session_facts(one, max(s.position for s in found.placed.values() if s.session == one.number))
        for one in found.sessions
        if one.number in used
    }
    slots: dict[int, dict[str, Any]] = {
        found.presentations[ref].id: {
            "session_id": ids[slot.session].id,
            "starts_at": slot.starts_at,
            "talk_minutes": ids[slot.session].talk_minutes,
            "question_minutes": ids[slot.session].question_minutes,
        }
        for ref, slot in found.placed.items()
    }
    old_sessions, old_slots = _published(cycle)
    touched = []
    for one in found.presentations.values():
        new, old = slots.get(one.id), old_slots.get(one.id)
        is_on = old is not None and old.dropped_at is None
        if new is None:
            if old is not None and is_on:
                touched.append(Touched("dropped", one, old.starts_at, old.starts_at))
        elif old is None or not is_on:
            touched.append(Touched("new", one, new["starts_at"]))
        elif any(getattr(old, name) != new[name] for name in SLOT_FACTS):
            touched.append(Touched("moved", one, new["starts_at"], old.starts_at))
        elif _differs(old_sessions.get(new["session_id"]), sessions[new["session_id"]]):
            touched.append(Touched("changed", one, new["starts_at"], old.starts_at))
    text = json.dumps([sorted(sessions.items()), sorted(slots.items())], default=str, sort_keys=True)
    rearranged = {
        session_id
        for one in touched
        for session_id in (
            old_slots[one.presentation.id].session_id if one.presentation.id in old_slots else None,
            slots.get(one.presentation.id, {}).get("session_id"),
        )
        if session_id is not None
    }
    return Changes(sessions, slots, touched, hashlib.sha256(text.encode()).hexdigest()[:16], frozenset(rearranged))


def _session_facts(one: PresentationSession, last: int) -> dict[str, Any]:
    title = one.theme if one.theme is not None and not (one.title_en or one.title_zh) else None
    return {
        "title_en": title.name_en if title is not None else one.title_en or one.title_zh,
        "title_zh": title.name_zh if title is not None else one.title_zh or one.title_en,
        "starts_at": one.starts_at,
        "ends_at": queries.measures(one).ends_at(last),
        "is_public": one.is_public,
        "place_en": one.place_en,
        "place_zh": one.place_zh,
        "link": one.link,
        "public_link": one.public_link,
    }


# A session that only became longer or shorter for others says nothing new to those whose own time stayed.
_TELLING = tuple(name for name in SESSION_FACTS if name not in ("ends_at", "starts_at"))


def _differs(old: TimetableSession | None, new: Mapping[str, Any]) -> bool:
    return old is None or old.dropped_at is not None or any(getattr(old, name) != new[name] for name in _TELLING)


def _published(cycle: Cycle) -> tuple[dict[int, TimetableSession], dict[int, TimetableSlot]]:
    sessions = db.session.scalars(select(TimetableSession).where(TimetableSession.cycle_id == cycle.id))
    slots = db.session.scalars(select(TimetableSlot).where(TimetableSlot.cycle_id == cycle.id))
    return {one.session_id: one for one in sessions}, {one.presentation_id: one for one in slots}


def publish(*, actor: User, cycle: Cycle, shown: str, now: datetime) -> Changes:
    """Publish the draft: the timetable that everybody reads becomes it, and whoever is touched gets a letter. `shown`: the
    digest of the timetable on the page that was confirmed.

    Raises NotPermitted, IllegalTransition when nothing changes, StaleVersion when the draft is another one by now.
    """
    plan = locked_plan(actor=actor, cycle=cycle, now=now)
    found = draft(cycle)
    made = changes(cycle, found)
    if made.digest != shown:
        raise StaleVersion(N_("The draft has changed since this page was made. Look at it again before you publish."))
    if made.is_nothing:
        raise IllegalTransition(N_("Nothing has changed since the timetable was published."))
    old_sessions, old_slots = _published(cycle)
    numbered = _copy(TimetableSession, "session_id", old_sessions, made.sessions, SESSION_FACTS, cycle=cycle, now=now)
    _copy(TimetableSlot, "presentation_id", old_slots, made.slots, SLOT_FACTS, cycle=cycle, now=now)
    _number_again(made, old_sessions, old_slots, numbered=numbered, now=now)
    plan.edition += 1
    plan.published_at, plan.published_by = now, actor.id
    db.session.flush()
    audit.record(
        actor=actor,
        action="presentations.publish",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"edition": plan.edition, "touched": len(made.touched), "digest": made.digest},
    )
    for one in made.touched:
        _tell(one, made, edition=plan.edition, now=now)
    notifications.notify_all(
        "presentation_timetable",
        recipients=[member.user for member in people_queries.members(cycle, Role.JUROR)],
        cause=f"cycle:{cycle.id}:timetable:{plan.edition}",
        cycle=cycle,
        context={"edition": plan.edition, "touched": len(made.touched)},
        now=now,
    )
    return made


def _copy(
    table: type[TimetableSession | TimetableSlot],
    key: str,
    old: Mapping[int, Any],
    new: Mapping[int, dict[str, Any]],
    names: Sequence[str],
    *,
    cycle: Cycle,
    now: datetime,
) -> set[int]:
    """Make the published rows say what the draft says; a row that changes gets the next number for calendars. Returns those."""
    changed = set()
    for one, facts in new.items():
        row = old.get(one)
        if row is None:
            db.session.add(table(cycle_id=cycle.id, changed_at=now, sequence=0, **{key: one}, **facts))
        elif row.dropped_at is not None or any(getattr(row, name) != facts[name] for name in names):
            for name in names:
                setattr(row, name, facts[name])
            row.dropped_at, row.changed_at, row.sequence = None, now, row.sequence + 1
            changed.add(one)
    for one, row in old.items():
        if one not in new and row.dropped_at is None:
            row.dropped_at, row.changed_at, row.sequence = now, now, row.sequence + 1
            changed.add(one)
    db.session.flush()
    return changed


def _number_again(
    made: Changes,
    sessions: Mapping[int, TimetableSession],
    slots: Mapping[int, TimetableSlot],
    *,
    numbered: Collection[int],
    now: datetime,
) -> None:
    """Calendars are told by the number alone that an entry is newer: a session's also when others present in it or at other
    times, a presentation's also when only its session changed.
    """
    for one in made.touched:
        slot = slots.get(one.presentation.id)
        if one.kind == "changed" and slot is not None:
            slot.sequence, slot.changed_at = slot.sequence + 1, now
    for session_id in made.rearranged:
        session = sessions.get(session_id)
        if session is not None and session_id not in numbered:
            session.sequence, session.changed_at = session.sequence + 1, now
    db.session.flush()


_LETTERS = {"new": "presentation_slot", "moved": "presentation_moved", "changed": "presentation_moved",
            "dropped": "presentation_dropped"}  # fmt: skip


def _tell(one: Touched, made: Changes, *, edition: int, now: datetime) -> None:
    """One city learns when it presents, or that it is another time now."""
    slot = made.slots.get(one.presentation.id)
    session = made.sessions[slot["session_id"]] if slot is not None else {}
    notifications.notify_city(
        _LETTERS[one.kind],
        submission=one.presentation.submission,
        cause=f"presentation:{one.presentation.id}:{edition}",
        context={
            "starts_at": one.starts_at.isoformat(),
            **({"before_at": one.before.isoformat()} if one.kind == "moved" and one.before else {}),
            "city_zone": queries.zone_of(one.presentation).key,
            "session": {key: session.get(key, "") for key in ("title_en", "title_zh")},
            "minutes": [slot["talk_minutes"], slot["question_minutes"]] if slot is not None else [],
        },
        now=now,
    )
