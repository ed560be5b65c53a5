"""The committee's report: its texts, who writes which case, every earlier state, and the documents built of it.

Sealed like the decisions it tells of until the shortlist is public (services/committee_report.py says who reads it when).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.people import Membership, User
from awardapp.models.types import Json, UTCDateTime
from awardapp.models.work import Work


class CommitteeReport(Base):
    """What the report says beside its cases: how the committee worked, and its closing remarks."""

    __tablename__ = "committee_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), unique=True)
    opening_en: Mapped[str] = mapped_column(default="")
    opening_zh: Mapped[str] = mapped_column(default="")
    closing_en: Mapped[str] = mapped_column(default="")
    closing_zh: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReportCase(Base):
    """What the report says of one shortlisted submission. Kept when it leaves the shortlist, and printed only while on it."""

    __tablename__ = "report_cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), unique=True)
    summary_en: Mapped[str] = mapped_column(default="")
    summary_zh: Mapped[str] = mapped_column(default="")
    reasons_en: Mapped[str | None] = mapped_column(comment="NULL: the reason of the committee's decision")
    reasons_zh: Mapped[str | None] = mapped_column(comment="NULL: the reason of the committee's decision")
    sdgs: Mapped[list[int] | None] = mapped_column(Json, comment="numbers of goals chosen; NULL: those of the file")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Rapporteur(Base):
    """A member whom the chair named to write the report's text of one case."""

    __tablename__ = "rapporteurs"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"), index=True)
    named_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()

    __table_args__ = (UniqueConstraint("submission_id", "membership_id"),)


class ReportChange(Base):
    """A text of the report as it was stored once; only ever added to."""

    __tablename__ = "report_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), comment="NULL: opening and closing")
    name: Mapped[str] = mapped_column(comment="opening_en, summary_zh, sdgs ...")
    text: Mapped[str] = mapped_column(comment="what was stored; goals by number")
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    writer: Mapped[User] = relationship()

    __table_args__ = (Index("ix_report_changes_of", "cycle_id", "submission_id", "id"),)


class ReportFile(Work, Base):
    """The report as a document: asked for as a row, built by a worker, void as soon as the report says something else."""

    __tablename__ = "report_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    edition: Mapped[str] = mapped_column(comment="en, zh or both")
    format: Mapped[str] = mapped_column(comment="pdf or docx")
    content_sha256: Mapped[str] = mapped_column(comment="of the content it is built from")
    storage_key: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    cycle: Mapped[Cycle] = relationship()

    __table_args__ = (
        UniqueConstraint("cycle_id", "edition", "format", "content_sha256"),
        CheckConstraint("status <> 'done' OR (storage_key IS NOT NULL AND sha256 IS NOT NULL)", name="built"),
        CheckConstraint("edition IN ('en', 'zh', 'both')", name="edition"),
        CheckConstraint("format IN ('pdf', 'docx')", name="format"),
        Index("ix_report_files_status", "status", "not_before"),
    )
