"""What the clock does, through real worker and beat processes: calls close, results leave their embargo, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.models import Announcement, Cycle, Notification, Publication, WorkStatus
from awardapp.services import announcements
from tests import factories as make
from tests.support.announcing import locked_shortlist, sealed
from tests.support.processes import running_beat, running_worker
from tests.worker.conftest import System
from tests.worker.test_delivery import count, write_letters


@pytest.mark.only_on("sqlite")
def test_a_call_closes_by_itself_at_its_deadline(system: System) -> None:
    cycle = make.make_cycle(deadline_at=clock.now() + timedelta(seconds=3))
    db.session.commit()
    with (
        running_worker(system.process_environ, folder=system.folder),
        running_beat(system.process_environ, folder=system.folder),
    ):
        system.wait_until(lambda: db.session.get_one(Cycle, cycle.id).phase is CyclePhase.SCREENING, seconds=60)
    assert clock.now() >= cycle.deadline_at


@pytest.mark.only_on("postgresql")
def test_a_scheduled_result_is_public_at_its_instant_once_with_two_workers_and_two_beats(system: System) -> None:
    scene = locked_shortlist()
    instant = clock.now() + timedelta(seconds=4)
    announcement = sealed(scene, clock.now(), embargo=instant)
    for person in (scene.first, scene.second):
        announcements.release(
            actor=person,
            announcement=announcement,
            shown_sha256=announcement.snapshot_sha256 or "",
            now=clock.now(),
        )
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0
    write_letters(200)
    system.mail.answer_slowly(0.2)  # ten seconds for the four processes: nothing that has its instant may wait for that

    environ = system.process_environ
    with (
        running_worker(environ, folder=system.folder, name="one"),
        running_worker(environ, folder=system.folder, name="two"),
        running_beat(environ, folder=system.folder, name="beat1"),
        running_beat(environ, folder=system.folder, name="beat2"),
    ):
        system.wait_until(
            lambda: db.session.get_one(Announcement, announcement.id).status is AnnouncementStatus.PUBLISHED,
            seconds=60,
        )
        assert count(WorkStatus.QUEUED) > 20
        system.mail.answer_slowly(0)
        system.wait_until(lambda: len(system.mail.accepted) == 204, seconds=60)
    publication = db.session.scalars(select(Publication)).one()
    assert publication.published_at >= instant
    kinds = db.session.scalars(select(Notification.kind).order_by(Notification.kind)).all()
    assert [kind for kind in kinds if kind.startswith("outcome")] == [
        "outcome_deserving", "outcome_not_selected", "outcome_shortlisted", "outcome_shortlisted",
    ]  # fmt: skip
