"""Files on their way in, and the pictures made of files that are here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.submissions import Attachment, Submission
from awardapp.models.types import Enumerated, Json, UTCDateTime
from awardapp.models.work import Work


class UploadStatus(StrEnum):
    ARRIVING = "arriving"
    TAKEN = "taken"
    REFUSED = "refused"
    DROPPED = "dropped"  # nobody wants it any more; the sweep removes it


class Upload(Base):
    """A file that arrives in pieces and can be gone on with after a broken line, a reload or another sign-in."""

    __tablename__ = "uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, comment="names the upload in its address and in the staging area")
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    filename: Mapped[str]
    size: Mapped[int] = mapped_column(comment="bytes the sender announced")
    received: Mapped[int] = mapped_column(default=0, comment="bytes kept so far; the next piece begins here")
    mark: Mapped[str] = mapped_column(comment="the sender's word for this very file: its time of change")
    status: Mapped[UploadStatus] = mapped_column(Enumerated(UploadStatus), default=UploadStatus.ARRIVING)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="why the file was not taken: {msgid, params}")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime, comment="when something last arrived")

    submission: Mapped[Submission] = relationship()
    attachment: Mapped[Attachment | None] = relationship()

    __table_args__ = (
        CheckConstraint("size > 0 AND received >= 0 AND received <= size", name="received"),
        CheckConstraint("status <> 'taken' OR attachment_id IS NOT NULL", name="taken"),
        CheckConstraint("(status = 'refused') = (refusal IS NOT NULL)", name="refused"),
        # Choosing the same file again goes on with what has arrived, also when two windows do so at once.
        Index(
            "uq_uploads_arriving",
            "submission_id",
            "filename",
            "size",
            "mark",
            unique=True,
            postgresql_where=text("status = 'arriving'"),
            sqlite_where=text("status = 'arriving'"),
        ),
        Index("ix_uploads_touched", "touched_at"),
    )


class UploadPiece(Base):
    """Some bytes of an upload, stored in the staging area under the digest that is noted here."""

    __tablename__ = "upload_pieces"

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id"))
    start: Mapped[int] = mapped_column(comment="the piece's first byte in the file")
    size: Mapped[int]
    sha256: Mapped[str]

    __table_args__ = (UniqueConstraint("upload_id", "start"), CheckConstraint("size > 0", name="size"))


class Preview(Work, Base):
    """The pictures by which a stored file is shown: made once by a worker, without the metadata of the original."""

    __tablename__ = "previews"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), unique=True)
    pages: Mapped[list[dict[str, int]]] = mapped_column(
        Json, default=list, comment="pictures made: [{width, height}], the first page first"
    )
    page_count: Mapped[int | None] = mapped_column(comment="of a document, drawn or not")

    __table_args__ = (Index("ix_previews_status", "status", "not_before"),)
