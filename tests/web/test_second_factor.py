"""The second factor: codes of an app, recovery codes, the steps of signing in, a reset by two people, and idle organisers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock, emails
from awardapp.domain import second_factors as rules
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.second_factors import Factor, Typed
from awardapp.extensions import db, limiter
from awardapp.models import AuditEntry, HalfSignIn, Notification, OneTimeLink, RecoveryCode, SignIn, TotpSecret, User
from awardapp.services import factor_resets, letters, recovery_codes, second_factors, totp
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page, fresh
from tests.support.separate import separate_app

INSTANT = NOW.replace(second=10)  # ten seconds into a step


@pytest.fixture(autouse=True)
def _at_now(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        request.getfixturevalue("app")
        clock.set_offset(INSTANT - datetime.now(UTC))


@pytest.fixture
def required(app: Flask) -> Iterator[None]:
    """As in production: the secretariat must have a second factor."""
    before = app.config["AWARD"]
    app.config["AWARD"] = replace(before, second_factor="required")
    yield
    app.config["AWARD"] = before


def equip(user: User) -> tuple[pyotp.TOTP, list[str]]:
    """An authenticator for somebody, as the pages would have set it up a day ago, and the recovery codes."""
    row = totp.begin(actor=user, now=INSTANT - timedelta(days=1))
    app = pyotp.TOTP(totp.secret_text(row))
    at = INSTANT - timedelta(days=1)
    codes = second_factors.confirm_app(actor=user, code=app.at(at), now=at)
    db.session.commit()
    return app, codes


def with_factor(browser: Browser, user: User) -> Browser:
    """Signed in with a code, as long ago as `equip`."""
    browser.sign_in(user)
    db.session.execute(
        db.update(SignIn)
        .values(factor="totp", created_at=INSTANT - timedelta(hours=1))
        .where(SignIn.user_id == user.id)
    )
    db.session.commit()
    return browser


def with_password(browser: Browser, user: User, address: str = "/sign-in") -> Page:
    return browser.submit(
        browser.get(address), "/sign-in", holding="password", email=user.email, password=make.PASSWORD
    )


def second_step(browser: Browser, code: str, address: str = "/sign-in/second") -> Page:
    return browser.submit(browser.get(address), "/sign-in/second", holding="code", code=code)


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("123456", Typed(totp="123456")),
        (" 123 456 ", Typed(totp="123456")),
        ("１２３４５６", Typed(totp="123456")),
        ("ABCD-efgh-jkmn-pqrs", Typed(recovery="abcdefghjkmnpqrs")),
        ("abcd efgh jkmn pqrs", Typed(recovery="abcdefghjkmnpqrs")),
        ("12345", Typed()),
        ("1234567", Typed()),
        ("²²²²²²", Typed()),
        ("abcd-efgh-jkmn-pqr0", Typed()),
        ("1" * 100_000, Typed()),
        ("", Typed()),
        (None, Typed()),
    ],
)
def test_codes_are_read_as_people_type_them(text: str | None, typed: Typed) -> None:
    assert rules.read_code(text) == typed


def test_the_password_alone_opens_nothing_and_the_code_leads_where_one_wanted_to_go(browser: Browser) -> None:
    user = make.make_user()
    app, _codes = equip(user)
    answer = with_password(browser, user, "/sign-in?next=/account")
    assert (answer.status, answer.location) == (303, "/sign-in/second?next=/account")
    assert browser.get("/account").status == 302
    assert db.session.scalar(select(func.count()).select_from(SignIn)) == 0
    done = second_step(browser, app.at(INSTANT), answer.location)
    assert (done.status, done.location) == (303, "/account")
    assert browser.get("/account").status == 200
    assert fresh(SignIn, user_id=user.id).factor == "totp"
    assert db.session.scalars(select(AuditEntry.details).order_by(AuditEntry.id.desc())).first() == {"factor": "totp"}
    assert db.session.scalar(select(func.count()).select_from(HalfSignIn)) == 0


@pytest.mark.parametrize(("seconds", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_taken_one_step_early_and_one_step_late(app: Flask, seconds: int, is_taken: bool) -> None:
    user = make.make_user()
    authenticator, _codes = equip(user)
    code = authenticator.at(INSTANT + timedelta(seconds=seconds))
    assert (second_factors.use_code(user, code, now=INSTANT) is Factor.TOTP) == is_taken


def test_a_code_counts_once_and_an_earlier_one_not_after_it(app: Flask) -> None:
    user = make.make_user()
    authenticator, _codes = equip(user)
    at = [authenticator.at(INSTANT + timedelta(seconds=30 * step)) for step in (-1, 0, 1)]
    assert second_factors.use_code(user, at[1], now=INSTANT) is Factor.TOTP
    assert [second_factors.use_code(user, code, now=INSTANT) for code in at] == [None, None, Factor.TOTP]


def test_of_two_who_show_one_code_at_once_exactly_one_gets_in(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with separate_app(database, request) as app:
        user = make.make_user()
        authenticator, codes = equip(user)
        user_id = user.id
        db.session.remove()
        for code in (authenticator.at(INSTANT), codes[0]):
            barrier, shown = threading.Barrier(2), []

            def try_it(code: str = code, barrier: threading.Barrier = barrier, shown: list[Any] = shown) -> None:
                with app.app_context():
                    person = db.session.get_one(User, user_id)
                    db.session.rollback()
                    barrier.wait()
                    shown.append(second_factors.use_code(person, code, now=INSTANT))
                    db.session.commit()
                    db.session.remove()

            threads = [threading.Thread(target=try_it) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(one is None for one in shown) == [False, True]


def test_the_secret_is_stored_sealed_and_another_key_does_not_open_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make.make_user()
    authenticator, _codes = equip(user)
    row = totp.of(user.id)
    assert row is not None
    assert authenticator.secret not in row.secret
    assert totp.secret_text(row) == authenticator.secret
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key another key another key another")
    with pytest.raises(RuleViolation, match="cannot be read"):
        totp.secret_text(row)


def test_ten_wrong_codes_end_the_step_and_the_password_is_asked_for_again(browser: Browser) -> None:
    user = make.make_user()
    app, _codes = equip(user)
    with_password(browser, user)
    page = browser.get("/sign-in/second")
    answers = [browser.submit(page, "/sign-in/second", holding="code", code="000000") for _ in range(10)]
    assert [answer.status for answer in answers] == [422] * 9 + [303]
    assert "This code is not right" in answers[0].words
    assert browser.submit(page, "/sign-in/second", holding="code", code=app.at(INSTANT)).location == "/sign-in"
    assert browser.get("/account").status == 302


def test_wrong_codes_are_limited_over_all_half_sign_ins_of_the_account(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make.make_user()
    equip(user)
    with_password(browser, user)
    page = browser.get("/sign-in/second")
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setattr("awardapp.services.half_sign_ins.MOST_TRIES", 1000)
    answers = [browser.submit(page, "/sign-in/second", holding="code", code="1").status for _ in range(23)]
    assert answers[:20] == [422] * 20
    assert answers[-1] == 429


def test_the_step_ends_after_ten_minutes_and_with_a_new_password(browser: Browser, another_browser: Browser) -> None:
    user = make.make_user()
    app, _codes = equip(user)
    with_password(browser, user)
    with_password(another_browser, user)
    clock.set_offset(clock.offset() + timedelta(minutes=9))
    assert browser.get("/sign-in/second").status == 200
    clock.set_offset(clock.offset() + timedelta(minutes=1))
    assert browser.get("/sign-in/second").location == "/sign-in"
    clock.set_offset(clock.offset() - timedelta(minutes=10))
    browser.submit(browser.get("/forgotten-password"), holding="email", email=user.email)
    token = emails.sign_link(db.session.scalars(select(OneTimeLink.id).order_by(OneTimeLink.id.desc())).first() or 0)
    fill = {"password": "quiet river in the morning", "password_again": "quiet river in the morning"}
    assert browser.submit(browser.get(f"/reset-password/{token}"), holding="password_again", **fill).status == 303
    assert another_browser.get("/sign-in/second").location == "/sign-in"
    page = browser.get("/sign-in")
    sent = browser.submit(page, "/sign-in", holding="password", email=user.email, password=fill["password"])
    assert sent.location == "/sign-in/second"  # a new password is not a second factor
    assert second_step(browser, app.at(INSTANT)).status == 303


def test_a_recovery_code_works_once_and_leads_to_new_ones(browser: Browser, another_browser: Browser) -> None:
    user = make.make_user()
    _app, codes = equip(user)
    assert len({*codes}) == 10
    assert db.session.scalar(select(func.count()).where(RecoveryCode.code_hash.in_(codes))) == 0
    with_password(browser, user)
    assert second_step(browser, codes[3].upper()).location == "/account/second-factor"
    assert "9 are left" in browser.get("/account/second-factor").words
    with_password(another_browser, user)
    assert second_step(another_browser, codes[3]).status == 422
    page = browser.get("/account/second-factor")
    made = browser.submit(page, "/account/second-factor/codes")
    shown = [code.text_content() for code in made.all("code")]
    assert len(shown) == 10 and not {*shown} & {*codes}
    download = made.all("a", download="recovery-codes.txt")[0].get("href")
    assert all(code in download for code in shown)
    assert second_step(another_browser, codes[4]).status == 422
    assert second_step(another_browser, shown[0]).status == 303
    assert "user.recovery_codes_new" in actions()


def test_an_app_is_set_up_with_key_picture_and_a_first_code(browser: Browser, another_browser: Browser) -> None:
    user = make.make_user()
    db.session.commit()
    another_browser.sign_in(user)
    page = browser.sign_in(user).get("/account/second-factor")
    app_page = browser.submit(page, "/account/second-factor/app", follow=True)
    key = app_page.all("code", class_="code-key")[0].text_content()
    assert app_page.all("svg", class_="qr") and "style=" not in app_page.text
    wrong = browser.submit(app_page, "/app/code", code="000000")
    assert wrong.status == 422 and key == wrong.all("code", class_="code-key")[0].text_content()
    authenticator = pyotp.TOTP(key.replace(" ", ""))
    done = browser.submit(wrong, "/app/code", code=authenticator.at(INSTANT))
    assert (done.status, len(done.all("ol", class_="recovery-codes")[0].findall("li"))) == (200, 10)
    assert browser.get("/account").status == 200
    assert another_browser.get("/account").status == 302  # the other sign-ins were made without it
    assert letters.render(db.session.scalars(select(Notification).order_by(Notification.id.desc())).first()).subject
    assert second_factors.use_code(user, authenticator.at(INSTANT), now=INSTANT) is None  # the first code is used up
    assert browser.submit(done, "/sign-out").status == 303  # the page was made in the request that began the session


def test_factors_change_only_shortly_after_showing_who_one_is(browser: Browser) -> None:
    user = make.make_user()
    app, _codes = equip(user)
    page = with_factor(browser, user).get("/account/second-factor")
    assert [f.get("action") for f in page.all("form") if "/second-factor" in f.get("action")] == [
        "/account/second-factor/confirm"
    ]
    for path in ("app", "app/remove", "app/code", "passkeys", "codes"):
        token = page.all("input", name="csrf_token")[0].get("value")
        assert browser.post(f"/account/second-factor/{path}", {"csrf_token": token}).status == 303
    assert second_factors.state_of(user).count == 1
    alone = browser.submit(page, "/confirm", password=make.PASSWORD)
    assert alone.status == 422 and "Type a current code" in alone.words
    wrong = browser.submit(page, "/confirm", password=make.PASSWORD, password_code="000000")
    assert wrong.status == 422 and "the code is not" in wrong.words
    right = browser.submit(page, "/confirm", password=make.PASSWORD, password_code=app.at(INSTANT), follow=True)
    assert browser.submit(right, "/app/remove", follow=True).status == 200
    assert second_factors.state_of(user).count == 0
    assert recovery_codes.left(user.id) == 0
    assert browser.get("/account").status == 200
    assert actions()[-1] == "user.second_factor_remove"


def test_a_fresh_password_asks_for_a_code_too_and_a_code_is_used_up_by_it(browser: Browser) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    app, codes = equip(secretary)
    where = f"/secretariat/{cycle.slug}/people/invite?role=observer"
    page = with_factor(browser, secretary).get(where)
    assert page.all("input", name="password_code")
    fill = {"name": "Olga", "email": "olga@union.example", "password": make.PASSWORD}
    assert browser.submit(page, "/invite", **fill).status == 422
    assert browser.submit(page, "/invite", **fill, password_code=app.at(INSTANT)).status == 303
    again = {**fill, "email": "another@union.example"}
    assert browser.submit(page, "/invite", **again, password_code=app.at(INSTANT)).status == 422
    assert browser.submit(page, "/invite", **again, password_code=codes[0]).status == 303


def test_a_role_is_given_only_with_a_fresh_password(browser: Browser) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    db.session.commit()
    page = browser.sign_in(secretary).get(f"/secretariat/{cycle.slug}/people/invite?role=observer")
    refused = browser.submit(page, "/invite", name="Olga", email="olga@union.example", password="not mine")
    assert refused.status == 422 and "This is not your present password." in refused.words
    assert refused.all("input", name="name")[0].get("value") == "Olga"
    assert "membership.invite" not in actions()


@pytest.mark.usefixtures("required")
def test_who_must_have_a_factor_is_led_to_it_before_anything_else(browser: Browser) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN)
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    db.session.commit()
    assert with_password(browser, secretary).location == f"/secretariat/{cycle.slug}/"
    for path in (f"/secretariat/{cycle.slug}/", "/account", "/submissions"):
        assert browser.get(path).location == "/account/second-factor"
    typed = "A paragraph that took an afternoon to write, about our initiative."
    token = browser.get("/account/second-factor").all("input", name="csrf_token")[0].get("value")
    posted = browser.post("/account", {"csrf_token": token, "name": typed})
    assert posted.status == 403 and typed in posted.text
    page = browser.submit(browser.get("/account/second-factor"), "/account/second-factor/app", follow=True)
    key = page.all("code", class_="code-key")[0].text_content().replace(" ", "")
    browser.submit(page, "/app/code", code=pyotp.TOTP(key).at(INSTANT))
    assert browser.get(f"/secretariat/{cycle.slug}/").status == 200
    last = browser.submit(browser.get("/account/second-factor"), "/app/remove", follow=True)
    assert "Your role needs a second factor" in last.words
    assert second_factors.state_of(secretary).count == 1


@pytest.mark.usefixtures("required")
def test_others_go_on_without_a_factor(app: Flask, browser: Browser, another_browser: Browser) -> None:
    delegate = make.make_delegate(make.make_city())
    member = make.make_member(make.make_cycle(), Role.COMMITTEE, is_chair=True).user
    db.session.commit()
    assert browser.sign_in(delegate).get("/submissions").status == 200
    assert another_browser.sign_in(member).get("/account").status == 200
    app.config["AWARD"] = replace(app.config["AWARD"], second_factor_roles=("secretariat", "chair"))
    assert another_browser.get("/account").location == "/account/second-factor"
    assert browser.get("/submissions").status == 200


def test_a_sign_in_made_before_the_factor_does_not_outlive_it(browser: Browser) -> None:
    user = make.make_user()
    db.session.commit()
    browser.sign_in(user)
    row = totp.begin(actor=user, now=INSTANT)
    row.is_confirmed = True
    db.session.commit()
    assert browser.get("/account").status == 302


def test_two_of_the_secretariat_reset_what_somebody_lost(browser: Browser, another_browser: Browser) -> None:
    cycle = make.make_cycle()
    first, second = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    member = make.make_member(cycle, Role.COMMITTEE)
    equip(member.user)
    where = f"/secretariat/{cycle.slug}/people/{member.id}/second-factor"
    page = browser.sign_in(first).get(where)
    fill = {"reason": "She called, and I know her voice.", "password": make.PASSWORD}
    assert browser.submit(page, where, **{**fill, "reason": " "}).status == 422
    assert browser.submit(page, where, **fill).status == 303
    reset = factor_resets.waiting_for(member.user)
    assert reset is not None
    with pytest.raises(NotPermitted):
        factor_resets.confirm(actor=first, reset=reset, now=INSTANT)
    db.session.rollback()
    other = another_browser.sign_in(second).get(where)
    assert "I know her voice" in other.words
    assert another_browser.submit(other, "/confirm", password="wrong").status == 422
    assert another_browser.submit(other, "/confirm", password=make.PASSWORD).status == 303
    assert second_factors.state_of(member.user).count == 0
    assert actions()[-2:] == ["user.second_factor_reset_ask", "user.second_factor_reset"]
    letter = db.session.scalars(select(Notification).order_by(Notification.id.desc())).first()
    assert (letter.kind, letter.recipient_id) == ("second_factor_reset", member.user_id)
    assert "set up a new second factor" in letters.render(letter).text
    assert another_browser.submit(other, "/confirm", password=make.PASSWORD).status == 404


def test_a_reset_asked_for_by_somebody_who_left_the_secretariat_is_not_confirmed(app: Flask) -> None:
    cycle = make.make_cycle()
    first, second = (make.make_member(cycle, Role.SECRETARIAT) for _ in range(2))
    member = make.make_member(cycle, Role.COMMITTEE)
    equip(member.user)
    reset = factor_resets.ask(actor=first.user, member=member, reason="She called.", now=INSTANT)
    first.ended_at = INSTANT
    db.session.commit()
    with pytest.raises(RuleViolation):
        factor_resets.confirm(actor=second.user, reset=reset, now=INSTANT)
    assert second_factors.state_of(member.user).count == 1


def test_nobody_resets_the_own_factor_nor_somebody_of_another_cycle(app: Flask) -> None:
    cycle = make.make_cycle()
    one = make.make_member(cycle, Role.SECRETARIAT)
    stranger = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    equip(one.user)
    for actor in (one.user, stranger):
        with pytest.raises(NotPermitted):
            factor_resets.ask(actor=actor, member=one, reason="Because.", now=INSTANT)


def test_the_log_and_the_database_hold_no_code_and_no_key(browser: Browser) -> None:
    user = make.make_user()
    app, codes = equip(user)
    with_password(browser, user)
    second_step(browser, codes[0])
    told = [str(entry.details) for entry in db.session.scalars(select(AuditEntry))]
    told += [str(row.context) for row in db.session.scalars(select(Notification))]
    told += [row.secret for row in db.session.scalars(select(TotpSecret))]
    assert not [words for words in told for secret in (app.secret, *codes) if secret in words]


def test_an_organiser_who_is_away_is_signed_out_after_half_an_hour(browser: Browser, another_browser: Browser) -> None:
    secretary = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    delegate = make.make_delegate(make.make_city())
    db.session.commit()
    browser.sign_in(secretary)
    another_browser.sign_in(delegate)
    for _ in range(3):
        clock.set_offset(clock.offset() + timedelta(minutes=29))
        assert browser.get("/account").status == 200
    assert browser.get("/sign-in/left").response.json["left"] == pytest.approx(1800, abs=5)
    clock.set_offset(clock.offset() + timedelta(minutes=28))
    assert browser.get("/sign-in/left").response.json["left"] == pytest.approx(120, abs=5)
    polled = browser.get("/account", headers={"Sec-Fetch-Dest": "empty"})
    assert polled.status == 200
    page = browser.get("/sign-in/left")
    assert page.response.json["left"] == pytest.approx(120, abs=5)
    token = polled.all("input", name="csrf_token")[0].get("value")
    assert browser.post("/sign-in/stay", {"csrf_token": token}).response.json == {"left": 1800}
    clock.set_offset(clock.offset() + timedelta(minutes=30, seconds=1))
    assert browser.get("/account").status == 302
    assert another_browser.get("/account").status == 200


@pytest.mark.parametrize(
    "answer",
    ["", "null", "[]", "{}", "{" * 500, '{"id": 1, "response": {}}', '{"id": "x", "response": {"clientDataJSON": "%%"}}',
     '{"id": "x", "response": {"clientDataJSON": "bnVsbA"}}', "x" * 30_000],
)  # fmt: skip
def test_nonsense_instead_of_a_passkey_is_refused(browser: Browser, answer: str) -> None:
    page = browser.get("/sign-in")
    refused = browser.submit(page, "/sign-in/passkey", passkey=answer)
    assert refused.status == 422
    assert "The passkey was not accepted." in refused.words


def test_a_challenge_is_given_only_for_what_the_asker_may_do(browser: Browser) -> None:
    token = browser.get("/sign-in").all("input", name="csrf_token")[0].get("value")

    def ask(purpose: str) -> int:
        return browser.post("/passkeys/challenge", {"purpose": purpose, "csrf_token": token}).status

    assert [ask(purpose) for purpose in ("sign_in", "second", "fresh", "register", "nonsense", "")] == [
        200, 422, 422, 422, 422, 422,
    ]  # fmt: skip
