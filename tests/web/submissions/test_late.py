"""A late link in its person's hands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awardapp import emails
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, LateAcceptance, Submission, User
from awardapp.services import lateness
from tests import factories as make
from tests.conftest import NOW
from tests.support.desk import at, hand_in, save
from tests.support.pages import Browser

HOUR = timedelta(hours=1)


@pytest.fixture
def acceptance(cycle: Cycle, draft: Submission) -> LateAcceptance:
    """The call is closed since an hour; two people let the file come for three more."""
    cycle.deadline_at, cycle.phase = NOW - HOUR, CyclePhase.SCREENING
    one, other = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    found = lateness.propose(
        actor=one, cycle=cycle, city=draft.city, submission=draft, until_at=NOW + 3 * HOUR, reason="Storm.", now=NOW
    )
    lateness.accept(actor=other, acceptance=found, now=NOW)
    db.session.commit()
    return found


def address(acceptance: LateAcceptance) -> str:
    return f"/submissions/late/{emails.sign_link(acceptance.links[0].id, purpose=emails.LATE)}"


def test_it_leads_to_the_form_and_the_file_comes_in_marked(
    desk: Browser, draft: Submission, acceptance: LateAcceptance
) -> None:
    page = desk.get(address(acceptance))
    for words in (draft.ref, "18:59:59", "10:59:59 UTC", "left"):
        assert words in page.words
    assert desk.submit(page, "/late/").location == at(draft, "/edit")
    assert save(desk, draft, title_en="In spite of the storm").status == 303
    assert "The secretariat accepts this file late" in desk.get(at(draft)).words
    receipt = desk.get(hand_in(desk, draft).location)
    assert "by a decision that two people of the secretariat took on" in receipt.words
    assert db.session.get_one(Submission, draft.id).is_late


def test_nobody_else_can_do_anything_with_it(browser: Browser, acceptance: LateAcceptance) -> None:
    link = address(acceptance)
    assert browser.get(link).location.startswith("/sign-in")
    other = Browser(browser.app).sign_in(make.make_delegate(acceptance.city))
    assert other.get(link).status == 404
    assert other.get(link[:-1] + ("A" if link[-1] != "A" else "B")).status == 404


def test_who_no_longer_acts_for_the_city_is_not_led_to_it(
    desk: Browser, delegate: User, acceptance: LateAcceptance
) -> None:
    assert address(acceptance) in desk.get("/submissions").text
    for row in acceptance.city.delegates:
        row.ended_at = NOW
    db.session.commit()
    assert address(acceptance) not in desk.get("/submissions").text


def test_when_its_time_is_over_or_it_was_taken_back_it_says_so(
    desk: Browser, delegate: User, acceptance: LateAcceptance
) -> None:
    page = desk.get(address(acceptance))
    lateness.revoke_link(actor=acceptance.proposer, link=acceptance.links[0], now=NOW)
    db.session.commit()
    assert "This link was taken back by the secretariat." in desk.get(address(acceptance)).words
    assert desk.submit(page, "/late/").status == 409
    again = lateness.issue_link(
        actor=acceptance.proposer, acceptance=acceptance, person=delegate, until_at=NOW + timedelta(seconds=1), now=NOW
    )
    again.until_at = NOW
    db.session.commit()
    token = emails.sign_link(again.id, purpose=emails.LATE)
    assert "The time of this link is over." in desk.get(f"/submissions/late/{token}").words


def test_the_desk_shows_it_while_it_works(desk: Browser, draft: Submission, acceptance: LateAcceptance) -> None:
    page = desk.get("/submissions")
    assert "The secretariat accepts this file late" in page.words
    assert address(acceptance) in page.links()
    acceptance.links[0].until_at = NOW
    db.session.commit()
    assert "The secretariat accepts this file late" not in desk.get("/submissions").words
