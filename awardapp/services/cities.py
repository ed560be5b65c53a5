"""Cities and who acts for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from awardapp import places
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.extensions import db
from awardapp.models import City, Delegate, Membership, Submission, User
from awardapp.queries import people as people_queries
from awardapp.services import audit


def find_or_create(
    *,
    name_en: str,
    country: str,
    now: datetime,
    name_zh: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> City:
    """The city of this name and country or region, made if it is new; the gazetteer fills in what is not given."""
    # Compared here and not by the database, whose lower() knows ASCII only on SQLite: "Łódź", "Medellin" for Medellín.
    wanted = places.folded(name_en)
    known = db.session.scalars(select(City).where(City.country == country).order_by(City.id))
    city = next((row for row in known if places.folded(row.name_en) == wanted), None)
    if city is None:
        try:
            place = places.find_city(name_en, country)
        except places.UnknownPlace:  # a department, a district, a union of municipalities
            place = None
        if place is not None:
            name_zh = name_zh or place.name_zh
            latitude = place.latitude if latitude is None else latitude
            longitude = place.longitude if longitude is None else longitude
        city = City(
            name_en=name_en, name_zh=name_zh, country=country, latitude=latitude, longitude=longitude, created_at=now
        )
        db.session.add(city)
        db.session.flush()
    return city


def join(*, user: User, name: str, country: str, position: str | None, now: datetime) -> Delegate:
    """Make a person a delegate of a city.

    A city that already has delegates or submissions is not handed to a stranger: the request waits for one of its delegates
    or for the secretariat.
    """
    city = find_or_create(name_en=name, country=country, now=now)
    present = db.session.execute(
        select(Delegate).where(Delegate.city_id == city.id, Delegate.user_id == user.id, Delegate.ended_at.is_(None))
    ).scalar_one_or_none()
    if present is not None:
        return present
    is_taken = bool(people_queries.delegates_of(city.id)) or (
        db.session.execute(select(Submission.id).where(Submission.city_id == city.id).limit(1)).first() is not None
    )
    delegate = Delegate(
        city_id=city.id, user_id=user.id, position=position, started_at=now, confirmed_at=None if is_taken else now
    )
    db.session.add(delegate)
    db.session.flush()
    audit.record(
        actor=user,
        action="delegate.request" if is_taken else "delegate.join",
        object=f"city:{city.id}",
        now=now,
        details={"user": user.id},
    )
    return delegate


def _acts_for_secretariat(user: User) -> bool:
    return (
        db.session.execute(
            select(Membership.id)
            .where(Membership.user_id == user.id, Membership.role == Role.SECRETARIAT, Membership.ended_at.is_(None))
            .limit(1)
        ).first()
        is not None
    )


def confirm_delegate(*, actor: User, delegate: Delegate, now: datetime) -> None:
    """Let a person who asked act for the city. Raises NotPermitted, or RuleViolation when it was decided already."""
    require(delegate.city_id in people_queries.city_ids_of(actor) or _acts_for_secretariat(actor))
    if delegate.confirmed_at is not None or delegate.ended_at is not None:
        raise RuleViolation(N_("This request was decided already."))
    delegate.confirmed_at = now
    audit.record(
        actor=actor,
        action="delegate.confirm",
        object=f"city:{delegate.city_id}",
        now=now,
        details={"user": delegate.user_id},
    )


def end_delegate(*, actor: User, delegate: Delegate, reason: str, now: datetime) -> None:
    """End a person's acting for a city, or decline a request. Raises NotPermitted."""
    require(delegate.city_id in people_queries.city_ids_of(actor) or _acts_for_secretariat(actor))
    delegate.ended_at = now
    audit.record(
        actor=actor,
        action="delegate.end",
        object=f"city:{delegate.city_id}",
        now=now,
        reason=reason,
        details={"user": delegate.user_id},
    )
