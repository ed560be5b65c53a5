"""The freeze: everything that changes or leaves stands still until two people lift it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.types import UTCDateTime


class Freeze(Base):
    """One freeze of the whole site, from the button to the second person's lifting; kept for ever."""

    __tablename__ = "freezes"

    id: Mapped[int] = mapped_column(primary_key=True)
    live: Mapped[bool | None] = mapped_column(comment="true for the one freeze that holds, else NULL")
    reason_en: Mapped[str]
    reason_zh: Mapped[str]
    frozen_by: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="NULL: the operator, from the command line"
    )
    frozen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    writing: Mapped[int] = mapped_column(comment="how many people were writing at that moment")
    lift_asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lift_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="NULL once lifted: the operator")
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    freezer: Mapped[User | None] = relationship(foreign_keys=[frozen_by])
    lift_asker: Mapped[User | None] = relationship(foreign_keys=[lift_asked_by])
    lifter: Mapped[User | None] = relationship(foreign_keys=[lifted_by])

    __table_args__ = (
        UniqueConstraint("live"),
        CheckConstraint("(live IS NOT NULL) = (lifted_at IS NULL)", name="live"),
        CheckConstraint("(lift_asked_by IS NULL) = (lift_asked_at IS NULL)", name="asked"),
        CheckConstraint(
            "lifted_by IS NULL OR (lifted_at IS NOT NULL AND lift_asked_by IS NOT NULL AND lift_asked_by <> lifted_by)",
            name="two_people",
        ),
    )
