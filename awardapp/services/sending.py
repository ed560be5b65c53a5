"""What the worker notes about sending: claims with the rate of each mail domain, attempts, and letters that need not go.

Claim and attempt are written in one transaction, before anything is sent: an attempt without an outcome tells of a process
that died, and is counted among the letters that may have gone twice (queries/outbox.doubts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError

from awardapp.domain.errors import N_
from awardapp.domain.letters import kind_of
from awardapp.extensions import db
from awardapp.models import (
    AttemptOutcome,
    DeliveryAttempt,
    LetterOptOut,
    MailRate,
    Notification,
    Submission,
    WorkStatus,
)
from awardapp.services import reminders, work
from awardapp.services.notifications import UNSUBSCRIBED, domain_of

_PAUSE = timedelta(minutes=1)  # before a letter is tried again that no mail server could be asked about


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that is this worker's, with the attempt to note the outcome in."""

    row: Notification
    attempt: DeliveryAttempt


def due(*, now: datetime, per_minute: int, limit: int) -> Sequence[int]:
    """Ids of letters that may go now: the most urgent first, then the oldest. Letters to a domain whose rate is used up
    wait for the next minute in their order, and keep nobody else waiting."""
    query = (
        select(Notification.id)
        .where(
            or_(
                Notification.status == WorkStatus.QUEUED,
                (Notification.status == WorkStatus.LEASED) & (Notification.lease_until < now),
            ),
            or_(Notification.not_before.is_(None), Notification.not_before <= now),
            Notification.attempts < work.MAX_ATTEMPTS,
        )
        .order_by(Notification.urgency, Notification.id)
        .limit(limit)
    )
    if per_minute:
        full = select(MailRate.domain).where(MailRate.slot >= _slot(now), MailRate.taken >= per_minute)
        query = query.where(Notification.mail_domain.not_in(full))
    return db.session.scalars(query).all()


def claim(row_id: int, *, now: datetime, per_minute: int, worker: str) -> Claim | None:
    """Take a due letter, one of its domain's letters of this minute, and begin an attempt. None when somebody else has it,
    it is settled, or the minute is used up; the caller rolls back then, which gives everything back."""
    row = work.claim(Notification, row_id, now=now)
    if row is None:
        return None
    row.mail_domain = domain_of(row.address)
    if per_minute and not _take(row.mail_domain, now=now, per_minute=per_minute):
        return None
    attempt = DeliveryAttempt(notification_id=row.id, number=row.attempts, begun_at=now, worker=worker)
    db.session.add(attempt)
    db.session.flush()  # its id is needed when the outcome is noted
    return Claim(row, attempt)


def _slot(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _take(domain: str, *, now: datetime, per_minute: int) -> bool:
    """One of the domain's letters of this minute. A host whose clock is behind waits, rather than counting twice."""
    slot = _slot(now)

    def counted(where: Any, taken: Any) -> bool:
        changed = cast(
            "CursorResult[Any]",
            db.session.execute(
                update(MailRate)
                .where(MailRate.domain == domain, where)
                .values(slot=slot, taken=taken)
                .execution_options(synchronize_session=False)
            ),
        )
        return changed.rowcount == 1

    if counted((MailRate.slot == slot) & (MailRate.taken < per_minute), MailRate.taken + 1):
        return True
    if counted(MailRate.slot < slot, 1):
        return True
    if db.session.scalar(select(MailRate.domain).where(MailRate.domain == domain)) is not None:
        return False
    try:
        with db.session.begin_nested():
            db.session.add(MailRate(domain=domain, slot=slot, taken=1))
    except IntegrityError:  # another worker wrote the domain's first letter this instant
        return False
    return True


def needless(row: Notification, *, now: datetime) -> str | None:
    """Why a letter should not go any more, as a message id: too late, asked not to, or what it reminds of is done."""
    if row.expires_at is not None and row.expires_at <= now:
        return N_("It would have come too late.")
    kind = kind_of(row.kind)
    if kind.topic is not None and db.session.get(LetterOptOut, (row.recipient_id, kind.topic.value)) is not None:
        return UNSUBSCRIBED
    if row.kind in reminders.KINDS:
        return None if row.resend_of or not reminders.is_done(row) else N_("What it reminds of is done.")
    if kind.true_while and row.approved_at is None and row.submission_id is not None:  # nobody looked at it
        status = db.session.scalar(select(Submission.status).where(Submission.id == row.submission_id))
        if str(status) not in kind.true_while:
            return N_("What it says is not so any more: the file is in another state by now.")
    return None


def note_sent(claim: Claim, *, message_id: str, sent_to: str, answer: str, now: datetime) -> None:
    """The mail server took it."""
    claim.row.message_id, claim.row.sent_to = message_id, sent_to
    work.finish(claim.row, now=now)
    _end(claim, AttemptOutcome.SENT, answer, now)


def note_later(claim: Claim, *, outcome: AttemptOutcome, answer: str, now: datetime) -> None:
    """Not now: tried again with a growing delay, or given up after the last attempt."""
    work.try_later(claim.row, error=answer, now=now)
    _end(claim, outcome, answer, now)


def note_unreachable(claim: Claim, *, answer: str, now: datetime) -> None:
    """No conversation with the mail server came about: the letter waits a minute and has lost no attempt, however long this
    lasts. Of a row of such attempts the log keeps one."""
    row = claim.row
    row.status, row.lease_until, row.last_error = WorkStatus.QUEUED, None, answer[:500]
    row.attempts -= 1
    row.not_before = now + _PAUSE
    before = db.session.scalars(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.notification_id == row.id, DeliveryAttempt.id < claim.attempt.id)
        .order_by(DeliveryAttempt.id.desc())
        .limit(1)
    ).first()
    if before is not None and before.outcome is AttemptOutcome.UNREACHABLE:
        before.ended_at = now
        db.session.delete(claim.attempt)
        db.session.flush()
    else:
        _end(claim, AttemptOutcome.UNREACHABLE, answer, now)


def note_failed(claim: Claim, *, outcome: AttemptOutcome, answer: str, now: datetime) -> None:
    """Never: a person must look at it."""
    work.give_up(claim.row, error=answer, now=now)
    _end(claim, outcome, answer, now)


def note_dropped(claim: Claim, *, reason: str, now: datetime) -> None:
    """It need not go any more."""
    row = claim.row
    row.status, row.lease_until = WorkStatus.DISCARDED, None
    row.discarded_at, row.discard_reason = now, reason
    _end(claim, AttemptOutcome.DROPPED, reason, now)


def _end(claim: Claim, outcome: AttemptOutcome, answer: str, now: datetime) -> None:
    claim.attempt.outcome, claim.attempt.ended_at, claim.attempt.answer = outcome, now, answer[:500]
    db.session.flush()
