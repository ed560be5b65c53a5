"""The history of the own sheet, and bringing a state back."""

from __future__ import annotations

from datetime import timedelta

from awardapp import clock
from awardapp.domain.people import Role
from awardapp.models import Assessment, Cycle, Membership
from awardapp.services import assessments
from tests import factories as make
from tests.support.committee_room import given, of_file, score, sheet
from tests.support.pages import Browser, fresh


def test_every_state_is_listed_and_can_be_brought_back(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    for hours, mark, comment in ((3, 4.0, "The first words"), (2, 9.0, "The second words")):
        assessments.record(
            actor=member.user, member=member, assignment=assignment, marks={c.id: mark for c in cycle.criteria},
            comment=comment, private_note="", submit=False, now=clock.now() - timedelta(hours=hours),
        )  # fmt: skip
    browser.sign_in(member.user)
    page = browser.get(of_file(cycle, assignment, "changes"))
    first = cycle.criteria[0].name_en
    assert f"{first}: – → 4" in page.words and f"{first}: 4 → 9" in page.words
    assert "The first words" in page.words and "The second words" in page.words
    assert (
        len([f for f in page.all("form") if f.get("action", "").endswith("/changes")]) == 1
    )  # not of the present state
    back = browser.submit(page, "/changes", follow=True)
    assert "Brought back" in back.words
    stored = fresh(Assessment)
    assert ({s.units for s in stored.scores}, stored.comment) == ({8}, "The first words")
    page = browser.get(of_file(cycle, assignment, "changes"))
    assert "An earlier state brought back" in page.words and f"{first}: 9 → 4" in page.words


def test_a_state_of_nonsense_or_of_another_file_is_not_found(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    assignment, foreign = given(cycle, member), given(cycle, make.make_member(cycle, Role.COMMITTEE))
    score(member, assignment, 8)
    browser.sign_in(member.user)
    form = browser.get(sheet(cycle, assignment)).form("/aside")
    token = next(c.get("value") for c in form.iter("input") if c.get("name") == "csrf_token")
    for at in ("", "yesterday", "2027-03-01T08:00:00"):
        assert browser.post(of_file(cycle, assignment, "changes"), {"csrf_token": token, "at": at}).status == 404
    sent = {"csrf_token": token, "at": clock.now().isoformat()}
    assert browser.post(of_file(cycle, foreign, "changes"), sent).status == 404
    assert browser.get(of_file(cycle, foreign, "changes")).status == 404
    refused = browser.post(of_file(cycle, assignment, "changes"), sent)
    assert "This earlier state is not known" in browser.get(refused.location).words


def test_nothing_saved_is_said(browser: Browser, cycle: Cycle, member: Membership) -> None:
    assignment = given(cycle, member)
    browser.sign_in(member.user)
    assert "Nothing has been saved yet" in browser.get(of_file(cycle, assignment, "changes")).words
