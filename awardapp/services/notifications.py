"""Writing letters into the outbox. Sending them is the worker's business."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from awardapp.extensions import db
from awardapp.models import Cycle, Notification, Submission, User
from awardapp.queries import people as people_queries
from awardapp.queue import TaskName, enqueue_after_commit


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
