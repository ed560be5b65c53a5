"""The instant that counts, the version that is frozen, the receipt on paper, and the letter of each version."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock, typesetting
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import TooLate
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Notification, Submission, User
from awardapp.services import letters, receipts, submissions
from tests import factories as make

TICK = timedelta(microseconds=1)


def actor_of(submission: Submission) -> User:
    return submission.city.delegates[0].user


def test_a_click_in_time_counts_although_the_call_was_closed_while_it_waited(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.SCREENING, deadline_at=now)
    on_time, late = (make.make_submission(cycle) for _ in range(2))
    submissions.submit(actor=actor_of(on_time), submission=on_time, now=now - TICK)
    with pytest.raises(TooLate):
        submissions.submit(actor=actor_of(late), submission=late, now=now)
    assert (on_time.status, late.status) == (SubmissionStatus.SUBMITTED, SubmissionStatus.DRAFT)


@pytest.mark.parametrize("phase", [phase for phase in CyclePhase if phase.position > CyclePhase.SCREENING.position])
def test_no_wait_is_so_long_that_the_committee_has_begun(app: Flask, now: datetime, phase: CyclePhase) -> None:
    submission = make.make_submission(make.make_cycle(phase, deadline_at=now))
    with pytest.raises(TooLate):
        submissions.submit(actor=actor_of(submission), submission=submission, now=now - TICK)


def test_writing_has_no_such_grace_a_text_saved_after_the_close_is_too_late(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle(CyclePhase.SCREENING, deadline_at=now))
    with pytest.raises(TooLate):
        submissions.check_editable(submission, actor=actor_of(submission), now=now - TICK)


def test_arrival_takes_the_wait_off_the_databases_clock_but_never_more_than_half_a_minute(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.database_now()
    assert abs(clock.arrival() - began) < timedelta(seconds=5)  # outside of a request nothing has waited
    with app.test_request_context("/"):
        clock.note_arrival()
        for waited, counted in ((7.0, 7.0), (3600.0, clock.LONGEST_WAIT)):
            real = clock.time.monotonic()
            monkeypatch.setattr(clock.time, "monotonic", lambda at=real + waited: at)
            gap = clock.database_now() - clock.arrival()
            monkeypatch.undo()
            assert abs(gap.total_seconds() - counted) < 5
            clock.note_arrival()


def test_each_letter_is_the_receipt_of_its_own_version_also_when_a_newer_one_came_first(
    app: Flask, now: datetime
) -> None:
    submission = make.make_submission(make.make_cycle())
    actor = actor_of(submission)
    first = submissions.submit(actor=actor, submission=submission, now=now)
    submission.title_en = "Another title"
    second = submissions.submit(actor=actor, submission=submission, now=now)
    texts = [letters.render(row).text for row in db.session.scalars(select(Notification).order_by(Notification.id))]
    assert first.sha256 in texts[0] and second.sha256 not in texts[0]
    assert second.sha256 in texts[1]
    assert "1 March 2027, 16:00:00 (UTC+08:00)" in texts[0] and "08:00:00 (UTC+00:00)" in texts[0]
    assert f"/submissions/{submission.ref}/receipt/1" in texts[0]


def test_the_paper_receipt_has_the_same_bytes_each_time_and_says_everything(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle(), title_zh="水上巴士 𠮷🚍")
    version = submissions.submit(actor=actor_of(submission), submission=submission, now=now)
    paper = receipts.pdf(submission, version)
    assert paper == receipts.pdf(submission, version)
    submission.title_en = "Changed since: the paper still says what was handed in"
    assert receipts.pdf(submission, version) == paper
    said = receipts.values(submission, version)
    assert said["sha256"].replace(" ", "") == version.sha256
    assert said["received"]["en"] == ["1 March 2027, 16:00:00 (UTC+08:00)", "1 March 2027, 08:00:00 (UTC+00:00)"]
    assert said["received"]["zh"][0] == "2027年3月1日 16:00:00 (UTC+08:00)"
    with pikepdf.open(io.BytesIO(paper)) as document:
        assert len(document.pages) == 1
        assert str(document.docinfo["/Title"]) == f"Receipt / 回执 · {submission.ref} · 1"
        assert document.Root.MarkInfo.Marked


def test_a_document_that_cannot_be_set_is_an_error_and_not_an_empty_paper(app: Flask, now: datetime) -> None:
    with pytest.raises(typesetting.CannotTypeset):
        typesetting.pdf("receipt.typ", {"ref": "lacks everything else"}, dated=now)
