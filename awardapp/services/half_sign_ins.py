"""Between the right password and the second factor: somebody who may answer that one question, and nothing else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from awardapp.domain.second_factors import HALF_LIFETIME, MOST_TRIES
from awardapp.extensions import db
from awardapp.models import HalfSignIn, User


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(user: User, *, now: datetime) -> str:
    """Note that the password was right and return the token for the cookie; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        HalfSignIn(
            user_id=user.id, token_hash=_token_hash(token), tries=0, created_at=now, expires_at=now + HALF_LIFETIME
        )
    )
    db.session.flush()
    return token


def person_of(token: str | None, *, now: datetime) -> User | None:
    """Who has shown a password and may show the second factor now; None when it took too long or too many tries."""
    if not token:
        return None
    row = db.session.scalar(
        select(HalfSignIn)
        .where(HalfSignIn.token_hash == _token_hash(token))
        .options(joinedload(HalfSignIn.user))
        .execution_options(populate_existing=True)
    )
    if row is None or row.expires_at <= now or row.tries >= MOST_TRIES or not row.user.is_active:
        return None
    return row.user


def note_wrong(token: str) -> None:
    """Count a wrong code. Counted in the row, so that it holds without the limits' store."""
    db.session.execute(
        update(HalfSignIn)
        .where(HalfSignIn.token_hash == _token_hash(token))
        .values(tries=HalfSignIn.tries + 1)
        .execution_options(synchronize_session=False)
    )


def finish(token: str) -> None:
    """It has led to a sign-in, or was given up."""
    db.session.execute(delete(HalfSignIn).where(HalfSignIn.token_hash == _token_hash(token)))
