"""Reading one file and scoring it with plain forms, and what saves itself."""

from __future__ import annotations

from typing import Any

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    AssessmentEvent,
    Cycle,
    Membership,
)
from tests import factories as make
from tests.support.committee_room import given, marks, of_file, room, score, sheet
from tests.support.pages import Browser, fresh, values_of


def test_a_foreign_file_is_not_found(browser: Browser, cycle: Cycle, member: Membership) -> None:
    other = given(cycle, make.make_member(cycle, Role.COMMITTEE))
    browser.sign_in(member.user)
    assert browser.get(sheet(cycle, other)).status == 404
    assert browser.get(room(cycle, "submissions/GA7-NOPE/assessment")).status == 404


def test_the_judge_sees_the_version_handed_in_without_the_contact(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member)
    submission = assignment.submission
    submission.summary_en = "A later draft"
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    assert page.status == 200
    assert page.title == submission.title_en
    assert submission.contact_email not in page.text
    assert submission.contact_name not in page.words
    assert "A later draft" not in page.text


def test_saving_and_handing_in(browser: Browser, cycle: Cycle, member: Membership) -> None:
    first, second = given(cycle, member), given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, first))
    half = dict(list(marks(cycle).items())[:2])
    page = browser.submit(page, "/assessment", act="save", private_note="<b>mine</b>", follow=True, **half)
    assert "&lt;b&gt;mine" in page.text
    assert "Begun" in page.words
    refused = browser.submit(page, "/assessment", act="next", comment="A comment")
    assert refused.status == 422
    assert "have no score yet" in refused.words
    assert "A comment" in refused.text
    sent = browser.submit(refused, "/assessment", act="next", comment="A comment", **marks(cycle))
    assert fresh(Assessment).status == "submitted"
    assert browser.get(sent.location).location == sheet(cycle, second)


