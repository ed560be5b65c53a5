"""Building the committee's report: claim the row, gather, lay out with nothing held, store under its digest, note."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from awardapp import clock, storage
from awardapp.extensions import db
from awardapp.models import ReportFile
from awardapp.queue import TaskName, send
from awardapp.services import report_files, work
from awardapp.typesetting import CannotTypeset

log = logging.getLogger(__name__)


@shared_task(name=TaskName.BUILD_REPORT.value)
def build_report(file_id: int) -> str:
    """Build one document, once; "skipped" when somebody has it or it is done, "void" when the report has changed since."""
    row = work.claim(ReportFile, file_id, now=clock.now())
    if row is None:
        db.session.rollback()
        return "skipped"
    content = report_files.wanted(row)
    if content is None:
        db.session.delete(row)  # nobody can have it any more; the page offers to ask anew
        db.session.commit()
        return "void"
    edition, kind = row.edition, row.format
    db.session.commit()  # nothing is held while the document is made
    try:
        built = report_files.build(content, edition=edition, format=kind)
        key = report_files.storage_key(built.sha256, kind)
        with tempfile.NamedTemporaryFile(prefix="award-report-") as file:
            file.write(built.data)
            file.flush()
            storage.put(key, Path(file.name))
    except CannotTypeset as error:
        log.exception("report cannot be typeset: file=%s", file_id)
        work.give_up(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "failed"
    except (OSError, SoftTimeLimitExceeded) as error:
        log.warning("report delayed: file=%s error=%s", file_id, error)
        work.try_later(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "later"
    row.storage_key, row.sha256, row.size = key, built.sha256, len(built.data)
    work.finish(row, now=clock.now())
    db.session.commit()
    log.info("report built: file=%s bytes=%s attempt=%s", file_id, row.size, row.attempts)
    return "built"


@shared_task(name=TaskName.SWEEP_REPORTS.value)
def sweep() -> int:
    """Nudge the workers about every document that is due. Returns how many."""
    work.bury_exhausted(ReportFile, now=clock.now())
    db.session.commit()
    ids = work.due(ReportFile, now=clock.now(), limit=50)
    db.session.commit()
    for file_id in ids:
        send(TaskName.BUILD_REPORT, file_id)
    return len(ids)
