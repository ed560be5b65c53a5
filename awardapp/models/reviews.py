"""What surrounds an assessment: its history beside the scores, notes on passages, the readers' discussion of a file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import Membership
from awardapp.models.types import UTCDateTime


class AssessmentEvent(Base):
    """Every text ever saved and every act, beside `ScoreChange`: together they give any earlier state. Never edited."""

    __tablename__ = "assessment_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    what: Mapped[str] = mapped_column(
        comment="comment or private_note (then text is what was stored), submitted, abstained, recused, restored"
    )
    text: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint(
            "what IN ('comment', 'private_note', 'submitted', 'abstained', 'recused', 'restored')", name="what"
        ),
    )


class PassageNote(Base):
    """A member's private note on a passage, found again by its words near the place where they stood."""

    __tablename__ = "passage_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    section: Mapped[str] = mapped_column(comment="key of the text: title, summary, background ...")
    language: Mapped[str] = mapped_column(comment="en or zh: in which of the two texts it stands")
    start: Mapped[int] = mapped_column(comment="characters before the passage when it was noted")
    quote: Mapped[str] = mapped_column(comment="the passage itself, by which it is found again")
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint("language IN ('en', 'zh')", name="language"),
        CheckConstraint("start >= 0", name="start"),
    )


class DiscussionMessage(Base):
    """What a reader of a file said to the others after handing in. Never edited."""

    __tablename__ = "discussion_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"), comment="who wrote it")
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()

    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        Index("ix_discussion_messages_submission", "submission_id", "id"),
        Index("ix_discussion_messages_cycle", "cycle_id", "id"),
    )


class DiscussionRead(Base):
    """Up to which message a member has read the discussion of a file."""

    __tablename__ = "discussion_reads"

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    last_message_id: Mapped[int] = mapped_column(comment="everything up to it has been read")

    __table_args__ = (UniqueConstraint("membership_id", "submission_id"),)
