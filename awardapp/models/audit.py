"""The audit log: append-only, each row carrying the hash of the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.types import Json, UTCDateTime


class AuditEntry(Base):
    """Who did what to which thing, why. UPDATE and DELETE are refused by triggers (migration 0001)."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="consecutive: a gap is a deletion")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(comment="noun.verb, e.g. submission.accept_as_valid")
    object: Mapped[str] = mapped_column(comment="kind:id, e.g. submission:17")
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id"))
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    request_id: Mapped[str | None]
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)

    actor: Mapped[User | None] = relationship()

    __table_args__ = (Index("ix_audit_entries_cycle", "cycle_id", "id"),)
