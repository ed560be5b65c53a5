"""The plenary: sessions in which the committee debates its list, who was there for which file, votes, notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.plenary import Majority, Question, Quorum
from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.people import Membership
from awardapp.models.submissions import Submission
from awardapp.models.types import Json, UTCDateTime

_OPEN = text("closed_at IS NULL")
_PRESENT = text("left_at IS NULL")
_NOW = text("ended_at IS NULL")


class PlenarySession(Base):
    """One sitting of the committee. One is open at a time; its row is locked by whoever changes anything in it."""

    __tablename__ = "plenary_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    number: Mapped[int] = mapped_column(comment="first, second ... session of the cycle")
    chair_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    deputy_id: Mapped[int] = mapped_column(
        ForeignKey("memberships.id"), comment="holds the gavel where the chair is away or has a tie"
    )
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"), comment="of the secretariat")
    is_secret: Mapped[bool] = mapped_column(comment="of its votes only the counts are kept")
    quorum: Mapped[str] = mapped_column(default=Quorum.HALF.value)
    majority: Mapped[str] = mapped_column(default=Majority.CAST.value)
    pulse: Mapped[int] = mapped_column(default=0, comment="counts what every member's screen shows")
    hands: Mapped[int] = mapped_column(default=0, comment="counts what only the leaders' screens show")
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    cycle: Mapped[Cycle] = relationship()
    chair: Mapped[Membership] = relationship(foreign_keys=[chair_id])
    deputy: Mapped[Membership] = relationship(foreign_keys=[deputy_id])
    clerk: Mapped[Membership | None] = relationship(foreign_keys=[clerk_id])

    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        CheckConstraint("chair_id <> deputy_id", name="deputy"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index("uq_plenary_sessions_open", "cycle_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )


class PlenaryAttendance(Base):
    """A member who was there, from and until; somebody who leaves and comes back has two rows."""

    __tablename__ = "plenary_attendances"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("plenary_sessions.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    how: Mapped[str] = mapped_column(comment="room or remote")
    arrived_at: Mapped[datetime] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()

    __table_args__ = (
        CheckConstraint("how IN ('room', 'remote')", name="how"),
        Index(
            "uq_plenary_attendances_present",
            "session_id",
            "membership_id",
            unique=True,
            postgresql_where=_PRESENT,
            sqlite_where=_PRESENT,
        ),
    )


class PlenaryItem(Base):
    """A file on the agenda."""

    __tablename__ = "plenary_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("plenary_sessions.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    position: Mapped[int] = mapped_column(comment="place in the agenda")

    session: Mapped[PlenarySession] = relationship()
    submission: Mapped[Submission] = relationship()

    __table_args__ = (UniqueConstraint("session_id", "submission_id"),)


class PlenaryTurn(Base):
    """The committee at a file, from and until; a file that is taken up again has two. One is going on at a time."""

    __tablename__ = "plenary_turns"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("plenary_sessions.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("plenary_items.id"))
    presided_id: Mapped[int | None] = mapped_column(
        ForeignKey("memberships.id"), comment="who held the gavel last; NULL for nobody"
    )
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    item: Mapped[PlenaryItem] = relationship()

    __table_args__ = (
        Index("uq_plenary_turns_now", "session_id", unique=True, postgresql_where=_NOW, sqlite_where=_NOW),
        Index("ix_plenary_turns_item", "item_id"),
    )


class PlenaryAbsence(Base):
    """A member who may not be in the room while the committee is at a file. Noted when it begins and at every vote."""

    __tablename__ = "plenary_absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("plenary_turns.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    since: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("turn_id", "membership_id"),)


class PlenaryVote(Base):
    """A question put to the vote on a file. Never opened anew: the same question again is another row, with its reason."""

    __tablename__ = "plenary_votes"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("plenary_sessions.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("plenary_items.id"))
    number: Mapped[int] = mapped_column(comment="first, second ... vote on the file")
    question: Mapped[str] = mapped_column(default=Question.PLACE.value)
    words: Mapped[str] = mapped_column(default="", comment="of a question of the committee's own")
    is_secret: Mapped[bool]
    again_because: Mapped[str | None] = mapped_column(comment="why the same question is put once more")
    presided_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    count: Mapped[dict[str, Any] | None] = mapped_column(
        Json, comment="as domain.plenary.Count has it; NULL while the vote is open"
    )

    item: Mapped[PlenaryItem] = relationship()

    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (count IS NULL)", name="closed"
        ),
        Index("uq_plenary_votes_open", "session_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )


class PlenaryBallot(Base):
    """How a member voted. Of a secret vote only that they did is left once it is counted."""

    __tablename__ = "plenary_ballots"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("plenary_votes.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    choice: Mapped[str | None] = mapped_column(comment="NULL once a secret vote is counted")
    is_keyed_in: Mapped[bool] = mapped_column(comment="a hand raised, keyed in by the clerk")
    cast_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("vote_id", "membership_id"),)


class PlenaryNote(Base):
    """Every state of the clerk's notes on a file's debate; the last is the present one. Never edited."""

    __tablename__ = "plenary_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("plenary_items.id"))
    text: Mapped[str]
    saved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_plenary_notes_item", "item_id", "id"),)
