"""The shortlist workbench as the chair moves it: the answer comes at once, the address follows, parts open on demand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser

LAB = "/committee/committee/workbench"


def test_a_change_answers_at_once_in_words_and_the_address_can_be_passed_on(window: Callable[..., Window]) -> None:
    one = window("chair")
    page = one.open(LAB)
    said = page.locator("[data-lab-summary]")
    expect(said).to_have_text("These are the rules of the cycle.")
    page.get_by_label("Shortlisted", exact=True).fill("2")
    expect(said).to_have_text("One file leaves the shortlist.")
    expect(page.get_by_role("status")).to_have_text("One file leaves the shortlist.")
    expect(page.locator("#lab")).to_contain_text("Leaves the shortlist")
    assert page.get_by_label("Shortlisted", exact=True).evaluate("field => field === document.activeElement")
    assert "first=2" in page.url
    page.locator("#of1").select_option("country")
    page.locator("#most1").fill("0")
    expect(said).to_contain_text("No shortlist keeps the rules on groups together.")
    expect(page.locator("#lab .callout-error")).to_contain_text("at most 0 from each country or region")
    passed_on = page.url
    page.goto(passed_on)
    expect(said).to_contain_text("No shortlist keeps the rules on groups together.")
    page.get_by_role("link", name="Rules of the cycle").click()
    page.get_by_text("Without one member").click()
    expect(page.locator("#without-one tbody tr")).to_have_count(1 + 3)
    page.get_by_text("Pairs across the line", exact=True).click()
    expect(page.locator("#pairs-table a")).to_have_count(3 * 3)
    assert accessibility_faults(page) == []
    page.locator("#pairs-table a").first.click()
    expect(page.locator("#verdicts tbody tr")).to_have_count(3)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert accessibility_faults(page) == []
    assert one.complaints == []
