"""Advice before the early date: which files ask for it, who took them up, what was advised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.advice import AdviceStatus
from awardapp.extensions import Base
from awardapp.models.people import Membership, User
from awardapp.models.submissions import Submission
from awardapp.models.types import Enumerated, Json, UTCDateTime


class AdviceRequest(Base):
    """A city's wish for advice on a file that is in by the early date. Once an adviser has begun it stays."""

    __tablename__ = "advice_requests"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True, autoincrement=False)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    version: Mapped[int] = mapped_column(comment="the version that was in when it was asked")
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
    asker: Mapped[User] = relationship()

    __table_args__ = (Index("ix_advice_requests_cycle", "cycle_id", "asked_at"),)


class Advice(Base):
    """One adviser's work on one file. From taking it up on, the adviser may not judge that city in the cycle."""

    __tablename__ = "advice"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Nobody can advise on what did not ask, whatever the page forgot to check.
    submission_id: Mapped[int] = mapped_column(ForeignKey("advice_requests.submission_id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"), index=True)
    version: Mapped[int] = mapped_column(comment="the version that is advised on")
    status: Mapped[AdviceStatus] = mapped_column(Enumerated(AdviceStatus), default=AdviceStatus.DRAFT)
    language: Mapped[str] = mapped_column(default="en", comment="en or zh: the language the advice is written in")
    texts: Mapped[dict[str, str]] = mapped_column(
        Json, default=dict, comment='by key of the form\'s section or field, "" for the whole'
    )
    edit_version: Mapped[int] = mapped_column(default=1)
    taken_up_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    given_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    request: Mapped[AdviceRequest] = relationship()
    membership: Mapped[Membership] = relationship()

    __table_args__ = (
        UniqueConstraint("submission_id", "membership_id"),
        CheckConstraint("(status = 'given') = (given_at IS NOT NULL)", name="given"),
        CheckConstraint("language IN ('en', 'zh')", name="language"),
    )
