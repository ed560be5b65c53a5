"""What the clock does to cycles: closing calls, publishing what was released for this moment."""

from __future__ import annotations

import logging

from celery import shared_task

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db
from awardapp.queue import TaskName
from awardapp.services import cycles, freezes, publishing

log = logging.getLogger(__name__)


@shared_task(name=TaskName.PUBLISH_DUE.value)
def publish_due() -> int:
    """Publish every released announcement whose embargo has ended, each (or all that go together) in its own transaction.

    Nothing while the site is frozen; what became due meanwhile follows when the freeze is lifted.
    """
    published = 0
    if freezes.is_frozen():
        db.session.commit()
        return 0
    for announcement_id in publishing.due(now=clock.database_now()):
        db.session.commit()
        together = publishing.locked(announcement_id)
        if not together or together[0].status is AnnouncementStatus.PUBLISHED:  # with the one before it
            continue
        try:
            done = publishing.publish_or_refuse(together, now=clock.database_now())
        except RuleViolation as error:  # opened again, or published by another worker, since we looked
            db.session.rollback()
            log.warning("not published: announcement=%s reason=%s", announcement_id, error)
            continue
        db.session.commit()
        if done:
            published += len(together)
        else:
            log.error("refused, no longer what was sealed: announcement=%s", announcement_id)
    db.session.commit()
    return published


@shared_task(name=TaskName.ADVANCE_DUE.value)
def advance_due() -> int:
    """Move open calls whose deadline has passed to the validity check."""
    closed = 0
    for cycle in cycles.due_to_close(now=clock.database_now()):
        try:
            cycles.advance_phase(actor=None, cycle=cycle, now=clock.database_now())
        except RuleViolation as error:  # extended since we looked
            db.session.rollback()
            log.warning("call not closed: cycle=%s reason=%s", cycle.slug, error)
            continue
        db.session.commit()
        closed += 1
    db.session.commit()
    return closed
