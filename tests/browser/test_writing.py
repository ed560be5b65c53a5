"""The form that saves itself: every key is kept at once, stored after a pause, and never lost or overwritten in silence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Error, Locator, Page, Route, expect
from sqlalchemy import select

from awardapp import create_app
from awardapp.extensions import db, reading, reading_only
from awardapp.models import Submission
from awardapp.services import inputs
from tests import factories as make
from tests.browser.conftest import Site, Window
from tests.support.browser import accessibility_faults
from tests.support.desk import jpeg

pytestmark = pytest.mark.browser

_numbers = itertools.count(1)
KEPT = (
    "() => Object.keys(localStorage).filter((key) => key.startsWith('draft:')).map((key) => localStorage[key]).join()"
)


@contextmanager
def writing() -> Iterator[None]:
    """Inside the block this test changes the database itself."""
    token = reading_only.set(False)
    try:
        yield
    finally:
        reading_only.reset(token)


@pytest.fixture(scope="module")
def data(site: Site) -> Iterator[Flask]:
    """An application that looks into the database of the served one."""
    app = create_app(site.settings)
    with app.app_context(), reading():  # a test that held SQLite's write lock would keep the site waiting
        yield app
        db.session.remove()
        db.engine.dispose()


@dataclass
class Draft:
    """A draft of a city with two delegates, and the names under which they sign in."""

    ref: str
    ana: str
    li: str

    @property
    def path(self) -> str:
        return f"/submissions/{self.ref}/edit"

    def row(self) -> Submission:
        db.session.rollback()
        return db.session.scalars(
            select(Submission).where(Submission.ref == self.ref).execution_options(populate_existing=True)
        ).one()

    def stored(self, name: str) -> Any:
        """What the database holds in an input now."""
        return inputs.value_of(self.row(), name)

    def end(self, at: datetime) -> None:
        """Move the deadline."""
        db.session.rollback()
        with writing():
            self.row().cycle.deadline_at = at
            db.session.commit()


@pytest.fixture
def draft(site: Site, data: Flask) -> Draft:
    db.session.rollback()
    with writing():
        return _draft(site, next(_numbers))


def _draft(site: Site, n: int) -> Draft:
    city = make.make_city(f"Writing {n}", "ID", name_zh=f"书写{n}")
    ana, li = (make.make_delegate(city, make.make_user(name)) for name in ("Ana Putri", "Li Na"))
    cycle = make.make_cycle(slug=f"writing{n}", deadline_at=datetime.now(UTC) + timedelta(days=9))
    submission = make.make_submission(cycle, city, by=ana, title_en="River buses")
    site.people |= {f"ana{n}": ana.email, f"li{n}": li.email}
    db.session.commit()
    return Draft(submission.ref, f"ana{n}", f"li{n}")


Windows = Callable[..., Window]


def form(window: Window, draft: Draft) -> Page:
    """The form, its script at work."""
    page = window.open(draft.path)
    saved(page)
    return page


def bar(page: Page) -> Locator:
    return page.locator(".writing-state")


def saved(page: Page) -> None:
    expect(bar(page)).to_contain_text(re.compile(r"^Saved (just now|\d+ s ago)"))


def box(page: Page, name: str) -> Locator:
    return page.locator(f"[name={name}]")


def test_whatever_is_typed_or_ticked_saves_itself_and_the_page_says_so(window: Windows, draft: Draft) -> None:
    page = form(window(draft.ana), draft)
    saved(page)
    expect(page.get_by_role("button", name="Save draft").first).to_be_hidden()
    box(page, "title_en").fill("River buses for all")
    assert "River buses for all" in page.evaluate(KEPT)  # before the server has it
    saved(page)
    assert draft.stored("title_en") == "River buses for all"
    assert page.evaluate(KEPT) == ""
    box(page, "background_zh").fill("城市背景。\n第二行。")
    box(page, "population").fill("2 874 000")
    box(page, "theme").select_option(index=3)
    page.locator("[name=sdgs][value='6']").check()
    page.locator("[name=innovation_type][value=revolutionary]").check()
    expect(bar(page)).not_to_contain_text("Saved")
    saved(page)
    row = draft.row()
    assert inputs.value_of(row, "background_zh") == "城市背景。\n第二行。"
    assert inputs.value_of(row, "population") == 2_874_000
    assert inputs.value_of(row, "theme") == str(row.cycle.themes[2].id)
    assert inputs.value_of(row, "sdgs") == ["6", "11", "13"]
    assert inputs.value_of(row, "innovation_type") == "revolutionary"

    # A figure that cannot be read stays where it was typed, with the reason, and in this browser.
    box(page, "population").fill("about two million")
    expect(page.locator("#population-error")).to_have_text(re.compile("is not a number"))
    expect(bar(page)).to_contain_text("Not saved: Population")
    assert accessibility_faults(page) == []
    page.reload()
    expect(box(page, "population")).to_have_value("2874000")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#population-error")).to_have_text(re.compile("is not a number"))
    box(page, "population").fill("2.900.000")
    saved(page)
    expect(page.locator("#population-error")).to_be_hidden()
    assert draft.stored("population") == 2_900_000

    # Enter and the buttons save at once; those that lead on, lead on.
    box(page, "title_en").fill("River buses at night")
    box(page, "title_en").press("Enter")
    saved(page)
    assert draft.stored("title_en") == "River buses at night"
    box(page, "lessons_en").fill("Start small.")
    page.get_by_role("button", name="Save and review").click()
    expect(page).to_have_url(re.compile(r"/submit$"))
    expect(page.locator("main")).to_contain_text("Start small.")


def test_two_people_see_each_other_and_both_texts(window: Windows, draft: Draft) -> None:
    ana, li = window(draft.ana), window(draft.li)
    mine, theirs = form(ana, draft), form(li, draft)
    box(theirs, "lessons_en").focus()
    box(theirs, "title_en").fill("Li's title")
    saved(theirs)
    box(mine, "lessons_en").focus()  # going from field to field asks who is here
    expect(mine.locator(".writing-company")).to_contain_text("Also here: Li Na")
    expect(mine.locator("#title_en-presence")).to_have_text("In this field now: Li Na")
    # What was untouched here comes in by itself, with who and what stood before.
    expect(box(mine, "title_en")).to_have_value("Li's title")
    expect(mine.locator("#title_en-touched")).to_contain_text("by Li Na")
    expect(mine.locator("#field-title .earlier-text")).to_contain_text("River buses")
    box(theirs, "origins_en").focus()
    expect(theirs.locator("#lessons_en-presence")).to_have_text("In this field now: Ana Putri")

    ana.page.context.set_offline(True)
    for name in ("title_en", "background_en", "origins_en"):
        box(mine, name).fill(f"Ana's {name}")
        box(theirs, name).fill(f"Li's new {name}")
    saved(theirs)
    ana.page.context.set_offline(False)
    panels = mine.locator(".two-texts")
    expect(panels).to_have_count(3)
    expect(panels.first).to_contain_text("Li Na changed this field while you were writing")
    expect(panels.first).to_contain_text("Li's new title_en")
    expect(bar(mine)).to_contain_text("Not saved: Title of the initiative (English)")
    assert [box(mine, name).input_value() for name in ("title_en", "background_en")] == [
        "Ana's title_en", "Ana's background_en",
    ]  # fmt: skip
    assert draft.stored("title_en") == "Li's new title_en"
    assert accessibility_faults(mine) == []
    panels.nth(0).get_by_role("button", name="Keep mine").click()
    mine.locator("#field-background .two-texts").get_by_role("button", name="Keep the stored one").click()
    mine.locator("#field-origins .two-texts").get_by_role("button", name="Put both").click()
    saved(mine)
    row = draft.row()
    assert [inputs.value_of(row, name) for name in ("title_en", "background_en", "origins_en")] == [
        "Ana's title_en", "Li's new background_en", "Ana's origins_en\n\nLi's new origins_en",
    ]  # fmt: skip
    aside = mine.locator("#field-background .earlier-text")  # what was not kept is not thrown away
    aside.locator("summary").click()
    aside.get_by_role("button", name="Bring it back").click()
    expect(box(mine, "background_en")).to_have_value("Ana's background_en")
    saved(mine)
    theirs.reload()
    theirs.locator(".replaced summary").click()
    expect(theirs.locator(".replaced")).to_contain_text("Li's new title_en")


def test_two_windows_of_one_person_and_an_answer_lost_on_its_way(window: Windows, draft: Draft) -> None:
    one = window(draft.ana)
    other = window(beside=one)
    other.page.route("**/presence", lambda route: route.abort())  # or it might hear of the first one in time
    first, second = form(one, draft), form(other, draft)
    lost: list[str] = []

    def lose(route: Route) -> None:
        """The server stores it, the browser never hears of it."""
        if not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    first.route("**/inputs/title_en", lose)
    box(first, "title_en").fill("Sent, unanswered")
    expect(bar(first)).to_contain_text("Not saved: no connection. Kept in this browser.")
    assert draft.stored("title_en") == "Sent, unanswered"
    box(first, "title_en").fill("Sent, unanswered, and typed on")
    saved(first)
    expect(first.locator(".two-texts")).to_have_count(0)
    assert draft.stored("title_en") == "Sent, unanswered, and typed on"

    box(second, "title_en").fill("From the second window")
    panel = second.locator(".two-texts")
    expect(panel).to_contain_text("You changed this field in another window")
    expect(panel).to_contain_text("Sent, unanswered, and typed on")
    panel.get_by_role("button", name="Keep mine").click()
    saved(second)
    assert draft.stored("title_en") == "From the second window"


def test_offline_it_says_so_and_catches_up_and_a_crash_loses_nothing(window: Windows, draft: Draft) -> None:
    one = window(draft.ana)
    page = form(one, draft)
    page.context.set_offline(True)
    expect(bar(page)).to_contain_text("No connection. What you write now is kept in this browser")
    box(page, "title_en").fill("Written on a train")
    box(page, "lessons_zh").fill("在火车上写的。")
    expect(bar(page)).to_contain_text("Not saved: no connection. Kept in this browser.")
    page.context.set_offline(False)
    saved(page)
    row = draft.row()
    assert (inputs.value_of(row, "title_en"), inputs.value_of(row, "lessons_zh")) == (
        "Written on a train",
        "在火车上写的。",
    )

    page.route("**/inputs/**", lambda route: route.abort())
    box(page, "title_en").fill("Never sent")
    box(page, "obstacles_en").fill("Lost in a crash?")
    with suppress(Error):  # which says that it crashed
        page.goto("chrome://crash", timeout=5000)
    again = window(beside=one)
    page = form(again, draft)
    offer = page.locator(".draft-offer")
    expect(offer).to_contain_text(
        "stored: Title of the initiative (English), Obstacles and how they were overcome (English)."
    )
    expect(box(page, "title_en")).to_have_value("Written on a train")  # offered, not forced
    offer.get_by_role("button", name="Put it back").click()
    saved(page)
    assert (draft.stored("title_en"), draft.stored("obstacles_en")) == ("Never sent", "Lost in a crash?")
    assert page.evaluate(KEPT) == ""


def test_signed_out_it_asks_to_sign_in_keeps_the_text_and_goes_on(window: Windows, draft: Draft) -> None:
    one = window(draft.ana)
    page = form(one, draft)
    other = window(beside=one)
    other.open("/account")
    other.page.locator(".user-menu summary").click()
    with other.page.expect_navigation():
        other.page.get_by_role("button", name="Sign out").click()
    box(page, "title_en").fill("Typed after the sign-out")
    expect(bar(page)).to_contain_text("You are signed out: your text is not being saved. Kept in this browser.")
    assert "Typed after the sign-out" in page.evaluate(KEPT)
    with page.context.expect_page() as opened:
        bar(page).get_by_role("link").click()
    sign_in = opened.value
    sign_in.get_by_label("E-mail address").fill(one.site.people[draft.li])
    sign_in.get_by_label("Password").fill(make.PASSWORD)
    sign_in.keyboard.press("Enter")
    expect(sign_in.locator("h1")).to_have_text("You are signed in again")
    expect(bar(page)).to_contain_text("Somebody else is signed in in this browser now.")
    assert draft.stored("title_en") == "River buses"  # never under another's name
    other.page.bring_to_front()
    other.open("/account")
    other.page.locator(".user-menu summary").click()
    with other.page.expect_navigation():
        other.page.get_by_role("button", name="Sign out").click()
    sign_in.goto(f"{one.site.address}/sign-in?next=/submissions/{draft.ref}/signed-in")
    sign_in.get_by_label("E-mail address").fill(one.site.people[draft.ana])
    sign_in.get_by_label("Password").fill(make.PASSWORD)
    sign_in.keyboard.press("Enter")
    expect(sign_in.locator("h1")).to_have_text("You are signed in again")
    saved(page)
    expect(box(page, "title_en")).to_have_value("Typed after the sign-out")
    assert draft.stored("title_en") == "Typed after the sign-out"


def test_a_deadline_passing_while_typing_leaves_everything_to_copy(window: Windows, draft: Draft) -> None:
    one = window(draft.ana)
    page = form(one, draft)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box(page, "title_en").fill("In time")
    saved(page)
    draft.end(datetime.now(UTC))
    box(page, "background_en").fill("A long text, typed too late.")
    panel = page.locator(".copy-out")
    expect(panel).to_contain_text("The deadline has passed.")
    expect(panel.locator("textarea")).to_have_value("A long text, typed too late.")
    expect(bar(page)).to_contain_text("The deadline has passed.")
    panel.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "A long text, typed too late."
    assert box(page, "background_en").get_attribute("readonly") is not None
    expect(page.get_by_role("button", name="Save and review")).to_be_hidden()
    assert accessibility_faults(page) == []
    page.reload()  # and still after coming back
    expect(page.locator(".copy-out textarea")).to_have_value("A long text, typed too late.")
    assert (draft.stored("title_en"), draft.stored("background_en")) == (
        "In time",
        "Words about the initiative. background",
    )


def test_just_before_the_deadline_everything_typed_is_sent_and_an_extension_reopens(
    window: Windows, draft: Draft
) -> None:
    draft.end(datetime.now(UTC) + timedelta(seconds=7))
    page = form(window(draft.ana), draft)
    box(page, "title_en").press_sequentially(" at the last", delay=60)
    expect(bar(page)).to_contain_text("The deadline has passed.")
    expect(page.locator(".copy-out")).to_have_count(0)  # nothing was left over
    assert draft.stored("title_en") == box(page, "title_en").input_value().strip()
    draft.end(datetime.now(UTC) + timedelta(days=1))
    page.reload()
    box(page, "title_en").fill("After the extension")
    saved(page)


def test_what_is_missing_and_odd_follows_the_writing_and_what_other_windows_do_is_noticed(
    window: Windows, draft: Draft
) -> None:
    one = window(draft.ana)
    page = form(one, draft)
    missing, questions = page.locator("[data-missing]"), page.locator("[data-questions]")
    expect(missing.locator("> p")).to_be_visible()
    box(page, "summary_en").fill("")
    box(page, "summary_zh").fill("")
    expect(missing.locator("summary")).to_have_text("1 thing is missing before you can submit")
    expect(missing.locator("li")).to_have_text("Summary of the initiative (English): The summary is missing.")
    before = box(page, "summary_zh").bounding_box()
    box(page, "summary_zh").fill("河上的巴士。")
    expect(missing.locator("details")).to_be_hidden()
    expect(page.locator(".writing-bar [role=status]")).to_have_text("Nothing is missing: you can review and submit.")
    assert box(page, "summary_zh").bounding_box() == before  # nothing moved under the writer's hands
    box(page, "density_per_km2").fill("20")
    expect(questions).to_contain_text("1,000,000 people ÷ 500 km² = 2,000 people per km²")
    assert accessibility_faults(page) == []
    box(page, "density_per_km2").fill("2000")
    expect(questions).to_have_text("")

    other = window(beside=one)
    other.open(f"/submissions/{draft.ref}/files")
    other.page.set_input_files("#files", {"name": "一.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    expect(other.page.locator("[data-attached] > li")).to_have_count(1)
    look = "document.dispatchEvent(new Event('visibilitychange'))"  # or it would ask in some seconds by itself
    page.evaluate(look)
    expect(page.locator("[data-count=files]")).to_have_text("1")
    other.open(f"/submissions/{draft.ref}")
    other.page.locator("summary", has_text="Withdraw this submission").click()
    other.page.get_by_label("Yes, withdraw this submission.").check()
    other.page.get_by_role("button", name="Withdraw").click()
    dialog = other.page.get_by_role("dialog", name=f"Withdraw {draft.ref} for good?")
    with other.page.expect_navigation():
        dialog.get_by_role("button", name="Withdraw").click()
    page.evaluate(look)
    expect(page.locator(".writing-news")).to_contain_text("This file was handed in, sent back or withdrawn")
    expect(box(page, "title_en")).to_have_js_property("readOnly", True)
