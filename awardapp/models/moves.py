"""Moves by hand: what the committee changed on the computed proposal, each with its reason. Only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.submissions import Submission
from awardapp.models.types import UTCDateTime

_OUTCOMES = "('shortlisted', 'deserving', 'none')"


class Move(Base):
    """A file taken by hand from one list to another, or back. The database refuses to change or delete a row."""

    __tablename__ = "moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    from_outcome: Mapped[str] = mapped_column(comment="shortlisted, deserving or none")
    to_outcome: Mapped[str]
    proposed_outcome: Mapped[str] = mapped_column(comment="what the computed proposal said when it was moved")
    reason: Mapped[str]
    moved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
    mover: Mapped[User] = relationship()

    @property
    def is_back(self) -> bool:
        """Whether it took the file back to where the proposal had it: from then on the file follows the proposal again."""
        return self.to_outcome == self.proposed_outcome

    __table_args__ = (
        CheckConstraint(f"from_outcome IN {_OUTCOMES}", name="from_outcome"),
        CheckConstraint(f"to_outcome IN {_OUTCOMES}", name="to_outcome"),
        CheckConstraint(f"proposed_outcome IN {_OUTCOMES}", name="proposed_outcome"),
        CheckConstraint("from_outcome <> to_outcome", name="moved"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_moves_cycle", "cycle_id", "id"),
    )
