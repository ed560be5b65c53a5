"""A juror at the ballot: ranking by keyboard alone, drafts that save themselves, two windows, casting, 320 px, Chinese."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from awardapp import create_app
from awardapp.extensions import db
from awardapp.models import Cycle
from tests.browser.conftest import Site, Window
from tests.support import judging
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser


def _rule(cycle: Cycle, **changes: object) -> None:
    cycle.rules_json = replace(cycle.rules, **changes).to_json()  # type: ignore[arg-type]  # one value of each kind


@pytest.fixture(scope="module")
def room(site: Site) -> Iterator[str]:
    """Three jurors and three cities to be ranked, in a room of its own; and the same juror's ballots by the other rules."""
    app = create_app(site.settings)
    with app.app_context():
        found = judging.jury(recorded=False)
        found.cycle.slug = "ballots"
        juror = found.jurors[1].user
        for method in ("score", "points", "approval"):
            other = judging.jury(1, recorded=False)
            other.cycle.slug = f"ballots-{method}"
            other.jurors[0].user_id = juror.id
            _rule(other.cycle, jury_method=method, jury_points=10, jury_points_most=10, jury_approvals_most=2)
        site.people["voter"] = juror.email
        db.session.commit()
        yield "/jury/ballots/ballot"
        db.session.remove()
        db.engine.dispose()


def order(page: Page) -> list[str]:
    """The cities with a place, best first."""
    rows = page.locator("tbody tr").all()
    return [str(row.get_attribute("data-city")) for row in rows if row.locator("input").input_value()]


def settled(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_contain_text(re.compile("Draft saved"))


def tab_to(page: Page, selector: str, *, most: int = 80) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_juror_ranks_by_keyboard_in_two_windows_and_casts(
    window: Callable[..., Window], room: str, tmp_path: Path
) -> None:
    one = window("voter")
    page = one.open(room)
    assert accessibility_faults(page) == []
    first, second, third = (str(row.get_attribute("id")) for row in page.locator("tbody tr").all())
    names = {row: str(page.locator(f"#{row}").get_attribute("data-city")) for row in (first, second, third)}

    # an arrow gives a place, the focus stays with what was moved, and the move is told
    tab_to(page, f"#{third} [value^='up-']")
    page.keyboard.press("Enter")
    assert order(page) == [names[third]]
    assert page.evaluate("document.activeElement.closest('tr').id") == third
    expect(page.locator("[data-told]")).to_have_text(f"{names[third]}: place 1")
    # a number typed puts a city to its place; Enter does not send the form
    tab_to(page, f"#{first} input")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    assert order(page) == [names[first], names[third]]
    assert page.evaluate("document.activeElement.closest('tr').id") == first
    tab_to(page, f"#{second} input")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    assert order(page) == [names[first], names[second], names[third]]
    assert page.evaluate("document.activeElement.closest('tr').id") == second
    page.keyboard.press("ArrowDown")  # nothing is moved by looking around
    tab_to(page, f"#{third} [value^='up-']")
    page.keyboard.press("Enter")
    assert order(page) == [names[first], names[third], names[second]]
    settled(page)
    page.reload()
    assert order(page) == [names[first], names[third], names[second]]

    # a second window goes on; this one is told and loses nothing
    two = window(beside=one)
    other = two.open(room)
    other.locator(f"#{first} [value^='off-']").click()
    settled(other)
    page.locator(f"#{second} [value^='up-']").click()
    expect(page.locator("[data-save-state]")).to_contain_text("saved in another window")
    with page.expect_navigation():
        page.locator("[data-save-state] button").click()
    sides = [side.inner_text() for side in page.locator(".pair > div").all()]
    assert names[first] not in sides[0] and names[first] in sides[1]
    assert order(page) == [names[first], names[second], names[third]]
    assert accessibility_faults(page) == []

    page.get_by_role("button", name="Go on to cast it").click()
    expect(page.locator(".ballot-said")).to_contain_text(names[second])
    page.get_by_label("This is my ballot, and it is final.").check()
    page.get_by_role("button", name="Cast my ballot").click()
    with page.expect_navigation():
        page.locator("dialog").get_by_role("button", name="Cast my ballot").click()
    expect(page.locator("main")).to_contain_text("Cast and final")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the receipt").click()
    taken.value.save_as(tmp_path / "ballot.json")
    receipt = hashlib.sha256((tmp_path / "ballot.json").read_bytes()).hexdigest()
    expect(page.locator("main")).to_contain_text(receipt)
    assert accessibility_faults(page) == []


def test_the_other_rules_save_themselves_on_a_narrow_screen_in_chinese(
    window: Callable[..., Window], room: str
) -> None:
    one = window("voter")
    one.page.set_viewport_size({"width": 320, "height": 800})
    left = {
        "approval": ("input[name^='cross-']", "还可勾选：1"),
        "score": ("input[value='7']", "3 个城市中 1 个已评分。"),
        "points": ("input[name^='points-']", "剩余分数：4"),
    }
    for method, (selector, words) in left.items():
        page = one.open(f"/jury/ballots-{method}/ballot?lang=zh")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert accessibility_faults(page) == []
        tab_to(page, "tbody input, fieldset.ballot-score input")
        if method == "points":
            page.keyboard.type("6")
        elif method == "score":
            page.locator(selector).first.focus()
            page.keyboard.press("Space")
        else:
            page.keyboard.press("Space")
        expect(page.locator("[data-left]")).to_have_text(words)
        expect(page.locator("[data-save-state]")).to_contain_text("草稿已于")
        page.reload()
        field = page.locator(selector).first
        if method == "points":
            expect(field).to_have_value("6")
        else:
            expect(field).to_be_checked()
