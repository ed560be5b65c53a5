"""Letters are rows first: one per person and cause, nudged after the commit, dropped with a rollback."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from awardapp.domain.errors import IllegalTransition, NotPermitted
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, Notification, WorkStatus
from awardapp.services import notifications, work
from tests import factories as make
from tests.conftest import Queue


def count() -> int:
    return db.session.scalar(select(func.count(Notification.id))) or 0


def given_up(cycle: Cycle, now: datetime) -> Notification:
    letter = notifications.notify(
        "role_given", recipient=make.make_user(), cause="membership:1", cycle=cycle, now=now, context={"role": "juror"}
    )
    work.give_up(letter, error="550 no such mailbox", now=now)
    return letter


def test_the_same_letter_is_never_queued_twice_for_one_cause(app: Flask, now: datetime) -> None:
    one, other = make.make_user(), make.make_user()
    for recipient, cause in ((one, "submission:1:v1"), (one, "submission:1:v2"), (other, "submission:1:v1")):
        notifications.notify("submission_received", recipient=recipient, cause=cause, now=now)
    notifications.notify("submission_accepted", recipient=one, cause="submission:1:v1", now=now)
    db.session.commit()
    with pytest.raises(IntegrityError):
        notifications.notify("submission_received", recipient=one, cause="submission:1:v1", now=now)
    db.session.rollback()
    assert count() == 4


def test_the_worker_is_nudged_only_after_the_commit(app: Flask, now: datetime, queue: Queue) -> None:
    user = make.make_user()
    db.session.commit()
    letter = notifications.notify("account_exists", recipient=user, cause="a", now=now)
    assert queue.sent == []
    db.session.commit()
    assert queue.sent == [("notifications.deliver", [letter.id])]
    notifications.notify("account_exists", recipient=user, cause="b", now=now)
    db.session.rollback()
    db.session.commit()
    assert (len(queue.sent), count()) == (1, 1)


def test_a_released_savepoint_nudges_nobody(app: Flask, now: datetime, queue: Queue) -> None:
    user = make.make_user()
    db.session.commit()
    with db.session.begin_nested():
        notifications.notify("account_exists", recipient=user, cause="a", now=now)
    assert queue.sent == []
    db.session.commit()
    assert queue.names() == ["notifications.deliver"]


def test_many_letters_of_one_transaction_are_nudged_by_one_sweep(app: Flask, now: datetime, queue: Queue) -> None:
    people = [make.make_user() for _ in range(25)]
    db.session.commit()
    assert notifications.notify_all("account_exists", recipients=people, cause="a", now=now) == 25
    db.session.commit()
    assert queue.sent == [("notifications.sweep", [])]


def test_a_letter_about_a_submission_goes_to_every_confirmed_delegate(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle())
    second = make.make_delegate(submission.city)
    make.make_delegate(submission.city, confirmed=False)
    disabled = make.make_delegate(submission.city)
    disabled.disabled_at = now
    first = submission.created_by
    assert notifications.notify_city("submission_withdrawn", submission=submission, cause="x", now=now) == 2
    letters = db.session.scalars(select(Notification).order_by(Notification.recipient_id)).all()
    assert [(n.recipient_id, n.submission_id, n.cycle_id) for n in letters] == [
        (first, submission.id, submission.cycle_id),
        (second.id, submission.id, submission.cycle_id),
    ]


def test_a_letter_that_was_given_up_is_sent_again_by_the_cycles_secretariat(
    app: Flask, now: datetime, queue: Queue
) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    letter = given_up(cycle, now)
    db.session.commit()
    queue.sent.clear()
    elsewhere = make.make_member(make.make_cycle(), Role.SECRETARIAT)
    for actor, of in ((make.make_user(), cycle), (elsewhere.user, cycle), (elsewhere.user, elsewhere.cycle)):
        with pytest.raises(NotPermitted):
            notifications.retry(actor=actor, cycle=of, letter=letter, now=now)
    notifications.retry(actor=secretary, cycle=cycle, letter=letter, now=now)
    db.session.commit()
    assert (letter.status, letter.attempts, letter.done_at) == (WorkStatus.QUEUED, 0, None)
    assert queue.sent == [("notifications.deliver", [letter.id])]
    with pytest.raises(IllegalTransition):
        notifications.retry(actor=secretary, cycle=cycle, letter=letter, now=now)


def test_all_given_up_letters_are_sent_again_if_they_are_as_many_as_shown(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    mine = [given_up(cycle, now) for _ in range(2)]
    foreign = given_up(make.make_cycle(), now)
    with pytest.raises(IllegalTransition):
        notifications.retry_all(actor=secretary, cycle=cycle, expected=3, now=now)
    assert notifications.retry_all(actor=secretary, cycle=cycle, expected=2, now=now) == 2
    db.session.expire_all()
    assert [letter.status for letter in (*mine, foreign)] == [WorkStatus.QUEUED, WorkStatus.QUEUED, WorkStatus.DEAD]
    with pytest.raises(IllegalTransition):
        notifications.retry_all(actor=secretary, cycle=cycle, expected=0, now=now)
