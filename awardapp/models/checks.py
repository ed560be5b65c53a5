"""What the validity check knows of a file: the texts it was compared by, what it resembles, who has it in hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.casebank import CaseStudy
from awardapp.models.people import User
from awardapp.models.submissions import Submission
from awardapp.models.types import UTCDateTime


class Examination(Base):
    """What the worker found in the version handed in last. Kept apart so that 1,600 files can be compared without reading
    their whole texts."""

    __tablename__ = "examinations"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(comment="the version that was examined")
    title_en: Mapped[str]
    title_zh: Mapped[str]
    summary_en: Mapped[str]
    summary_zh: Mapped[str]
    questions: Mapped[int] = mapped_column(comment="figures of the city that do not fit together")
    examined_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Likeness(Base):
    """Another file or case that a file resembles, or that the same city handed in. Two files of one cycle have a row each."""

    __tablename__ = "likenesses"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    other_submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    other_case_id: Mapped[int | None] = mapped_column(
        ForeignKey("case_studies.id"), comment="a case of an earlier cycle without a file here"
    )
    title: Mapped[float] = mapped_column(Double, comment="share of common parts, 0 to 1")
    summary: Mapped[float] = mapped_column(Double, comment="share of common parts, 0 to 1")
    same_city: Mapped[bool]
    is_likely: Mapped[bool] = mapped_column(comment="likely the same initiative")

    other_submission: Mapped[Submission | None] = relationship(foreign_keys=[other_submission_id])
    other_case: Mapped[CaseStudy | None] = relationship()

    __table_args__ = (
        UniqueConstraint("submission_id", "other_submission_id"),
        UniqueConstraint("submission_id", "other_case_id"),
        CheckConstraint("(other_submission_id IS NULL) <> (other_case_id IS NULL)", name="one_other"),
    )


class CheckClaim(Base):
    """Who of the secretariat has a file in hand, so that two people do not read the same one."""

    __tablename__ = "check_claims"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()
