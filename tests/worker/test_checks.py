"""Examining files through a real worker: what is in the table is found, whoever announced it."""

from __future__ import annotations

from sqlalchemy import func, select

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Examination, Likeness
from awardapp.queue import TaskName, send
from tests import factories as make
from tests.support.processes import running_worker
from tests.worker.conftest import System


def test_files_handed_in_are_compared_once_however_often_the_worker_is_told(system: System) -> None:
    cycle = make.make_cycle()
    for _ in range(2):
        make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, title_en="Free buses after dark", title_zh="")
    db.session.commit()
    with running_worker(system.process_environ, folder=system.folder):
        for _ in range(4):
            assert send(TaskName.EXAMINE)
        system.wait_until(lambda: db.session.scalar(select(func.count(Examination.submission_id))) == 2, seconds=60)
    assert db.session.scalar(select(func.count(Likeness.id))) == 2
