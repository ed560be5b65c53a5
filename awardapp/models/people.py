"""People, their roles in a cycle, their sign-ins and one-time links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.people import Role
from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.types import Enumerated, Json, UTCDateTime


class User(UserMixin, Base):  # type: ignore[misc] # Flask-Login carries no types
    """A person with an account. Without a password the account waits for its invitation to be accepted."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True, comment="lower case")
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en", comment="language of letters and pages: en or zh")
    country: Mapped[str | None] = mapped_column(comment="ISO 3166-1 alpha-2; used to find conflicts of interest")
    organisation: Mapped[str | None]
    city_id: Mapped[int | None] = mapped_column(
        ForeignKey("cities.id"),
        comment="the city a member or juror lives or works in; used to find conflicts of interest",
    )
    password_hash: Mapped[str | None]
    time_zone: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="when the address was proven")
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    memberships: Mapped[list[Membership]] = relationship(back_populates="user")

    __table_args__ = (
        CheckConstraint("language IN ('en', 'zh')", name="language"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None


class Membership(Base):
    """A person's role in one cycle."""

    __tablename__ = "memberships"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    role: Mapped[Role] = mapped_column(Enumerated(Role))
    is_chair: Mapped[bool] = mapped_column(default=False)
    pseudonym: Mapped[str] = mapped_column(comment="stands for the person in the published record, e.g. M04")
    themes: Mapped[str] = mapped_column(default="", comment="keys of the themes of expertise, separated by spaces")
    languages: Mapped[str] = mapped_column(default="en", comment="languages read, separated by spaces")
    conflicts_declared_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="a member who has not declared sees no file"
    )
    load_least: Mapped[int | None] = mapped_column(comment="own bound on the number of readings")
    load_most: Mapped[int | None] = mapped_column(comment="own bound on the number of readings")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(back_populates="memberships")
    cycle: Mapped[Cycle] = relationship()

    __table_args__ = (
        UniqueConstraint("user_id", "cycle_id", "role"),
        UniqueConstraint("cycle_id", "pseudonym"),
        Index("ix_memberships_cycle_role", "cycle_id", "role"),
    )


class SignIn(Base):
    """A live sign-in. The cookie holds a random token, the row its hash; signing out ends the row, hence the session."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    factor: Mapped[str] = mapped_column(
        default="password",
        server_default="password",
        comment="what was shown beside the password: password (nothing), totp, recovery; or passkey",
    )

    user: Mapped[User] = relationship()


class OneTimeLink(Base):
    """A link sent by letter that works once: an invitation (which also proves the address) or a password reset.

    The address carries the row's id, signed; no secret is stored here.
    """

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[str] = mapped_column(comment="invitation or password_reset")
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, comment="the city asked for at registration")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()

    __table_args__ = (CheckConstraint("purpose IN ('invitation', 'password_reset')", name="purpose"),)
