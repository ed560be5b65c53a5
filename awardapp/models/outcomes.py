"""What comes out of an announcement: certificates, press kit and pictures for sharing, and what a city alone reads.

Like the publications they hang on, these rows come into being with an announcement and not before; only `Feedback` is written
earlier, and read by nobody but its writers until it is approved and copied into `OpenedFeedback`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.certificates import CertificateKind
from awardapp.extensions import Base
from awardapp.models.announcements import Publication
from awardapp.models.people import User
from awardapp.models.submissions import Submission
from awardapp.models.types import Enumerated, Json, UTCDateTime
from awardapp.models.work import Work

_BUILT = "status <> 'done' OR (storage_key IS NOT NULL AND sha256 IS NOT NULL)"


class Certificate(Work, Base):
    """A certificate or medal on paper: copied from the sealed plan, its PDF built by a worker."""

    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(unique=True, comment="drawn at the seal; 28 characters, see domain.certificates")
    kind: Mapped[CertificateKind] = mapped_column(Enumerated(CertificateKind))
    award_key: Mapped[str] = mapped_column(default="", comment="special award of this certificate; empty otherwise")
    award_en: Mapped[str] = mapped_column(default="", comment="its name; empty otherwise")
    award_zh: Mapped[str] = mapped_column(default="")
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    city_en: Mapped[str]
    city_zh: Mapped[str]
    country: Mapped[str]
    title_en: Mapped[str]
    title_zh: Mapped[str]
    storage_key: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None]

    publication: Mapped[Publication] = relationship()

    __table_args__ = (
        UniqueConstraint("publication_id", "position"),
        CheckConstraint(_BUILT, name="built"),
        Index("ix_certificates_status", "status", "not_before"),
        Index("ix_certificates_submission", "submission_id"),
    )


class PublicationFileKind(StrEnum):
    PRESS_KIT = "press_kit"
    PICTURE_EN = "picture_en"
    PICTURE_ZH = "picture_zh"


class PublicationFile(Work, Base):
    """A file made of a publication; void as soon as what it is made of is another content."""

    __tablename__ = "publication_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    kind: Mapped[PublicationFileKind] = mapped_column(Enumerated(PublicationFileKind))
    content_sha256: Mapped[str] = mapped_column(comment="of the content it is built from")
    storage_key: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None]

    publication: Mapped[Publication] = relationship()

    __table_args__ = (
        UniqueConstraint("publication_id", "kind", "content_sha256"),
        CheckConstraint(_BUILT, name="built"),
        Index("ix_publication_files_status", "status", "not_before"),
    )


class CityOutcome(Base):
    """What a publication tells one city of its submission, by letter and on its own page; also that it was not selected."""

    __tablename__ = "city_outcomes"

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    outcome: Mapped[str] = mapped_column(comment="shortlisted, deserving, winner, special or not_selected")
    award_key: Mapped[str] = mapped_column(default="", comment="special award told of; empty otherwise")

    publication: Mapped[Publication] = relationship()

    __table_args__ = (
        UniqueConstraint("publication_id", "submission_id", "outcome", "award_key"),
        Index("ix_city_outcomes_submission", "submission_id"),
    )


class Feedback(Base):
    """Strengths and advice by criterion as they are being written; sealed. Any change takes the approval away."""

    __tablename__ = "feedbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), unique=True)
    texts: Mapped[dict[str, str]] = mapped_column(
        Json, default=dict, comment="{strengths-<criterion>_en: text, advice-<criterion>_zh: ...}"
    )
    is_ready: Mapped[bool] = mapped_column(default=False, comment="can be approved as it stands, see domain.feedback")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    submission: Mapped[Submission] = relationship()

    __table_args__ = (CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved"),)


class FeedbackChange(Base):
    """A text of feedback as it was stored once; only ever added to."""

    __tablename__ = "feedback_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedbacks.id"), index=True)
    name: Mapped[str]
    text: Mapped[str] = mapped_column(comment="what was stored")
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    writer: Mapped[User] = relationship()


class OpenedFeedback(Base):
    """Approved feedback as its city reads it: a copy made when it was approved and its outcome announced."""

    __tablename__ = "opened_feedbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(
        Json, comment="the approved texts by criterion, as the city reads them"
    )
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, comment="of the text as it is now")
