"""Reading the audit log, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, User


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; an empty value narrows nothing. `actor` 0 means the system itself."""

    action: str = ""
    actor: int | None = None
    object: str = ""


def _narrowed(cycle: Cycle, wanted: Filter) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.cycle_id == cycle.id)
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.actor is not None:
        query = query.where(AuditEntry.actor_id.is_(None) if wanted.actor == 0 else AuditEntry.actor_id == wanted.actor)
    if wanted.object:
        query = query.where(AuditEntry.object == wanted.object)
    return query


def count(cycle: Cycle, wanted: Filter) -> int:
    """How many entries the filter leaves. One query."""
    return db.session.scalar(select(func.count()).select_from(_narrowed(cycle, wanted).subquery())) or 0


def page(cycle: Cycle, wanted: Filter, *, offset: int, limit: int) -> Sequence[AuditEntry]:
    """Entries with who made them, the newest first. One query."""
    return db.session.scalars(
        _narrowed(cycle, wanted)
        .options(joinedload(AuditEntry.actor))
        .order_by(AuditEntry.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def actions(cycle: Cycle) -> list[str]:
    """The actions that occur in the cycle, in alphabetical order."""
    return list(
        db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.cycle_id == cycle.id).distinct().order_by(AuditEntry.action)
        )
    )


def actors(cycle: Cycle) -> Sequence[User]:
    """Everybody who appears in the cycle's entries, by name."""
    seen = select(AuditEntry.actor_id).where(AuditEntry.cycle_id == cycle.id, AuditEntry.actor_id.is_not(None))
    return db.session.scalars(select(User).where(User.id.in_(seen)).order_by(User.name, User.id)).all()


def length() -> int:
    """Entries of all cycles, the whole chain."""
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
