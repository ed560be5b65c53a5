"""The desk: open calls, my cities' submissions, starting one, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, Submission, User
from tests import factories as make
from tests.support.desk import at, close, hand_in, jpeg, save, upload
from tests.support.pages import Browser, link


def test_the_desk_shows_open_calls_with_their_deadline_in_three_clocks(
    desk: Browser, cycle: Cycle, delegate: User
) -> None:
    delegate.time_zone = "Asia/Jakarta"
    db.session.commit()
    words = desk.get("/submissions").words
    assert "11 March 2027, 15:59:59 (Beijing time, UTC+8)" in words
    assert "07:59:59 UTC" in words
    assert "14:59:59" in words
    assert "9 days left" in words or "10 days left" in words


def test_a_second_click_on_start_leads_to_the_same_draft(desk: Browser, cycle: Cycle) -> None:
    page = desk.get("/submissions")
    first, second = desk.submit(page, "/start"), desk.submit(page, "/start")
    assert first.status == second.status == 303
    assert first.location == second.location
    assert db.session.scalar(select(func.count(Submission.id))) == 1


def test_starting_for_a_foreign_city_is_not_found(desk: Browser, cycle: Cycle) -> None:
    other = make.make_city()
    db.session.commit()
    page = desk.get("/submissions")
    assert desk.submit(page, "/start", city=str(other.id)).status == 404
    assert desk.submit(page, "/start", cycle="no-such-cycle").status == 404


def test_a_closed_call_offers_no_start_and_refuses_one(desk: Browser, cycle: Cycle) -> None:
    page = desk.get("/submissions")
    close(cycle)
    assert "No call is open at present." in desk.get("/submissions").words
    assert desk.submit(page, "/start").status == 409


def test_the_desk_needs_the_same_number_of_queries_for_one_and_many(
    desk: Browser, cycle: Cycle, city: City, delegate: User, queries: Any
) -> None:
    make.make_submission(cycle, city, by=delegate)
    db.session.commit()
    with queries() as one:
        desk.get("/submissions")
    for _ in range(4):
        make.make_submission(cycle, city, by=delegate)
    db.session.commit()
    with queries() as many:
        desk.get("/submissions")
    assert len(one) == len(many)


PAGES = ("", "/edit", "/files", "/submit", "/receipt/1", "/versions/1", "/files/" + "0" * 64)


@pytest.mark.parametrize("path", PAGES)
def test_a_foreign_submission_is_not_found(desk: Browser, cycle: Cycle, path: str) -> None:
    foreign = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    db.session.commit()
    assert desk.get(at(foreign, path)).status == 404
    assert desk.get(f"/submissions/GAX-00000{path}").status == 404


@pytest.mark.parametrize("path", ["/edit", "/files", "/files/captions", "/submit", "/withdraw", "/files/1/remove"])
def test_nothing_can_be_sent_to_a_foreign_submission(desk: Browser, cycle: Cycle, draft: Submission, path: str) -> None:
    foreign = make.make_submission(cycle)
    db.session.commit()
    token = desk.get(at(draft, "/edit")).all("input", name="csrf_token")[0].get("value")
    sent = desk.post(at(foreign, path), {"csrf_token": token, "declaration": "y", "sure": "y", "title_en": "Stolen"})
    assert sent.status == 404
    db.session.refresh(foreign)
    assert (foreign.title_en == "Stolen", foreign.status) == (False, SubmissionStatus.DRAFT)


def test_an_unconfirmed_delegate_sees_nothing_of_the_city(browser: Browser, draft: Submission, city: City) -> None:
    stranger = make.make_delegate(city, confirmed=False)
    db.session.commit()
    browser.sign_in(stranger)
    assert "River buses" not in browser.get("/submissions").words
    assert browser.get(at(draft)).status == 404


def test_a_request_for_another_city_cannot_be_confirmed(desk: Browser, draft: Submission) -> None:
    elsewhere = make.make_city()
    make.make_delegate(elsewhere)
    stranger = make.make_delegate(elsewhere, confirmed=False)
    db.session.commit()
    request = db.session.scalars(select(make.Delegate).where(make.Delegate.user_id == stranger.id)).one()
    token = desk.get(at(draft, "/edit")).all("input", name="csrf_token")[0].get("value")
    assert desk.post(f"/submissions/delegates/{request.id}/confirm", {"csrf_token": token}).status == 404


def test_what_is_in_and_was_changed_since_is_marked_and_leads_to_handing_in_again(
    desk: Browser, cycle: Cycle, draft: Submission
) -> None:
    hand_in(desk, draft)
    mark = "Changed since; the changes are not handed in."
    assert mark not in desk.get("/submissions").words
    save(desk, draft, title_en="River trams")
    page = desk.get("/submissions")
    assert mark in page.words
    assert desk.get(link(page, "Review and submit again")).status == 200
    save(desk, draft, title_en="River buses")  # back to what was handed in
    assert mark not in desk.get("/submissions").words
    upload(desk, draft, (jpeg(), "one.jpg"))
    assert mark in desk.get("/submissions").words
    close(cycle)
    assert mark not in desk.get("/submissions").words


def test_of_a_withdrawn_draft_it_is_said_that_it_was_withdrawn(desk: Browser, draft: Submission) -> None:
    desk.submit(desk.get(at(draft)), "/withdraw", sure="y")
    words = desk.get(at(draft)).words
    assert "this draft was withdrawn before it was handed in" in words
    assert "None yet" not in words
