"""What the committee's chair wrote about a question that the figures of the reading raise."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.types import UTCDateTime


class QuestionAnswer(Base):
    """One answer to a question, kept for ever; a later answer to the same question stands beside it."""

    __tablename__ = "question_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    question: Mapped[str] = mapped_column(comment="its kind and whom it is about, by pseudonym")
    asked: Mapped[str] = mapped_column(comment="the question's figures as they stood, canonical JSON")
    words: Mapped[str]
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)

    writer: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint("words <> ''", name="words"),
        Index("ix_question_answers_cycle", "cycle_id", "question"),
    )
