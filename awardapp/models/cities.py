"""Cities, the lasting accounts, and the people who act for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.types import UTCDateTime


class City(Base):
    """A city or a regional or local government. It outlives its delegates and takes part in many cycles."""

    __tablename__ = "cities"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_en: Mapped[str]
    name_zh: Mapped[str | None]
    country: Mapped[str] = mapped_column(comment="ISO 3166-1 alpha-2 of the country or region")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    delegates: Mapped[list[Delegate]] = relationship(back_populates="city")

    __table_args__ = (
        UniqueConstraint("name_en", "country"),
        CheckConstraint("length(country) = 2", name="country"),
    )


class Delegate(Base):
    """A person acting for a city, with the dates between which that held."""

    __tablename__ = "delegates"

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    position: Mapped[str | None] = mapped_column(comment="post held in the city's administration")
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="NULL: asked to act for a city that has delegates or files; waits for one of them"
    )
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    invited_by: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="who asked this person to act for the city; NULL: they asked themselves"
    )
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    end_reason: Mapped[str | None] = mapped_column(comment="shown on the city's page")

    city: Mapped[City] = relationship(back_populates="delegates")
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    inviter: Mapped[User | None] = relationship(foreign_keys=[invited_by])

    @property
    def is_invitation(self) -> bool:
        """Whether this person was invited and has not answered yet."""
        return self.invited_by is not None and self.confirmed_at is None and self.ended_at is None

    @property
    def is_acting(self) -> bool:
        """Whether this person acts for the city now."""
        return self.confirmed_at is not None and self.ended_at is None

    __table_args__ = (
        Index("ix_delegates_user", "user_id"),
        Index(
            "uq_delegates_live",
            "city_id",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
