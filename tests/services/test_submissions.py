"""A submission's life through the services, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, TooLate
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Notification, SubmissionEvent, SubmissionVersion
from awardapp.services import audit, submissions, writing
from awardapp.services.submissions import Incomplete
from tests import factories as make
from tests.conftest import Queue


def kinds() -> list[str]:
    return list(db.session.scalars(select(Notification.kind).order_by(Notification.id)))


def test_submitting_freezes_a_version_and_tells_every_delegate(app: Flask, now: datetime, queue: Queue) -> None:
    cycle = make.make_cycle()
    city = make.make_city()
    first, second = make.make_delegate(city), make.make_delegate(city)
    submission = make.make_submission(cycle, city, by=first)

    version = submissions.submit(actor=first, submission=submission, now=now)
    db.session.commit()

    assert submission.status is SubmissionStatus.SUBMITTED
    assert (version.number, version.submitted_at, version.submitted_by) == (1, now, first.id)
    assert version.sha256 == submissions.content_digest(version.content)
    letters = db.session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [(n.kind, n.recipient_id) for n in letters] == [
        ("submission_received", first.id),
        ("submission_received", second.id),
    ]
    assert queue.sent == [("notifications.deliver", [letters[0].id]), ("notifications.deliver", [letters[1].id])]


def test_submitting_twice_hands_in_nothing_new(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle())
    actor = submission.city.delegates[0].user
    first = submissions.submit(actor=actor, submission=submission, now=now)
    again = submissions.submit(actor=actor, submission=submission, now=now + timedelta(seconds=1))
    assert again.id == first.id
    assert kinds() == ["submission_received"]


def test_a_changed_submission_is_handed_in_as_a_new_version(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle())
    actor = submission.city.delegates[0].user
    submissions.submit(actor=actor, submission=submission, now=now)
    submission.title_en = "A better title"
    second = submissions.submit(actor=actor, submission=submission, now=now)
    titles = db.session.scalars(select(SubmissionVersion).order_by(SubmissionVersion.number)).all()
    assert second.number == 2
    assert [v.content["title_en"] for v in titles][-1] == "A better title"
    assert kinds() == ["submission_received", "submission_received"]


def test_at_the_deadlines_instant_it_is_over(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle(deadline_at=now))
    actor = submission.city.delegates[0].user
    with pytest.raises(TooLate):
        submissions.submit(actor=actor, submission=submission, now=now)
    submissions.submit(actor=actor, submission=submission, now=now - timedelta(microseconds=1))
    assert submission.status is SubmissionStatus.SUBMITTED


def test_an_incomplete_submission_names_every_missing_field(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle(), title_en="", title_zh="", answers={"sections": {}})
    actor = submission.city.delegates[0].user
    with pytest.raises(Incomplete) as refused:
        submissions.submit(actor=actor, submission=submission, now=now)
    fields = [problem.field for problem in refused.value.problems]
    assert fields[:2] == ["title_en", "population"]  # one language of the title would be enough
    assert "background_en" in fields
    assert kinds() == []


def test_a_stranger_can_neither_save_nor_submit(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle())
    stranger = make.make_delegate(make.make_city())
    with pytest.raises(NotPermitted):
        submissions.submit(actor=stranger, submission=submission, now=now)
    values = {"title_en": "Mine now"}
    with pytest.raises(NotPermitted):
        writing.save_form(actor=stranger, submission=submission, values=values, bases=None, now=now)


def test_the_validity_check_accepts_returns_and_rejects(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    accepted, returned, rejected = (make.make_submission(cycle, status=SubmissionStatus.SUBMITTED) for _ in range(3))

    submissions.accept_as_valid(actor=secretary, submission=accepted, now=now)
    submissions.return_for_changes(
        actor=secretary, submission=returned, note="Add evidence.", return_by=now + timedelta(days=3), now=now
    )
    submissions.reject_as_not_valid(
        actor=secretary, submission=rejected, reason="no_evidence", note="There are no figures.", now=now
    )

    assert [s.status.value for s in (accepted, returned, rejected)] == ["valid", "returned", "not_valid"]
    assert kinds() == ["submission_accepted", "submission_returned", "submission_not_valid"]
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions[-3:] == [
        "submission.accept_as_valid",
        "submission.return_for_changes",
        "submission.reject_as_not_valid",
    ]
    assert audit.first_fault() is None


def test_a_rejection_needs_a_reason_from_the_list_and_words(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    for reason, note in (("because", "words"), ("other", "  ")):
        with pytest.raises(RuleViolation):
            submissions.reject_as_not_valid(actor=secretary, submission=submission, reason=reason, note=note, now=now)
    assert submission.status is SubmissionStatus.SUBMITTED


def test_a_returned_submission_comes_back_after_the_deadline_until_its_own_date(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.SCREENING, deadline_at=now - timedelta(days=1))
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    actor = submission.city.delegates[0].user
    until = now + timedelta(days=3)
    submissions.return_for_changes(actor=secretary, submission=submission, note="Please.", return_by=until, now=now)
    with pytest.raises(TooLate):
        submissions.submit(actor=actor, submission=submission, now=until)
    submissions.submit(actor=actor, submission=submission, now=until - timedelta(seconds=1))
    assert (submission.status, submission.version, submission.return_by) == (SubmissionStatus.SUBMITTED, 2, None)


def test_withdrawing_is_final_and_on_the_record(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle(), status=SubmissionStatus.SUBMITTED)
    actor = submission.city.delegates[0].user
    submissions.withdraw(actor=actor, submission=submission, note="We will try in the next cycle.", now=now)
    with pytest.raises(IllegalTransition):
        submissions.withdraw(actor=actor, submission=submission, note="", now=now)
    events = db.session.scalars(select(SubmissionEvent).where(SubmissionEvent.submission_id == submission.id)).all()
    assert [(e.kind, e.note) for e in events] == [("withdrawn", "We will try in the next cycle.")]
    assert kinds() == ["submission_withdrawn"]
