"""The review screen as a member works with it for four days: by keyboard alone, in two windows, on a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser

ROOM = "/committee/committee/"


def saved(page: Page) -> None:
    """Wait until the sheet has saved itself."""
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")


def fresh_file(one: Window) -> Page:
    """A file that the member has not opened yet."""
    page = one.open(ROOM + "?status=not_opened")
    page.locator("#files a").first.click()
    expect(page.locator("[data-sheet-sum]")).to_be_visible()
    return page


def chosen(page: Page) -> list[str]:
    """The marks chosen, criterion by criterion; "" where there is none."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('fieldset[data-item]')].map((f) => f.querySelector(':checked')?.value ?? '')"
    )
    return found


def focused(page: Page) -> str:
    """The name of what has the focus."""
    name: str = page.evaluate("document.activeElement.name ?? ''")
    return name


def test_a_file_is_scored_and_handed_in_by_keyboard_alone(window: Callable[..., Window]) -> None:
    one = window("member")
    page = one.open(ROOM)
    one.press("n")
    first = page.url
    criteria = len(chosen(page))
    assert chosen(page) == [""] * criteria
    for key in ("j", "7", ".", "5", "j", "1", "0", "j", "8", "k"):
        page.keyboard.press(key)
    saved(page)
    assert chosen(page)[:4] == ["7.5", "10", "8", ""]
    level = page.locator("fieldset[data-item]").nth(1).locator(".scale-level:visible")
    expect(level).to_contain_text("10")  # what the focused mark means
    page.keyboard.press("Backspace")
    assert chosen(page)[:3] == ["7.5", "", "8"]
    page.keyboard.press("9")
    for n in range(criteria - 2):  # on, past the third, which has its mark
        page.keyboard.press("j")
        if n:
            page.keyboard.press("6")
    page.keyboard.press("j")
    assert focused(page) == "comment"
    page.keyboard.type("jk7 are letters here")
    page.keyboard.press("Escape")
    assert focused(page).startswith("mark-")
    page.keyboard.press("?")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Next and previous criterion")
    expect(dialog).to_contain_text("Hand in and open the next")
    page.keyboard.press("Escape")
    expect(page.locator("[data-sheet-sum]")).to_contain_text("mean")
    one.press("Control+Enter")
    expect(page.locator("[data-flash=success]")).to_contain_text("Handed in")
    assert "/assessment" in page.url and page.url != first
    page.goto(first)
    assert chosen(page) == ["7.5", "9", "8", *["6"] * (criteria - 3)]
    expect(page.locator("[name=comment]")).to_have_value("jk7 are letters here")


def test_single_keys_can_be_switched_off_and_skipping_parks(window: Callable[..., Window]) -> None:
    one = window("member")
    page = one.open(ROOM + "next")
    here = page.url
    page.keyboard.press("Control+/")
    page.locator("#single-keys").press("Space")
    page.keyboard.press("Escape")
    for key in ("j", "5", "s"):
        page.keyboard.press(key)
    assert page.url == here and set(chosen(page)) == {""}
    page.locator("[data-shortcuts-open]").press("Enter")
    page.locator("#single-keys").press("Space")
    page.keyboard.press("Escape")
    one.press("s")
    expect(page.locator("[data-flash=success]")).to_contain_text("Parked")
    assert page.url != here
    one.press("p")
    one.open(ROOM + "?status=parked")
    expect(page.locator("#files tbody tr")).to_have_count(1)
    page.locator("#files a").first.press("Enter")
    expect(page.locator(".state")).to_contain_text("Parked")
    page.get_by_role("button", name="Put it back into the order").press("Enter")
    expect(page.locator("[data-flash=success]")).to_contain_text("back in your order")


