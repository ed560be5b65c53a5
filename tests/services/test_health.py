"""Signs of life of the parts, and the removal of what has expired."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.extensions import db
from awardapp.models import Notification, OneTimeLink, PeriodicRun, SignIn, WorkStatus
from awardapp.services import health, notifications, people, sign_ins, work
from awardapp.services.health import Ages
from tests import factories as make

DAY = timedelta(days=1)


def letter(now: datetime, cause: str = "a") -> Notification:
    return notifications.notify("account_exists", recipient=make.make_user(), cause=cause, now=now)


def test_without_any_sign_nothing_has_an_age(app: Flask, now: datetime) -> None:
    assert health.ages(now=now) == Ages(worker=None, outbox=None, dead=0)


def test_the_worker_is_as_old_as_its_last_heartbeat(app: Flask, now: datetime) -> None:
    health.note_heartbeat("worker", now=now - timedelta(seconds=90))
    health.note_heartbeat("beat", now=now)
    health.note_heartbeat("worker", now=now - timedelta(seconds=12))
    assert health.ages(now=now).worker == 12


def test_the_outbox_is_as_old_as_its_oldest_letter_that_could_go_out(app: Flask, now: datetime) -> None:
    letter(now - timedelta(seconds=30))
    waiting = letter(now - 2 * DAY)
    waiting.not_before = now + timedelta(seconds=1)
    retried = letter(now - DAY)
    retried.not_before = now - timedelta(seconds=40)
    done = letter(now - DAY)
    work.finish(done, now=now)
    db.session.flush()
    assert health.ages(now=now) == Ages(worker=None, outbox=40, dead=0)


def test_work_that_was_given_up_is_counted_until_somebody_mends_it(app: Flask, now: datetime) -> None:
    lost = letter(now)
    work.give_up(lost, error="550", now=now)
    assert health.ages(now=now) == Ages(worker=None, outbox=None, dead=1)
    work.requeue(lost)
    assert lost.status is WorkStatus.QUEUED
    assert health.ages(now=now).dead == 0


def test_a_periodic_job_runs_once_per_slot(app: Flask, now: datetime) -> None:
    assert health.claim_slot("tidy", slot=now, now=now)
    assert not health.claim_slot("tidy", slot=now, now=now)
    assert health.claim_slot("tidy", slot=now + DAY, now=now)
    assert health.claim_slot("other", slot=now, now=now)
    assert db.session.scalar(select(func.count(PeriodicRun.id))) == 3


@pytest.mark.parametrize(("age", "kept"), [(timedelta(days=29), 1), (timedelta(days=31), 0)])
def test_what_expired_is_removed_a_month_later(app: Flask, now: datetime, age: timedelta, kept: int) -> None:
    user = make.make_user()
    sign_ins.begin(user, now=now - sign_ins.LIFETIME - age)
    people.request_password_reset(email=user.email, now=now - people.RESET_LIFETIME - age)
    health.claim_slot("tidy", slot=now - age, now=now)
    health.remove_expired(now=now)
    counts = [
        db.session.scalar(select(func.count()).select_from(model)) for model in (SignIn, OneTimeLink, PeriodicRun)
    ]
    assert counts == [kept, kept, kept]
