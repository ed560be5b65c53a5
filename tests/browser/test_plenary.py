"""A session of the committee in three windows: the chair leads, a member follows and votes by key, one is out of the room."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser

ROOM = "/committee/plenary/plenary/room"
FOLLOWS_WITHIN = 4000  # milliseconds on a busy machine; the screens ask every second


def test_the_chairs_screen_leads_the_members_follow_and_a_tie_masks(window: Callable[..., Window]) -> None:
    chair, member, tied = window("plenary chair"), window("plenary member"), window("plenary tied")
    leads, follows, masked = (one.open(ROOM) for one in (chair, member, tied))
    for page in (follows, masked):
        page.get_by_role("button", name="I am in the room").press("Enter")
        expect(page.locator("h1")).to_have_text("Between two files")
    chair.page.wait_for_selector("html[data-started]")
    leads.keyboard.press("n")
    expect(leads.locator("h1")).to_have_text("First initiative")
    expect(follows.locator("h1")).to_have_text("First initiative", timeout=FOLLOWS_WITHIN)
    expect(masked.locator("h1")).to_have_text("You are out of the room", timeout=FOLLOWS_WITHIN)
    assert "First initiative" not in masked.content()
    # What the chair types as clerk is kept, and stays when the votes come in.
    leads.locator("#notes").fill("They speak of the river.")
    expect(leads.locator("[data-save-state]")).to_contain_text("Saved at")
    leads.locator("#main").focus()
    leads.keyboard.press("o")
    leads.get_by_role("button", name="Open the vote").press("Enter")
    expect(follows.locator("#vote h2")).to_have_text("Shortlisted, deserving or neither?", timeout=FOLLOWS_WITHIN)
    follows.keyboard.press("2")
    expect(follows.locator("#choice-deserving")).to_have_attribute("aria-pressed", "true")
    follows.keyboard.press("1")
    expect(follows.locator("#vote")).to_contain_text("Your vote: Shortlisted.")
    leads.locator("#main").focus()
    leads.keyboard.press("1")
    expect(leads.locator("#vote")).to_contain_text("2 of 2 votes given", timeout=FOLLOWS_WITHIN)
    assert accessibility_faults(leads) == []
    assert accessibility_faults(follows) == []
    leads.keyboard.press("c")
    expect(leads.locator("#vote")).to_contain_text("Decided: Shortlisted")
    expect(follows.locator("#vote")).to_contain_text("Decided: Shortlisted", timeout=FOLLOWS_WITHIN)
    expect(leads.locator("#notes")).to_have_value("They speak of the river.")
    expect(masked.locator("h1")).to_have_text("You are out of the room")
    assert "Decided" not in masked.content()
    assert accessibility_faults(masked) == []
    # A member looks elsewhere and comes back to where the chair has gone meanwhile.
    follows.locator("#main").focus()
    follows.keyboard.press("a")
    follows.locator(".agenda a").last.press("Enter")
    expect(follows.locator(".state")).to_contain_text("You are looking at another file")
    leads.locator("#main").focus()
    leads.keyboard.press("n")
    expect(leads.locator("h1")).to_have_text("Second initiative")
    expect(masked.locator("h1")).to_have_text("Second initiative", timeout=FOLLOWS_WITHIN)
    expect(follows.locator(".review-moves")).to_contain_text("Second initiative", timeout=FOLLOWS_WITHIN)
    member.press("b")
    expect(follows.locator("h1")).to_have_text("Second initiative")
    for page in (leads, follows, masked):
        page.set_viewport_size({"width": 320, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
