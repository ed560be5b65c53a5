"""Delivering letters: claim the row, render, hand to the mail server, note the outcome."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

from celery import shared_task
from flask import current_app
from sqlalchemy.exc import OperationalError

from awardapp import clock, emails
from awardapp.extensions import db, reading
from awardapp.models import AttemptOutcome, Notification, WorkStatus
from awardapp.queue import TaskName
from awardapp.services import freezes, health, letters, reminders, sending, work
from worker import smtp

log = logging.getLogger(__name__)

SLICE = timedelta(seconds=4)  # a little less than the clock's turn (worker/schedule.py), so that sweeps do not pile up
_BATCH = 20


@shared_task(name=TaskName.DELIVER_NOTIFICATION.value)
def deliver(notification_id: int) -> str:
    """Send one letter, once. Anything but a due row is "skipped": somebody else has it, it is settled or must wait."""
    if _is_frozen():
        return "skipped"
    with smtp.Connection(current_app.config["SMTP_URL"]) as connection:
        return _deliver(notification_id, connection)


def _is_frozen() -> bool:
    frozen = freezes.is_frozen()
    db.session.commit()
    return frozen


def _per_minute() -> int:
    found: int = current_app.config["MAIL_PER_DOMAIN_PER_MINUTE"]
    return found


def _deliver(notification_id: int, connection: smtp.Connection) -> str:
    worker = f"{socket.gethostname()}:{os.getpid()}"
    claim = sending.claim(notification_id, now=clock.now(), per_minute=_per_minute(), worker=worker)
    if claim is None:
        db.session.rollback()
        return "skipped"
    # The claim is committed before anything is sent: no transaction is open while we render and talk to the mail server.
    db.session.commit()
    row = claim.row
    try:
        with reading():
            reason = sending.needless(row, now=clock.now())
            mail = None if reason else _message(row)
            db.session.rollback()
    except OperationalError as error:  # the database was busy: nothing is wrong with the letter
        return _note_later(claim, AttemptOutcome.TEMPORARY, str(error.orig))
    except Exception as error:  # a broken template must not stop the other letters; a person is told
        log.exception("letter cannot be rendered: notification=%s kind=%s", row.id, row.kind)
        db.session.rollback()
        _note_failed(claim, AttemptOutcome.NOT_RENDERED, f"{type(error).__name__}: {error}")
        return "failed"
    if mail is None:
        _insist(lambda: sending.note_dropped(claim, reason=reason or "", now=clock.now()))
        outcome = "dropped"
    else:
        outcome = _send(claim, mail, connection)
    log.info("letter %s: notification=%s kind=%s attempt=%s", outcome, row.id, row.kind, row.attempts)
    return outcome


def _message(row: Notification) -> EmailMessage:
    return emails.message(
        letters.render(row),
        row_id=row.id,
        to_name=row.recipient.name,
        to_email=row.address,
        unsubscribe_url=letters.unsubscribe_url(row),
    )


def _send(claim: sending.Claim, mail: EmailMessage, connection: smtp.Connection) -> str:
    try:
        answer = connection.send(mail)
    except smtp.Unreachable as error:
        words = str(error)
        _insist(lambda: sending.note_unreachable(claim, answer=words, now=clock.now()))
        return "unreachable"
    except smtp.BrokenOff as error:
        return _note_later(claim, AttemptOutcome.BROKEN_OFF, str(error))
    except smtp.Temporary as error:
        return _note_later(claim, AttemptOutcome.TEMPORARY, str(error))
    except smtp.Permanent as error:
        _note_failed(claim, AttemptOutcome.PERMANENT, str(error))
        return "failed"
    _insist(
        lambda: sending.note_sent(
            claim, message_id=str(mail["Message-ID"]), sent_to=claim.row.address, answer=answer, now=clock.now()
        )
    )
    return "sent"


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


def _note_later(claim: sending.Claim, outcome: AttemptOutcome, answer: str) -> str:
    db.session.rollback()
    _insist(lambda: sending.note_later(claim, outcome=outcome, answer=answer, now=clock.now()))
    return "later" if claim.row.status is WorkStatus.QUEUED else "failed"


def _note_failed(claim: sending.Claim, outcome: AttemptOutcome, answer: str) -> None:
    _insist(lambda: sending.note_failed(claim, outcome=outcome, answer=answer, now=clock.now()))


@shared_task(name=TaskName.SWEEP_NOTIFICATIONS.value)
def sweep() -> int:
    """Send every letter that is due, over one conversation: rows whose message was lost, and large mailings.

    Several sweeps may run at once, since each row is claimed by one. Ends after SLICE; the clock's next sweep goes on, and
    a result whose instant has come never finds every process busy with letters for longer.
    """
    if _is_frozen():
        return 0
    started = clock.now()
    work.bury_exhausted(Notification, now=started)
    db.session.commit()
    sent = 0
    with smtp.Connection(current_app.config["SMTP_URL"]) as connection:
        while ids := sending.due(now=clock.now(), per_minute=_per_minute(), limit=_BATCH):
            db.session.commit()
            outcomes = []
            for notification_id in ids:
                outcomes.append(_deliver(notification_id, connection))
                if outcomes[-1] == "unreachable" or clock.now() - started > SLICE:
                    break
            sent += outcomes.count("sent")
            if "unreachable" in outcomes or outcomes.count("later") > _BATCH // 2 or clock.now() - started > SLICE:
                break  # the mail server is in trouble, or it is time to let others run
            if set(outcomes) == {"skipped"}:
                break  # another worker is on it
    db.session.commit()
    return sent


@shared_task(name=TaskName.WRITE_REMINDERS.value)
def write_reminders() -> int:
    """Write the reminders whose slot has come. Each minute is one worker's, each slot is carried out once."""
    if _is_frozen():
        return 0
    now = clock.database_now()
    if not health.claim_slot("reminders", slot=now.replace(second=0, microsecond=0), now=now):
        db.session.rollback()
        return 0
    db.session.commit()
    written = 0
    for cycle in reminders.with_schedule():
        written += reminders.write_due(cycle, now=now)
        db.session.commit()
    db.session.commit()
    return written
