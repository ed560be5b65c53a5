"""A cycle from its preparation to the open call, and its deadline."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
)
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, fresh
from tests.support.secretariat import at, letters


def test_a_new_cycle_is_prepared_dated_and_opened(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/new-cycle"))
    sent = desk.submit(page, "new-cycle", name_en="The 8th", name_zh="第八届", year="2029", slug="8", follow=True)
    assert sent.title == "The 8th"
    assert "Complete the rules" in sent.words
    created = fresh(Cycle, slug="8")
    assert created.phase is CyclePhase.DRAFT

    refused = desk.get(at(created, "/next-phase"))
    assert "The deadline is not set." in refused.words
    assert not [f for f in refused.all("form") if "next-phase" in (f.get("action") or "")]

    dates = desk.get(at(created, "/rules/dates"))
    sent = desk.submit(
        dates, holding="deadline_at", opens_at="2027-02-01T09:00:00", deadline_at="2027-08-31T23:59:59", follow=True
    )
    assert "version 2" in sent.words
    created = fresh(Cycle, slug="8")
    assert created.deadline_at is not None
    assert (
        created.deadline_at.isoformat() == "2027-08-31T16:00:00+00:00"
    )  # the last second was typed; stored: the next one
    assert "31 August 2027, 23:59:59" in sent.words

    overview = desk.get(at(created))
    assert "Open the call" in overview.words
    opened = desk.submit(desk.get(at(created, "/next-phase")), "next-phase", follow=True)
    assert "Call open" in opened.words
    assert fresh(Cycle, slug="8").phase is CyclePhase.OPEN


def test_opening_names_everything_that_is_missing(app: Flask, browser: Browser) -> None:
    draft = make.make_cycle(CyclePhase.DRAFT)
    person = make.make_user()
    make.make_member(draft, Role.SECRETARIAT, person)
    browser.sign_in(person)
    page = browser.get(at(draft, "/next-phase"))
    draft = fresh(Cycle, slug=draft.slug)
    draft.deadline_at = None
    draft.criteria[0].name_zh = ""
    db.session.commit()
    sent = browser.submit(page, "next-phase")
    assert sent.status == 422
    assert "The deadline is not set." in sent.words
    assert "A criterion lacks its name or description in one of the languages." in sent.words
    assert fresh(Cycle, slug=draft.slug).phase is CyclePhase.DRAFT


def test_an_address_that_is_taken_is_refused_and_nothing_typed_is_lost(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(
        desk.get(at(cycle, "/new-cycle")), "new-cycle", name_en="Twin", name_zh="双", year="2029", slug=cycle.slug
    )
    assert sent.status == 422
    assert "There is already a cycle with this address." in sent.words
    assert sent.all("input", name="name_en")[0].get("value") == "Twin"


def test_two_clicks_take_one_step(cycle: Cycle, desk: Browser) -> None:
    cycle.deadline_at = NOW
    page = desk.get(at(cycle, "/next-phase"))
    assert desk.submit(page, "next-phase").status == 303
    again = desk.submit(page, "next-phase", follow=True)
    assert "Nothing was changed" in again.words
    assert fresh(Cycle, id=cycle.id).phase is CyclePhase.SCREENING


def test_the_call_does_not_close_before_its_deadline(cycle: Cycle, desk: Browser) -> None:
    sent = desk.submit(desk.get(at(cycle, "/next-phase")), "next-phase")
    assert sent.status == 422
    assert "The call closes at its deadline, not before." in sent.words


def test_an_extension_says_first_how_many_are_told(cycle: Cycle, desk: Browser) -> None:
    city = make.make_city()
    make.make_submission(cycle, city, by=make.make_delegate(city))
    make.make_delegate(city)
    make.make_submission(cycle)
    page = desk.get(at(cycle, "/extension"))
    asked = desk.submit(page, "extension", last_second="2027-03-20T23:59:59", reason="A storm.")
    assert asked.status == 200
    assert "3 people will be told" in asked.words
    assert fresh(Cycle, id=cycle.id).deadline_at == NOW + timedelta(days=10)
    make.make_submission(cycle)  # one more begins while the page is read: the number is shown anew
    asked = desk.submit(asked, "extension")
    assert "4 people will be told" in asked.words
    done = desk.submit(asked, "extension", follow=True)
    assert "4 letters are on their way" in done.words
    assert len(letters("deadline_extended")) == 4
    assert fresh(Cycle, id=cycle.id).deadline_at.isoformat() == "2027-03-20T16:00:00+00:00"


def test_a_deadline_is_never_moved_back(cycle: Cycle, desk: Browser) -> None:
    asked = desk.submit(
        desk.get(at(cycle, "/extension")), "extension", last_second="2027-03-02T00:00:00", reason="Hurry."
    )
    sent = desk.submit(asked, "extension")
    assert sent.status == 422
    assert "The new deadline must be later than the present one." in sent.words
    assert letters("deadline_extended") == []
