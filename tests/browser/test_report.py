"""The committee's report as the chair writes it: saving by itself, in two windows, on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser

REPORT = "/committee/committee/report"


def saved(page: Page) -> None:
    """Wait until the text has saved itself."""
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")


def test_a_case_saves_itself_and_two_windows_never_overwrite_each_other_unseen(window: Callable[..., Window]) -> None:
    one = window("chair")
    page = one.open(REPORT)
    page.locator("#report-cases a").first.click()
    expect(page.locator("#summary_en")).to_be_visible()
    path = page.url.removeprefix(one.site.address)
    two = window(beside=one)
    other = two.open(path)
    page.fill("#summary_en", "It drinks the rain.")
    saved(page)
    expect(other.locator("#summary_en")).to_have_value("It drinks the rain.")  # the other window follows
    ticked = page.locator("[data-ticks] input:checked").count()
    page.locator("#goal-6").check()
    saved(page)
    expect(other.locator("#goal-6")).to_be_checked()

    third = window("chair")  # another browser, which hears nothing of it by itself
    far = third.open(f"{path}?lang=zh")
    page.fill("#summary_zh", "它喝雨水。")
    saved(page)
    far.fill("#summary_zh", "另一句。")
    box = far.locator("[data-item='summary_zh'] [data-conflict]")
    expect(box).to_contain_text("它喝雨水。")
    box.get_by_role("button").last.click()  # keep mine
    expect(far.locator("[data-save-state]")).to_contain_text("保存")
    expect(box).to_be_empty()
    page.reload()
    expect(page.locator("#summary_zh")).to_have_value("另一句。")
    assert page.locator("[data-ticks] input:checked").count() == ticked + 1

    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []
