"""What people do with the keyboard alone, what the scripts promise, and the receipt on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from awardapp.domain.words import count_words
from tests.browser.conftest import Site, Window

pytestmark = pytest.mark.browser

MIXED = (
    "The city's water-saving plan: 1,250 homes, 3.5 km, don’t stop.",
    "广州国际城市创新奖 2027 年第七届 innovation-driven 城市",
    "Ñandú café – naïve “quotes”… 50% / 75 %  a\nb\tc",
    "𠀀𠮷 mixed 字 e-mail a.b,c;d 1.000,5",
    "",
)


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
    one.press("Enter")
    expect(page.locator("[data-flash=success]")).to_be_visible()
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


def test_a_member_scores_by_keyboard_and_goes_on(window: Callable[..., Window]) -> None:
    one = window("member")
    page = one.open("/committee/committee/next")
    first = page.url
    for name in page.evaluate(
        "[...new Set([...document.querySelectorAll('#sheet-form [type=radio]')].map((r) => r.name))]"
    ):
        tab_to(page, f"[name='{name}']")
        page.keyboard.press("Space")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.checked")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    tab_to(page, "[name=comment]")
    page.keyboard.type("Read and scored by keyboard.")
    one.press("Control+Enter")
    expect(page.locator("[data-flash=success]")).to_contain_text("Handed in")
    assert "/assessment" in page.url and page.url != first


def test_a_juror_ranks_by_keyboard(window: Callable[..., Window]) -> None:
    one = window("president")
    page = one.open("/jury/jury/ballot")
    last = page.locator("tbody tr").last.get_attribute("id")
    for _ in range(3):  # rank all three, the last one first
        tab_to(
            page, f"#{last} button[value^='up-']" if _ == 0 else "tr:not(:has(option[selected])) button[value^='up-']"
        )
        page.keyboard.press("Enter")
    assert page.locator("tbody tr").first.get_attribute("id") == last
    assert page.evaluate("document.activeElement.closest('tr') !== null")  # the focus stays with what was moved
    expect(page.locator("[data-save-state]")).to_contain_text("Draft saved")
    page.reload()
    assert page.locator("tbody tr").first.get_attribute("id") == last
    assert page.locator(f"#{last} select").input_value() == "1"


def test_words_are_counted_as_the_server_counts(window: Callable[..., Window], site: Site) -> None:
    page = window("official").open(site.paths["edit"])
    field = page.locator("textarea[data-word-limit]").first
    counted = page.locator(f"#{field.get_attribute('id')}-count")
    for text in MIXED:
        field.fill(text)
        expect(counted).to_have_text(re.compile(rf"^{count_words(text)} of "))
    page.reload()


def test_typed_text_survives_a_sign_out_in_another_window(window: Callable[..., Window], site: Site) -> None:
    one = window("official")
    page = one.open(site.paths["edit"])
    page.locator("[name=title_en]").press_sequentially("Typed before")
    other = window(beside=one)
    other.open("/account")
    other.page.locator(".user-menu summary").click()
    with other.page.expect_navigation():
        other.page.get_by_role("button", name="Sign out").click()
    typed = page.locator("[name=title_en]").input_value()
    with page.expect_navigation():
        page.locator("[name=title_en]").press("Enter")
    assert "Typed before" in typed
    one.sign_in("official")
    page = one.open(site.paths["edit"])
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("[name=title_en]")).to_have_value(typed)
