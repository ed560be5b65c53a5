"""The case bank: what remains of every cycle, open to every city."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.extensions import Base
from awardapp.models.cities import City
from awardapp.models.cycles import Cycle
from awardapp.models.types import Enumerated, Json, UTCDateTime
from awardapp.models.work import Work


class CaseStudy(Base):
    """An initiative as the case bank shows it. Created only when its outcome is public; read only when published."""

    __tablename__ = "case_studies"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True, comment="stable public id, e.g. GA6-xianning")
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), unique=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    country: Mapped[str] = mapped_column(comment="copy of the city's, for filtering")
    status: Mapped[CaseStudyStatus] = mapped_column(Enumerated(CaseStudyStatus))
    title_en: Mapped[str | None]
    title_zh: Mapped[str | None]
    title_notes: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, comment="where a title comes from, by language"
    )
    summary_en: Mapped[str | None]
    summary_zh: Mapped[str | None]
    theme_key: Mapped[str | None]
    theme_en: Mapped[str | None]
    theme_zh: Mapped[str | None]
    sdgs: Mapped[list[int]] = mapped_column(Json, default=list)
    city_data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(
        Json, default=list, comment="[{key, heading_en, heading_zh, en, zh}]"
    )
    citations: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, comment="[{by, en, zh}]")
    files: Mapped[list[dict[str, Any]]] = mapped_column(
        Json, default=list, comment="[{sha256, filename, media_type, size, caption_en, caption_zh}]"
    )
    sources: Mapped[list[str]] = mapped_column(Json, default=list)
    is_shortlisted: Mapped[bool] = mapped_column(default=False)
    is_winner: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(default="", comment="words and Han bigrams, see domain.casebank")
    edit_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()
    city: Mapped[City] = relationship()
    awards: Mapped[list[CaseAward]] = relationship(back_populates="case_study", order_by="CaseAward.id")
    bundles: Mapped[list[Bundle]] = relationship(back_populates="case_study", order_by="Bundle.id")

    __table_args__ = (
        CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name="published"),
        Index("ix_case_studies_cycle", "cycle_id", "status", "id"),
        Index("ix_case_studies_country", "country"),
        # Whether the catalogue of published cases still holds is answered from this index alone (queries/catalogue.py).
        Index("ix_case_studies_public", "status", "changed_at", "edit_version"),
    )


class CaseAward(Base):
    """An award a case received: the main award or a special one, with its date if known."""

    __tablename__ = "case_awards"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_study_id: Mapped[int] = mapped_column(ForeignKey("case_studies.id"), index=True)
    key: Mapped[str] = mapped_column(comment="guangzhou_award or a special award's key")
    name_en: Mapped[str]
    name_zh: Mapped[str]
    year: Mapped[int | None] = mapped_column(comment="year of the ceremony")
    given_on: Mapped[date | None]
    sources: Mapped[list[str]] = mapped_column(Json, default=list)

    case_study: Mapped[CaseStudy] = relationship(back_populates="awards")

    __table_args__ = (UniqueConstraint("case_study_id", "key"),)


class Bundle(Work, Base):
    """A case-study bundle: requested as a row, built by a worker, void when its case stops being public."""

    __tablename__ = "bundles"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_study_id: Mapped[int] = mapped_column(ForeignKey("case_studies.id"))
    content_sha256: Mapped[str] = mapped_column(
        comment="of the content it is built from; the same content is built once"
    )
    storage_key: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    case_study: Mapped[CaseStudy] = relationship(back_populates="bundles")

    __table_args__ = (
        UniqueConstraint("case_study_id", "content_sha256"),
        CheckConstraint("status <> 'done' OR (storage_key IS NOT NULL AND sha256 IS NOT NULL)", name="built"),
        Index("ix_bundles_status", "status", "not_before"),
    )
