"""The console on the night: prepare, check, rehearse, seal, release by two, stop, release again, and the instant passes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from awardapp import clock, create_app
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.services import health, shortlist
from tests import factories as make
from tests.browser.conftest import Site, Window
from tests.conftest import NOW
from tests.support import judging
from tests.support.browser import accessibility_faults
from worker.cycles import publish_due

pytestmark = pytest.mark.browser

ROOM = "/secretariat/console/announcements"


@pytest.fixture
def night(site: Site) -> Iterator[Flask]:
    """A shortlist that two people have locked, two secretaries and a worker that lives; the application that publishes."""
    app = create_app(site.settings)
    with app.app_context():
        decided = judging.committee()
        cycle, chair = decided.cycle, decided.chair
        cycle.slug = "console"
        shortlist.propose(actor=chair, cycle=cycle, now=NOW)
        judging.write_reasons(cycle, chair=chair)
        people = {name: make.make_member(cycle, Role.SECRETARIAT).user for name in ("first", "second")}
        judging.lock(cycle, chair=chair)
        people["second"].language = "zh"
        site.people.update({name: person.email for name, person in people.items()})
        site.paths["winner"] = decided.submissions[0].city.name_en
        health.note_heartbeat("worker", now=datetime.now(UTC))
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def sure(page: Page, button: str, yes: str | None = None) -> None:
    """Press a button that asks once more, and say yes."""
    page.get_by_role("button", name=button, exact=True).click()
    with page.expect_navigation():
        page.locator("dialog").get_by_role("button", name=yes or button, exact=True).click()


def release(page: Page, button: str) -> None:
    letters = re.search(r"(\d+) (?:letters in all|封)|共 (\d+) 封", page.locator("#main").inner_text())
    assert letters is not None
    page.locator("input[name=letters]").fill(letters[1] or letters[2])
    page.locator("form[action$='/release'] input[type=password]").fill(make.PASSWORD)
    sure(page, button)


def test_a_secretary_prepares_checks_rehearses_and_two_release_stop_and_release_again(
    window: Callable[..., Window], site: Site, night: Flask
) -> None:
    one = window("first")
    page = one.open(ROOM)
    page.get_by_role("link", name="Rehearse “Shortlist and deserving cities”").click()
    expect(page.locator("h1")).to_have_text("Rehearsal: Shortlist and deserving cities")
    assert site.paths["winner"] not in page.content()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Note as rehearsed").first.click()
    expect(page.locator("#parts-table")).to_contain_text("Rehearsed")
    one.open(ROOM)
    page.get_by_role("button", name="Prepare “Shortlist and deserving cities”").click()
    expect(page.locator(".verdicts")).to_contain_text("The title is missing in one of the languages.")
    path = page.url.removeprefix(site.address)
    for name, text in (
        ("title_en", "The shortlist"), ("title_zh", "入围名单"), ("statement_en", "These."), ("statement_zh", "如下。"),
    ):  # fmt: skip
        page.fill(f"#{name}", text)
    page.fill("#embargo_until", "2099-06-01T20:00:00")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Check in full").click()
    expect(page.locator(".verdicts")).to_contain_text("Checked in full: 6 letters written, the record recomputed.")
    assert accessibility_faults(page) == []
    sure(page, "Seal the announcement")
    expect(page.locator(".state").first).to_contain_text("Sealed")
    release(page, "Release")
    expect(page.locator("#main")).to_contain_text("You have released it. A second person must do so too.")

    two = window("second")
    other = two.open(path)
    other.set_viewport_size({"width": 320, "height": 720})
    assert other.evaluate("document.documentElement.scrollWidth") <= 320
    assert accessibility_faults(other) == []
    release(other, "确认发布")
    expect(other.locator(".state").first).to_contain_text("已定时")
    assert other.evaluate("document.documentElement.scrollWidth") <= 320
    assert accessibility_faults(other) == []

    page.reload()
    expect(page.locator("[data-countdown]")).to_be_visible()
    page.locator("#abort-reason").fill("The hall is not ready.")
    page.locator("#abort-password").fill(make.PASSWORD)
    sure(page, "Stop the publication")
    expect(page.locator(".deeds").first).to_contain_text("The hall is not ready.")
    with night.test_request_context():
        clock.set_offset(datetime(2099, 7, 1, tzinfo=UTC) - datetime.now(UTC))
        assert publish_due() == 0
    release(page, "Release")
    other.reload()
    release(other, "确认发布")
    preview = one.open(f"{path}/preview?as=zh")
    expect(preview.locator(".preview-band")).to_contain_text("Under the seal")
    expect(preview.locator("#main")).to_contain_text("入围名单")
    with night.test_request_context():
        clock.set_offset(datetime(2099, 6, 1, 12, tzinfo=UTC) - datetime.now(UTC) + timedelta(seconds=1))
        assert publish_due() == 1
    stranger = window()
    public = stranger.open("/announcements/console/shortlist")
    assert stranger.status == 200
    expect(public.locator("#main")).to_contain_text(site.paths["winner"])
    page = one.open(path)
    expect(page.get_by_role("link", name="Read the public page")).to_be_visible()
