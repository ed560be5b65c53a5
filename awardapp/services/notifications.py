"""Writing letters into the outbox. Sending them is the worker's business."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain.errors import N_, IllegalTransition
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Cycle, Notification, Submission, User, WorkStatus
from awardapp.queries import people as people_queries
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import audit, work
from awardapp.services.locks import lock_row


def notify(
    kind: str,
    *,
    recipient: User,
    cause: str,
    now: datetime,
    cycle: Cycle | None = None,
    submission: Submission | None = None,
    context: dict[str, Any] | None = None,
) -> Notification:
    """Queue one letter. `cause` says what brought it about ("submission:17:v2"); the same letter is never queued twice.

    Raises sqlalchemy.exc.IntegrityError on flush when this person already has a letter of this kind for this cause: the
    caller did something twice that happens once.
    """
    letter = Notification(
        kind=kind,
        recipient_id=recipient.id,
        cycle_id=cycle.id if cycle else None,
        submission_id=submission.id if submission else None,
        cause=f"{kind}:{cause}:{recipient.id}",
        context=context or {},
        created_at=now,
    )
    db.session.add(letter)
    db.session.flush()  # the nudge needs the id
    enqueue_after_commit(TaskName.DELIVER_NOTIFICATION, letter.id)
    return letter


def notify_all(
    kind: str,
    *,
    recipients: Iterable[User],
    cause: str,
    now: datetime,
    cycle: Cycle | None = None,
    submission: Submission | None = None,
    context: dict[str, Any] | None = None,
) -> int:
    """The same letter to several people, one message each. Returns how many."""
    letters = [
        notify(kind, recipient=person, cause=cause, now=now, cycle=cycle, submission=submission, context=context)
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
