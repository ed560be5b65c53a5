"""While the site is frozen a real worker sends no letter, publishes nothing and moves no call on; after the lifting it does."""

from __future__ import annotations

from datetime import timedelta

from awardapp import clock, queue
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, Heartbeat, Notification, WorkStatus
from awardapp.queue import TaskName
from awardapp.services import freezes, notifications
from tests import factories as make
from tests.support.processes import running_worker
from tests.worker.conftest import System


def test_a_worker_stands_still_while_frozen_and_goes_on_afterwards(system: System) -> None:
    first, second = (make.make_member(make.make_cycle(CyclePhase.DRAFT), Role.SECRETARIAT).user for _ in range(2))
    cycle = make.make_cycle(deadline_at=clock.now() - timedelta(minutes=5))
    freezes.freeze(actor=first, reason_en="A leak.", reason_zh="", now=clock.now())
    letter = notifications.notify("account_exists", recipient=first, cause="x", now=clock.now())
    letter_id, cycle_id = letter.id, cycle.id
    freezes.ask_to_lift(actor=first, now=clock.now())
    db.session.commit()  # which nudges the worker about the letter

    with running_worker(system.process_environ, folder=system.folder):
        for task in (TaskName.SWEEP_NOTIFICATIONS, TaskName.ADVANCE_DUE, TaskName.PUBLISH_DUE):
            assert queue.send(task)
        # Queues are read in turn, so a sign of life in each of them tells that what was before it is done.
        before = clock.now()
        assert queue.send(TaskName.BEAT)
        system.wait_until(lambda: (found := db.session.get(Heartbeat, "worker")) is not None and found.at > before)
        assert db.session.get_one(Notification, letter_id).status is WorkStatus.QUEUED
        assert db.session.get_one(Notification, letter_id).attempts == 0
        assert db.session.get_one(Cycle, cycle_id).phase is CyclePhase.OPEN
        assert system.mail.accepted == []

        freezes.lift(actor=second, now=clock.now())
        db.session.commit()
        assert queue.send(TaskName.SWEEP_NOTIFICATIONS)
        assert queue.send(TaskName.ADVANCE_DUE)
        system.wait_until(lambda: db.session.get_one(Cycle, cycle_id).phase is CyclePhase.SCREENING)
        system.wait_until(lambda: db.session.get_one(Notification, letter_id).status is WorkStatus.DONE)
    assert len(system.mail.to(first.email)) == 1
