"""Sign-ins as rows: begun, looked up with every request, ended on the server."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, and_, bindparam, delete, exists, or_, select, update

from awardapp.domain.people import Role
from awardapp.domain.second_factors import CHAIR, IDLE, Factor, idle_limit
from awardapp.extensions import db
from awardapp.models import Delegate, Freeze, HalfSignIn, Membership, Passkey, SignIn, TotpSecret, User

LIFETIME = timedelta(days=7)


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(user: User, *, now: datetime, factor: Factor = Factor.PASSWORD) -> str:
    """Open a sign-in made with a factor and return the token for the cookie; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            user_id=user.id,
            token_hash=_token_hash(token),
            created_at=now,
            seen_at=now,
            expires_at=now + LIFETIME,
            factor=factor.value,
        )
    )
    db.session.flush()
    return token


_PERSON = (
    select(
        User,
        SignIn.user_id,
        SignIn.ended_at,
        SignIn.expires_at,
        SignIn.seen_at,
        SignIn.created_at.label("signed_in_at"),
        SignIn.factor,
        Delegate.city_id,
        or_(
            exists().where(TotpSecret.user_id == SignIn.user_id, TotpSecret.is_confirmed.is_(True)),
            exists().where(Passkey.user_id == SignIn.user_id),
        ).label("has_factor"),
        exists()
        .where(
            Membership.user_id == SignIn.user_id,
            Membership.ended_at.is_(None),
            Membership.role == Role.SECRETARIAT,
        )
        .label("is_organiser"),
        exists()
        .where(
            Membership.user_id == SignIn.user_id,
            Membership.ended_at.is_(None),
            or_(
                Membership.role.in_(bindparam("roles", expanding=True)),
                and_(Membership.is_chair.is_(True), bindparam("chairs", type_=Boolean)),
            ),
        )
        .label("needs_factor"),
        exists().where(Freeze.live.is_(True)).label("is_frozen"),
    )
    .join(User, User.id == SignIn.user_id)
    .outerjoin(
        Delegate,
        and_(Delegate.user_id == User.id, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None)),
    )
    .where(SignIn.token_hash == bindparam("token_hash"))
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, with what every page asks about them: read together, in one query.

    `needs_factor`: a role of theirs must have a second factor; `is_frozen`: the whole site stands still.
    """

    user: User
    city_ids: frozenset[int]
    factor: Factor
    signed_in_at: datetime
    seen_at: datetime
    has_factor: bool
    is_organiser: bool
    needs_factor: bool
    is_frozen: bool


def person_of(*, token: str, user_id: int, now: datetime, required_of: Sequence[str] = ()) -> Person | None:
    """The person behind a live sign-in, or None when it ended, expired, lay idle too long, or lacks the factor the person
    has since set up. `required_of`: the roles that must have a second factor. One query.
    """
    values = {
        "token_hash": _token_hash(token),
        "roles": [role for role in Role if role.value in required_of],
        "chairs": CHAIR in required_of,
    }
    rows = db.session.execute(_PERSON, values).all()
    if not rows:
        return None
    row = rows[0]
    if row.user_id != user_id or row.ended_at is not None or not row.User.is_active:
        return None
    if row.expires_at <= now or row.seen_at + idle_limit(is_organiser=row.is_organiser) <= now:
        return None
    factor = Factor(row.factor)
    if row.has_factor and factor is Factor.PASSWORD:
        return None
    return Person(
        user=row.User,
        city_ids=frozenset(one.city_id for one in rows if one.city_id is not None),
        factor=factor,
        signed_in_at=row.signed_in_at,
        seen_at=row.seen_at,
        has_factor=bool(row.has_factor),
        is_organiser=bool(row.is_organiser),
        needs_factor=bool(row.needs_factor),
        is_frozen=bool(row.is_frozen),
    )


def user_of(*, token: str, user_id: int, now: datetime) -> User | None:
    """The user behind a live sign-in (see `person_of`)."""
    found = person_of(token=token, user_id=user_id, now=now)
    return found.user if found else None


def mark_seen(*, token: str, now: datetime) -> None:
    """Note that a sign-in is in use."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.token_hash == _token_hash(token), SignIn.seen_at < now)
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
    """End every sign-in of a person, and those that wait for the second factor."""
    db.session.execute(delete(HalfSignIn).where(HalfSignIn.user_id == user.id))
    db.session.execute(
        update(SignIn)
        .where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


__all__ = ["IDLE", "LIFETIME", "Person", "begin", "end", "end_all", "mark_seen", "person_of", "user_of"]
