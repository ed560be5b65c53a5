"""What people do with the keyboard alone, what the scripts promise, and the receipt on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Window

pytestmark = pytest.mark.browser


def tab_to(page: Page, selector: str, *, most: int = 200) -> None:
    """Press Tab until the focus is on what the selector names; fails when the keyboard cannot reach it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_city_writes_and_submits_by_keyboard(window: Callable[..., Window], site: Site, tmp_path: Path) -> None:
    one = window("official")
    page = one.open(site.paths["review"].replace("/submit", "/edit"))
    tab_to(page, "[name=title_en]")
    page.keyboard.press("Control+a")
    page.keyboard.type("Typed without a mouse")
    page.keyboard.press("Enter")
    expect(page.locator(".writing-state")).to_have_text(re.compile("^Saved"))
    expect(page.locator("[name=title_en]")).to_have_value("Typed without a mouse")
    one.open(site.paths["review"])
    tab_to(page, "[name=declaration]")
    page.keyboard.press("Space")
    tab_to(page, "main form button[type=submit]")
    one.press("Enter")
    expect(page).to_have_url(re.compile(r"/receipt/1$"))
    expect(page.locator("main")).to_contain_text("Typed without a mouse")

    page.emulate_media(media="print")  # the receipt on paper: its facts, without the site around it
    expect(page.locator("main")).to_contain_text("SHA-256")
    expect(page.locator(".topnav")).to_be_hidden()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
