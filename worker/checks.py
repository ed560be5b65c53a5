"""Examining what cities handed in: which files resemble which, whose figures do not fit together."""

from __future__ import annotations

import logging

from celery import shared_task
from sqlalchemy.exc import IntegrityError

from awardapp import clock
from awardapp.extensions import db, reading
from awardapp.queue import TaskName
from awardapp.services import examinations

log = logging.getLogger(__name__)


@shared_task(name=TaskName.EXAMINE.value)
def examine_due() -> int:
    """Examine what was handed in since the last time, at most a batch. Returns how many files."""
    with reading():
        findings = examinations.examine(examinations.due())
        db.session.commit()
    if not findings.files:
        return 0
    try:
        examinations.store(findings, now=clock.now())
        db.session.commit()
    except IntegrityError:  # another worker examined the same files meanwhile: its rows say the same
        db.session.rollback()
        log.warning("examined by another worker: files=%s", len(findings.files))
        return 0
    log.info("examined: files=%s", len(findings.files))
    return len(findings.files)
