"""The committee's report by a real worker: built once, stored under its digest, whole after a crash, void when it changed."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from sqlalchemy import func, select, update

from awardapp import clock, storage
from awardapp.extensions import db
from awardapp.models import ReportFile, WorkStatus
from awardapp.queue import TaskName, send
from awardapp.services import report_files
from tests.conftest import NOW
from tests.support.processes import running_worker
from tests.support.reporting import proposed, write_case
from tests.worker.conftest import System


def ready() -> int:
    count = select(func.count()).select_from(ReportFile).where(ReportFile.status == WorkStatus.DONE)
    return db.session.scalar(count) or 0


def let_leases_expire() -> None:
    db.session.execute(
        update(ReportFile)
        .where(ReportFile.status == WorkStatus.LEASED)
        .values(lease_until=clock.now().replace(year=2020))
    )
    db.session.commit()


@pytest.mark.only_on("sqlite")
def test_a_killed_builder_leaves_no_half_document_and_what_has_changed_since_is_not_built(system: System) -> None:
    found = proposed()

    def ask(edition: str) -> list[ReportFile]:
        return report_files.request(actor=found.chair, cycle=found.cycle, edition=edition, now=NOW)

    void = {row.id for row in ask("en")}
    write_case(found.submissions[0], found.chair, summary_en="Changed.")
    rows = ask("both")
    expected = {}
    for row in rows:
        content = report_files.wanted(row)
        assert content is not None
        expected[row.id] = report_files.build(content, edition=row.edition, format=row.format).sha256
    db.session.commit()
    with running_worker(system.process_environ, folder=system.folder, name="killed") as worker:
        send(TaskName.BUILD_REPORT, rows[0].id)
        system.wait_until(lambda: db.session.get_one(ReportFile, rows[0].id).attempts > 0)
        worker.kill()
    let_leases_expire()
    with running_worker(system.process_environ, folder=system.folder, name="last"):
        send(TaskName.SWEEP_REPORTS)
        system.wait_until(lambda: ready() == len(rows), seconds=60)
        system.wait_until(lambda: not void & set(db.session.scalars(select(ReportFile.id))))
    for row in db.session.scalars(select(ReportFile)):
        data = b"".join(storage.read(row.storage_key or ""))
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (row.sha256, row.size)
        assert row.sha256 == expected[row.id]
        assert row.storage_key == f"reports/{row.sha256[:2]}/{row.sha256}.{row.format}"
        if row.format == "docx":
            assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
        else:
            assert data.rstrip().endswith(b"%%EOF")
