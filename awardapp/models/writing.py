"""What is remembered of writing: who last saved each input, and texts that somebody chose to replace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from awardapp.extensions import Base
from awardapp.models.types import Json, UTCDateTime


class InputSave(Base):
    """The last save of one input of a submission; the text itself stands in the submission."""

    __tablename__ = "input_saves"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True, comment="name of the input, e.g. title_en")
    number: Mapped[int] = mapped_column(comment="the submission's edit_version that this save made")
    digest: Mapped[str] = mapped_column(comment="of the value stored, see domain.answers.digest")
    saved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReplacedText(Base):
    """A text that stood in an input until somebody who saw it kept their own instead; only ever added to."""

    __tablename__ = "replaced_texts"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    name: Mapped[str]
    value: Mapped[Any] = mapped_column(Json, nullable=True, comment="what stood in the input")
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="whose text it was, if known")
    saved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    replaced_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    replaced_at: Mapped[datetime] = mapped_column(UTCDateTime)
