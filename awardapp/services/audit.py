"""Writing the audit log, and checking that nobody rewrote it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from awardapp.extensions import db
from awardapp.i18n import gettext
from awardapp.logs import request_id
from awardapp.models import AuditEntry, User

_FIRST = "0" * 64
_LOCK = 0x41574152  # any fixed number: names the advisory lock that serialises appends on PostgreSQL


def _digest(entry: AuditEntry) -> str:
    content = {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor_id,
        "action": entry.action,
        "object": entry.object,
        "cycle": entry.cycle_id,
        "reason": entry.reason,
        "details": entry.details,
        "request": entry.request_id,
        "previous": entry.previous_hash,
    }
    data = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()


def record(
    *,
    actor: User | None,
    action: str,
    object: str,
    now: datetime,
    cycle_id: int | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the chain, in the transaction of what it records.

    Appends are serialised (an advisory lock on PostgreSQL, the write lock on SQLite); without that, chains fork.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = db.session.execute(
        select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    ).one_or_none()
    entry = AuditEntry(
        id=1 if last is None else last.id + 1,
        at=now,
        actor_id=actor.id if actor else None,
        action=action,
        object=object,
        cycle_id=cycle_id,
        reason=reason,
        details=details or {},
        request_id=request_id.get(),
        previous_hash=_FIRST if last is None else last.hash,
    )
    entry.hash = _digest(entry)
    db.session.add(entry)
    db.session.flush()  # the next entry of this transaction reads this one's hash
    return entry


def head() -> str:
    """The hash of the latest entry. Whoever keeps it can tell later whether anything up to it was changed."""
    return db.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or _FIRST


def first_fault() -> str | None:
    """The first place where the chain does not hold (edited, deleted, reordered), in the reader's language, or None."""
    previous_id, previous_hash = 0, _FIRST
    for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500)):
        if entry.id != previous_id + 1:
            return gettext("Entry %(n)d is missing.", n=previous_id + 1)
        if entry.previous_hash != previous_hash:
            return gettext("Entry %(n)d does not follow from the entry before it.", n=entry.id)
        if entry.hash != _digest(entry):
            return gettext("Entry %(n)d was changed.", n=entry.id)
        previous_id, previous_hash = entry.id, entry.hash
    return None
