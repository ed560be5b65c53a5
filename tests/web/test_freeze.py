"""The freeze: every change of everybody stands still, reading goes on, two people lift it, deadlines are told of plainly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter, Rule

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted
from awardapp.domain.freezing import OPEN_ENDPOINTS
from awardapp.domain.people import Role
from awardapp.extensions import Base, db
from awardapp.models import AuditEntry, Cycle, Freeze, InputSave, Notification, User
from awardapp.services import cycles, freezes, notifications, publishing, work
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page
from tests.support.separate import all_at_once, separate_app

TYPED = "A paragraph about our initiative that took an afternoon to write."
FRESH = {"sure": "y", "password": make.PASSWORD}


@pytest.fixture(autouse=True)
def _at_now(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        request.getfixturevalue("app")
        clock.set_offset(NOW - datetime.now(UTC))


@pytest.fixture
def without_tokens(app: Flask) -> Iterator[None]:
    """Whether a form's token is asked for is another test's question."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def secretaries(cycle: Cycle, number: int = 2) -> list[User]:
    return [make.make_member(cycle, Role.SECRETARIAT).user for _ in range(number)]


def freeze(reason: str = "A list was sent to a wrong address.", *, by: User | None = None) -> Freeze:
    row = freezes.freeze(actor=by, reason_en=reason, reason_zh="名单误发。", now=clock.now())
    db.session.commit()
    return row


def lift(first: User, second: User) -> None:
    freezes.ask_to_lift(actor=first, now=clock.now())
    freezes.lift(actor=second, now=clock.now())
    db.session.commit()


def later(**span: float) -> None:
    clock.set_offset(clock.offset() + timedelta(**span))


