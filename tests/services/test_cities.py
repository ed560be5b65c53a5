"""Cities and who acts for them: found whatever the accents, never handed to a stranger."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, City
from awardapp.queries import people as people_queries
from awardapp.services import cities
from tests import factories as make


@pytest.mark.parametrize(
    ("stored", "country", "typed"),
    [
        ("Medellín", "CO", "medellin"),
        ("Łódź", "PL", "LODZ"),
        ("Zürich", "CH", "Zurich"),
        ("Québec", "CA", "QUEBEC"),
        ("Saint-Denis", "FR", "saint-denis"),
    ],
)
def test_a_city_is_found_again_whatever_case_and_accents_are_typed(
    app: Flask, now: datetime, stored: str, country: str, typed: str
) -> None:
    city = make.make_city(stored, country)
    assert cities.find_or_create(name_en=typed, country=country, now=now) is city
    assert db.session.scalar(select(func.count(City.id))) == 1


def test_the_same_name_in_another_country_is_another_city(app: Flask, now: datetime) -> None:
    first = make.make_city("Córdoba", "ES")
    second = cities.find_or_create(name_en="Córdoba", country="AR", now=now)
    assert second.id != first.id


def test_the_gazetteer_fills_in_what_is_not_given_and_leaves_what_is(app: Flask, now: datetime) -> None:
    known = cities.find_or_create(name_en="Vienna", country="AT", now=now)
    assert (known.name_zh, round(known.latitude or 0), round(known.longitude or 0)) == ("维也纳", 48, 16)
    given = cities.find_or_create(name_en="Graz", country="AT", name_zh="我们的写法", latitude=1, longitude=2, now=now)
    assert (given.name_zh, given.latitude, given.longitude) == ("我们的写法", 1, 2)


def test_a_place_no_gazetteer_knows_is_taken_as_typed(app: Flask, now: datetime) -> None:
    union = cities.find_or_create(name_en="Union of Upper Villages", country="FR", now=now)
    assert (union.name_en, union.name_zh, union.latitude) == ("Union of Upper Villages", None, None)


def test_the_first_person_of_an_empty_city_acts_for_it_at_once(app: Flask, now: datetime) -> None:
    person = make.make_user()
    delegate = cities.join(user=person, name="Ronda", country="ES", position="Mayor", now=now)
    assert (delegate.confirmed_at, people_queries.city_ids_of(person)) == (now, {delegate.city_id})
    assert cities.join(user=person, name="RONDA", country="ES", position=None, now=now) is delegate


def test_a_city_with_delegates_is_not_handed_to_a_stranger(app: Flask, now: datetime) -> None:
    city = make.make_city("Ronda", "ES")
    delegate, stranger = make.make_delegate(city), make.make_user()
    request = cities.join(user=stranger, name="Ronda", country="ES", position=None, now=now)
    assert (request.confirmed_at, people_queries.city_ids_of(stranger)) == (None, frozenset())
    with pytest.raises(NotPermitted):
        cities.confirm_delegate(actor=stranger, delegate=request, now=now)
    with pytest.raises(NotPermitted):
        cities.confirm_delegate(actor=make.make_delegate(make.make_city()), delegate=request, now=now)

    cities.confirm_delegate(actor=delegate, delegate=request, now=now)

    assert people_queries.city_ids_of(stranger) == {city.id}
    with pytest.raises(RuleViolation):
        cities.confirm_delegate(actor=delegate, delegate=request, now=now)


def test_a_city_whose_delegates_all_left_but_whose_files_remain_waits_for_the_secretariat(
    app: Flask, now: datetime
) -> None:
    cycle = make.make_cycle()
    submission = make.make_submission(cycle)
    former = submission.city.delegates[0]
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    cities.end_delegate(actor=secretary, delegate=former, reason="left office", now=now)
    successor = make.make_user()
    city = submission.city
    request = cities.join(user=successor, name=city.name_en, country=city.country, position=None, now=now)
    assert request.confirmed_at is None
    cities.confirm_delegate(actor=secretary, delegate=request, now=now)
    assert people_queries.city_ids_of(successor) == {city.id}


def test_a_person_can_be_declined_and_may_ask_again(app: Flask, now: datetime) -> None:
    city = make.make_city("Ronda", "ES")
    delegate, person = make.make_delegate(city), make.make_user()
    first = cities.join(user=person, name="Ronda", country="ES", position=None, now=now)
    cities.end_delegate(actor=delegate, delegate=first, reason="unknown to us", now=now)
    with pytest.raises(RuleViolation):
        cities.confirm_delegate(actor=delegate, delegate=first, now=now)
    second = cities.join(user=person, name="Ronda", country="ES", position=None, now=now)
    assert second.id != first.id
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["delegate.request", "delegate.end", "delegate.request"]


def test_a_former_secretary_decides_nothing(app: Flask, now: datetime) -> None:
    member = make.make_member(make.make_cycle(), Role.SECRETARIAT)
    member.ended_at = now
    city = make.make_city("Ronda", "ES")
    make.make_delegate(city)
    request = cities.join(user=make.make_user(), name="Ronda", country="ES", position=None, now=now)
    with pytest.raises(NotPermitted):
        cities.confirm_delegate(actor=member.user, delegate=request, now=now)
    with pytest.raises(NotPermitted):
        cities.end_delegate(actor=member.user, delegate=request, reason="", now=now)
