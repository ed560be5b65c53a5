"""Accounts: registering, the letter's link, signing in and out, a forgotten password, one's own account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock, emails
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db, limiter
from awardapp.models import AuditEntry, Delegate, Notification, OneTimeLink, SignIn, User
from awardapp.queries import people as people_queries
from awardapp.services import people
from awardapp.web.auth.sessions import local_path
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page

NEW_PASSWORD = "quiet river in the morning"


@pytest.fixture(autouse=True)
def _at_now(app: Flask) -> None:
    clock.set_offset(NOW - clock.now())


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def newest_link() -> str:
    """The token of the link that was sent last."""
    return emails.sign_link(db.session.scalars(select(OneTimeLink).order_by(OneTimeLink.id.desc())).first().id)


def register(browser: Browser, **changes: str) -> Page:
    values = {
        "name": "Ana Putri",
        "email": "ana@city.example",
        "city_name": "Surabaya",
        "country": "ID",
        "position": "Head of planning",
        "language": "en",
    }
    return browser.submit(browser.get("/register"), holding="city_name", **{**values, **changes})


def sign_in(browser: Browser, email: str, password: str, address: str = "/sign-in") -> Page:
    return browser.submit(browser.get(address), "/sign-in", holding="password", email=email, password=password)


def test_registering_leads_through_the_letter_to_the_city_desk(browser: Browser) -> None:
    sent = register(browser)
    assert (sent.status, sent.location) == (303, "/letter-sent?about=registration")
    page = browser.get(f"/welcome/{newest_link()}")
    assert page.title == "Welcome, Ana Putri"
    assert "Surabaya" in page.words
    answer = browser.submit(page, holding="password_again", password=NEW_PASSWORD, password_again=NEW_PASSWORD)
    assert (answer.status, answer.location) == (303, "/submissions")
    assert browser.get("/submissions").title == "My submissions"
    user = people_queries.by_email("ana@city.example")
    assert user is not None
    assert [city.name_en for city in people_queries.cities_of(user)] == ["Surabaya"]


def test_a_welcome_link_works_once(browser: Browser, another_browser: Browser) -> None:
    register(browser)
    address = f"/welcome/{newest_link()}"
    first, second = browser.get(address), another_browser.get(address)
    fill = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    assert browser.submit(first, holding="password_again", **fill).status == 303
    late = another_browser.submit(second, holding="password_again", **fill)
    assert (late.status, late.title) == (410, "This link does not work any more")
    assert another_browser.get(address).status == 410


@pytest.mark.parametrize("token", ["nonsense", "MQ.AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_forged_link_is_dead(browser: Browser, token: str) -> None:
    assert browser.get(f"/welcome/{token}").status == 410
    assert browser.get(f"/reset-password/{token}").status == 410


def test_an_invitation_expires(browser: Browser) -> None:
    register(browser)
    address = f"/welcome/{newest_link()}"
    clock.set_offset(clock.offset() + timedelta(days=14, minutes=1))
    assert browser.get(address).status == 410


@pytest.mark.parametrize(
    ("password", "again", "message"),
    [
        ("short", "short", "A password needs at least 10 characters."),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "This password is too easy to guess."),
        (NEW_PASSWORD, "something else", "The two passwords are not the same."),
    ],
)
def test_a_bad_password_is_refused_and_the_link_still_works(
    browser: Browser, password: str, again: str, message: str
) -> None:
    register(browser)
    page = browser.get(f"/welcome/{newest_link()}")
    answer = browser.submit(page, holding="password_again", password=password, password_again=again)
    assert answer.status == 422
    assert message in answer.words
    fill = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    assert browser.submit(answer, holding="password_again", **fill).status == 303


def test_registering_says_the_same_for_a_known_address(browser: Browser) -> None:
    make.make_user("Known", email="known@city.example")
    known = register(browser, email="known@city.example")
    unknown = register(browser, email="unknown@city.example")
    assert (known.status, known.location) == (unknown.status, unknown.location)
    kinds = db.session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert kinds == ["account_exists", "registration"]
    assert count(OneTimeLink) == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "not an address", "This is not an e-mail address."),
        ("name", "  ", "Please fill this in."),
        ("city_name", "", "Please fill this in."),
        ("country", "", "Please fill this in."),
    ],
)
def test_registering_refuses_and_keeps_what_was_typed(browser: Browser, field: str, value: str, message: str) -> None:
    answer = register(browser, **{field: value})
    assert answer.status == 422
    assert message in answer.words
    assert answer.all("input", name="position")[0].get("value") == "Head of planning"
    assert count(User) == 0


def test_a_stranger_who_names_a_taken_city_waits_for_its_people(browser: Browser, another_browser: Browser) -> None:
    city = make.make_city("Surabaya", "ID")
    resident = make.make_delegate(city, make.make_user("Resident"))
    db.session.commit()
    register(browser)
    page = browser.get(f"/welcome/{newest_link()}")
    fill = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    waiting = browser.get(browser.submit(page, holding="password_again", **fill).location)
    assert "Your request to act for Surabaya waits for an answer" in waiting.words
    desk = another_browser.sign_in(resident).get("/submissions")
    assert "Ana Putri, Head of planning" in desk.words
    assert another_browser.submit(desk, "/confirm").status == 303
    assert db.session.scalars(select(Delegate).order_by(Delegate.id.desc())).first().confirmed_at is not None
    assert another_browser.get("/submissions").words.count("Ana Putri, Head of planning") == 0


def test_signing_in_opens_a_sign_in_and_says_so_in_the_log(browser: Browser) -> None:
    user = make.make_user("Mira", email="mira@city.example")
    answer = sign_in(browser, " Mira@City.Example ", make.PASSWORD)
    assert (answer.status, answer.location) == (303, "/submissions")
    assert [row.user_id for row in db.session.scalars(select(SignIn))] == [user.id]
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()[-1] == "user.sign_in"
    again = browser.get("/sign-in")
    assert (again.status, again.location) == (302, "/submissions")


def test_signing_in_refuses_alike_whatever_is_wrong(browser: Browser) -> None:
    make.make_user("Mira", email="mira@city.example")
    make.make_user("Gone", email="gone@city.example", disabled_at=NOW)
    invited = make.make_user("Invited", email="invited@city.example")
    invited.password_hash = None
    db.session.commit()
    answers = {
        sign_in(browser, email, password).words
        for email, password in [
            ("mira@city.example", "a wrong password"),
            ("nobody@city.example", make.PASSWORD),
            ("gone@city.example", make.PASSWORD),
            ("invited@city.example", make.PASSWORD),
        ]
    }
    assert len(answers) == 1
    assert "Address and password do not belong together" in answers.pop()
    assert count(SignIn) == 0


def test_a_session_of_before_is_not_kept_by_signing_in(browser: Browser) -> None:
    make.make_user("Mira", email="mira@city.example")
    page = browser.get("/sign-in")
    with browser.client.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session["csrf_token"]
    browser.submit(page, "/sign-in", holding="password", email="mira@city.example", password=make.PASSWORD)
    with browser.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/account", "/account"),
        ("/submissions/GA7-ABCDE?page=2", "/submissions/GA7-ABCDE?page=2"),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
        ("/a\nb", None),
        ("", None),
        (None, None),
    ],
)
def test_only_paths_of_this_site_are_followed(target: str | None, path: str | None) -> None:
    assert local_path(target) == path


def test_signing_in_leads_back_to_where_one_wanted_to_go(browser: Browser) -> None:
    make.make_user("Mira", email="mira@city.example")
    asked = browser.get("/account")
    assert asked.location == "/sign-in?next=/account"
    assert sign_in(browser, "mira@city.example", make.PASSWORD, asked.location).location == "/account"


def test_signing_in_leads_to_the_room_of_the_newest_role(browser: Browser) -> None:
    user = make.make_user("Mira", email="mira@city.example")
    old = make.make_cycle(CyclePhase.ARCHIVED)
    new = make.make_cycle(CyclePhase.OPEN)
    make.make_member(old, Role.COMMITTEE, user)
    make.make_member(new, Role.JUROR, user)
    db.session.commit()
    assert sign_in(browser, "mira@city.example", make.PASSWORD).location.startswith(f"/jury/{new.slug}")


def test_signing_out_ends_the_session_on_the_server(browser: Browser, another_browser: Browser) -> None:
    user = make.make_user("Mira")
    db.session.commit()
    browser.sign_in(user)
    with browser.client.session_transaction() as session:
        stolen = dict(session)
    page = browser.get("/account")
    assert browser.submit(page, "/sign-out").status == 303
    assert browser.get("/account").status == 302
    with another_browser.client.session_transaction() as session:
        session.update(stolen)
    assert another_browser.get("/account").status == 302


def test_a_forgotten_password_is_set_anew_and_ends_every_sign_in(browser: Browser, another_browser: Browser) -> None:
    user = make.make_user("Mira", email="mira@city.example")
    db.session.commit()
    another_browser.sign_in(user)
    known = browser.submit(browser.get("/forgotten-password"), holding="email", email="mira@city.example")
    unknown = browser.submit(browser.get("/forgotten-password"), holding="email", email="nobody@city.example")
    assert (known.status, known.location) == (unknown.status, unknown.location) == (303, "/letter-sent?about=reset")
    assert count(OneTimeLink) == 1
    page = browser.get(f"/reset-password/{newest_link()}")
    fill = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    assert browser.submit(page, holding="password_again", **fill).location == "/sign-in"
    assert another_browser.get("/account").status == 302
    assert sign_in(browser, "mira@city.example", make.PASSWORD).status == 422
    assert sign_in(browser, "mira@city.example", NEW_PASSWORD).status == 303
    assert browser.get(f"/reset-password/{newest_link()}").status == 410


def test_a_reset_link_is_no_invitation(browser: Browser) -> None:
    make.make_user("Mira", email="mira@city.example")
    db.session.commit()
    browser.submit(browser.get("/forgotten-password"), holding="email", email="mira@city.example")
    assert browser.get(f"/welcome/{newest_link()}").status == 410


def test_the_account_page_changes_name_language_and_zone(browser: Browser) -> None:
    user = make.make_user("Mira")
    db.session.commit()
    page = browser.sign_in(user).get("/account")
    browser.submit(page, holding="time_zone", name="Mira Sari", language="zh", time_zone="Asia/Jakarta")
    db.session.refresh(user)
    assert (user.name, user.language, user.time_zone) == ("Mira Sari", "zh", "Asia/Jakarta")
    assert browser.get("/account").title == "我的账户"


def test_a_time_zone_that_is_not_one_is_refused(browser: Browser) -> None:
    user = make.make_user("Mira")
    db.session.commit()
    page = browser.sign_in(user).get("/account")
    assert browser.submit(page, holding="time_zone", time_zone="Mars/Olympus").status == 422


def test_changing_the_password_asks_for_the_present_one_and_ends_other_sign_ins(
    browser: Browser, another_browser: Browser
) -> None:
    user = make.make_user("Mira")
    db.session.commit()
    another_browser.sign_in(user)
    page = browser.sign_in(user).get("/account")
    fill = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    wrong = browser.submit(page, "/account/password", current_password="not mine at all", **fill)
    assert wrong.status == 422
    assert "This is not your present password." in wrong.words
    assert browser.submit(wrong, "/account/password", current_password=make.PASSWORD, **fill).status == 303
    assert browser.get("/account").status == 200
    assert another_browser.get("/account").status == 302
    db.session.refresh(user)
    assert people.verify_password(user, NEW_PASSWORD)


def test_guessing_one_account_is_slowed_down_and_others_are_not(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = make.make_user("Mira").email  # an address no other test uses: the counts outlive a test
    db.session.commit()
    monkeypatch.setattr(limiter, "enabled", True)
    answers = [sign_in(browser, email.title(), "a wrong guess").status for _ in range(23)]
    assert answers[:20] == [422] * 20
    assert answers[-1] == 429  # a count or two may get lost while the limits' store is found to be away
    assert sign_in(browser, f"other-{email}", "a wrong guess").status == 422


def test_the_accounts_pages_speak_chinese(browser: Browser) -> None:
    assert browser.get("/sign-in?lang=zh").title == "登录"
    page = browser.get("/register")
    assert page.title == "城市注册"
    names = ["".join(option.itertext()) for option in page.all("select", name="country")[0].iter("option")]
    assert names[1] == "阿尔巴尼亚"  # the order of Chinese lists
    assert "中国" in names
