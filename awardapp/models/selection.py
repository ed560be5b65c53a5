"""Sealed outcomes: decisions of committee, jury and others, and the record that lets anyone re-run them.

Nothing here is ever read by a public page; see models/announcements.py for what is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.announcements import Outcome, Stage
from awardapp.extensions import Base
from awardapp.models.submissions import Submission
from awardapp.models.types import Enumerated, Json, UTCDateTime


class Selection(Base):
    """The committee's or the jury's selection in one cycle: proposed from the scores, then locked."""

    __tablename__ = "selections"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    stage: Mapped[Stage] = mapped_column(Enumerated(Stage))
    result: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, comment="ranks and scores as computed, by pseudonym"
    )
    record_sha256: Mapped[str | None] = mapped_column(comment="digest of the record written at the lock")
    record: Mapped[str | None] = mapped_column(comment="the record itself, canonical JSON")
    fewer_reason: Mapped[str | None] = mapped_column(comment="why fewer are named than the rules allow (jury)")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    locked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        UniqueConstraint("cycle_id", "stage"),
        CheckConstraint("(locked_at IS NULL) = (locked_by IS NULL)", name="locked"),
        CheckConstraint("(locked_at IS NULL) = (record_sha256 IS NULL)", name="recorded"),
    )


class Decision(Base):
    """One sealed outcome for one submission, with its reason or citation in both languages."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    stage: Mapped[Stage] = mapped_column(Enumerated(Stage))
    award_key: Mapped[str] = mapped_column(default="", comment="key of the special award; empty for committee and jury")
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    outcome: Mapped[Outcome] = mapped_column(Enumerated(Outcome))
    reason_en: Mapped[str] = mapped_column(default="", comment="reason (committee) or citation (jury)")
    reason_zh: Mapped[str] = mapped_column(default="")
    moved_by_hand: Mapped[bool] = mapped_column(default=False, comment="differs from the computed proposal")
    move_reason: Mapped[str | None]
    decided_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()

    __table_args__ = (
        UniqueConstraint("cycle_id", "stage", "award_key", "submission_id"),
        CheckConstraint("NOT moved_by_hand OR move_reason IS NOT NULL", name="moved"),
        CheckConstraint("(stage = 'special') = (award_key <> '')", name="award"),
        Index("ix_decisions_submission", "submission_id"),
    )
