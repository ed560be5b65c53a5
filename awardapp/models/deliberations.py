"""The jury's meetings behind closed doors: who was there, who was out of the room for which city, what was noted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.people import Membership, User
from awardapp.models.submissions import Submission
from awardapp.models.types import UTCDateTime

_OPEN = text("closed_at IS NULL")
_PRESENT = text("left_at IS NULL")
_NOTED = text("undone_at IS NULL")


class Deliberation(Base):
    """One meeting of the jury. One is open at a time; its row is locked by whoever changes anything in it."""

    __tablename__ = "deliberations"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    number: Mapped[int] = mapped_column(comment="first, second ... meeting of the cycle")
    chair_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    deputy_id: Mapped[int | None] = mapped_column(
        ForeignKey("memberships.id"), comment="decides on cities the chair has a tie with"
    )
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"), comment="of the secretariat")
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    cycle: Mapped[Cycle] = relationship()
    chair: Mapped[Membership] = relationship(foreign_keys=[chair_id])
    deputy: Mapped[Membership | None] = relationship(foreign_keys=[deputy_id])
    clerk: Mapped[Membership | None] = relationship(foreign_keys=[clerk_id])

    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        CheckConstraint("deputy_id IS NULL OR chair_id <> deputy_id", name="deputy"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index("uq_deliberations_open", "cycle_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )


class DeliberationAttendance(Base):
    """A juror who was there, from and until; somebody who leaves and comes back has two rows."""

    __tablename__ = "deliberation_attendances"

    id: Mapped[int] = mapped_column(primary_key=True)
    deliberation_id: Mapped[int] = mapped_column(ForeignKey("deliberations.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    how: Mapped[str] = mapped_column(comment="room or remote")
    arrived_at: Mapped[datetime] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()

    __table_args__ = (
        CheckConstraint("how IN ('room', 'remote')", name="how"),
        Index(
            "uq_deliberation_attendances_present",
            "deliberation_id",
            "membership_id",
            unique=True,
            postgresql_where=_PRESENT,
            sqlite_where=_PRESENT,
        ),
    )


class DeliberationAbsence(Base):
    """A juror who was out of the room while the jury spoke of a city: by a tie, or noted by hand with the reason."""

    __tablename__ = "deliberation_absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    deliberation_id: Mapped[int] = mapped_column(ForeignKey("deliberations.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    reason: Mapped[str | None] = mapped_column(comment="NULL: a tie with the city")
    noted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="noted by mistake")
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()
    submission: Mapped[Submission] = relationship()

    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        CheckConstraint("undone_at IS NULL OR reason IS NOT NULL", name="undone_by_hand"),
        Index(
            "uq_deliberation_absences_noted",
            "deliberation_id",
            "submission_id",
            "membership_id",
            unique=True,
            postgresql_where=_NOTED,
            sqlite_where=_NOTED,
        ),
    )


class DeliberationNote(Base):
    """Every state of the notes on a city, or on the meeting as a whole; the last is the present one. The database refuses to
    change or delete a row.
    """

    __tablename__ = "deliberation_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    deliberation_id: Mapped[int] = mapped_column(ForeignKey("deliberations.id"))
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submissions.id"), comment="NULL: on the meeting as a whole"
    )
    text: Mapped[str]
    saved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    saver: Mapped[User] = relationship()

    __table_args__ = (Index("ix_deliberation_notes_of", "deliberation_id", "submission_id", "id"),)
