"""When a cycle reminds whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from awardapp.extensions import Base
from awardapp.models.types import UTCDateTime


class Reminder(Base):
    """One line of a cycle's schedule: so many hours before the instant that the kind of letter is about.

    Each is carried out once, claimed by its slot (models/work.PeriodicRun); an instant that moves makes a new slot.
    """

    __tablename__ = "reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[str]
    hours_before: Mapped[int]
    goes_at_once: Mapped[bool]
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("cycle_id", "kind", "hours_before"),
        CheckConstraint("hours_before BETWEEN 1 AND 672", name="hours_before"),
    )
