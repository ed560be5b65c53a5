"""The jurors' ballots: what each says, receipts made void by a reopening, jurors excused, papers and who keyed them in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import Membership, User
from awardapp.models.types import Json, UTCDateTime


class Ballot(Base):
    """A juror's vote on the shortlisted. Final once cast, until the chair reopens it on the record."""

    __tablename__ = "ballots"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    content: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, comment="what the ballot says, by submission id (domain.ballots.Content)"
    )
    edit_version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cast_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    nonce: Mapped[str | None] = mapped_column(
        comment="random; without it nobody can try out contents against the receipt"
    )
    receipt_sha256: Mapped[str | None] = mapped_column(comment="SHA-256 of the ballot as cast with its nonce")
    paper_number: Mapped[str | None] = mapped_column(comment="number of the paper it was keyed in from")

    membership: Mapped[Membership] = relationship()
    reopenings: Mapped[list[BallotReopening]] = relationship(order_by="BallotReopening.id")

    __table_args__ = (
        UniqueConstraint("cycle_id", "membership_id"),
        CheckConstraint(
            "(receipt_sha256 IS NULL) = (nonce IS NULL) AND (receipt_sha256 IS NULL OR cast_at IS NOT NULL)",
            name="receipt",
        ),
    )


class BallotReopening(Base):
    """The chair made one cast void, for a reason. What the ballot said then is not kept."""

    __tablename__ = "ballot_reopenings"

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"), index=True)
    receipt_sha256: Mapped[str | None] = mapped_column(comment="of the cast that was made void")
    paper_number: Mapped[str | None]
    reason: Mapped[str]
    reopened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reopened_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)


class JurorExcuse(Base):
    """A juror whose ballot is not waited for, as the chair put on record with a reason."""

    __tablename__ = "juror_excuses"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    live: Mapped[bool | None] = mapped_column(default=True, comment="true while it holds, else NULL")
    reason: Mapped[str]
    excused_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    excused_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()

    __table_args__ = (
        UniqueConstraint("membership_id", "live"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(live IS NULL) = (ended_at IS NOT NULL)", name="live"),
    )


class PaperBallot(Base):
    """A juror votes on paper, under a number; two people key it in, each without seeing the other's."""

    __tablename__ = "paper_ballots"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    number: Mapped[str] = mapped_column(comment="what is printed or written on the paper")
    state: Mapped[str] = mapped_column(String(32), default="open", comment="open, cast or void")
    live: Mapped[bool | None] = mapped_column(
        default=True, comment="NULL once void: a juror votes on one paper at a time"
    )
    turn: Mapped[int] = mapped_column(default=1, comment="how often both have begun to key it in")
    differing: Mapped[list[int]] = mapped_column(
        Json, default=list, comment="submission ids on which the last two keyings differ; 0 for the abstention"
    )
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()
    keyings: Mapped[list[PaperKeying]] = relationship(order_by="PaperKeying.id")

    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        UniqueConstraint("membership_id", "live"),
        CheckConstraint("state IN ('open', 'cast', 'void')", name="state"),
        CheckConstraint("(state = 'void') = (live IS NULL)", name="live"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("number <> ''", name="number"),
    )


class PaperKeying(Base):
    """One person's reading of a paper. What was read is forgotten as soon as both are compared."""

    __tablename__ = "paper_keyings"

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper_ballots.id"))
    turn: Mapped[int]
    content: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="NULL once both were compared")
    keyed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    keyed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    keyer: Mapped[User] = relationship()

    __table_args__ = (UniqueConstraint("paper_id", "turn", "keyed_by"),)
