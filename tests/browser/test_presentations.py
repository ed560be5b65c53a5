"""A session of presentations in three windows: the moderator turns the clock, those who present and a juror follow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser

DESK, ROOM = "/secretariat/presenting/presentations", "/jury/presenting/presentations"
FOLLOWS_WITHIN = 5000  # milliseconds on a busy machine; the pages ask every second


def seconds_left(page: Page) -> int:
    minutes, seconds = page.locator("[data-clock-time]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def is_narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_the_clock_runs_for_everybody_and_a_question_finds_its_way(window: Callable[..., Window]) -> None:
    moderator, juror, presenter = window("moderator"), window("listener"), window("presenter")
    ref = moderator.site.paths["presented"]
    floor = moderator.open(f"{DESK}/sessions/1/floor?ref={ref}")
    hall = presenter.open(moderator.site.paths["presentation"] + "/clock")
    room = juror.open(f"{ROOM}/of/{ref}")
    # A juror's question comes into the moderator's queue without a click there; what is being typed stays.
    floor.locator("#text").fill("From the hall: is it")
    room.get_by_label("Your question").fill("How many people did it reach?")
    with room.expect_navigation():
        room.get_by_role("button", name="Put the question").press("Enter")
    expect(floor.locator("[data-part=questions]")).to_contain_text("How many people", timeout=FOLLOWS_WITHIN)
    expect(floor.locator("#text")).to_have_value("From the hall: is it")
    assert accessibility_faults(floor) == []
    assert accessibility_faults(room) == []
    # The clock starts in all windows and counts from the server's instant.
    expect(hall.locator("[data-clock-time]")).to_have_text("7:00")
    with floor.expect_navigation():
        floor.get_by_role("button", name="Start the presentation").press("Enter")
    expect(hall.locator("[data-clock=talk]")).to_be_visible(timeout=FOLLOWS_WITHIN)
    expect(room.locator("[data-clock=talk]")).to_be_visible(timeout=FOLLOWS_WITHIN)
    expect(hall.locator("[data-clock-time]")).not_to_have_text("7:00", timeout=FOLLOWS_WITHIN)
    assert abs(seconds_left(hall) - seconds_left(floor)) <= 2
    with floor.expect_navigation():
        floor.get_by_role("button", name="Pause").press("Enter")
    expect(hall.locator(".clock-part")).to_contain_text("paused", timeout=FOLLOWS_WITHIN)
    stopped = seconds_left(hall)
    with floor.expect_navigation():
        floor.get_by_role("button", name="Go to the questions").press("Enter")
    expect(hall.locator("[data-clock=questions]")).to_be_visible(timeout=FOLLOWS_WITHIN)
    assert stopped < 420 < seconds_left(hall) <= 480
    with floor.expect_navigation():
        floor.get_by_role("button", name="Ask it now").press("Enter")
    expect(room.locator(".question-list .is-now")).to_contain_text("How many people", timeout=FOLLOWS_WITHIN)
    assert "How many people" not in hall.content()
    # The face of the clock is read from the last row: it takes most of the screen, and fits a telephone too.
    assert hall.locator("[data-clock-time]").bounding_box()["height"] > 250  # type: ignore[index]  # it is visible
    assert accessibility_faults(hall) == []
    for page in (hall, floor, room):
        page.set_viewport_size({"width": 320, "height": 640})
        assert is_narrow(page), page.url
    # So do the pages on which it was planned, prepared and told.
    for person, path in (
        (moderator, DESK),
        (moderator, f"{DESK}/slots/{moderator.site.paths['presented']}"),
        (juror, ROOM),
        (presenter, moderator.site.paths["presentation"]),
        (presenter, "/cycles/presenting/programme?lang=zh"),
    ):
        page = person.open(path)
        assert person.status == 200
        assert accessibility_faults(page) == [], path
        assert is_narrow(page), path
