"""The full check of an announcement: every letter written for every recipient, the record recomputed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jinja2 import TemplateError

from awardapp.domain import announcements as rules
from awardapp.domain.announcements import AnnouncementKind, Stage
from awardapp.domain.errors import N_
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.selection import record
from awardapp.extensions import db
from awardapp.models import Announcement, AnnouncementCheck, User
from awardapp.queries import people as people_queries
from awardapp.services import letters, publishing, selections, snapshots


@dataclass
class Examined:
    """What a full check looked at and found; `faults` are {msgid, params}."""

    content_sha256: str
    letters: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)

    def fault(self, msgid: str, **params: Any) -> None:
        self.faults.append({"msgid": msgid, "params": params})


def examine(announcement: Announcement) -> Examined:
    """Write every letter for every recipient and recompute the record. Takes seconds, so it runs where nothing is written;
    `store` keeps what comes out."""
    content = snapshots.content(announcement)
    found = Examined(rules.digest(content))
    lines = {line["submission"]: line for line in content["lines"]}
    reached = snapshots.delegates(letter["submission"] for letter in content["letters"])
    for letter in content["letters"]:
        for person in reached.get(letter["submission"], ()):
            _write(announcement, letter, lines.get(letter["submission"]), person, found)
    _recompute(announcement, found)
    return found


def _write(
    announcement: Announcement, letter: dict[str, Any], line: dict[str, Any] | None, person: User, found: Examined
) -> None:
    found.letters += 1
    try:
        shown = letters.preview_announced(announcement, letter, line, recipient=person, language=person.language)
    except (TemplateError, LookupError, TypeError, ValueError) as error:
        found.fault(N_("The letter about %(ref)s cannot be written: %(why)s"), ref=letter["ref"], why=str(error))
        return
    if not shown.subject or not shown.text.strip():
        found.fault(N_("The letter about %(ref)s is empty."), ref=letter["ref"])


def _recompute(announcement: Announcement, found: Examined) -> None:
    if announcement.kind is AnnouncementKind.SPECIAL:
        return
    stage = Stage.JURY if announcement.kind is AnnouncementKind.WINNERS else Stage.COMMITTEE
    selection = selections.selection_of(announcement.cycle, stage)
    if selection is None or selection.record is None:
        found.fault(N_("The decision is not locked, so there is no record of it."))
        return
    for difference in record.verify(selection.record.encode())[:3]:
        found.fault(N_("The record does not lead to its result: %(why)s"), why=difference)


def store(*, actor: User, announcement: Announcement, examined: Examined, now: datetime) -> AnnouncementCheck:
    """Keep what a full check found, for everybody of the secretariat. Raises NotPermitted."""
    require(can_run_cycle(people_queries.standing(actor, announcement.cycle)))
    check = AnnouncementCheck(
        announcement_id=announcement.id,
        content_sha256=examined.content_sha256,
        faults=examined.faults,
        letters=examined.letters,
        by=actor.id,
        at=now,
    )
    db.session.add(check)
    db.session.flush()
    publishing.note("check", actor, announcement, now, faults=len(examined.faults))
    return check
