"""The workbench's pages: a setting in the address, who enters and leaves, pairs, one member left out, the chair's masks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.balance import GroupRule
from awardapp.extensions import db
from awardapp.models import Assessment, ConflictOfInterest, Selection
from awardapp.services import shortlist
from tests.conftest import NOW
from tests.support.judging import SMALL, Committee, committee
from tests.support.pages import Browser, Page

COUNTRIES = ("DE", "DE", "DE", "KE", "BR", "JP")


@pytest.fixture
def found(app: Flask) -> Committee:
    """Six files, the three best from one country; the cycle lets one country have two of three places."""
    room = committee(rules=replace(SMALL, group_rules=(GroupRule("country", None, 0, 2),)))
    for submission, country in zip(room.submissions, COUNTRIES, strict=True):
        submission.city.country = country
    db.session.commit()
    return room


def path(found: Committee, page: str = "", **values: Any) -> str:
    query = f"?{urlencode(values)}" if values else ""
    return f"/committee/{found.cycle.slug}/workbench{page}{query}"


def city(found: Committee, at: int) -> str:
    return found.submissions[at].city.name_en


def summary(page: Page) -> str:
    return " ".join("".join(page.all("p", class_="lab-summary")[0].itertext()).split())


def words_in(page: Page, id: str) -> str:
    section = page.all("section", aria_labelledby=id)[0]
    return " ".join("".join(section.itertext()).split())


def test_without_an_address_the_rules_of_the_cycle_are_shown_with_what_they_cost(
    browser: Browser, found: Committee
) -> None:
    browser.sign_in(found.chair)
    page = browser.get(path(found))
    assert summary(page).startswith("These are the rules of the cycle. The rules on groups cost ")
    effects = page.all("table", id="rule-effects")[0]
    row = [" ".join("".join(cell.itertext()).split()) for cell in effects.find("tbody").find("tr")]
    assert row[0] == "at most 2 from each country or region"
    assert (row[1], row[2]) == (city(found, 3), city(found, 2))
    assert page.form("/workbench").get("method") == "get"
    for words in ("Ties", "Balance", "Known from an earlier cycle", "Not known"):
        assert words in page.words


def test_a_setting_of_the_address_tells_in_words_who_enters_and_who_leaves_and_stores_nothing(
    browser: Browser, found: Committee
) -> None:
    browser.sign_in(found.chair)
    free = path(found, method="robust", first=3, further=2)  # the form sent with its lines of rules emptied
    page = browser.get(free)
    assert summary(page) == "One file enters the shortlist and one leaves it."
    assert city(found, 2) in words_in(page, "entering")
    assert city(found, 3) in words_in(page, "leaving")
    assert "Enters the shortlist" in page.words
    assert "Leaves the shortlist" in page.words
    assert db.session.query(Selection).count() == 0
    part = Page(browser.ask("GET", free, headers={"X-Part": "1"}))
    assert "<html" not in part.text
    assert summary(part) == summary(page)


def test_rules_that_cannot_hold_together_are_named_and_senseless_values_are_told(
    browser: Browser, found: Committee
) -> None:
    browser.sign_in(found.chair)
    clash = {"method": "mean", "of1": "country", "most1": 1, "of2": "region:europe", "least2": 2}
    page = browser.get(path(found, **clash))
    callout = page.all("div", class_="callout-error")[0]
    told = [" ".join("".join(one.itertext()).split()) for one in callout.iter("li")]
    assert sorted(told) == ["at least 2 from Europe", "at most 1 from each country or region"]
    odd = browser.get(path(found, method="fancy", first="many", of1="moon", most1=1, **{"w-innovation": "-3"}))
    assert odd.status == 200
    assert "Part of the setting could not be used" in odd.words
    assert summary(odd).startswith("These are the rules of the cycle.")
    nowhere = browser.get(path(found, method="mean", of1="country:nowhere", most1=1))
    assert nowhere.status == 200
    assert "at most 1 from nowhere" in nowhere.words


def test_every_pair_across_the_line_can_be_compared_criterion_by_criterion(browser: Browser, found: Committee) -> None:
    browser.sign_in(found.chair)
    page = browser.get(path(found, "/pairs"))
    links = [link for link in page.links() if "/workbench/pair?" in link]
    assert len(links) == 3 * 3
    both = {"higher": found.submissions[2].ref, "lower": found.submissions[3].ref}
    pair = browser.get(path(found, "/pair", **both))
    assert pair.title == f"{city(found, 2)} – {city(found, 3)}"
    verdicts = pair.all("table", id="verdicts")[0]
    assert len(verdicts.findall("tbody/tr")) == 3
    assert "6.5 · 7 · 6.5" in pair.words
    assert "Well founded." in pair.words
    assert browser.get(path(found, "/pair", higher="x", lower=both["lower"])).status == 404


def test_each_member_is_left_out_in_turn(browser: Browser, found: Committee) -> None:
    browser.sign_in(found.chair)
    page = browser.get(path(found, "/without-one"))
    rows = page.all("table", id="without-one")[0].findall("tbody/tr")
    assert len(rows) == 1 + len(found.members)
    assert all(member.user.name in page.words for member in found.members)


def test_a_chair_with_a_conflict_sees_neither_marks_nor_words_nor_file_of_that_city(
    browser: Browser, found: Committee, now: datetime
) -> None:
    mine = found.submissions[2]
    db.session.add(
        ConflictOfInterest(
            membership_id=found.members[0].id,
            city_id=mine.city_id,
            kind="family",
            declared_by=found.chair.id,
            declared_at=now,
        )
    )
    db.session.commit()
    browser.sign_in(found.chair)
    page = browser.get(path(found, "/pair", higher=mine.ref, lower=found.submissions[3].ref))
    assert "Neither its file nor its marks" in page.words
    assert page.words.count("Well founded.") == len(found.members)  # of the other file alone
    assert "6.5 · 7" not in page.words


def test_a_chair_who_stepped_back_from_a_file_sees_neither_its_marks_nor_its_words(
    browser: Browser, found: Committee
) -> None:
    mine = found.submissions[2]
    own = db.session.scalars(
        select(Assessment).filter_by(submission_id=mine.id, membership_id=found.members[0].id)
    ).one()
    own.status, own.reason = "recused", "A former colleague."
    db.session.flush()
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)
    db.session.commit()
    browser.sign_in(found.chair)
    page = browser.get(path(found, "/pair", higher=mine.ref, lower=found.submissions[3].ref))
    assert "Neither its file nor its marks" in page.words
    assert page.words.count("Well founded.") == len(found.members)  # of the other file alone
    decide = browser.get(f"/committee/{found.cycle.slug}/shortlist/{mine.ref}")
    assert decide.status == 200
    assert "Well founded." not in decide.words


def test_nobody_but_the_chair_learns_that_there_is_a_workbench_and_not_before_the_scores_are_open(
    browser: Browser, another_browser: Browser, found: Committee
) -> None:
    browser.sign_in(found.members[1].user)
    unknown = browser.get(path(found, "/nothing"))
    for page in ("", "/pairs", "/pair", "/without-one"):
        assert browser.get(path(found, page)).status == unknown.status == 404
    closed = committee(opened=False)
    another_browser.sign_in(closed.chair)
    for page in ("", "/pairs", "/without-one"):
        answer = another_browser.get(path(closed, page))
        assert answer.status == 302


def test_a_file_moved_by_hand_and_back_stays_marked(browser: Browser, found: Committee) -> None:
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)
    db.session.commit()
    browser.sign_in(found.chair)
    own = f"/committee/{found.cycle.slug}/shortlist/{found.submissions[5].ref}"
    for outcome, why in (("shortlisted", "A region not yet named."), ("none", "The vote went otherwise.")):
        page = browser.get(own)
        assert browser.submit(page, "", holding="move_reason", outcome=outcome).status == 422
        assert browser.submit(page, "", holding="move_reason", outcome=outcome, move_reason=why).status in (302, 303)
    page = browser.get(own)
    assert "A region not yet named." in page.words
    assert "The vote went otherwise." in page.words
    assert "(moved back)" in page.words and "Moved by hand, and back" in page.words
    listed = browser.get(f"/committee/{found.cycle.slug}/shortlist?view=moved")
    assert "Moved by hand, and back" in listed.words
    assert "Moved by hand, and back" in browser.get(path(found)).words


def test_the_queries_of_every_page_of_the_workbench_do_not_grow_with_its_rows(
    browser: Browser, app: Flask, queries: Any
) -> None:
    counts: dict[str, list[int]] = {}
    for size in (4, 9):
        room = committee(marks=((9, 8, 9),) * size)
        db.session.commit()
        browser.sign_in(room.chair)
        browser.get(path(room))
        for page in ("", "/pairs", "/without-one"):
            with queries() as sent:
                assert browser.get(path(room, page)).status == 200
            counts.setdefault(page, []).append(len(sent))
    assert all(small == large for small, large in counts.values()), counts
