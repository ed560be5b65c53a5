"""The validity check of one file: deciding with the letter shown before it goes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select

from awardapp import storage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Submission,
    User,
)
from awardapp.services import submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, fresh
from tests.support.secretariat import at, examine, letters, waiting


def test_accepting_goes_on_to_the_next_file_until_none_waits(cycle: Cycle, desk: Browser) -> None:
    first, second = waiting(cycle, 2)
    refs = first.ref, second.ref
    page = desk.get(desk.get(at(cycle, "/check/next")).location)
    assert refs[0] in page.words
    assert "is valid" not in page.words
    page = desk.submit(page, "/accept", follow=True)
    assert refs[1] in page.words
    page = desk.submit(page, "/accept", follow=True)
    assert "No file waits for its check" in page.words
    assert {s.status for s in db.session.scalars(select(Submission))} == {SubmissionStatus.VALID}
    assert len(letters("submission_accepted")) == 2


def test_a_second_click_on_accept_is_a_conflict_and_sends_no_second_letter(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    assert desk.submit(page, "/accept").status == 303
    assert desk.submit(page, "/accept").status == 409
    assert len(letters("submission_accepted")) == 1


def test_a_version_handed_in_meanwhile_is_not_accepted_unread(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    file = fresh(Submission, ref=file.ref)
    file.title_en = "A better title"
    delegate = db.session.get_one(User, file.created_by)
    submissions.submit(actor=delegate, submission=file, now=NOW)
    db.session.commit()
    sent = desk.submit(page, "/accept")
    assert sent.status == 409
    assert "newer version" in sent.words
    assert "A better title" in sent.words
    assert fresh(Submission, ref=file.ref).status is SubmissionStatus.SUBMITTED
    assert desk.submit(sent, "/accept").status == 303


def test_rejecting_shows_the_letter_before_it_goes(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    empty = desk.submit(page, "/not-valid")
    assert empty.status == 422
    shown = desk.submit(
        page, "/not-valid", **{"reject-reason": "duplicate", "reject-note": "You sent it twice, as 17."}
    )
    assert shown.status == 200
    assert "The same initiative was handed in twice in this cycle." in shown.words
    assert "You sent it twice, as 17." in shown.words
    assert letters("submission_not_valid") == []
    assert fresh(Submission, ref=file.ref).status is SubmissionStatus.SUBMITTED
    desk.submit(shown, "/not-valid", send="1")
    assert fresh(Submission, ref=file.ref).status is SubmissionStatus.NOT_VALID
    (letter,) = letters("submission_not_valid")
    assert letter.context["note"] == "You sent it twice, as 17."


def test_returning_needs_a_date_to_come(cycle: Cycle, desk: Browser) -> None:
    (file,) = waiting(cycle)
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    late = desk.submit(
        page, "/return", send="1", **{"return-note": "Add figures.", "return-return_by": "2027-02-01T00:00:00"}
    )
    assert late.status == 422
    assert "The date must lie in the future." in late.words
    assert "Add figures." in late.text
    shown = desk.submit(page, "/return", **{"return-note": "Add figures.", "return-return_by": "2027-03-15T23:59:59"})
    assert "Add figures." in shown.words
    desk.submit(shown, "/return", send="1")
    returned = fresh(Submission, ref=file.ref)
    assert returned.status is SubmissionStatus.RETURNED
    assert "hand it in again by 15 March 2027, 23:59:59 (UTC+08:00)" in shown.words
    assert returned.return_by.isoformat() == "2027-03-15T16:00:00+00:00"  # the first instant that is too late


def test_a_file_that_looks_like_another_is_pointed_out(cycle: Cycle, desk: Browser) -> None:
    city = make.make_city("Graz")
    earlier = make.make_cycle(CyclePhase.ARCHIVED)
    make.make_case_study(earlier, city, title_en="Care blocks of Graz")
    twin = make.make_submission(cycle, status=SubmissionStatus.VALID, title_en="Free buses after dark in every quarter")
    stranger = make.make_submission(cycle, status=SubmissionStatus.VALID, title_en="Compost at the market")
    file = make.make_submission(
        cycle,
        city,
        status=SubmissionStatus.SUBMITTED,
        title_en="Free buses after dark, every quarter",
        title_zh="夜间免费公交",
    )
    refs = twin.ref, stranger.ref
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    assert "is being compared" in page.words
    examine()
    page = desk.get(at(cycle, f"/check/{file.ref}"))
    assert "Care blocks of Graz" in page.words
    assert "Free buses after dark in every quarter" in page.words
    assert "Compost at the market" not in page.words
    (link,) = [a.get("href") for a in page.all("a") if "in every quarter" in "".join(a.itertext())]
    beside = desk.get(link)
    marks = [mark.text for mark in beside.all("mark")]
    titles = ["Free buses after dark, every quarter", "Free buses after dark in every quarter"]
    assert marks == [*titles, "Summary", "Summary", "摘要", "摘要"]
    assert refs[0] in beside.words
    assert refs[1] not in beside.words
    other = desk.get(at(cycle, f"/check/{refs[1]}/alike/{link.rpartition('/')[2]}"))
    assert other.status == 404


def test_drafts_and_files_of_other_cycles_cannot_be_read(cycle: Cycle, desk: Browser) -> None:
    draft = make.make_submission(cycle)
    (foreign,) = waiting(make.make_cycle())
    for ref in (draft.ref, foreign.ref, "GA7-NONE"):
        assert desk.get(at(cycle, f"/check/{ref}")).status == 404
        assert desk.get(at(cycle, f"/submissions/{ref}/files/{'0' * 64}")).status == 404
    assert desk.post(at(cycle, f"/check/{foreign.ref}/accept")).status in (404, 409)
    assert fresh(Submission, ref=foreign.ref).status is SubmissionStatus.SUBMITTED


def test_a_file_of_the_version_is_downloaded(cycle: Cycle, desk: Browser, tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"%PDF-1.4 plan")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    storage.put(storage.blob_key(digest), path)
    (file,) = waiting(cycle)
    version = submissions.latest_version(file)
    assert version is not None
    names = {"filename": "计划.pdf", "media_type": "application/pdf", "caption_en": "", "caption_zh": ""}
    version.content = {**version.content, "files": [{**names, "sha256": digest, "size": 13}]}
    ref = file.ref
    page = desk.get(at(cycle, f"/check/{ref}"))
    address = at(cycle, f"/submissions/{ref}/files/{digest}")
    assert address in page.links()
    response = desk.client.get(address)
    assert response.data == b"%PDF-1.4 plan"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert desk.get(at(cycle, f"/submissions/{ref}/files/{'0' * 64}")).status == 404