def address(rule: Rule) -> str:
    """Some address of the rule; nothing behind it needs to exist."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        choices = sorted(getattr(converter, "items", {"x"}))
        values[name] = 1 if isinstance(converter, IntegerConverter) else choices[0]
    built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


def everything() -> dict[str, list[Any]]:
    tables = (table for table in Base.metadata.sorted_tables if table.name != "sign_ins")
    return {table.name: [tuple(row) for row in db.session.execute(select(table))] for table in tables}


@pytest.mark.only_on("sqlite")  # it walks every address of the site, and no database is asked about one of them
@pytest.mark.usefixtures("without_tokens")
def test_every_change_of_the_site_is_refused_but_signing_in_and_lifting(app: Flask, browser: Browser) -> None:
    cycle = make.make_cycle()
    person = secretaries(cycle)[0]
    make.make_delegate(make.make_city(), person)
    freeze()
    changing = [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]
    assert {rule.endpoint for _method, rule in changing} >= OPEN_ENDPOINTS
    before = everything()

    def answer(method: str, rule: Rule) -> int:
        return browser.ask(method, address(rule), headers={"Accept": "application/json"}).status_code

    browser.sign_in(person)
    signing_out = {"auth.sign_out"}  # of all the last: nobody is signed in afterwards
    passed = {rule.endpoint for m, rule in changing if rule.endpoint not in signing_out and answer(m, rule) != 423}
    assert passed == OPEN_ENDPOINTS - signing_out
    assert answer("POST", next(rule for _method, rule in changing if rule.endpoint in signing_out)) == 303
    assert browser.post("/forgotten-password").status == 423  # and so for strangers
    after = everything()
    kept = {"passkey_challenges", "totp_secrets"}  # a challenge and a secret being set up belong to signing in
    assert [name for name in before if before[name] != after[name] and name not in kept] == []


def test_what_was_typed_is_shown_again_and_a_script_is_told_why(browser: Browser) -> None:
    user = make.make_user()
    db.session.commit()
    page = browser.sign_in(user).get("/account")
    freeze()
    answer = browser.submit(page, "/account", holding="time_zone", name=TYPED)
    assert (answer.status, answer.title) == (423, "Everything is frozen at the moment")
    assert TYPED in answer.words
    hidden = browser.submit(page, "/account/password", current_password=make.PASSWORD * 3)
    assert make.PASSWORD not in hidden.text
    told = browser.post("/account", {"name": "x"}, headers={"Accept": "application/json"})
    assert told.status in (401, 423)  # without the form's token that is told first
    token = page.all("input", name="csrf_token")[0].get("value")
    told = browser.post("/account", {"csrf_token": token}, headers={"Accept": "application/json"})
    assert (told.status, told.response.json["kind"]) == (423, "frozen")


def banner(page: Page) -> str:
    found = page.all("aside", class_="freeze-banner")
    return " ".join("".join(found[0].itertext()).split()) if found else ""


def test_every_page_tells_it_in_both_languages_with_reason_and_instant(
    browser: Browser, another_browser: Browser
) -> None:
    cycle = make.make_cycle()
    first, second = secretaries(cycle)
    db.session.commit()
    another_browser.sign_in(first)
    assert banner(browser.get("/")) == banner(another_browser.get("/account")) == ""
    freeze()
    english = "Everything is frozen since 1 Mar 2027, 16:00"
    for page in (browser.get("/"), browser.get("/cases"), browser.get("/nowhere"), another_browser.get("/account")):
        assert banner(page).startswith(english)
        assert banner(page).endswith("Reason: A list was sent to a wrong address.")
    assert "名单误发。" in banner(browser.get("/sign-in?lang=zh"))
    lift(first, second)
    assert banner(browser.get("/")) == banner(another_browser.get("/account")) == ""


def test_one_secretary_freezes_and_two_lift(browser: Browser, another_browser: Browser) -> None:
    cycle = make.make_cycle()
    first, second = secretaries(cycle)
    db.session.commit()
    where = f"/secretariat/{cycle.slug}/freeze"
    page = browser.sign_in(first).get(where)
    assert "No people" not in page.words
    wrong = browser.submit(page, where, holding="reason_en", reason_en="A leak.", password="wrong")
    assert wrong.status == 422 and "A leak." in wrong.text and not freezes.is_frozen()
    assert browser.submit(page, where, holding="reason_en", reason_en=" ", password=make.PASSWORD).status == 422
    assert browser.submit(page, where, holding="reason_en", reason_en="A leak.", password=make.PASSWORD).status == 303
    assert freezes.is_frozen()
    page = browser.get(where)
    assert page.title == "Everything is frozen"
    assert browser.submit(page, "/lift", password=make.PASSWORD).status == 422  # deadlines not read
    assert browser.submit(page, "/lift", **FRESH).status == 303
    with pytest.raises(NotPermitted):
        freezes.lift(actor=first, now=NOW)
    other = another_browser.sign_in(second).get(where)
    assert another_browser.submit(other, "/keep").status == 303
    with pytest.raises(IllegalTransition):
        freezes.lift(actor=second, now=NOW)
    assert another_browser.submit(another_browser.get(where), "/lift", **FRESH).status == 303
    assert browser.submit(browser.get(where), "/lift/confirm", **FRESH).status == 303
    assert not freezes.is_frozen()
    assert f"{second.name}, {first.name}" in browser.get(where).words
    done = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("site.%")).order_by(AuditEntry.id))
    assert list(done) == ["site.freeze", "site.lift_ask", "site.lift_decline", "site.lift_ask", "site.lift"]


def test_others_can_neither_freeze_nor_lift(app: Flask) -> None:
    cycle = make.make_cycle()
    chair = make.make_member(cycle, Role.COMMITTEE, is_chair=True).user
    former = make.make_member(cycle, Role.SECRETARIAT)
    former.ended_at = NOW
    freeze()
    for person in (chair, former.user, make.make_delegate(make.make_city())):
        for act in (freezes.ask_to_lift, freezes.keep_frozen, freezes.lift):
            with pytest.raises(NotPermitted):
                act(actor=person, now=NOW)
        with pytest.raises(NotPermitted):
            freezes.freeze(actor=person, reason_en="x", reason_zh="", now=NOW)
    freezes.lift(actor=None, reason="The operator mended it.", now=NOW)
    assert not freezes.is_frozen()


def test_how_many_are_writing_is_shown_before_and_kept(browser: Browser) -> None:
    cycle = make.make_cycle(deadline_at=NOW + timedelta(hours=5))
    secretary = secretaries(cycle)[0]
    for minutes in (1, 9, 11):
        submission = make.make_submission(cycle)
        db.session.add_all(
            InputSave(
                submission_id=submission.id,
                name=name,
                number=1,
                digest="0",
                saved_by=submission.created_by,
                saved_at=NOW - timedelta(minutes=minutes),
            )
            for name in ("title_en", "title_zh")
        )
    db.session.commit()
    page = browser.sign_in(secretary).get(f"/secretariat/{cycle.slug}/freeze")
    assert "2 people are writing right now" in page.words
    assert f"Cycle {cycle.slug.removeprefix('c')}" in page.words and "Deadlines within the next 48 hours" in page.words
    assert freeze(by=secretary).writing == 2


def test_a_deadline_that_passes_while_frozen_stays_passed_and_can_be_extended_for_a_day(browser: Browser) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN, deadline_at=NOW + timedelta(hours=1))
    elsewhere = make.make_cycle(CyclePhase.OPEN, deadline_at=NOW + timedelta(hours=3))
    first, second = secretaries(cycle)
    freeze()
    later(hours=2)
    where = f"/secretariat/{cycle.slug}/freeze"
    page = browser.sign_in(first).get(where)
    assert "Passed while everything was frozen" in page.words and "A freeze never moves a deadline." in page.words
    lift(first, second)
    assert cycle.deadline_at == NOW + timedelta(hours=1)
    assert list(cycles.due_to_close(now=clock.now())) == []
    page = browser.get(where)
    assert f"/secretariat/{cycle.slug}/extension" in page.links()
    later(hours=2)
    assert [one.id for one in cycles.due_to_close(now=clock.now())] == [elsewhere.id]
    later(hours=21, minutes=59)
    assert cycle not in cycles.due_to_close(now=clock.now())
    later(minutes=2)
    assert cycle in cycles.due_to_close(now=clock.now())


def test_the_extension_after_a_freeze_opens_the_call_again(app: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN, deadline_at=NOW + timedelta(hours=1))
    first, second = secretaries(cycle)
    freeze()
    later(hours=2)
    lift(first, second)
    cycles.extend_intake(
        actor=first, cycle=cycle, deadline_at=clock.now() + timedelta(days=1), reason="The freeze.", now=clock.now()
    )
    assert freezes.waiting_for_extension(now=clock.now()) == []
    assert list(cycles.due_to_close(now=clock.now())) == []


def test_no_work_can_be_claimed_while_frozen(app: Flask) -> None:
    first, second = secretaries(make.make_cycle())
    letter = notifications.notify("account_exists", recipient=first, cause="x", now=NOW)
    freeze()
    assert list(work.due(Notification, now=NOW)) == []
    assert work.claim(Notification, letter.id, now=NOW) is None
    assert letter.attempts == 0
    lift(first, second)
    assert list(work.due(Notification, now=NOW)) == [letter.id]
    assert work.claim(Notification, letter.id, now=NOW) is letter


def test_what_may_not_slip_past_a_freeze_is_refused_while_it_holds(app: Flask) -> None:
    freezes.require_open()
    freeze()
    with pytest.raises(IllegalTransition):
        freezes.require_open()
    with pytest.raises(IllegalTransition):
        publishing.publish_or_refuse([], now=NOW)


def test_two_who_freeze_at_once_make_one_freeze_and_two_who_lift_at_once_one_lifting(
    database: str, request: pytest.FixtureRequest, tmp_path: Any
) -> None:
    with separate_app(database, request) as app:
        people = [person.id for person in secretaries(make.make_cycle(), 3)]
        db.session.commit()

        def act(doing: Any, n: int, **more: Any) -> str:
            try:
                doing(actor=db.session.get_one(User, people[n]), now=clock.now(), **more)
                db.session.commit()
            except Exception as error:
                db.session.rollback()
                return type(error).__name__
            return "done"

        words = {"reason_en": "A leak.", "reason_zh": ""}
        assert all_at_once(app, lambda n: act(freezes.freeze, n, **words), people=3).count("done") == 1
        freezes.ask_to_lift(actor=db.session.get_one(User, people[0]), now=clock.now())
        db.session.commit()
        assert all_at_once(app, lambda n: act(freezes.lift, n), people=3).count("done") == 1
        assert db.session.scalar(select(func.count()).select_from(Freeze)) == 1


def test_the_database_refuses_a_lifting_by_one_person(app: Flask) -> None:
    person = secretaries(make.make_cycle())[0]
    row = freeze()
    row.lift_asked_by, row.lift_asked_at = person.id, NOW
    row.live, row.lifted_by, row.lifted_at = None, person.id, NOW
    with pytest.raises(Exception, match="two_people"):
        db.session.flush()


def test_health_tells_a_freeze_and_does_not_call_waiting_work_a_fault(app: Flask, browser: Browser) -> None:
    assert browser.get("/healthz").response.json["frozen"] is False
    freeze()
    assert browser.get("/healthz").response.json["frozen"] is True
