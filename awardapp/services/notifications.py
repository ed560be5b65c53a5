"""Writing letters into the outbox. Approving them is the secretariat's business (outbox), sending them the worker's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain.errors import N_, IllegalTransition
from awardapp.domain.letters import group_of, kind_of, waits
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Cycle, LetterOptOut, Notification, Submission, User, WorkStatus
from awardapp.queries import people as people_queries
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import audit, work
from awardapp.services.locks import lock_row

UNSUBSCRIBED = N_("The recipient asked for no more letters of this kind.")


def notify(
    kind: str,
    *,
    recipient: User,
    cause: str,
    now: datetime,
    cycle: Cycle | None = None,
    submission: Submission | None = None,
    context: dict[str, Any] | None = None,
    group: str | None = None,
    expires_at: datetime | None = None,
    goes_at_once: bool = False,
) -> Notification:
    """Write one letter: queued, or a draft where domain.letters says that its kind waits for the secretariat.

    `cause` says what brought it about ("submission:17:v2"); the same letter is never written twice. `group` names what
    lies together in the outbox where that is not the kind or the cause. Raises sqlalchemy.exc.IntegrityError on flush when
    this person already has a letter of this kind for this cause: the caller did something twice that happens once.
    """
    rule, values = kind_of(kind), context or {}
    at_once = cycle.rules.letters_at_once if cycle is not None else ()
    is_draft = waits(kind, at_once=at_once, has_cycle=cycle is not None) and not goes_at_once
    letter = Notification(
        kind=kind,
        recipient_id=recipient.id,
        cycle_id=cycle.id if cycle else None,
        submission_id=submission.id if submission else None,
        publication_id=values.get("publication_id"),
        cause=f"{kind}:{cause}:{recipient.id}",
        group_key=group or group_of(kind, cause, is_about_file=submission is not None),
        context=values,
        urgency=rule.urgency,
        mail_domain=domain_of(recipient.email),
        expires_at=expires_at or (now + rule.lives if rule.lives else None),
        status=WorkStatus.DRAFT if is_draft else WorkStatus.QUEUED,
        created_at=now,
    )
    if rule.topic is not None and db.session.get(LetterOptOut, (recipient.id, rule.topic.value)) is not None:
        letter.status = WorkStatus.DISCARDED
        letter.discarded_at, letter.discard_reason = now, UNSUBSCRIBED
    db.session.add(letter)
    db.session.flush()  # the nudge needs the id
    if letter.status is WorkStatus.QUEUED:
        enqueue_after_commit(TaskName.DELIVER_NOTIFICATION, letter.id)
    return letter


def domain_of(email: str) -> str:
    """The part of an address whose mail server counts our letters."""
    return email.rpartition("@")[2].lower()


def notify_all(
    kind: str,
    *,
    recipients: Iterable[User],
    cause: str,
    now: datetime,
    cycle: Cycle | None = None,
    submission: Submission | None = None,
    context: dict[str, Any] | None = None,
    group: str | None = None,
    expires_at: datetime | None = None,
    goes_at_once: bool = False,
) -> int:
    """The same letter to several people, one message each. Returns how many."""
    letters = [
        notify(
            kind,
            recipient=person,
            cause=cause,
            now=now,
            cycle=cycle,
            submission=submission,
            context=context,
            group=group,
            expires_at=expires_at,
            goes_at_once=goes_at_once,
        )
        for person in recipients
    ]
    return len(letters)


def notify_city(
    kind: str,
    *,
    submission: Submission,
    cause: str,
    now: datetime,
    context: dict[str, Any] | None = None,
) -> int:
    """A letter about a submission to every delegate of its city. Returns how many."""
    return notify_all(
        kind,
        recipients=people_queries.delegates_of(submission.city_id),
        cause=cause,
        now=now,
        cycle=submission.cycle,
        submission=submission,
        context=context,
    )


def retry(*, actor: User, cycle: Cycle, letter: Notification, now: datetime) -> None:
    """Send a letter that was given up once more, after its cause was mended. Raises NotPermitted, IllegalTransition."""
    require(can_run_cycle(people_queries.standing(actor, cycle)) and letter.cycle_id == cycle.id)
    lock_row(letter)
    if letter.status is not WorkStatus.DEAD:
        raise IllegalTransition(N_("Only a letter that was given up can be sent again."))
    _requeue([letter])
    audit.record(actor=actor, action="letter.retry", object=f"letter:{letter.id}", cycle_id=cycle.id, now=now)


def retry_all(*, actor: User, cycle: Cycle, expected: int, now: datetime) -> int:
    """Send every letter of the cycle that was given up once more; `expected` is the number the person was shown.

    Raises NotPermitted, IllegalTransition when there is none or their number is another by now.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    letters = db.session.scalars(
        select(Notification)
        .where(Notification.cycle_id == cycle.id, Notification.status == WorkStatus.DEAD)
        .order_by(Notification.id)
        .with_for_update()
    ).all()
    if not letters or len(letters) != expected:
        raise IllegalTransition(
            N_("%(n)d letters are given up now, not %(expected)d. Look at the list again."),
            n=len(letters),
            expected=expected,
        )
    _requeue(letters)
    audit.record(
        actor=actor,
        action="letter.retry_all",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"letters": len(letters)},
    )
    return len(letters)


def _requeue(letters: Iterable[Notification]) -> None:
    for letter in letters:
        work.requeue(letter)
        enqueue_after_commit(TaskName.DELIVER_NOTIFICATION, letter.id)
