"""Certified results of votes, and written decisions of bodies outside: the grounds of special awards others decide.

Nothing here may be read by a juror while the jury is open (domain/wall.py), and never by a public page.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.people import User
from awardapp.models.submissions import Submission
from awardapp.models.types import Json, UTCDateTime


class VoteResult(Base):
    """The figures of a count as one person entered them. The database refuses to change or delete a row."""

    __tablename__ = "vote_results"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    vote: Mapped[str] = mapped_column(comment="public_vote, media_ballot or recommendation")
    number: Mapped[int] = mapped_column(comment="1 for the first; a correction is the next one")
    content: Mapped[dict[str, Any]] = mapped_column(
        Json, comment="period, source, counts, digest of the document, a nonce"
    )
    sha256: Mapped[str] = mapped_column(comment="of the canonical JSON of content")
    document_sha256: Mapped[str | None] = mapped_column(ForeignKey("blobs.sha256"))
    document_name: Mapped[str] = mapped_column(default="", comment="as it was sent; never a path")
    reason: Mapped[str] = mapped_column(default="", comment="of a correction; empty for the first")
    entered_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()
    enterer: Mapped[User] = relationship()
    certification: Mapped[VoteCertification | None] = relationship(back_populates="result")

    @property
    def opened_at(self) -> datetime:
        """When the vote began, as its figures say."""
        return datetime.fromisoformat(self.content["opened_at"])

    @property
    def closed_at(self) -> datetime:
        """When the vote ended."""
        return datetime.fromisoformat(self.content["closed_at"])

    __table_args__ = (
        UniqueConstraint("cycle_id", "vote", "number"),
        CheckConstraint("vote IN ('public_vote', 'media_ballot', 'recommendation')", name="vote"),
        CheckConstraint("number = 1 OR reason <> ''", name="reason"),
    )


class VoteCertification(Base):
    """A second person's word that exactly these figures are right. Never changed: a correction is a new result."""

    __tablename__ = "vote_certifications"

    result_id: Mapped[int] = mapped_column(ForeignKey("vote_results.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(comment="of the figures the second person was shown")
    entered_by: Mapped[int] = mapped_column(ForeignKey("users.id"), comment="the first person, for the check below")
    certified_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    certified_at: Mapped[datetime] = mapped_column(UTCDateTime)

    result: Mapped[VoteResult] = relationship(back_populates="certification")
    certifier: Mapped[User] = relationship(foreign_keys=[certified_by])

    __table_args__ = (CheckConstraint("certified_by <> entered_by", name="two_people"),)


class PartnerDecision(Base):
    """What a body outside decided in writing, recorded by one person and confirmed by another, or sent back."""

    __tablename__ = "partner_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    award_key: Mapped[str]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    partner_en: Mapped[str] = mapped_column(comment="the body outside that decided")
    partner_zh: Mapped[str]
    decided_on: Mapped[date]
    reason_en: Mapped[str]
    reason_zh: Mapped[str]
    document_sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    document_name: Mapped[str] = mapped_column(comment="as it was sent; never a path")
    sha256: Mapped[str] = mapped_column(comment="of all of the above")
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="who confirmed or sent it back")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_confirmed: Mapped[bool | None] = mapped_column(comment="NULL while it waits for the second person")

    cycle: Mapped[Cycle] = relationship()
    submission: Mapped[Submission] = relationship()
    recorder: Mapped[User] = relationship(foreign_keys=[recorded_by])
    ender: Mapped[User | None] = relationship(foreign_keys=[ended_by])

    __table_args__ = (
        CheckConstraint("(is_confirmed IS NULL) = (ended_at IS NULL)", name="ended"),
        CheckConstraint(
            "is_confirmed IS NULL OR NOT is_confirmed OR (ended_by IS NOT NULL AND ended_by <> recorded_by)",
            name="two_people",
        ),
        Index("ix_partner_decisions_award", "cycle_id", "award_key"),
    )
