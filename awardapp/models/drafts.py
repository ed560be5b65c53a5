"""Drafts of an assignment: computed, looked at, changed by hand, released in one step or thrown away."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.people import User
from awardapp.models.types import Enumerated, Json, UTCDateTime
from awardapp.models.work import Work


class DraftState(StrEnum):
    COMPUTING = "computing"
    DRAFT = "draft"
    IMPOSSIBLE = "impossible"
    RELEASED = "released"
    DISCARDED = "discarded"


class AssignmentDraft(Work, Base):
    """One computed assignment with what it was computed from. Its pairs are rows of `assignments`, unreleased."""

    __tablename__ = "assignment_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    round: Mapped[int] = mapped_column(comment="of reading, from 1")
    opens_round: Mapped[bool] = mapped_column(default=False, comment="the first draft of a later round")
    state: Mapped[DraftState] = mapped_column(Enumerated(DraftState), default=DraftState.COMPUTING)
    live: Mapped[bool | None] = mapped_column(comment="true for the one draft being worked on, else NULL")
    inputs: Mapped[str] = mapped_column(comment="canonical JSON of everything it is computed from", deferred=True)
    inputs_sha256: Mapped[str]
    result_sha256: Mapped[str | None] = mapped_column(comment="of the pairs as they stand, changes included")
    figures: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, comment="total, weakest panel, bounds; what blocks"
    )
    stage: Mapped[str] = mapped_column(default="", comment="how far the computation is")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    cycle: Mapped[Cycle] = relationship()

    __table_args__ = (
        UniqueConstraint("cycle_id", "live"),
        CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released_by"),
        CheckConstraint("state NOT IN ('draft', 'released') OR result_sha256 IS NOT NULL", name="result"),
    )


class AssignmentChange(Base):
    """A change of a draft by hand: what, what it cost, who, why. Never edited."""

    __tablename__ = "assignment_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("assignment_drafts.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json, comment="readings removed and added, by pseudonym")
    figures: Mapped[dict[str, Any]] = mapped_column(Json, comment="total and weakest panel before and after")
    reason: Mapped[str]
    changed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    author: Mapped[User] = relationship()

    __table_args__ = (UniqueConstraint("draft_id", "number"),)
