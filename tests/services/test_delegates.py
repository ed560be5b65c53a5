"""The people of a city: invited by letter, gone with a word to the others, handed over by the secretariat on the record."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, City, Delegate, Notification, OneTimeLink, User
from awardapp.queries import cities as queries
from awardapp.queries import people as people_queries
from awardapp.services import cities, delegates, letters, people
from awardapp.services.delegates import Invitee, LastDelegate
from tests import factories as make

PASSWORD = "quiet river in the morning"


def told(kind: str) -> list[int]:
    """Who got a letter of this kind, by id."""
    return list(
        db.session.scalars(
            select(Notification.recipient_id).where(Notification.kind == kind).order_by(Notification.recipient_id)
        )
    )


def words_to(kind: str, user: User) -> str:
    row = db.session.scalars(
        select(Notification).where(Notification.kind == kind, Notification.recipient_id == user.id)
    ).one()
    letter = letters.render(row)
    return f"{letter.subject}\n{letter.text}"


def last_link(user: User) -> OneTimeLink:
    found = db.session.scalars(
        select(OneTimeLink).where(OneTimeLink.user_id == user.id).order_by(OneTimeLink.id.desc()).limit(1)
    ).one()
    return found


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def city(app: Flask) -> City:
    return make.make_city("Ronda", "ES", name_zh="龙达")


@pytest.fixture
def ana(city: City) -> User:
    return make.make_delegate(city, make.make_user("Ana"))


def invite(city: City, actor: User, email: str, now: datetime, **more: str) -> Delegate:
    invitee = Invitee(email, more.get("name", "Bo Li"), more.get("position", ""), more.get("language", "zh"))
    return delegates.invite(actor=actor, city=city, invitee=invitee, now=now)


def test_a_new_colleague_chooses_a_password_by_the_letter_and_acts_for_the_city(
    city: City, ana: User, now: datetime
) -> None:
    delegate = invite(city, ana, "bo@city.example", now, position="Planner")
    bo = delegate.user
    assert (bo.language, bo.password_hash, people_queries.city_ids_of(bo)) == ("zh", None, frozenset())
    letter = words_to("delegate_invited", bo)
    assert "龙达" in letter and "Ana" in letter and "/welcome/" in letter

    later = now + timedelta(days=2)
    people.accept_invitation(last_link(bo), password=PASSWORD, now=later)

    assert people_queries.city_ids_of(bo) == {city.id}
    assert (delegate.started_at, delegate.invited_by, delegate.position) == (later, ana.id, "Planner")
    assert told("delegate_joined") == [ana.id]
    assert "Bo Li (Planner) now acts for Ronda" in words_to("delegate_joined", ana)
    assert actions() == ["delegate.invite", "delegate.accept", "user.accept_invitation"]


def test_a_person_with_an_account_is_added_without_a_new_one_and_keeps_password_and_name(
    city: City, ana: User, now: datetime
) -> None:
    known = make.make_user("Bo Known", email="bo@city.example")
    stored = known.password_hash
    delegate = invite(city, ana, "BO@city.example ", now)
    assert (delegate.user_id, people_queries.city_ids_of(known)) == (known.id, frozenset())
    link = last_link(known)
    with pytest.raises(RuleViolation):
        people.accept_invitation(link, password=PASSWORD, now=now)
    with pytest.raises(NotPermitted):
        people.accept_as_known(link, actor=ana, now=now)

    people.accept_as_known(link, actor=known, now=now)

    assert people_queries.city_ids_of(known) == {city.id}
    assert (known.password_hash, known.name) == (stored, "Bo Known")
    with pytest.raises(RuleViolation):
        people.accept_as_known(link, actor=known, now=now)


def test_an_invitation_is_for_one_address_works_once_and_can_be_sent_again_or_withdrawn(
    city: City, ana: User, now: datetime
) -> None:
    delegate = invite(city, ana, "bo@city.example", now)
    first = last_link(delegate.user)
    with pytest.raises(RuleViolation):
        invite(city, ana, "bo@city.example", now)
    delegates.resend(actor=ana, delegate=delegate, now=now + timedelta(days=1))
    second = last_link(delegate.user)
    assert (first.used_at, second.used_at) == (now + timedelta(days=1), None)

    cities.end_delegate(actor=ana, delegate=delegate, reason="", now=now)
    with pytest.raises(RuleViolation):
        people.accept_invitation(second, password=PASSWORD, now=now)
    db.session.rollback()
    assert told("delegate_ended") == []


def test_somebody_who_had_asked_is_confirmed_by_being_invited(city: City, ana: User, now: datetime) -> None:
    asking = make.make_user(email="asks@city.example")
    request = cities.join(user=asking, name="Ronda", country="ES", position=None, now=now)
    assert told("delegate_asked") == [ana.id]
    assert invite(city, ana, "asks@city.example", now) is request
    assert people_queries.city_ids_of(asking) == {city.id}
    assert told("delegate_confirmed") == [asking.id]


def test_strangers_and_people_who_are_only_invited_invite_nobody(city: City, ana: User, now: datetime) -> None:
    invited = invite(city, ana, "bo@city.example", now).user
    for stranger in (make.make_user(), invited, make.make_delegate(make.make_city())):
        with pytest.raises(NotPermitted):
            invite(city, stranger, "more@city.example", now)


def test_too_many_open_invitations_are_refused(city: City, ana: User, now: datetime) -> None:
    for n in range(delegates.MOST_OPEN_INVITATIONS):
        invite(city, ana, f"person{n}@town.example", now)
    with pytest.raises(RuleViolation):
        invite(city, ana, "onemore@town.example", now)


def test_who_leaves_is_gone_at_once_and_the_others_are_told(city: City, ana: User, now: datetime) -> None:
    bo = make.make_delegate(city)
    delegates.leave(actor=bo, city=city, sure=False, now=now)
    assert people_queries.city_ids_of(bo) == frozenset()
    assert told("delegate_left") == [ana.id]
    ended = db.session.scalars(select(Delegate).where(Delegate.user_id == bo.id)).one()
    assert (ended.started_at, ended.ended_at, ended.ended_by) == (make.NOW, now, bo.id)
    with pytest.raises(IllegalTransition):
        delegates.leave(actor=bo, city=city, sure=True, now=now)


def test_the_last_one_cannot_leave_silently(city: City, ana: User, now: datetime) -> None:
    running, over = make.make_cycle(), make.make_cycle(CyclePhase.ARCHIVED)
    secretary = make.make_member(running, Role.SECRETARIAT).user
    make.make_member(over, Role.SECRETARIAT)
    disabled = make.make_delegate(city)
    disabled.disabled_at = now
    with pytest.raises(LastDelegate):
        delegates.leave(actor=ana, city=city, sure=False, now=now)
    assert people_queries.city_ids_of(ana) == {city.id}

    delegates.leave(actor=ana, city=city, sure=True, now=now)

    assert told("city_without_delegates") == [secretary.id]
    assert "Ana, the last person who acted for Ronda, has left" in words_to("city_without_delegates", secretary)


def test_the_secretariat_told_is_that_of_the_cycles_the_city_takes_part_in(
    city: City, ana: User, now: datetime
) -> None:
    own, other = make.make_cycle(), make.make_cycle()
    make.make_submission(own, city, by=ana)
    theirs = make.make_member(own, Role.SECRETARIAT).user
    make.make_member(other, Role.SECRETARIAT)
    assert [user.id for user in queries.secretaries_for(city.id)] == [theirs.id]


def test_the_secretariat_hands_a_city_over_on_the_record_and_both_sides_are_told(
    city: City, ana: User, now: datetime
) -> None:
    stays = make.make_delegate(city, make.make_user("Stays", language="zh"))
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    leaving = queries.live_delegate(city.id, ana.id)
    assert leaving is not None

    delegates.hand_over(
        actor=secretary,
        cycle=cycle,
        city=city,
        ending=[leaving.id],
        inviting=[Invitee("new@city.example", "New Mayor", "Mayor", "en")],
        reason="  Elections in May.  ",
        now=now,
    )

    assert people_queries.city_ids_of(ana) == frozenset()
    assert (leaving.ended_by, leaving.end_reason) == (secretary.id, "Elections in May.")
    new = people_queries.by_email("new@city.example")
    assert new is not None
    assert (told("delegate_ended"), told("city_handed_over"), told("delegate_invited")) == (
        [ana.id],
        [stays.id],
        [new.id],
    )
    assert "Elections in May." in words_to("delegate_ended", ana)
    assert "不再代表：Ana" in words_to("city_handed_over", stays)
    record = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "city.hand_over")).one()
    assert (record.actor_id, record.cycle_id, record.reason, record.object) == (
        secretary.id,
        cycle.id,
        "Elections in May.",
        f"city:{city.id}",
    )
    assert record.details == {"ended": [ana.id], "invited": [new.id]}

    people.accept_invitation(last_link(new), password=PASSWORD, now=now)
    assert people_queries.city_ids_of(new) == {city.id}


def test_a_city_can_be_handed_over_to_people_known_already(city: City, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    known = make.make_user(email="known@city.example")
    delegates.hand_over(
        actor=secretary,
        cycle=cycle,
        city=city,
        ending=[],
        inviting=[Invitee("known@city.example", "Known")],
        reason="Nobody was left.",
        now=now,
    )
    people.accept_as_known(last_link(known), actor=known, now=now)
    assert people_queries.city_ids_of(known) == {city.id}


def test_a_hand_over_is_refused_without_reason_change_or_right(city: City, ana: User, now: datetime) -> None:
    cycle, over = make.make_cycle(), make.make_cycle(CyclePhase.ARCHIVED)
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    of_the_past = make.make_member(over, Role.SECRETARIAT).user
    own = queries.live_delegate(city.id, ana.id)
    assert own is not None
    elsewhere = make.make_delegate(make.make_city())
    foreign = db.session.scalars(select(Delegate).where(Delegate.user_id == elsewhere.id)).one()

    def refused(
        error: type[Exception],
        *,
        actor: User = secretary,
        ending: tuple[int, ...] = (own.id,),
        reason: str = "Because.",
    ) -> None:
        where = over if actor is of_the_past else cycle
        with pytest.raises(error):
            delegates.hand_over(actor=actor, cycle=where, city=city, ending=ending, inviting=[], reason=reason, now=now)

    refused(RuleViolation, reason="  ")
    refused(RuleViolation, ending=())
    refused(IllegalTransition, ending=(foreign.id,))
    refused(NotPermitted, actor=ana)
    refused(NotPermitted, actor=of_the_past)
    assert people_queries.city_ids_of(ana) == {city.id}


def test_colleagues_do_not_end_each_other(city: City, ana: User, now: datetime) -> None:
    bo = make.make_delegate(city)
    own = queries.live_delegate(city.id, bo.id)
    assert own is not None
    with pytest.raises(NotPermitted):
        cities.end_delegate(actor=ana, delegate=own, reason="", now=now)


def test_who_of_the_secretariat_decided_and_for_which_cycle_is_recorded(city: City, ana: User, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    request = cities.join(user=make.make_user(), name="Ronda", country="ES", position=None, now=now)
    cities.confirm_delegate(actor=secretary, delegate=request, cycle=cycle, now=now)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "delegate.confirm")).one()
    assert (entry.actor_id, entry.cycle_id) == (secretary.id, cycle.id)


def test_the_secretariat_of_a_past_cycle_decides_about_no_city(city: City, ana: User, now: datetime) -> None:
    former = make.make_member(make.make_cycle(CyclePhase.ARCHIVED), Role.SECRETARIAT).user
    request = cities.join(user=make.make_user(), name="Ronda", country="ES", position=None, now=now)
    with pytest.raises(NotPermitted):
        cities.confirm_delegate(actor=former, delegate=request, now=now)


def test_registering_with_an_invited_jurors_address_leaves_the_jurors_invitation_alone(
    app: Flask, now: datetime
) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    juror = people.invite(
        actor=secretary, cycle=cycle, role=Role.JUROR, email="juror@world.example", name="Juror", language="en",
        country="BR", now=now,
    ).user  # fmt: skip
    invitation = last_link(juror)
    people.register(
        email="juror@world.example",
        name="Somebody",
        city_name="Ronda",
        country="ES",
        position="",
        language="en",
        now=now,
    )
    registration = last_link(juror)
    assert (invitation.used_at, registration.used_at) == (None, None)

    people.accept_invitation(invitation, password=PASSWORD, now=now)
    assert people_queries.city_ids_of(juror) == frozenset()
    with pytest.raises(RuleViolation):  # the other link does not set a second password
        people.accept_invitation(registration, password="another good password", now=now)


def test_a_city_with_entries_in_cycles_of_another_secretariat_is_not_handed_over(city: City, now: datetime) -> None:
    theirs, ours = make.make_cycle(), make.make_cycle()
    boss = make.make_member(ours, Role.SECRETARIAT).user
    line = [Invitee("new@ronda.example", "New")]

    def hand_over() -> None:
        delegates.hand_over(actor=boss, cycle=ours, city=city, ending=[], inviting=line, reason="Elections", now=now)

    entry = make.make_submission(theirs, city)
    with pytest.raises(NotPermitted, match="another secretariat"):
        hand_over()
    theirs.phase = CyclePhase.ARCHIVED  # nobody is left there to decide
    db.session.flush()
    assert queries.is_of_secretary(city.id, boss)
    theirs.phase = CyclePhase.OPEN
    make.make_submission(ours, city, by=db.session.get_one(User, entry.created_by))
    hand_over()
    (told,) = queries.hand_overs(city.id)
    assert (told.by, told.cycle_en, told.reason) == (boss.name, ours.name_en, "Elections")
