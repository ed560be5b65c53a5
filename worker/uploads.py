"""The staging area of arriving files, kept clean: what was dropped, what has ended, what no row speaks for."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import shared_task

from awardapp import clock, storage
from awardapp.extensions import db
from awardapp.queue import TaskName
from awardapp.services import attachments, health, uploads

log = logging.getLogger(__name__)

_LEFT_ALONE = timedelta(days=1)  # bytes without a row may belong to a request that is still at work


@shared_task(name=TaskName.SWEEP_UPLOADS.value)
def sweep() -> int:
    """Remove the bytes and then the rows of uploads that have ended or that nobody went on with. Returns how many.

    Once a day also bytes of which no row knows: a process died between storing and noting them.
    """
    now = clock.now()
    uploads.give_up_abandoned(now=now)
    db.session.commit()
    gone = uploads.ended(now=now)
    db.session.commit()
    for upload_id, token in gone:
        storage.delete_under(storage.staging_area(token))
        uploads.forget(upload_id)
        db.session.commit()
    if health.claim_slot("unnoted files", slot=now.replace(hour=0, minute=0, second=0, microsecond=0), now=now):
        db.session.commit()
        _remove_unnoted(now - _LEFT_ALONE)
    db.session.rollback()
    return len(gone)


def _remove_unnoted(before: datetime) -> None:
    """Storage keeps its own time, which is this host's: the tests' and rehearsals' shifted clock does not count here."""
    before -= clock.offset()
    area = storage.staging_area()
    old = {key.removeprefix(area).split("/")[0] for key, changed in storage.stored_under(area) if changed < before}
    for token in sorted(old):
        known = uploads.is_known(token)
        db.session.commit()
        if not known:
            storage.delete_under(storage.staging_area(token))
    for key, changed in list(storage.stored_under("blobs/")):
        if changed < before and attachments.remove_unnoted(key.rsplit("/", 1)[-1], unchanged_since=before):
            log.info("bytes without a row removed: %s", key)
        db.session.commit()
