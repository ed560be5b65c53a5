"""A member's own files: the list, its parts, what comes next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from awardapp import clock
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    Cycle,
    Membership,
)
from tests import factories as make
from tests.support.committee_room import given, room, score, sheet
from tests.support.pages import Browser, fresh


def test_the_queue_lists_own_files_by_state_and_leads_to_the_next(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    first, second = given(cycle, member), given(cycle, member)
    hidden = make.make_assignment(make.make_submission(cycle, status=SubmissionStatus.VALID), member, released=False)
    score(member, first, 7)
    browser.sign_in(member.user)
    page = browser.get(room(cycle))
    assert "1 of 2 done" in page.words
    assert hidden.submission.title_en not in page.text
    assert [a for a in page.links() if "/assessment" in a] == [sheet(cycle, first), sheet(cycle, second)]
    assert browser.get(room(cycle, "next")).location == sheet(cycle, second)
    filtered = browser.get(room(cycle, "?status=submitted"))
    assert first.submission.title_en in filtered.text
    assert second.submission.title_en not in filtered.text


def test_nothing_assigned_is_said(browser: Browser, cycle: Cycle, member: Membership) -> None:
    browser.sign_in(member.user)
    assert "Nothing is assigned to you yet" in browser.get(room(cycle)).words


def test_queue_and_sheet_cost_the_same_queries_for_one_file_and_for_three(
    browser: Browser, cycle: Cycle, member: Membership, queries: Any
) -> None:
    listing, opening, member_id = room(cycle), sheet(cycle, given(cycle, member)), member.id
    browser.sign_in(member.user)
    browser.get(listing)
    counted = []
    for _round in range(2):
        db.session.expunge_all()
        with queries() as listed:
            browser.get(listing)
        db.session.expunge_all()
        with queries() as opened:
            browser.get(opening)
        counted.append((len(listed), len(opened)))
        again = fresh(Membership, id=member_id)
        given(again.cycle, again)
        given(again.cycle, again)
    assert counted[0] == counted[1]
    assert counted[0][0] <= 9
    assert counted[0][1] <= 13


def test_names_can_be_hidden_from_the_committee_by_rule(browser: Browser, app: Any) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(hide_names_from_committee=True))
    member = make.make_member(cycle, Role.COMMITTEE)
    assignment = given(cycle, member, name="Gaziantep", country="TR")
    browser.sign_in(member.user)
    for address in (room(cycle), sheet(cycle, assignment)):
        page = browser.get(address)
        assert assignment.submission.title_en in page.words
        assert "Gaziantep" not in page.text


def test_skipping_parks_a_file_until_all_others_are_done(browser: Browser, cycle: Cycle, member: Membership) -> None:
    first, second = given(cycle, member), given(cycle, member)
    browser.sign_in(member.user)
    parked = browser.submit(browser.get(sheet(cycle, first)), "/park")
    assert browser.get(parked.location).location == sheet(cycle, second)
    page = browser.get(room(cycle, "?status=parked"))
    assert first.submission.title_en in page.words
    assert second.submission.title_en not in page.words
    assert browser.get(room(cycle, "next")).location == sheet(cycle, second)
    score(member, second, 7)
    assert browser.get(room(cycle, "next")).location == sheet(cycle, first)
    assert fresh(Assignment, id=first.id).parked_at is not None
    again = browser.submit(browser.get(sheet(cycle, first)), "/park", act="back", follow=True)
    assert "back in your order" in again.words
    score(member, fresh(Assignment, id=first.id), 7)
    assert fresh(Assignment, id=first.id).parked_at is None


def test_the_only_file_left_is_not_served_again_by_skipping_it(
    browser: Browser, cycle: Cycle, member: Membership
) -> None:
    only = given(cycle, member)
    browser.sign_in(member.user)
    skipped = browser.submit(browser.get(sheet(cycle, only)), "/park")
    assert browser.get(skipped.location).location == room(cycle, "?status=parked")


def test_the_file_before_is_reached_whatever_its_state(browser: Browser, cycle: Cycle, member: Membership) -> None:
    first, second = given(cycle, member), given(cycle, member)
    score(member, first, 7)
    browser.sign_in(member.user)
    assert browser.get(room(cycle, f"previous?before={second.position}")).location == sheet(cycle, first)
    assert browser.get(room(cycle, f"previous?before={first.position}")).location == room(cycle)


def test_the_time_left_is_told_from_the_own_pace(browser: Browser, cycle: Cycle, member: Membership) -> None:
    begun = clock.now() - timedelta(hours=3)
    for n in range(6):
        assignment = given(cycle, member)
        if n < 4:
            score(member, assignment, 7)
            fresh(Assessment, submission_id=assignment.submission_id).first_submitted_at = begun + timedelta(
                minutes=20 * n
            )
    cycle.committee_to = clock.now().date() + timedelta(days=2)
    browser.sign_in(member.user)
    for address in (room(cycle), room(cycle, "next")):
        page = browser.get(address)
        page = browser.get(page.location) if page.status == 302 else page
        assert "4 of 6 done" in page.words
        assert "about 40 min left at your pace" in page.words
    cycle.scoring_frozen_at = clock.now()
    assert "at your pace" not in browser.get(room(cycle)).words
