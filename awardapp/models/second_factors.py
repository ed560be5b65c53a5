"""What a person shows beside the password: secrets of authenticator apps, passkeys, recovery codes; and losing them all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.cycles import Cycle
from awardapp.models.people import User
from awardapp.models.types import UTCDateTime


class TotpSecret(Base):
    """The secret an authenticator app shares with us (RFC 6238): one that counts and at most one being set up."""

    __tablename__ = "totp_secrets"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    is_confirmed: Mapped[bool] = mapped_column(comment="a code of it was shown; else being set up")
    secret: Mapped[str] = mapped_column(comment="encrypted with a key derived from the secret key")
    last_step: Mapped[int | None] = mapped_column(comment="the step of 30 s whose code was used last")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("user_id", "is_confirmed"),)


class Passkey(Base):
    """A key pair in a person's device or password manager (WebAuthn); here is the public half."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(comment="what the person calls it")
    credential_id: Mapped[str] = mapped_column(unique=True, comment="base64url")
    public_key: Mapped[str] = mapped_column(comment="COSE key, base64url")
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str] = mapped_column(comment="hints of the browser, separated by spaces")
    is_synced: Mapped[bool] = mapped_column(comment="kept by a password manager, not by one device")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class PasskeyChallenge(Base):
    """A number drawn for one answer of a passkey; the answer takes the row away, so it counts once."""

    __tablename__ = "passkey_challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge: Mapped[str] = mapped_column(unique=True, comment="base64url")
    purpose: Mapped[str] = mapped_column(comment="register, sign_in, second or fresh")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="NULL: whoever signs in with it")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        CheckConstraint("purpose IN ('register', 'sign_in', 'second', 'fresh')", name="purpose"),
        CheckConstraint("(purpose = 'sign_in') = (user_id IS NULL)", name="user"),
    )


class RecoveryCode(Base):
    """One of the codes a person keeps on paper; stored as a hash, works once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)


class HalfSignIn(Base):
    """Somebody whose password was right and whose second factor is still asked for. It opens no page but that question."""

    __tablename__ = "half_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    tries: Mapped[int] = mapped_column(default=0, comment="wrong codes so far")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class FactorReset(Base):
    """Somebody lost every factor: one of the secretariat asks, another confirms, and the person begins anew."""

    __tablename__ = "factor_resets"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), comment="whose secretariat decides")
    live: Mapped[bool | None] = mapped_column(comment="true while it waits for the second person, else NULL")
    reason: Mapped[str] = mapped_column(comment="how they know who asks")
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    cycle: Mapped[Cycle] = relationship()
    asker: Mapped[User] = relationship(foreign_keys=[asked_by])

    __table_args__ = (
        UniqueConstraint("user_id", "live"),
        CheckConstraint("(live IS NOT NULL) = (ended_at IS NULL)", name="live"),
        CheckConstraint(
            "confirmed_by IS NULL OR (ended_at IS NOT NULL AND confirmed_by <> asked_by AND confirmed_by <> user_id)",
            name="two_people",
        ),
        CheckConstraint("asked_by <> user_id", name="not_oneself"),
    )
