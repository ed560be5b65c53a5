"""Signs of life, and tidying up."""

from __future__ import annotations

from celery import shared_task

from awardapp import clock
from awardapp.extensions import db
from awardapp.queue import TaskName
from awardapp.services import health


@shared_task(name=TaskName.BEAT.value)
def beat() -> None:
    """Note that a worker takes work from the queue; /healthz shows the age of this note."""
    health.note_heartbeat("worker", now=clock.now())
    db.session.commit()


@shared_task(name=TaskName.TIDY.value)
def tidy() -> str:
    """Once an hour: remove what has expired. A second beat finds the hour taken and does nothing."""
    now = clock.now()
    if not health.claim_slot("tidy", slot=now.replace(minute=0, second=0, microsecond=0), now=now):
        db.session.rollback()
        return "skipped"
    health.remove_expired(now=now)
    db.session.commit()
    return "done"
