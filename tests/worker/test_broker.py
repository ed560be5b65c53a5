"""What the broker may do to a worker: go away, freeze, come back empty. Celery 5.7.0 fails the first of these."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import func, select

from awardapp.extensions import db
from awardapp.models import Notification, WorkStatus
from awardapp.queue import TaskName, send
from awardapp.services.notifications import notify
from tests import factories as make
from tests.conftest import NOW
from tests.support.processes import running_worker
from tests.worker.conftest import System


def write(n: int) -> None:
    for person in [make.make_user() for _ in range(n)]:
        notify("account_exists", recipient=person, cause="test", now=NOW)
    db.session.commit()


def done() -> int:
    return (
        db.session.scalar(select(func.count()).select_from(Notification).where(Notification.status == WorkStatus.DONE))
        or 0
    )


@pytest.mark.only_on("sqlite")
def test_a_worker_survives_a_broker_that_goes_away_during_a_task(system: System) -> None:
    system.mail.answer_slowly(1.5)
    with running_worker(system.process_environ, folder=system.folder) as worker:
        write(1)
        time.sleep(0.7)  # the letter is in hand
        system.broker.kill()
        time.sleep(2)
        system.broker.start()
        system.wait_until(lambda: done() == 1)
        system.mail.answer_slowly(0)
        write(1)

        def nudged() -> bool:
            send(TaskName.SWEEP_NOTIFICATIONS)
            return done() == 2

        system.wait_until(nudged, seconds=60)
        assert worker.is_running()
    assert len(system.mail.accepted) == 2


def test_a_frozen_broker_does_not_hold_up_a_request(system: System) -> None:
    system.broker.freeze()
    begun = time.monotonic()
    write(1)
    first = time.monotonic() - begun
    begun = time.monotonic()
    write(1)  # the broker is left alone for a while after a failure
    second = time.monotonic() - begun
    system.broker.thaw()
    assert first < 8
    assert second < first
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 2
