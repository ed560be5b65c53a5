"""The one door through which a submission's status changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from awardapp.domain.submissions import Action, next_status
from awardapp.extensions import db
from awardapp.models import Submission, SubmissionEvent, User
from awardapp.services import audit


def add_event(
    submission: Submission, kind: str, *, actor: User | None, now: datetime, note: str | None = None, **details: Any
) -> None:
    db.session.add(
        SubmissionEvent(
            submission_id=submission.id,
            kind=kind,
            at=now,
            actor_id=actor.id if actor else None,
            note=note,
            details=details,
        )
    )


def apply(
    submission: Submission,
    action: Action,
    *,
    actor: User,
    now: datetime,
    kind: str,
    note: str | None = None,
    reason: str | None = None,
    **details: Any,
) -> None:
    """The one door through which a status changes: table, row, event, audit."""
    before = submission.status
    submission.status = next_status(before, action, phase=submission.cycle.phase)
    submission.changed_at = now
    add_event(submission, kind, actor=actor, now=now, note=note, **details)
    audit.record(
        actor=actor,
        action=f"submission.{action.value}",
        object=f"submission:{submission.id}",
        cycle_id=submission.cycle_id,
        reason=reason,
        now=now,
        details={"from": before.value, "to": submission.status.value, **details},
    )