def test_two_windows_follow_each_other_and_ask_where_they_differ(window: Callable[..., Window]) -> None:
    here = window("member")
    one = fresh_file(here)
    there = window(beside=here)
    two = there.open(one.url.removeprefix(here.site.address))
    one.keyboard.press("j")
    one.keyboard.press("4")
    saved(one)
    expect(two.locator("[data-save-state]")).to_contain_text("Changed in another window")
    assert chosen(two)[0] == "4"
    # Both at once: this window's save does not get through before the other one's.
    one.route("**/marks/*", lambda route: route.abort())
    one.keyboard.press("9")
    expect(one.locator("[data-save-state]")).to_contain_text("Not saved")
    two.locator("fieldset[data-item] :checked").first.focus()
    two.keyboard.press("2")
    saved(two)
    one.unroute("**/marks/*")
    conflict = one.locator("[data-conflict]:not(:empty)")
    expect(conflict).to_contain_text("Another window saved 2 here; yours is 9.", timeout=15_000)
    conflict.get_by_role("button", name="Keep 9").press("Enter")
    expect(conflict).to_have_count(0)
    saved(one)
    expect(two.locator("[data-save-state]")).to_contain_text("Changed in another window")
    assert (chosen(one)[0], chosen(two)[0]) == ("9", "9")


def test_a_window_that_was_away_learns_on_return_what_is_stored(window: Callable[..., Window]) -> None:
    here = window("member")
    page = fresh_file(here)
    there = window("member")  # another machine: no channel between them
    other = there.open(page.url.removeprefix(here.site.address))
    other.keyboard.press("j")
    other.keyboard.press("3")
    saved(other)
    other.locator("[name=private_note]").fill("From elsewhere")
    other.keyboard.press("Control+s")
    saved(other)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("[name=private_note]")).to_have_value("From elsewhere")
    assert chosen(page)[0] == "3"


def test_a_note_on_a_selected_passage_is_kept_and_found_again(window: Callable[..., Window]) -> None:
    one = window("member")
    page = one.open(ROOM + "next")
    select = """() => { const node = document.querySelector('[data-passage="background.en"]').firstChild;
        const at = node.data.indexOf('about the'); getSelection().setBaseAndExtent(node, at, node, at + 9); }"""
    page.evaluate(select)
    expect(page.locator("[data-note-here]")).to_be_visible()
    page.keyboard.press("m")
    expect(page.locator("dialog[open] .note-quote")).to_have_text("about the")
    page.keyboard.type("About whom?")
    page.keyboard.press("Control+Enter")
    note = page.locator("[data-note='background.en']")
    expect(note).to_contain_text("About whom?")
    assert page.evaluate("CSS.highlights.get('noted').size") == 1
    page.reload()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    note.locator("[data-note-jump]").press("Enter")
    assert page.evaluate("[...CSS.highlights.get('noted-now')][0].toString()") == "about the"
    expect(page.locator('[data-passage="background.en"]')).to_be_in_viewport()
    assert page.evaluate("document.activeElement.dataset.passage") == "background.en"


def test_on_a_narrow_screen_the_sheet_comes_up_over_the_text_at_any_time(window: Callable[..., Window]) -> None:
    one = window("member")
    page = fresh_file(one)
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("scrollTo(0, 1200)")
    place = page.evaluate("scrollY")
    bar = page.locator("[data-sheet-open]")
    expect(bar).to_be_in_viewport()
    expect(bar).to_have_attribute("aria-expanded", "false")
    bar.press("Enter")
    expect(bar).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#sheet")).to_be_in_viewport()
    assert accessibility_faults(page) == []
    page.keyboard.press("j")
    page.keyboard.press("5")
    expect(bar).to_contain_text(re.compile(r"\b1/"))
    page.keyboard.press("Escape")
    expect(bar).to_have_attribute("aria-expanded", "false")
    expect(bar).to_be_focused()
    assert page.evaluate("scrollY") == place
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_only_one_language_of_the_entry_can_be_shown(window: Callable[..., Window]) -> None:
    one = window("member")
    page = one.open(ROOM + "next")
    page.get_by_role("radio", name="English").check()
    expect(page.locator('[data-passage="summary.zh"]')).to_be_hidden()
    page.reload()
    expect(page.locator('[data-passage="summary.zh"]')).to_be_hidden()
    expect(page.locator('[data-passage="summary.en"]')).to_be_visible()
