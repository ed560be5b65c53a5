"""Handing in, the receipt, what is missing, the deadline, returns, withdrawing, outcomes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Notification, Submission, SubmissionVersion
from awardapp.services import submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support.desk import at, attachments, close, hand_in, jpeg, save, upload
from tests.support.pages import Browser


def test_handing_in_gives_a_receipt_on_screen_and_by_letter(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    answer = hand_in(desk, draft)
    assert (answer.status, answer.location) == (303, at(draft, "/receipt/1"))
    version = db.session.scalars(select(SubmissionVersion)).one()
    words = desk.get(answer.location).words
    for fact in (
        draft.ref,
        version.sha256,
        attachments(draft)[0].sha256,
        "1 March 2027, 16:00:",
        "08:00:",
        "Ana Putri",
    ):
        assert fact in words
    assert db.session.scalars(select(Notification.kind)).all() == ["submission_received"]
    db.session.refresh(draft)
    assert draft.status is SubmissionStatus.SUBMITTED
    assert version.sha256 == submissions.content_digest(version.content)


def test_a_second_click_hands_in_nothing_new(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/submit"))
    first, second = (desk.submit(page, "/submit", declaration="y") for _ in range(2))
    assert first.location == second.location == at(draft, "/receipt/1")
    assert db.session.scalar(select(func.count(SubmissionVersion.id))) == 1
    assert db.session.scalar(select(func.count(Notification.id))) == 1


def test_a_changed_text_becomes_a_second_version_and_the_first_stays(desk: Browser, draft: Submission) -> None:
    hand_in(desk, draft)
    save(desk, draft, title_en="River buses, second edition")
    assert "Version 1 counts." in desk.get(at(draft)).words
    assert hand_in(desk, draft).location == at(draft, "/receipt/2")
    assert (
        "River buses, second edition"
        not in desk.get(at(draft, "/versions/1")).text.split("<main")[1].split("<article")[1]
    )
    assert "River buses, second edition" in desk.get(at(draft, "/versions/2")).words


def test_handing_in_needs_the_declaration(desk: Browser, draft: Submission) -> None:
    answer = desk.submit(desk.get(at(draft, "/submit")), "/submit")
    assert answer.status == 422
    assert "Tick the declaration to hand in." in answer.words
    db.session.refresh(draft)
    assert draft.status is SubmissionStatus.DRAFT


def test_an_incomplete_submission_is_not_taken_and_says_what_is_missing(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/submit"))
    save(desk, draft, contact_name="", obstacles_en="", obstacles_zh="")
    answer = desk.submit(page, "/submit", declaration="y")
    assert answer.status == 422
    assert "Name of the contact: The contact's name is missing." in answer.words
    assert at(draft, "/edit#obstacles_en") in answer.links()
    assert not answer.all("input", name="declaration")


def test_a_text_beyond_its_limit_is_saved_but_not_handed_in(desk: Browser, draft: Submission) -> None:
    assert save(desk, draft, summary_en="word " * 201).status == 303
    assert (
        "Summary of the initiative (English): This text has 201 words; 200 are allowed."
        in desk.get(at(draft, "/submit")).words
    )


def test_at_the_deadline_itself_it_is_too_late(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/submit"))
    close(draft.cycle)
    answer = desk.submit(page, "/submit", declaration="y")
    assert answer.status == 422
    assert "The deadline has passed." in answer.words
    db.session.refresh(draft)
    assert draft.version == 0


def test_a_returned_submission_shows_note_and_date_and_goes_in_again(desk: Browser, draft: Submission) -> None:
    hand_in(desk, draft)
    secretary = make.make_user()
    make.make_member(draft.cycle, make.Role.SECRETARIAT, secretary)
    submissions.return_for_changes(
        actor=secretary, submission=draft, note="Please state the cost.", return_by=NOW + timedelta(days=20), now=NOW
    )
    draft.cycle.phase = CyclePhase.SCREENING
    db.session.commit()
    words = desk.get(at(draft)).words
    assert "The secretariat asks for changes Please state the cost." in words
    assert "21 March 2027, 15:59:59 (Beijing time, UTC+8)" in words
    assert save(desk, draft, partners_resources_en="The cost is two million US$.").status == 303
    assert hand_in(desk, draft).location == at(draft, "/receipt/2")


def test_withdrawing_asks_first_and_is_for_good(desk: Browser, draft: Submission) -> None:
    hand_in(desk, draft)
    page = desk.get(at(draft))
    assert desk.submit(page, "/withdraw").status == 422
    assert desk.submit(page, "/withdraw", sure="y", note="We start again next time.").status == 303
    words = desk.get(at(draft)).words
    assert "Withdrawn" in words
    assert "We start again next time." in words
    assert desk.submit(page, "/withdraw", sure="y").status == 409
    assert save(desk, draft, title_en="Back again").status == 422


def test_published_outcomes_are_shown_and_only_those(desk: Browser, draft: Submission) -> None:
    hand_in(desk, draft)
    assert "Shortlisted" not in desk.get(at(draft)).words
    make.make_published_shortlist(draft.cycle, [draft])
    db.session.commit()
    words = desk.get(at(draft)).words
    assert "Shortlisted The shortlist" in words
    assert "Reason 1" in words


def test_the_desk_speaks_chinese(desk: Browser, draft: Submission) -> None:
    with desk.client.session_transaction() as session:
        session["language"] = "zh"
    hand_in(desk, draft)
    titles = {
        path: desk.get(at(draft, path)).title
        for path in ("", "/edit", "/files", "/submit", "/receipt/1", "/versions/1")
    }
    assert titles == {
        "": "水上巴士",
        "/edit": "水上巴士",
        "/files": "附件",
        "/submit": "检查并提交",
        "/receipt/1": "回执",
        "/versions/1": "第 1 版",
    }
    assert "泗水" in desk.get("/submissions").words
