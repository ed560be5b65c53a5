"""Sign-ins as rows: begun, looked up with every request, ended on the server."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, select, update

from awardapp.extensions import db
from awardapp.models import Delegate, SignIn, User

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


_PERSON = (
    select(User, SignIn.user_id, SignIn.ended_at, SignIn.expires_at, SignIn.seen_at, Delegate.city_id)
    .join(User, User.id == SignIn.user_id)
    .outerjoin(
        Delegate,
        and_(Delegate.user_id == User.id, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None)),
    )
    .where(SignIn.token_hash == bindparam("token_hash"))
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, with the ids of the cities they act for now."""

    user: User
    city_ids: frozenset[int]


def person_of(*, token: str, user_id: int, now: datetime) -> Person | None:
    """The person behind a live sign-in, or None when it ended, expired or lay idle too long. One query."""
    rows = db.session.execute(_PERSON, {"token_hash": _token_hash(token)}).all()
    if not rows:
        return None
    user, owner, ended_at, expires_at, seen_at, _city_id = rows[0]
    if owner != user_id or ended_at is not None or not user.is_active:
        return None
    if expires_at <= now or seen_at + IDLE <= now:
        return None
    return Person(user, frozenset(row.city_id for row in rows if row.city_id is not None))


def user_of(*, token: str, user_id: int, now: datetime) -> User | None:
    """The user behind a live sign-in (see `person_of`)."""
    found = person_of(token=token, user_id=user_id, now=now)
    return found.user if found else None


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
