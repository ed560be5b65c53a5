"""Submissions: the working text, the frozen versions that count, the files, and what happened to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.earlier import asking_whats_new
from awardapp.domain.forms import Form
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import Base
from awardapp.models.cities import City
from awardapp.models.cycles import Cycle, Theme
from awardapp.models.people import User
from awardapp.models.types import Enumerated, Json, UTCDateTime


class Submission(Base):
    """The file a city hands in about one initiative. Its columns are the working text; judges read a version."""

    __tablename__ = "submissions"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True, comment="public reference, speakable, e.g. GA7-KM4T")
    pseudonym: Mapped[str] = mapped_column(comment="stands for the submission in the published record, e.g. S017")
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    status: Mapped[SubmissionStatus] = mapped_column(Enumerated(SubmissionStatus), default=SubmissionStatus.DRAFT)
    title_en: Mapped[str] = mapped_column(default="")
    title_zh: Mapped[str] = mapped_column(default="")
    summary_en: Mapped[str] = mapped_column(default="")
    summary_zh: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]] = mapped_column(
        Json,
        default=dict,
        comment="working text: {section key: {en, zh}}; city data under city_data; sdgs, innovation_type",
    )
    contact_name: Mapped[str] = mapped_column(default="")
    contact_position: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    edit_version: Mapped[int] = mapped_column(
        default=1, comment="counts saves; a form states the one it was filled from"
    )
    version: Mapped[int] = mapped_column(default=0, comment="number of the last version handed in; 0 before the first")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    return_by: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="date given when returned for changes")
    return_note: Mapped[str | None]
    is_late: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="the version that counts came in under a late acceptance"
    )
    based_on_id: Mapped[int | None] = mapped_column(
        ForeignKey("submissions.id"), comment="earlier entry of the same city from which the text was taken"
    )

    cycle: Mapped[Cycle] = relationship()
    city: Mapped[City] = relationship()
    theme: Mapped[Theme | None] = relationship()
    based_on: Mapped[Submission | None] = relationship(remote_side=[id])
    partners: Mapped[list[Partner]] = relationship(
        primaryjoin="and_(Partner.submission_id == Submission.id, Partner.removed_at.is_(None))",
        order_by="Partner.position, Partner.id",
        viewonly=True,
    )
    attachments: Mapped[list[Attachment]] = relationship(
        back_populates="submission",
        primaryjoin="and_(Attachment.submission_id == Submission.id, Attachment.removed_at.is_(None))",
        order_by="(Attachment.position, Attachment.id)",
        viewonly=True,
    )

    @property
    def form(self) -> Form:
        """The cycle's form; an entry begun from an earlier one also says what is new since then."""
        return asking_whats_new(self.cycle.form_data) if self.based_on_id else self.cycle.form_data

    __table_args__ = (
        UniqueConstraint("cycle_id", "pseudonym"),
        Index("ix_submissions_cycle_status", "cycle_id", "status", "id"),
        Index("ix_submissions_city", "city_id"),
        # The overview counts from these alone: the rows are long.
        Index("ix_submissions_cycle_city", "cycle_id", "submitted_at", "city_id"),
        CheckConstraint(
            "status IN ('draft', 'withdrawn') OR (submitted_at IS NOT NULL AND submitted_by IS NOT NULL AND version >= 1)",
            name="submitted",
        ),
    )


class Partner(Base):
    """A city that hands in a submission together with the city whose desk it is on. Its ties bar judges as well."""

    __tablename__ = "submission_partners"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    position: Mapped[int]
    removed_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="bars judges until the submission is handed in again without it"
    )

    city: Mapped[City] = relationship()

    __table_args__ = (UniqueConstraint("submission_id", "city_id"),)


class SubmissionVersion(Base):
    """A submission as it was handed in: text, file list with hashes, and the digest printed on the receipt."""

    __tablename__ = "submission_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(comment="of the canonical JSON of content")
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    late_acceptance_id: Mapped[int | None] = mapped_column(
        ForeignKey("late_acceptances.id"), comment="the decision under which it was handed in after the deadline"
    )

    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        Index("ix_submission_versions_received", "submission_id", "number", "submitted_at"),
    )


class Blob(Base):
    """Stored bytes, named by their SHA-256; several attachments may share one."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Attachment(Base):
    """A file of a submission. The name is what the city typed; it is never used as a path."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    filename: Mapped[str]
    caption_en: Mapped[str] = mapped_column(default="")
    caption_zh: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0", comment="order in which files are shown")
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
    blob: Mapped[Blob] = relationship()


class SubmissionEvent(Base):
    """What happened to a submission, in the past tense; only ever added to."""

    __tablename__ = "submission_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    kind: Mapped[str] = mapped_column(comment="started, submitted, returned, accepted, rejected, withdrawn, ...")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None] = mapped_column(comment="shown to the city")
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    actor: Mapped[User | None] = relationship()


class OfflineForm(Base):
    """A Word form that was filled in outside and brought back: what was read from it, kept until somebody has chosen."""

    __tablename__ = "offline_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    filename: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(
        Json, comment="what was read: {values: {input: text}, base: {input: digest}, notes: {input: [message]}}"
    )
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
    uploader: Mapped[User] = relationship()

    __table_args__ = (Index("ix_offline_forms_submission", "submission_id"),)
