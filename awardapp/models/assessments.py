"""Conflicts of interest, assignments, and what committee members wrote and scored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.cities import City
from awardapp.models.cycles import Criterion
from awardapp.models.people import Membership
from awardapp.models.submissions import Submission
from awardapp.models.types import Json, UTCDateTime


class ConflictOfInterest(Base):
    """A tie between a member or juror and a city (or a whole country) that bars judging it."""

    __tablename__ = "conflicts_of_interest"

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"))
    country: Mapped[str | None] = mapped_column(comment="ISO 3166-1 alpha-2, for a tie to a whole country")
    kind: Mapped[str] = mapped_column(comment="nationality, employment, advice, family, financial or other")
    note: Mapped[str] = mapped_column(default="")
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()
    city: Mapped[City | None] = relationship()

    __table_args__ = (
        CheckConstraint("(city_id IS NULL) <> (country IS NULL)", name="one_object"),
        Index("ix_conflicts_membership", "membership_id"),
    )


class Assignment(Base):
    """A submission given to a member to assess. Invisible to the member until released."""

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    position: Mapped[int] = mapped_column(comment="place in the member's own reading order, drawn from a seed")
    reasons: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, comment="parts of the affinity, for explaining")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("assignment_drafts.id"), comment="the draft it came from")
    affinity: Mapped[int | None] = mapped_column(comment="how well it fits, in millionths")
    by_hand: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="given by a person, not by the computation"
    )
    parked_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="skipped by the member; it comes again after everything else"
    )

    submission: Mapped[Submission] = relationship()
    membership: Mapped[Membership] = relationship()

    __table_args__ = (
        UniqueConstraint("submission_id", "membership_id"),
        Index("ix_assignments_member_position", "membership_id", "position"),
        Index("ix_assignments_cycle", "cycle_id", "membership_id", "released_at"),
        Index("ix_assignments_draft", "draft_id"),
    )


class Assessment(Base):
    """One member's reading of one submission: scores by criterion, comment, private note."""

    __tablename__ = "assessments"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int]
    membership_id: Mapped[int]
    status: Mapped[str] = mapped_column(default="draft", comment="draft, submitted, abstained or recused")
    comment: Mapped[str] = mapped_column(default="", comment="for the committee")
    private_note: Mapped[str] = mapped_column(default="", comment="for the member alone")
    reason: Mapped[str | None] = mapped_column(comment="why abstained or recused")
    edit_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_submitted_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="from then on the member could see what others wrote, if the rules allow it"
    )

    submission: Mapped[Submission] = relationship(
        primaryjoin="foreign(Assessment.submission_id) == Submission.id", viewonly=True
    )
    membership: Mapped[Membership] = relationship(
        primaryjoin="foreign(Assessment.membership_id) == Membership.id", viewonly=True
    )
    scores: Mapped[list[Score]] = relationship(back_populates="assessment", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("submission_id", "membership_id"),
        # Nobody can assess what was not assigned to them, whatever the page forgot to check.
        ForeignKeyConstraint(
            ["submission_id", "membership_id"], ["assignments.submission_id", "assignments.membership_id"]
        ),
        CheckConstraint("status IN ('draft', 'submitted', 'abstained', 'recused')", name="status"),
        CheckConstraint("status <> 'submitted' OR submitted_at IS NOT NULL", name="submitted"),
        CheckConstraint("status NOT IN ('abstained', 'recused') OR reason IS NOT NULL", name="reason"),
        Index("ix_assessments_cycle_status", "cycle_id", "status"),
        Index("ix_assessments_membership", "membership_id", "status"),
    )


class Score(Base):
    """The present score on one criterion, as whole steps above the lowest mark (see Rules.units)."""

    __tablename__ = "scores"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"))
    units: Mapped[int]

    assessment: Mapped[Assessment] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()

    __table_args__ = (
        UniqueConstraint("assessment_id", "criterion_id"),
        CheckConstraint("units >= 0", name="units"),
    )


class ScoreChange(Base):
    """Every score ever saved; scores are history, the present one is the last."""

    __tablename__ = "score_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"))
    units: Mapped[int | None] = mapped_column(comment="NULL when the score was cleared")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
