"""Requests to lock a shortlist or the winners: one person asks, another confirms exactly the same bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.announcements import Stage
from awardapp.domain.locking import RequestState
from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.people import User
from awardapp.models.types import Enumerated, UTCDateTime


class LockRequest(Base):
    """One person's wish to seal what `record_sha256` is the digest of; void as soon as that would come out otherwise."""

    __tablename__ = "lock_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    stage: Mapped[Stage] = mapped_column(Enumerated(Stage))
    state: Mapped[RequestState] = mapped_column(Enumerated(RequestState))
    live: Mapped[bool | None] = mapped_column(comment="true for the one open request, else NULL")
    record_sha256: Mapped[str] = mapped_column(comment="of the record that would be sealed")
    log_root: Mapped[str] = mapped_column(comment="hash of the last entry of the log before it")
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    named_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="a member who may confirm beside the secretariat"
    )
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()
    asker: Mapped[User] = relationship(foreign_keys=[asked_by])
    named: Mapped[User | None] = relationship(foreign_keys=[named_id])
    ender: Mapped[User | None] = relationship(foreign_keys=[ended_by])

    __table_args__ = (
        UniqueConstraint("cycle_id", "stage", "live"),
        CheckConstraint("(state = 'open') = (live IS NOT NULL)", name="live"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state <> 'confirmed' OR (ended_by IS NOT NULL AND ended_by <> asked_by)", name="two_people"),
    )
