"""How the jury's decision came about beside the count: moves by hand, and every state of a citation. Only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.submissions import Submission
from awardapp.models.types import UTCDateTime


class JuryMove(Base):
    """A finalist made a winner against the count, taken out of the winners, or put back; the database keeps every row."""

    __tablename__ = "jury_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    to_outcome: Mapped[str]
    proposed_outcome: Mapped[str] = mapped_column(comment="what the count said when it was moved")
    reason: Mapped[str]
    office: Mapped[str] = mapped_column(comment="chair or deputy")
    moved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
    mover: Mapped[User] = relationship()

    @property
    def is_back(self) -> bool:
        """Whether it took the city back to where the count has it."""
        return self.to_outcome == self.proposed_outcome

    __table_args__ = (
        CheckConstraint("to_outcome IN ('winner', 'none')", name="to_outcome"),
        CheckConstraint("proposed_outcome IN ('winner', 'none')", name="proposed_outcome"),
        CheckConstraint("office IN ('chair', 'deputy')", name="office"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_jury_moves_cycle", "cycle_id", "id"),
    )


class CitationChange(Base):
    """A citation in one language as it was stored once, also of a city that does not win any more."""

    __tablename__ = "citation_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    language: Mapped[str]
    text: Mapped[str]
    leads: Mapped[bool] = mapped_column(comment="the other language has to follow this text")
    saved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    writer: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint("language IN ('en', 'zh')", name="language"),
        Index("ix_citation_changes_of", "cycle_id", "submission_id", "id"),
    )
