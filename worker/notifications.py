"""Delivering letters: claim the row, render, hand to the mail server, note the outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from flask import current_app
from sqlalchemy.exc import OperationalError

from awardapp import clock, emails
from awardapp.extensions import db, reading
from awardapp.models import Notification, WorkStatus
from awardapp.queue import TaskName
from awardapp.services import letters, work
from worker import smtp

log = logging.getLogger(__name__)

SLICE = timedelta(seconds=4)  # a little less than the clock's turn (worker/schedule.py), so that sweeps do not pile up
_BATCH = 20


@shared_task(name=TaskName.DELIVER_NOTIFICATION.value)
def deliver(notification_id: int) -> str:
    """Send one letter, once. Anything but a due row is "skipped": somebody else has it, or it is done."""
    with smtp.Connection(current_app.config["SMTP_URL"]) as connection:
        return _deliver(notification_id, connection)


def _deliver(notification_id: int, connection: smtp.Connection) -> str:
    row = work.claim(Notification, notification_id, now=clock.now())
    if row is None:
        db.session.rollback()
        return "skipped"
    # The claim is committed before anything is sent: no transaction is open while we render and talk to the mail server.
    db.session.commit()
    try:
        with reading():
            letter = letters.render(row)
            mail = emails.message(letter, row_id=row.id, to_name=row.recipient.name, to_email=row.recipient.email)
            db.session.rollback()
    except OperationalError as error:  # the database was busy: nothing is wrong with the letter
        return _note_later(row, str(error.orig))
    except Exception as error:  # a broken template must not stop the other letters; a person is told
        log.exception("letter cannot be rendered: notification=%s kind=%s", row.id, row.kind)
        db.session.rollback()
        work.give_up(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "failed"
    try:
        connection.send(mail)
    except smtp.Temporary as error:
        outcome = _note_later(row, str(error))
    except smtp.Permanent as error:
        refusal = str(error)
        _insist(lambda: work.give_up(row, error=refusal, now=clock.now()))
        outcome = "failed"
    else:
        _insist(lambda: _note_sent(row, str(mail["Message-ID"])))
        outcome = "sent"
    log.info("letter %s: notification=%s kind=%s attempt=%s", outcome, row.id, row.kind, row.attempts)
    return outcome


def _note_sent(row: Notification, message_id: str) -> None:
    row.message_id = message_id
    work.finish(row, now=clock.now())


def _insist(note: Callable[[], None]) -> None:
    """Commit what the mail server answered, again and again while the database is busy: unnoted, a letter goes twice."""
    for attempt in range(5):
        try:
            note()
            db.session.commit()
        except OperationalError:
            db.session.rollback()
            if attempt == 4:
                raise
        else:
            return


def _note_later(row: Notification, error: str) -> str:
    db.session.rollback()
    _insist(lambda: work.try_later(row, error=error, now=clock.now()))
    return "later" if row.status is WorkStatus.QUEUED else "failed"


@shared_task(name=TaskName.SWEEP_NOTIFICATIONS.value)
def sweep() -> int:
    """Send every letter that is due, over one conversation: rows whose message was lost, and large mailings.

    Several sweeps may run at once, since each row is claimed by one. Ends after SLICE; the clock's next sweep goes on, and
    a result whose instant has come never finds every process busy with letters for longer.
    """
    started = clock.now()
    work.bury_exhausted(Notification, now=started)
    db.session.commit()
    sent = 0
    with smtp.Connection(current_app.config["SMTP_URL"]) as connection:
        while ids := work.due(Notification, now=clock.now(), limit=_BATCH):
            db.session.commit()
            outcomes = [_deliver(notification_id, connection) for notification_id in ids]
            sent += outcomes.count("sent")
            if outcomes.count("later") > _BATCH // 2 or clock.now() - started > SLICE:
                break  # the mail server is in trouble, or it is time to let others run
            if set(outcomes) == {"skipped"}:
                break  # another worker is on it
    db.session.commit()
    return sent