def test_a_second_click_hands_in_once(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    for _click in range(2):
        sent = browser.submit(page, "/assessment", act="next", comment="Once", **marks(cycle))
        assert sent.status == 302
    assert db.session.query(Assessment).count() == 1
    assert db.session.query(AssessmentEvent).filter_by(what="submitted").count() == 1


def test_two_windows_show_both_states_of_what_both_changed(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    old = browser.get(sheet(cycle, assignment))
    browser.submit(old, "/assessment", act="save", comment="From the first window", **marks(cycle, "4"))
    stale = browser.submit(old, "/assessment", act="save", comment="From the second window", **marks(cycle, "9"))
    assert stale.status == 409
    assert "From the first window" in stale.text
    assert "From the second window" in stale.text
    assert fresh(Assessment).comment == "From the first window"
    browser.submit(stale, "/assessment", act="save")
    assert fresh(Assessment).comment == "From the second window"


def test_two_windows_at_different_criteria_do_not_meet(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    old = browser.get(sheet(cycle, assignment))
    first, second = list(marks(cycle))[:2]
    browser.submit(old, "/assessment", act="save", **{first: "4"})
    assert browser.submit(old, "/assessment", act="save", **{second: "6"}).status == 302
    assert sorted(score.units for score in fresh(Assessment).scores) == [8, 12]


def test_a_mark_can_be_taken_back_without_script(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    first = next(iter(marks(cycle)))
    browser.submit(browser.get(sheet(cycle, assignment)), "/assessment", act="save", **{first: "4"})
    page = browser.get(sheet(cycle, assignment))
    assert [r.get("value") for r in page.all("input", name=first) if r.get("checked") is not None] == ["4"]
    browser.submit(page, "/assessment", act="save", **{first: ""})
    assert fresh(Assessment).scores == []


def test_a_mark_off_the_scale_is_refused(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    for wrong in ("11", "7.3", "nan", "many"):
        assert browser.submit(page, "/assessment", act="save", **marks(cycle, wrong)).status == 422
    assert db.session.query(Assessment).count() == 0


class Window:
    """The sheet open in a window with script: each thing is saved by itself from what this window has seen of it."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.page = browser.get(address)
        self.seen = values_of(self.page.form("/assessment", holding="private_note"))

    def save(self, name: str, value: str) -> Any:
        """Save one thing as the script does, and remember what the answer says of it."""
        node = next(one for tag in ("fieldset", "div") for one in self.page.all(tag, data_item=name))
        posted = {"csrf_token": self.seen["csrf_token"], "value": value, "base": self.seen[f"base-{name}"]}
        response = self.browser.post(node.get("data-save") or "", posted).response
        if response.status_code == 200:
            self.seen[f"base-{name}"] = [response.json["base"]]
        return response


def test_each_criterion_and_each_text_saves_itself(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    window = Window(browser, sheet(cycle, assignment))
    first, second = list(marks(cycle))[:2]
    one = window.save(first, "8")
    assert (one.status_code, one.json["base"], one.json["status"]) == (200, "8", "draft")
    assert one.json["saved"].startswith("Saved at")
    assert window.save(second, "6.5").status_code == 200
    assert window.save("private_note", "hm").status_code == 200
    assert window.save("comment", "Well founded").status_code == 200
    assert window.save(first, "9").status_code == 200
    stored = fresh(Assessment)
    assert sorted(s.units for s in stored.scores) == [13, 18]
    assert (stored.comment, stored.private_note) == ("Well founded", "hm")
    assert window.save(first, "99").status_code == 422
    assert window.save(first, "").json["base"] == ""
    assert [s.units for s in fresh(Assessment).scores] == [13]


def test_another_window_is_told_what_is_stored_instead(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    here, there = Window(browser, sheet(cycle, assignment)), Window(browser, sheet(cycle, assignment))
    first, second = list(marks(cycle))[:2]
    here.save(first, "8")
    here.save("comment", "Mine")
    refused = there.save(first, "3")
    assert (refused.status_code, refused.json["stored"], refused.json["words"]) == (409, "8", "8")
    refused = there.save("comment", "Other")
    assert (refused.status_code, refused.json["stored"]) == (409, "Mine")
    assert refused.json["base"] == here.seen["base-comment"][0]
    assert there.save(second, "3").status_code == 200  # what only one of them touched is nobody's conflict
    assert there.save(first, "8").status_code == 200  # the same mark is none either


def test_a_window_can_ask_what_is_stored_now(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    window = Window(browser, sheet(cycle, assignment))
    first = next(iter(marks(cycle)))
    window.save(first, "7.5")
    window.save("comment", "Words")
    state = browser.get(of_file(cycle, assignment, "sheet")).response.json
    assert state["marks"][first.removeprefix("mark-")] == "7.5"
    assert (state["texts"]["comment"], state["status"]) == ("Words", "draft")
    assert state["bases"] == {name: window.seen[f"base-{name}"][0] for name in ("comment", "private_note")}


def test_what_was_handed_in_stays_complete_mark_by_mark(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    score(member, assignment, 8)
    browser.sign_in(member.user)
    window = Window(browser, sheet(cycle, assignment))
    first = next(iter(marks(cycle)))
    assert window.save(first, "").status_code == 422
    assert window.save("comment", " ").status_code == 422
    assert window.save(first, "9").status_code == 200
    assert fresh(Assessment).status == "submitted"


def test_a_foreign_or_closed_file_saves_nothing(browser: Browser, cycle: Cycle, member: Membership) -> None:
    own, foreign = given(cycle, member), given(cycle, make.make_member(cycle, Role.COMMITTEE))
    barred = given(cycle, member, country="BR")
    browser.sign_in(member.user)
    token = values_of(browser.get(sheet(cycle, own)).form("/assessment", holding="private_note"))["csrf_token"]
    mark = {"csrf_token": token, "value": "8", "base": ""}
    criterion = cycle.criteria[0].id
    for assignment, status in ((foreign, 404), (barred, 403)):
        assert browser.post(of_file(cycle, assignment, f"marks/{criterion}"), mark).status == status
        assert browser.post(of_file(cycle, assignment, "texts/comment"), mark).status == status
        assert browser.get(of_file(cycle, assignment, "sheet")).status == 404
    assert browser.post(of_file(cycle, own, "marks/99999"), mark).status == 422
    assert browser.post(of_file(cycle, own, "texts/status"), mark).status == 404
    assert db.session.query(Assessment).count() == 0


def test_abstaining_and_recusing_need_a_reason(browser: Browser, cycle: Cycle, member: Membership) -> None:
    first, second = given(cycle, member), given(cycle, member)
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, first))
    assert browser.submit(page, "/aside", act="abstain", reason=" ").status == 422
    browser.submit(page, "/aside", act="abstain", reason="Outside my field")
    assert fresh(Assessment, submission_id=first.submission_id).status == "abstained"
    assert "Outside my field" in browser.get(sheet(cycle, first)).words
    browser.submit(browser.get(sheet(cycle, second)), "/aside", act="recuse", reason="A friend")
    closed = browser.get(sheet(cycle, second))
    assert "closed to you" in closed.words
    assert "Words about the initiative" not in closed.text


def test_after_the_lock_own_sheets_can_be_read_and_not_changed(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment = given(cycle, member)
    score(member, assignment, 8, "What I wrote")
    cycle.phase = CyclePhase.SHORTLIST_SEALED
    browser.sign_in(member.user)
    page = browser.get(sheet(cycle, assignment))
    assert "Scoring is closed" in page.words
    assert "What I wrote" in page.words
    assert not page.all("form", id="sheet-form")
