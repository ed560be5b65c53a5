"""Announcements: prepared under seal, released by two people, and what the public may read afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome, RehearsedPart
from awardapp.extensions import Base
from awardapp.models.cities import City
from awardapp.models.cycles import Cycle
from awardapp.models.people import User
from awardapp.models.types import Enumerated, Json, UTCDateTime


class Announcement(Base):
    """A result being prepared. `snapshot` is exactly what would be published; releases are bound to its digest."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[AnnouncementKind] = mapped_column(Enumerated(AnnouncementKind))
    award_key: Mapped[str] = mapped_column(default="", comment="special award announced; empty otherwise")
    status: Mapped[AnnouncementStatus] = mapped_column(Enumerated(AnnouncementStatus))
    title_en: Mapped[str] = mapped_column(default="")
    title_zh: Mapped[str] = mapped_column(default="")
    statement_en: Mapped[str] = mapped_column(default="")
    statement_zh: Mapped[str] = mapped_column(default="")
    embargo_until: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="NULL: at once when released")
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(Json)
    snapshot_sha256: Mapped[str | None]
    edit_version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="when its publication was refused because it had changed"
    )
    refused_because: Mapped[list[str] | None] = mapped_column(Json, comment="what had changed, as message ids")

    cycle: Mapped[Cycle] = relationship()
    releases: Mapped[list[Release]] = relationship(
        back_populates="announcement", order_by="Release.id", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("cycle_id", "kind", "award_key"),
        CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name="published"),
        CheckConstraint("status = 'draft' OR snapshot_sha256 IS NOT NULL", name="sealed"),
    )


class Release(Base):
    """One person's release of a snapshot. Two different people are needed, on the same digest."""

    __tablename__ = "releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    snapshot_sha256: Mapped[str]
    released_at: Mapped[datetime] = mapped_column(UTCDateTime)

    announcement: Mapped[Announcement] = relationship(back_populates="releases")
    user: Mapped[User] = relationship()

    __table_args__ = (UniqueConstraint("announcement_id", "user_id", "snapshot_sha256"),)


class Ceremony(Base):
    """Several announcements of one cycle that are released together and published in one transaction."""

    __tablename__ = "ceremonies"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    embargo_until: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="NULL: at once when released")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()
    parts: Mapped[list[CeremonyPart]] = relationship(
        back_populates="ceremony", order_by="CeremonyPart.position", cascade="all, delete-orphan"
    )


class CeremonyPart(Base):
    """One announcement of a ceremony, in the order of publication."""

    __tablename__ = "ceremony_parts"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"), primary_key=True, autoincrement=False)
    ceremony_id: Mapped[int] = mapped_column(ForeignKey("ceremonies.id"))
    position: Mapped[int] = mapped_column(comment="the order in which they are published")

    ceremony: Mapped[Ceremony] = relationship(back_populates="parts")
    announcement: Mapped[Announcement] = relationship()

    __table_args__ = (UniqueConstraint("ceremony_id", "position"),)


class AnnouncementCheck(Base):
    """One full check of an announcement: every letter rendered, certificates drawn, the record recomputed."""

    __tablename__ = "announcement_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"))
    content_sha256: Mapped[str] = mapped_column(comment="of what was checked")
    faults: Mapped[list[dict[str, Any]]] = mapped_column(
        Json, comment="what was found, [{msgid, params}]; empty when all is well"
    )
    letters: Mapped[int] = mapped_column(comment="how many letters were rendered")
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[User] = relationship()

    __table_args__ = (Index("ix_announcement_checks_of", "announcement_id", "id"),)


class AnnouncementRehearsal(Base):
    """One part of an announcement gone through with placeholder names, by whom and when. Knows nothing that is sealed."""

    __tablename__ = "announcement_rehearsals"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[AnnouncementKind] = mapped_column(Enumerated(AnnouncementKind))
    award_key: Mapped[str]
    part: Mapped[RehearsedPart] = mapped_column(
        Enumerated(RehearsedPart), comment="what was gone through with placeholder names"
    )
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[User] = relationship()

    __table_args__ = (Index("ix_announcement_rehearsals_of", "cycle_id", "kind", "award_key", "id"),)


class Publication(Base):
    """A published announcement: together with PublishedOutcome all that the public can know of a result."""

    __tablename__ = "publications"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[AnnouncementKind] = mapped_column(Enumerated(AnnouncementKind))
    award_key: Mapped[str] = mapped_column(default="")
    title_en: Mapped[str]
    title_zh: Mapped[str]
    statement_en: Mapped[str]
    statement_zh: Mapped[str]
    record_sha256: Mapped[str | None]
    record: Mapped[str | None] = mapped_column(comment="the published record, canonical JSON, if the rules publish it")
    receipts: Mapped[list[str] | None] = mapped_column(Json, comment="of the jury's ballots, sorted, with the winners")
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()
    outcomes: Mapped[list[PublishedOutcome]] = relationship(
        back_populates="publication", order_by="PublishedOutcome.position"
    )

    __table_args__ = (UniqueConstraint("cycle_id", "kind", "award_key"),)


class PublishedOutcome(Base):
    """One line of a published announcement, copied from the sealed snapshot."""

    __tablename__ = "published_outcomes"

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    position: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(Enumerated(Outcome))
    award_key: Mapped[str] = mapped_column(default="", comment="special award of this line; empty otherwise")
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    title_en: Mapped[str]
    title_zh: Mapped[str]
    reason_en: Mapped[str]
    reason_zh: Mapped[str]

    publication: Mapped[Publication] = relationship(back_populates="outcomes")
    city: Mapped[City] = relationship()

    __table_args__ = (
        UniqueConstraint("publication_id", "submission_id"),
        Index("ix_published_outcomes_submission", "submission_id"),
    )
