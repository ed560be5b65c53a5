"""Opening a sealed result is itself recorded, before it is shown.

A page that is only read has a transaction that must not write (see extensions.reading_only). So the note gets a short
transaction of its own: the reading one is ended, the note is committed, and only then does the view read and show
the result, in a new reading transaction. If the note cannot be stored nothing is shown: no look without its record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from awardapp import clock
from awardapp.domain.announcements import AnnouncementStatus
from awardapp.extensions import db, reading_only
from awardapp.models import Announcement, Cycle
from awardapp.services import announcements, awards, committee_report
from awardapp.web import access


@contextmanager
def short_write() -> Iterator[None]:
    """A transaction of its own that may write, inside a request that otherwise only reads."""
    db.session.commit()  # nothing but reads so far: this ends the reading transaction
    before = reading_only.set(False)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        reading_only.reset(before)


def note_look(announcement: Announcement, what: str = "page") -> None:
    """Record that the signed-in person opens `what` of this announcement, unless everybody can read it already."""
    if announcement.status is AnnouncementStatus.PUBLISHED:
        return
    with short_write():
        announcements.record_look(actor=access.actor(), announcement=announcement, what=what, now=clock.now())


def note_look_at_awards(cycle: Cycle) -> None:
    """Record that the signed-in person opens the list of the special awards given but not announced."""
    with short_write():
        awards.record_look(actor=access.actor(), cycle=cycle, now=clock.now())


def note_look_at_report(cycle: Cycle, what: str) -> None:
    """Record that the signed-in person opens the committee's report, or the part `what` of it, before the announcement."""
    with short_write():
        committee_report.record_look(actor=access.actor(), cycle=cycle, what=what, now=clock.now())
