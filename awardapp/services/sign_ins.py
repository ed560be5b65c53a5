"""Sign-ins as rows: begun, looked up with every request, ended on the server."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from awardapp.extensions import db
from awardapp.models import SignIn, User

LIFETIME = timedelta(days=7)


IDLE = timedelta(hours=12)


_SEEN_EVERY = timedelta(minutes=5)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(user: User, *, now: datetime) -> str:
    """Open a sign-in and return the token for the cookie; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            user_id=user.id,
            token_hash=_token_hash(token),
            created_at=now,
            seen_at=now,
            expires_at=now + LIFETIME,
        )
    )
    db.session.flush()
    return token


def user_of(*, token: str, user_id: int, now: datetime) -> User | None:
    """The person behind a live sign-in, or None when it ended, expired or lay idle too long. One query."""
    row = db.session.execute(
        select(SignIn).options(joinedload(SignIn.user)).where(SignIn.token_hash == _token_hash(token))
    ).scalar_one_or_none()
    if row is None or row.user_id != user_id or row.ended_at is not None or not row.user.is_active:
        return None
    if row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    return row.user


def mark_seen(*, token: str, now: datetime) -> None:
    """Note that a sign-in is in use, at most every five minutes."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.token_hash == _token_hash(token), SignIn.seen_at < now - _SEEN_EVERY)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def end(*, token: str, now: datetime) -> None:
    """Sign out: the session ends on the server, so a copied cookie is worth nothing."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.token_hash == _token_hash(token), SignIn.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def end_all(user: User, *, now: datetime) -> None:
    """End every sign-in of a person."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
