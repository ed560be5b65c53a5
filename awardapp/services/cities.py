"""Cities and who acts for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from awardapp import places
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import City, Cycle, Delegate, Submission, User
from awardapp.queries import cities as queries
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify, notify_all


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
    or for the secretariat, and they are told.
    """
    city = find_or_create(name_en=name, country=country, now=now)
    present = queries.live_delegate(city.id, user.id)
    if present is not None:
        return present
    colleagues = people_queries.delegates_of(city.id)
    is_taken = bool(colleagues) or (
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
    if is_taken:
        notify_all(
            "delegate_asked",
            recipients=colleagues or queries.secretaries_for(city.id),
            cause=f"delegate:{delegate.id}",
            now=now,
            context={"city_id": city.id, "person": user.name, "position": position or ""},
        )
    return delegate


def authority(actor: User, city_id: int, *, cycle: Cycle | None = None) -> int | None:
    """By what right a person decides about a city's delegates: None as one of them, else the id of the running cycle in whose
    secretariat they are, for the record; of a city that takes part in running cycles, none of them theirs, its own
    secretariat decides. Raises NotPermitted.
    """
    if cycle is None and city_id in people_queries.city_ids_of(actor):
        return None
    if cycle is not None:
        require(not queries.is_over(cycle) and can_run_cycle(people_queries.standing(actor, cycle)))
    running = cycle.id if cycle is not None else queries.running_cycle_of_secretary(actor)
    require(running is not None)
    if not queries.is_of_secretary(city_id, actor):
        raise NotPermitted(
            N_("This city has its entries in cycles of another secretariat; that secretariat decides who acts for it.")
        )
    return running


def confirm_delegate(*, actor: User, delegate: Delegate, now: datetime, cycle: Cycle | None = None) -> None:
    """Let a person who asked act for the city; `cycle` is the one whose secretariat decides, None for one of the delegates.

    Raises NotPermitted, or RuleViolation when it was decided already.
    """
    by = authority(actor, delegate.city_id, cycle=cycle)
    lock_row(delegate)
    if delegate.confirmed_at is not None or delegate.ended_at is not None or delegate.invited_by is not None:
        raise RuleViolation(N_("This request was decided already."))
    delegate.confirmed_at = now
    audit.record(
        actor=actor,
        action="delegate.confirm",
        object=f"city:{delegate.city_id}",
        now=now,
        cycle_id=by,
        details={"user": delegate.user_id},
    )
    notify(
        "delegate_confirmed",
        recipient=delegate.user,
        cause=f"delegate:{delegate.id}",
        now=now,
        context={"city_id": delegate.city_id},
    )
    _tell_colleagues(delegate, now=now, without=actor)


def accept_invitation(*, delegate: Delegate, now: datetime) -> None:
    """The invited person begins to act for the city; the others are told. Raises RuleViolation when the invitation was
    withdrawn or answered already.
    """
    lock_row(delegate)
    if not delegate.is_invitation:
        raise RuleViolation(N_("This invitation was withdrawn or answered already."))
    delegate.confirmed_at = delegate.started_at = now
    audit.record(
        actor=delegate.user,
        action="delegate.accept",
        object=f"city:{delegate.city_id}",
        now=now,
        details={"user": delegate.user_id, "invited_by": delegate.invited_by},
    )
    _tell_colleagues(delegate, now=now)


def _tell_colleagues(delegate: Delegate, *, now: datetime, without: User | None = None) -> None:
    """Everybody else who acts for the city hears that somebody joined them."""
    known = {delegate.user_id, without.id if without else None}
    notify_all(
        "delegate_joined",
        recipients=[person for person in people_queries.delegates_of(delegate.city_id) if person.id not in known],
        cause=f"delegate:{delegate.id}",
        now=now,
        context={"city_id": delegate.city_id, "person": delegate.user.name, "position": delegate.position or ""},
    )


def end_delegate(*, actor: User, delegate: Delegate, reason: str, now: datetime, cycle: Cycle | None = None) -> None:
    """End a person's acting for a city, decline a request or withdraw an invitation.

    Delegates decide about requests and invitations; only the secretariat ends somebody who acts, and each person their own
    acting (services.delegates.leave). Raises NotPermitted, or RuleViolation when it ended already.
    """
    by = authority(actor, delegate.city_id, cycle=cycle)
    lock_row(delegate)
    require(by is not None or not delegate.is_acting)
    if delegate.ended_at is not None:
        raise RuleViolation(N_("This was decided already."))
    delegate.ended_at = now
    delegate.ended_by = actor.id
    delegate.end_reason = reason.strip() or None
    audit.record(
        actor=actor,
        action="delegate.end",
        object=f"city:{delegate.city_id}",
        now=now,
        cycle_id=by,
        reason=reason,
        details={"user": delegate.user_id},
    )
