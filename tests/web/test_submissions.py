"""The city's desk: starting, writing, files, handing in, the receipt, withdrawing, and everything that refuses."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from awardapp import clock, storage
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Attachment, Blob, City, Cycle, Notification, Submission, SubmissionVersion, User
from awardapp.services import submissions
from awardapp.web.downloads import Damaged
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page


@pytest.fixture(autouse=True)
def _at_now(app: Flask, tmp_path: Path) -> None:
    clock.set_offset(NOW - clock.now())
    app.config["STORAGE_URL"] = f"file://{tmp_path}/files"


@pytest.fixture
def city(app: Flask) -> City:
    return make.make_city("Surabaya", "ID", name_zh="泗水")


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


@pytest.fixture
def delegate(city: City) -> User:
    return make.make_delegate(city, make.make_user("Ana Putri"))


@pytest.fixture
def draft(cycle: Cycle, city: City, delegate: User) -> Submission:
    """A complete draft of Surabaya."""
    return make.make_submission(cycle, city, by=delegate, title_en="River buses", title_zh="水上巴士")


@pytest.fixture
def desk(browser: Browser, delegate: User) -> Browser:
    db.session.commit()
    return browser.sign_in(delegate)


def at(submission: Submission, path: str = "") -> str:
    return f"/submissions/{submission.ref}{path}"


def close(cycle: Cycle) -> None:
    """The deadline is this very instant: it is exclusive, so it is over."""
    cycle.deadline_at = clock.now()
    db.session.commit()


def save(desk: Browser, submission: Submission, page: Page | None = None, **changes: Any) -> Page:
    page = page or desk.get(at(submission, "/edit"))
    return desk.submit(page, "/edit", holding="edit_version", **changes)


def jpeg(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def upload(desk: Browser, submission: Submission, *files: tuple[bytes, str]) -> Page:
    page = desk.get(at(submission, "/files"))
    return desk.submit(page, "/files", holding="files", files=[(io.BytesIO(data), name) for data, name in files])


def download(desk: Browser, submission: Submission, attachment: Attachment) -> TestResponse:
    """The bytes as they come, not read as a page."""
    db.session.commit()
    return desk.client.get(at(submission, f"/files/{attachment.sha256}"))


def attachments(submission: Submission) -> list[Attachment]:
    return list(
        db.session.scalars(
            select(Attachment)
            .where(Attachment.submission_id == submission.id, Attachment.removed_at.is_(None))
            .order_by(Attachment.id)
        )
    )


def text_of(page: Page, name: str) -> str:
    """What stands in a text field of the page."""
    area = [a for a in page.all("textarea", name=name)]
    return "".join(area[0].itertext()).removeprefix("\n") if area else page.all("input", name=name)[0].get("value") or ""


# --- the desk -------------------------------------------------------------------------------------------------------------


def test_the_desk_shows_open_calls_with_their_deadline_in_three_clocks(desk: Browser, cycle: Cycle, delegate: User) -> None:
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
def test_nothing_can_be_sent_to_a_foreign_submission(
    desk: Browser, cycle: Cycle, draft: Submission, path: str
) -> None:
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


# --- writing --------------------------------------------------------------------------------------------------------------


def test_saving_keeps_every_field(desk: Browser, draft: Submission) -> None:
    answer = save(
        desk,
        draft,
        title_en="River buses for all",
        theme=str(draft.cycle.themes[2].id),
        sdgs=["13", "6"],
        innovation_type="revolutionary",
        population="2,874,000",
        area_km2="350,5",
        gini="３６．１",
        main_source_of_prosperity="Port & trade",
        contact_phone="+62 31 000",
        summary_zh="新的摘要。",
        background_en="First line.\r\nSecond line.",
        then="city",
    )
    assert (answer.status, answer.location) == (303, at(draft, "/edit#saved-city"))
    db.session.refresh(draft)
    assert (draft.title_en, draft.summary_zh, draft.theme.key) == ("River buses for all", "新的摘要。", "environmental")
    assert draft.answers["sdgs"] == [6, 13]
    assert draft.answers["innovation_type"] == "revolutionary"
    assert draft.answers["city_data"] == {
        "population": 2_874_000,
        "area_km2": 350.5,
        "density_per_km2": 2000,
        "gini": 36.1,
        "main_source_of_prosperity": "Port & trade",
    }
    assert draft.answers["sections"]["background"]["en"] == "First line.\nSecond line."
    assert draft.edit_version == 2
    assert "Saved 16:00:" in desk.get(at(draft, "/edit")).words


def test_an_incomplete_draft_is_saved_and_what_is_missing_is_listed_with_links(desk: Browser, draft: Submission) -> None:
    assert save(desk, draft, theme="", population="", origins_en="", origins_zh="").status == 303
    page = desk.get(at(draft, "/edit"))
    assert "4 things are missing before you can submit" in page.words
    assert {"#theme", "#population", "#origins_en", "#origins_zh"} <= set(page.links())


def test_a_figure_that_is_no_number_is_refused_with_everything_typed(desk: Browser, draft: Submission) -> None:
    answer = save(desk, draft, population="about two million", title_en="Typed just now", outcomes_en="A long new text.")
    assert answer.status == 422
    assert "“about two million” is not a number." in answer.words
    assert text_of(answer, "population") == "about two million"
    assert text_of(answer, "title_en") == "Typed just now"
    assert text_of(answer, "outcomes_en") == "A long new text."
    db.session.refresh(draft)
    assert draft.edit_version == 1
    assert save(desk, draft, answer, population="2 000 000").status == 303


def test_figures_that_do_not_fit_are_questioned_and_left_alone(desk: Browser, draft: Submission) -> None:
    save(desk, draft, population="2874000", area_km2="350.5", density_per_km2="4.57")
    words = desk.get(at(draft, "/edit")).words
    assert "2,874,000 people ÷ 350.5 km² = 8,199.71 people per km², but the density given is 4.57." in words
    db.session.refresh(draft)
    assert draft.answers["city_data"]["density_per_km2"] == 4.57


def test_answers_to_sections_that_left_the_form_are_kept(desk: Browser, draft: Submission) -> None:
    answers = dict(draft.answers)
    draft.answers = {**answers, "sections": {**answers["sections"], "gone": {"en": "Old text", "zh": ""}}}
    db.session.commit()
    save(desk, draft, title_en="New title")
    db.session.refresh(draft)
    assert draft.answers["sections"]["gone"]["en"] == "Old text"


def test_two_people_saving_see_both_texts_and_nothing_is_overwritten(
    desk: Browser, another_browser: Browser, draft: Submission, city: City
) -> None:
    colleague = make.make_delegate(city)
    db.session.commit()
    another_browser.sign_in(colleague)
    mine, theirs = desk.get(at(draft, "/edit")), another_browser.get(at(draft, "/edit"))
    assert save(another_browser, draft, theirs, title_en="Their title", origins_en="Their origins.").status == 303
    conflict = save(desk, draft, mine, title_en="My title", lessons_en="My lessons.")
    assert (conflict.status, conflict.title) == (409, "Somebody else saved this submission meanwhile")
    db.session.refresh(draft)
    assert draft.title_en == "Their title"
    assert draft.answers["sections"]["lessons"] == make.answers()["sections"]["lessons"]
    # Chosen beforehand: mine where I wrote, theirs where I did not.
    chosen = {i.get("name"): i.get("value") for i in conflict.all("input", type="radio") if i.get("checked") is not None}
    assert chosen == {"keep-title_en": "mine", "keep-origins_en": "stored", "keep-lessons_en": "mine"}
    assert "Their title" in conflict.text
    assert desk.submit(conflict, "/edit", holding="edit_version").status == 303
    db.session.refresh(draft)
    assert draft.title_en == "My title"
    assert draft.answers["sections"]["origins"]["en"] == "Their origins."
    assert draft.answers["sections"]["lessons"]["en"] == "My lessons."


def test_the_stored_text_can_be_kept_instead(desk: Browser, draft: Submission) -> None:
    first, second = desk.get(at(draft, "/edit")), desk.get(at(draft, "/edit"))
    save(desk, draft, first, title_en="From the first tab", sdgs=["1"], population="5")
    conflict = save(desk, draft, second, title_en="From the second tab", sdgs=["2"], population="6")
    assert conflict.status == 409
    kept = {"keep-title_en": "stored", "keep-sdgs": "stored", "keep-population": "stored"}
    assert desk.submit(conflict, "/edit", holding="edit_version", **kept).status == 303
    db.session.refresh(draft)
    assert (draft.title_en, draft.answers["sdgs"], draft.answers["city_data"]["population"]) == ("From the first tab", [1], 5)


def test_the_deadline_passing_while_typing_gives_the_text_back(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/edit"))
    close(draft.cycle)
    answer = save(desk, draft, page, title_en="Typed too late", background_en="A long text typed too late.")
    assert answer.status == 422
    assert "The deadline has passed. Your text is kept and can still be read and copied." in answer.words
    assert text_of(answer, "background_en") == "A long text typed too late."
    assert answer.all("textarea", name="background_en")[0].get("readonly") is not None
    assert not answer.all("button", value="review")
    db.session.refresh(draft)
    assert draft.title_en == "River buses"


def test_after_the_deadline_everything_is_readable_and_nothing_changeable(desk: Browser, draft: Submission) -> None:
    close(draft.cycle)
    for path in ("", "/edit", "/files", "/submit"):
        page = desk.get(at(draft, path))
        assert page.status == 200
    assert "This draft was not handed in" in desk.get(at(draft)).words
    assert desk.get(at(draft, "/edit")).all("input", name="title_en")[0].get("readonly") is not None
    assert "Words about the initiative. background" in desk.get(at(draft, "/submit")).words


def test_signed_out_in_between_the_text_comes_back_to_be_copied(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/edit"))
    with desk.client.session_transaction() as session:
        session.pop("sign_in")
    text = "A long text that must not be lost by a lost session, whatever happens."
    answer = save(desk, draft, page, lessons_en=text)
    assert answer.status in (403, 409)
    assert text in answer.text


# --- files ----------------------------------------------------------------------------------------------------------------


def test_files_are_taken_with_their_chinese_name_and_come_back_byte_for_byte(desk: Browser, draft: Submission) -> None:
    data = jpeg()
    assert upload(desk, draft, (data, "图片 一.jpg")).status == 303
    (attachment,) = attachments(draft)
    assert (attachment.filename, attachment.blob.media_type, attachment.blob.size) == ("图片 一.jpg", "image/jpeg", len(data))
    response = download(desk, draft, attachment)
    assert response.data == data
    headers = response.headers
    assert headers["Content-Disposition"].endswith("filename*=UTF-8''%E5%9B%BE%E7%89%87%20%E4%B8%80.jpg")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_of_several_files_the_good_ones_are_kept_and_the_others_named(desk: Browser, draft: Submission) -> None:
    bad = [(b"plain text", "notes.txt"), (jpeg("blue"), "two.png"), (b"", "nothing.pdf")]
    answer = upload(desk, draft, (jpeg(), "one.jpg"), *bad)
    assert answer.status == 422
    assert [a.filename for a in attachments(draft)] == ["one.jpg"]
    assert "notes.txt: This kind of file is not accepted" in answer.words
    assert "two.png: The file is a JPEG by its content, but its name ends in “.png”." in answer.words.replace("JPG", "JPEG")
    assert "nothing.pdf: The file is empty." in answer.words
    assert "1 file added." in answer.words


def test_the_limits_of_the_rules_are_kept(app: Flask, browser: Browser, city: City, delegate: User) -> None:
    small = make.make_cycle(rules=Rules(max_files=2, max_file_bytes=2_000_000, max_total_bytes=2_000_000))
    draft = make.make_submission(small, city, by=delegate)
    db.session.commit()
    browser.sign_in(delegate)
    assert "larger than the 2 MB allowed" in upload(browser, draft, (b"\xff\xd8" + b"x" * 2_000_001, "big.jpg")).words
    assert upload(browser, draft, (jpeg("red"), "1.jpg"), (jpeg("blue"), "2.jpg")).status == 303
    assert "No more than 2 files are allowed." in upload(browser, draft, (jpeg("green"), "3.jpg")).words
    assert len(attachments(draft)) == 2


def test_the_same_file_twice_is_one_file(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    assert "one copy.jpg: This file is already attached." in upload(desk, draft, (jpeg(), "one copy.jpg")).words
    assert db.session.scalar(select(func.count()).select_from(Blob)) == 1


def test_captions_are_saved_in_both_languages(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    (attachment,) = attachments(draft)
    page = desk.get(at(draft, "/files"))
    fill = {f"caption_en-{attachment.id}": "A boat at the pier", f"caption_zh-{attachment.id}": "码头旁的船"}
    assert desk.submit(page, "/captions", **fill).status == 303
    db.session.refresh(attachment)
    assert (attachment.caption_en, attachment.caption_zh) == ("A boat at the pier", "码头旁的船")


def test_a_file_taken_out_stays_in_the_version_that_holds_it(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    (attachment,) = attachments(draft)
    hand_in(desk, draft)
    assert desk.submit(desk.get(at(draft, "/files")), "/remove").status == 303
    assert attachments(draft) == []
    assert "one.jpg" in desk.get(at(draft, "/versions/1")).words
    assert download(desk, draft, attachment).data == jpeg()
    assert "Your latest changes are not handed in" in desk.get(at(draft)).words


def test_a_damaged_file_never_arrives_as_a_whole_one(desk: Browser, draft: Submission, tmp_path: Path) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    (attachment,) = attachments(draft)
    stored = tmp_path / "files" / storage.blob_key(attachment.sha256)
    data = bytearray(stored.read_bytes())
    data[-1] ^= 1
    stored.write_bytes(bytes(data))
    with pytest.raises(Damaged):
        download(desk, draft, attachment)


def test_files_after_the_deadline_are_refused(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/files"))
    close(draft.cycle)
    answer = desk.submit(page, "/files", holding="files", files=[(io.BytesIO(jpeg()), "late.jpg")])
    assert answer.status == 422
    assert "late.jpg: The deadline has passed." in answer.words
    assert attachments(draft) == []


# --- handing in -----------------------------------------------------------------------------------------------------------


def hand_in(desk: Browser, submission: Submission) -> Page:
    return desk.submit(desk.get(at(submission, "/submit")), "/submit", declaration="y")


def test_handing_in_gives_a_receipt_on_screen_and_by_letter(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    answer = hand_in(desk, draft)
    assert (answer.status, answer.location) == (303, at(draft, "/receipt/1"))
    version = db.session.scalars(select(SubmissionVersion)).one()
    words = desk.get(answer.location).words
    for fact in (draft.ref, version.sha256, attachments(draft)[0].sha256, "1 March 2027, 16:00:", "08:00:", "Ana Putri"):
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
    assert "River buses, second edition" not in desk.get(at(draft, "/versions/1")).text.split("<main")[1].split("<article")[1]
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
    assert "Summary (English): This text has 201 words; 200 are allowed." in desk.get(at(draft, "/submit")).words


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
    titles = {path: desk.get(at(draft, path)).title for path in ("", "/edit", "/files", "/submit", "/receipt/1", "/versions/1")}
    assert titles == {
        "": "水上巴士",
        "/edit": "水上巴士",
        "/files": "附件",
        "/submit": "检查并提交",
        "/receipt/1": "回执",
        "/versions/1": "第 1 版",
    }
    assert "泗水" in desk.get("/submissions").words
