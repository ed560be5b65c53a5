"""Noting letters that came back, as the secretariat imports them from its mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from awardapp import emails
from awardapp.domain import bounces as reading
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Bounce, Cycle, Notification, User
from awardapp.queries import people as people_queries
from awardapp.services import audit


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: reports about letters of ours, about none, known before, and messages that report nothing."""

    matched: int = 0
    unmatched: int = 0
    known: int = 0
    others: int = 0


def import_file(*, actor: User, cycle: Cycle, data: bytes, now: datetime) -> Imported:
    """Read a message or a mailbox file and mark the letters that came back. The same report counts once.

    A report counts for a letter when it returns that letter's Message-ID and names the address the letter went to, so
    that nobody can mark a letter by guessing its number alone. Raises NotPermitted, RuleViolation for a file that is empty
    or too large.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if not data:
        raise RuleViolation(N_("Choose a file."), field="file")
    if len(data) > reading.MOST_BYTES:
        raise RuleViolation(N_("At most %(n)d MB."), field="file", n=reading.MOST_BYTES // 1_000_000)
    counts = {"matched": 0, "unmatched": 0, "known": 0, "others": 0}
    for raw in reading.messages(data):
        found = reading.reports(raw)
        if not found:
            counts["others"] += 1
        for report in found:
            counts[_note(report, actor, now)] += 1
    audit.record(
        actor=actor,
        action="bounces.import",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details=dict(counts),
    )
    return Imported(**counts)


def _note(report: reading.Report, actor: User, now: datetime) -> str:
    if db.session.scalar(select(Bounce.id).where(Bounce.sha256 == report.sha256)) is not None:
        return "known"
    letter = _letter_of(report)
    if letter is None:
        return "unmatched"
    db.session.add(
        Bounce(
            sha256=report.sha256,
            notification_id=letter.id,
            address=report.address,
            is_permanent=report.is_permanent,
            code=report.code,
            words=report.words,
            imported_by=actor.id,
            imported_at=now,
        )
    )
    if report.is_permanent and letter.bounced_at is None:
        letter.bounced_at = now
    db.session.flush()  # the next report may be the same
    return "matched"


def _letter_of(report: reading.Report) -> Notification | None:
    row_id = emails.row_of(report.message_id)
    letter = db.session.get(Notification, row_id) if row_id is not None else None
    if letter is None or (letter.sent_to or letter.address).lower() != report.address:
        return None
    return letter


def settle(*, actor: User, cycle: Cycle, address: str, now: datetime) -> None:
    """Somebody made sure that an address is right after all: it is doubtful no more. Raises NotPermitted."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    for bounce in db.session.scalars(
        select(Bounce).where(Bounce.address == address.strip().lower(), Bounce.settled_at.is_(None))
    ):
        bounce.settled_by, bounce.settled_at = actor.id, now
    audit.record(
        actor=actor, action="bounces.settle", object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now, details={}
    )
