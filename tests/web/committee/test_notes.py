"""Private notes on passages: with plain forms, for the script, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Assignment, Cycle, Membership, PassageNote
from tests import factories as make
from tests.support.committee_room import given, of_file, sheet
from tests.support.pages import Browser, Page, fresh

WORDS = "Words about the initiative. background"  # what the factory writes


@pytest.fixture
def assignment(cycle: Cycle, member: Membership) -> Assignment:
    return given(cycle, member)


def note(browser: Browser, cycle: Cycle, assignment: Assignment, **values: str) -> Page:
    posted = {"place": "background.en", "quote": "the initiative", "text": "Which one?", **values}
    return browser.submit(browser.get(sheet(cycle, assignment)), "/notes", **posted)


def test_a_note_stands_on_its_passage_and_leads_there(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    browser.sign_in(member.user)
    assert note(browser, cycle, assignment).location.endswith("/assessment#notes")
    stored = fresh(PassageNote)
    assert (stored.section, stored.language, stored.start, stored.quote) == ("background", "en", 12, "the initiative")
    page = browser.get(sheet(cycle, assignment))
    [item] = page.all("li", data_note="background.en")
    assert (item.get("data-quote"), item.get("data-start")) == ("the initiative", "12")
    assert "#part-background" in page.links()
    assert page.all("div", data_passage="background.en")[0].text == WORDS
    assert "Which one?" in page.words
    assert "Begun" in page.words  # a note is work on the file


def test_a_note_is_changed_and_thrown_away(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    browser.sign_in(member.user)
    note(browser, cycle, assignment)
    own = f"/notes/{fresh(PassageNote).id}"
    browser.submit(browser.get(sheet(cycle, assignment)), own, text="This one.")
    assert fresh(PassageNote).text == "This one."
    browser.submit(browser.get(sheet(cycle, assignment)), own, act="remove")
    assert db.session.query(PassageNote).count() == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"quote": "words that nobody wrote"}, "do not stand in this part"),
        ({"place": "background.zh"}, "do not stand in this part"),
        ({"place": "nonsense"}, "do not stand in this part"),
        ({"quote": " "}, "Select a passage"),
        ({"text": " "}, "Write the note"),
    ],
)
def test_a_note_that_stands_nowhere_is_refused_and_stays_on_screen(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment, values: dict[str, str], words: str
) -> None:
    browser.sign_in(member.user)
    page = note(browser, cycle, assignment, **values)
    assert page.status == 422
    assert words in page.words
    assert (
        "".join(page.all("textarea", id="note-text")[0].itertext()).strip() == values.get("text", "Which one?").strip()
    )
    assert db.session.query(PassageNote).count() == 0


def test_a_passage_that_the_city_took_out_is_said_to_be_gone(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    browser.sign_in(member.user)
    note(browser, cycle, assignment)
    stored = fresh(PassageNote)
    stored.quote = "words of an earlier version"
    assert "are not in the text any more" in browser.get(sheet(cycle, assignment)).words


def test_the_script_gets_the_list_alone(
    browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    browser.sign_in(member.user)
    form = browser.get(sheet(cycle, assignment)).form("/notes")
    token = next(c.get("value") for c in form.iter("input") if c.get("name") == "csrf_token")
    json = {"Accept": "application/json"}
    where = of_file(cycle, assignment, "notes")
    posted = {"csrf_token": token, "place": "background.en", "quote": "the initiative", "text": "<b>bold</b>"}
    answer: Any = browser.post(where, posted, headers=json).response.json
    assert "&lt;b&gt;bold" in answer["list"] and "<html" not in answer["list"]
    refused = browser.post(where, {**posted, "quote": "nowhere"}, headers=json).response
    assert (refused.status_code, list(refused.json)) == (422, ["problem"])


def test_nobody_reads_or_changes_another_members_notes(
    browser: Browser, another_browser: Browser, cycle: Cycle, member: Membership, assignment: Assignment
) -> None:
    browser.sign_in(member.user)
    note(browser, cycle, assignment, text="SECRET-NOTE")
    colleague = make.make_member(cycle, Role.COMMITTEE, is_chair=True)
    make.make_assignment(assignment.submission, colleague)
    another_browser.sign_in(colleague.user)
    page = another_browser.get(sheet(cycle, assignment))
    assert "SECRET-NOTE" not in page.text
    token = next(c.get("value") for c in page.form("/notes").iter("input") if c.get("name") == "csrf_token")
    where = of_file(cycle, assignment, f"notes/{fresh(PassageNote).id}")
    for act in ("save", "remove"):
        assert another_browser.post(where, {"csrf_token": token, "text": "mine now", "act": act}).status == 404
    assert fresh(PassageNote).text == "SECRET-NOTE"
