"""Claiming, finishing and freeing rows that stand for work: exactly one worker has each, and none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.models import Bundle, Notification, WorkStatus
from awardapp.services import notifications, work
from tests import factories as make
from tests.conftest import NOW
from tests.support.separate import all_at_once, separate_app

MINUTE = timedelta(minutes=1)
PEOPLE, LETTERS = 8, 50


def letter(cause: str = "a") -> Notification:
    return notifications.notify("account_exists", recipient=make.make_user(), cause=cause, now=NOW)


def claim(row: Notification, now: datetime = NOW) -> Notification | None:
    return work.claim(Notification, row.id, now=now)


def test_a_claimed_row_is_nobody_elses_until_its_lease_is_over(app: Flask, now: datetime) -> None:
    row = letter()
    claimed = claim(row)
    assert claimed is row
    assert (row.status, row.attempts, row.lease_until) == (WorkStatus.LEASED, 1, now + work.LEASE)
    assert claim(row) is None
    assert claim(row, now + work.LEASE) is None
    assert claim(row, now + work.LEASE + timedelta(microseconds=1)) is row
    assert (row.attempts, row.lease_until) == (2, now + 2 * work.LEASE + timedelta(microseconds=1))


def test_finished_and_given_up_rows_are_never_claimed_again(app: Flask, now: datetime) -> None:
    done, lost = letter("a"), letter("b")
    work.finish(done, now=now)
    work.give_up(lost, error="x" * 900, now=now)
    assert [claim(row, now + timedelta(days=9)) for row in (done, lost)] == [None, None]
    assert (done.status, done.done_at, done.last_error) == (WorkStatus.DONE, now, None)
    assert (lost.status, lost.done_at, lost.last_error) == (WorkStatus.DEAD, now, "x" * 500)
    assert work.claim(Notification, lost.id + 1000, now=now) is None


def test_a_passing_failure_waits_longer_each_time_and_is_given_up_after_the_fifth(app: Flask, now: datetime) -> None:
    row, at, waits = letter(), now, []
    for attempt in range(1, work.MAX_ATTEMPTS + 1):
        assert claim(row, at) is row
        work.try_later(row, error=f"attempt {attempt}", now=at)
        if row.status is WorkStatus.QUEUED:
            assert row.not_before is not None
            waits.append(row.not_before - at)
            assert claim(row, row.not_before - timedelta(microseconds=1)) is None
            at = row.not_before
    assert waits == [MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE]
    assert (row.status, row.attempts, row.last_error) == (WorkStatus.DEAD, 5, "attempt 5")


def test_mended_work_starts_anew(app: Flask, now: datetime) -> None:
    row = letter()
    row.attempts = work.MAX_ATTEMPTS
    work.give_up(row, error="full mailbox", now=now)
    work.requeue(row)
    assert (row.status, row.attempts, row.not_before, row.done_at) == (WorkStatus.QUEUED, 0, None, None)
    assert claim(row) is row


def test_the_sweep_finds_what_waits_and_what_was_left_behind_oldest_first(app: Flask, now: datetime) -> None:
    waiting, leased, stale, later, done, poison = (letter(str(n)) for n in range(6))
    for row in (leased, stale, poison):
        row.status = WorkStatus.LEASED
    leased.lease_until = now + MINUTE
    stale.lease_until = poison.lease_until = now - MINUTE
    poison.attempts = work.MAX_ATTEMPTS
    later.not_before = now + MINUTE
    work.finish(done, now=now)
    assert work.due(Notification, now=now) == [waiting.id, stale.id]
    assert work.due(Notification, now=now, limit=1) == [waiting.id]
    assert work.due(Notification, now=now + 2 * MINUTE) == [waiting.id, leased.id, stale.id, later.id]


def test_a_row_that_kills_its_worker_every_time_is_buried(app: Flask, now: datetime) -> None:
    poison, slow, fresh = letter("a"), letter("b"), letter("c")
    for row in (poison, slow):
        row.status, row.attempts = WorkStatus.LEASED, work.MAX_ATTEMPTS
    poison.lease_until, slow.lease_until = now - MINUTE, now + MINUTE
    db.session.flush()
    assert work.bury_exhausted(Notification, now=now) == 1
    db.session.expire_all()
    assert [row.status for row in (poison, slow, fresh)] == [WorkStatus.DEAD, WorkStatus.LEASED, WorkStatus.QUEUED]
    assert poison.last_error == "the worker died on every attempt"
    assert work.bury_exhausted(Notification, now=now) == 0


def test_bundles_are_claimed_by_the_same_rules(app: Flask, now: datetime) -> None:
    case = make.make_case_study(make.make_cycle(CyclePhase.WINNERS_PUBLIC))
    bundle = Bundle(case_study_id=case.id, content_sha256="a" * 64, created_at=now)
    db.session.add(bundle)
    db.session.flush()
    assert work.due(Bundle, now=now) == [bundle.id]
    assert work.claim(Bundle, bundle.id, now=now) is bundle
    assert (work.claim(Bundle, bundle.id, now=now), work.due(Bundle, now=now)) == (None, [])


@pytest.fixture
def own_app(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    with separate_app(database, request) as app:
        yield app


def test_of_eight_workers_after_the_same_letters_exactly_one_gets_each(own_app: Flask) -> None:
    recipient = make.make_user()
    ids = [
        notifications.notify("account_exists", recipient=recipient, cause=str(n), now=NOW).id for n in range(LETTERS)
    ]
    db.session.commit()

    def claim_all(_n: int) -> list[int]:
        mine = []
        for row_id in ids:  # all in the same order, so that all meet at each row
            if work.claim(Notification, row_id, now=NOW) is not None:
                mine.append(row_id)
            db.session.commit()
        return mine

    claims = Counter(row_id for mine in all_at_once(own_app, claim_all, people=PEOPLE) for row_id in mine)

    assert claims == dict.fromkeys(ids, 1)
    rows = db.session.execute(select(Notification.status, Notification.attempts).distinct()).all()
    assert [tuple(row) for row in rows] == [(WorkStatus.LEASED, 1)]
