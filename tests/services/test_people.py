"""Accounts through the services: registering, inviting, one-time links, sign-ins, roles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, City, Delegate, Membership, Notification, OneTimeLink, SignIn, User
from awardapp.queries import people as people_queries
from awardapp.services import people, sign_ins
from tests import factories as make
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


def letters() -> list[tuple[str, int]]:
    return [(n.kind, n.recipient_id) for n in db.session.scalars(select(Notification).order_by(Notification.id))]


def live_links(user: User) -> list[OneTimeLink]:
    return list(
        db.session.scalars(select(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None)))
    )


def register(email: str = "mayor@city.example", *, now: datetime = NOW, **changes: str) -> User:
    values = {"name": "Ana", "city_name": "Ronda", "country": "ES", "position": "Mayor", "language": "en", **changes}
    people.register(email=email, now=now, **values)
    user = people_queries.by_email(email)
    assert user is not None
    return user


def invite(role: Role = Role.JUROR, **changes: Any) -> Membership:
    cycle = changes.pop("cycle", None) or make.make_cycle()
    actor = changes.pop("actor", None) or make.make_member(cycle, Role.SECRETARIAT).user
    values = {"email": "new@person.example", "name": "New Person", "language": "zh", "now": NOW, **changes}
    return people.invite(actor=actor, cycle=cycle, role=role, **values)


def test_registering_sends_a_link_and_the_city_is_joined_only_when_it_is_opened(app: Flask, now: datetime) -> None:
    user = register()
    assert (user.password_hash, user.confirmed_at, letters()) == (None, None, [("registration", user.id)])
    assert db.session.scalars(select(City)).all() == []

    link = people.open_link(live_links(user)[0].id, purpose="invitation", now=now)
    people.accept_invitation(link, password=make.PASSWORD, now=now)

    delegate = db.session.scalars(select(Delegate)).one()
    assert (delegate.city.name_en, delegate.position, delegate.confirmed_at) == ("Ronda", "Mayor", now)
    assert (user.confirmed_at, people.verify_password(user, make.PASSWORD)) == (now, True)


def test_registering_a_known_address_changes_nothing_and_tells_its_owner(app: Flask) -> None:
    owner = make.make_user(email="mayor@city.example")
    before = (owner.name, owner.password_hash)
    register("  Mayor@CITY.example ")
    assert letters() == [("account_exists", owner.id)]
    assert (owner.name, owner.password_hash, live_links(owner)) == (*before, [])


def test_registering_again_before_opening_the_letter_replaces_the_link(app: Flask, now: datetime) -> None:
    user = register()
    first = live_links(user)[0]
    assert register(now=now + SECOND).id == user.id
    assert [link.id for link in live_links(user)] != [first.id]
    db.session.expire_all()
    with pytest.raises(RuleViolation):
        people.open_link(first.id, purpose="invitation", now=now + SECOND)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"city_name": "  "}, "city_name"), ({"name": " "}, "name"), ({"email": "not an address"}, "email")],
)
def test_registering_refuses_what_is_missing(app: Flask, now: datetime, changes: dict[str, str], field: str) -> None:
    values = {"email": "a@city.example", "name": "A", "city_name": "Ronda", **changes}
    with pytest.raises(RuleViolation) as refused:
        people.register(country="ES", position="", language="en", now=now, **values)
    assert refused.value.field == field
    assert letters() == []


def test_an_invited_person_gets_a_link_and_an_account_holder_only_the_news(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    known = make.make_user()
    new = invite(cycle=cycle, actor=secretary)
    old = invite(cycle=cycle, actor=secretary, email=known.email.upper(), country="FR")
    assert letters() == [("invitation", new.user_id), ("role_given", known.id)]
    assert (new.user.language, old.user_id, known.country) == ("zh", known.id, "FR")
    assert new.pseudonym != old.pseudonym


def test_an_invitation_leaves_what_a_person_told_us_themselves(app: Flask) -> None:
    known = make.make_user(country="ES", organisation="City of Ronda")
    invite(email=known.email, country="FR", organisation="Somebody else")
    assert (known.country, known.organisation) == ("ES", "City of Ronda")


def test_a_role_is_given_once_and_only_by_the_cycles_secretariat(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    elsewhere = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    member = invite(cycle=cycle, actor=secretary)
    with pytest.raises(RuleViolation) as refused:
        invite(cycle=cycle, actor=secretary, email=member.user.email)
    assert refused.value.field == "email"
    for stranger in (elsewhere, make.make_member(cycle, Role.JUROR).user, make.make_user()):
        with pytest.raises(NotPermitted):
            invite(cycle=cycle, actor=stranger, email="other@person.example")


def test_a_resent_invitation_replaces_the_link_until_it_is_accepted(app: Flask, now: datetime) -> None:
    member = invite()
    secretary = next(m.user for m in people_queries.members(member.cycle, Role.SECRETARIAT))
    first = live_links(member.user)[0]
    people.resend_invitation(actor=secretary, member=member, now=now)
    second = live_links(member.user)
    assert [link.id for link in second] != [first.id]
    people.accept_invitation(second[0], password=make.PASSWORD, now=now)
    with pytest.raises(RuleViolation):
        people.resend_invitation(actor=secretary, member=member, now=now)


def test_a_link_works_once_for_its_purpose_and_for_its_time(app: Flask, now: datetime) -> None:
    user = register()
    link = live_links(user)[0]
    ends = now + people.INVITATION_LIFETIME
    assert people.open_link(link.id, purpose="invitation", now=ends - SECOND) is link
    for link_id, purpose, at in (
        (link.id, "invitation", ends),
        (link.id, "password_reset", now),
        (link.id + 1000, "invitation", now),
        (None, "invitation", now),
    ):
        with pytest.raises(RuleViolation):
            people.open_link(link_id, purpose=purpose, now=at)
    people.accept_invitation(link, password=make.PASSWORD, now=now)
    with pytest.raises(RuleViolation):
        people.accept_invitation(link, password="another long password", now=now)
    assert people.verify_password(user, make.PASSWORD)


def test_a_reset_sets_the_password_and_ends_every_sign_in(app: Flask, now: datetime) -> None:
    user = make.make_user()
    tokens = [sign_ins.begin(user, now=now) for _ in range(2)]
    people.request_password_reset(email=user.email.upper(), now=now)
    link = people.open_link(live_links(user)[0].id, purpose="password_reset", now=now + SECOND)
    people.reset_password(link, password="a different long password", now=now + SECOND)
    db.session.commit()
    assert letters() == [("password_reset", user.id)]
    assert [sign_ins.user_of(token=t, user_id=user.id, now=now + 2 * SECOND) for t in tokens] == [None, None]
    assert people.verify_password(user, "a different long password")
    assert not people.verify_password(user, make.PASSWORD)


def test_asking_for_a_reset_says_nothing_about_who_has_an_account(app: Flask, now: datetime) -> None:
    disabled = make.make_user()
    disabled.disabled_at = now
    for address in ("nobody@city.example", disabled.email):
        assert people.request_password_reset(email=address, now=now) is None
    assert letters() == []


def test_a_reset_link_lives_one_hour(app: Flask, now: datetime) -> None:
    user = make.make_user()
    people.request_password_reset(email=user.email, now=now)
    link = live_links(user)[0]
    assert link.expires_at == now + timedelta(hours=1)
    with pytest.raises(RuleViolation):
        people.open_link(link.id, purpose="password_reset", now=link.expires_at)


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("short", False),
        ("123456789", False),
        ("aaaaaaaaaaaa", False),
        ("ababababab", False),
        ("x" * 64 + "yz1" * 22, False),
        ("1234567890", True),
        ("一个足够长的密码吧", False),
        ("一个足够长的密码就好了", True),
        ("correct horse battery", True),
    ],
)
def test_passwords_are_refused_for_length_and_monotony_only(password: str, accepted: bool) -> None:
    if accepted:
        people.check_password(password)
    else:
        with pytest.raises(RuleViolation) as refused:
            people.check_password(password)
        assert refused.value.field == "password"


def test_nobody_and_a_person_without_a_password_never_verify(app: Flask) -> None:
    waiting = register()
    assert not people.verify_password(None, make.PASSWORD)
    assert not people.verify_password(waiting, make.PASSWORD)
    assert not people.verify_password(waiting, "")


def test_a_sign_in_ends_when_idle_for_half_a_day_and_in_any_case_after_a_week(app: Flask, now: datetime) -> None:
    user = make.make_user()
    token = sign_ins.begin(user, now=now)
    at, step = now, sign_ins.IDLE - SECOND
    while at + step < now + sign_ins.LIFETIME:
        at += step
        assert sign_ins.user_of(token=token, user_id=user.id, now=at) == user
        sign_ins.mark_seen(token=token, now=at)
        db.session.expire_all()
    ends = now + sign_ins.LIFETIME
    assert sign_ins.user_of(token=token, user_id=user.id, now=ends - SECOND) == user
    assert sign_ins.user_of(token=token, user_id=user.id, now=ends) is None

    idle = sign_ins.begin(user, now=now)
    assert sign_ins.user_of(token=idle, user_id=user.id, now=now + step) == user
    assert sign_ins.user_of(token=idle, user_id=user.id, now=now + step + SECOND) is None


def test_signing_out_ends_this_sign_in_on_the_server_and_no_other(app: Flask, now: datetime) -> None:
    user = make.make_user()
    here, elsewhere = (sign_ins.begin(user, now=now) for _ in range(2))
    sign_ins.end(token=here, now=now)
    db.session.expire_all()
    assert sign_ins.user_of(token=here, user_id=user.id, now=now) is None
    assert sign_ins.user_of(token=elsewhere, user_id=user.id, now=now) == user


def test_a_token_is_worth_nothing_for_somebody_else_or_a_disabled_account(app: Flask, now: datetime) -> None:
    user, other = make.make_user(), make.make_user()
    token = sign_ins.begin(user, now=now)
    assert sign_ins.user_of(token=token, user_id=other.id, now=now) is None
    assert sign_ins.user_of(token="invented", user_id=user.id, now=now) is None
    stored = db.session.scalars(select(SignIn.token_hash)).all()
    assert token not in stored
    user.disabled_at = now
    db.session.flush()
    assert sign_ins.user_of(token=token, user_id=user.id, now=now) is None


def test_a_role_that_ends_is_on_the_record_and_keeps_its_pseudonym_when_given_again(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT)
    juror = make.make_member(cycle, Role.JUROR)
    people.end_role(actor=secretary.user, member=juror, reason="stepped down", now=now)
    assert people_queries.membership(juror.user, cycle, Role.JUROR) is None
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.reason) == ("membership.end", "stepped down")
    again = people.add_role(juror.user, cycle=cycle, role=Role.JUROR, now=now + SECOND)
    assert (again.id, again.pseudonym, again.ended_at) == (juror.id, juror.pseudonym, None)
    with pytest.raises(RuleViolation):
        people.end_role(actor=secretary.user, member=secretary, reason="", now=now)
    with pytest.raises(NotPermitted):
        people.end_role(actor=juror.user, member=secretary, reason="revenge", now=now)


def test_an_unknown_address_costs_as_much_work_as_a_known_one() -> None:
    assert people._hasher.check_needs_rehash(people._NOBODYS_HASH) is False  # else the costs differ
