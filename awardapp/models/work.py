"""Work that a worker does: the row is the truth, the message on the queue only a nudge."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from awardapp.extensions import Base
from awardapp.models.types import Enumerated, UTCDateTime


class WorkStatus(StrEnum):
    DRAFT = "draft"  # letters only: waits for a person; no sweep touches it
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    DISCARDED = "discarded"  # letters only: will not be sent, for a reason


class Work:
    """Columns of every row that stands for work: claimed by a conditional UPDATE, freed by the sweep."""

    status: Mapped[WorkStatus] = mapped_column(Enumerated(WorkStatus), default=WorkStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="not to be tried earlier")
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="after this a claim is stale")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None]


class PeriodicRun(Base):
    """One run of a periodic job in its time slot; the UNIQUE makes a second beat harmless."""

    __tablename__ = "periodic_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slot: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("name", "slot"), CheckConstraint("name <> ''", name="name"))


class Heartbeat(Base):
    """When each kind of process was last seen alive."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
