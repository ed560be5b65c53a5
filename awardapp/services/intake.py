"""Who may change or hand in a submission, which parts of it, and until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from awardapp.domain import lateness
from awardapp.domain.cycles import check_intake
from awardapp.domain.errors import N_, NotPermitted, RuleViolation, TooLate
from awardapp.domain.permissions import Standing, can_edit_submission
from awardapp.domain.returning import field_of_input
from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import LateLink, Submission, User
from awardapp.queries import handing_in as queries
from awardapp.queries import people as people_queries
from awardapp.services.locks import lock_row


def locked(submission: Submission) -> Submission:
    """The row, fresh and locked until the transaction ends, so that two people decide one after the other."""
    lock_row(submission)
    return submission


def check_editable(
    submission: Submission,
    *,
    actor: User,
    now: datetime,
    names: Collection[str] = (),
    has_waited: bool = False,
    standing: Standing | None = None,
) -> LateLink | None:
    """Refuse unless this person may change the text now, and of it the inputs `names` ("files" for its files).

    Gives the person's late link where the right to do so rests on one. `has_waited`: `now` is when a hand-in arrived
    (see domain.cycles.check_intake). `standing`: the actor's, where this transaction has read it already. Raises
    NotPermitted, TooLate, RuleViolation naming the first input that is closed.
    """
    standing = standing or people_queries.standing(actor, submission.cycle)
    if submission.city_id not in standing.city_ids:
        raise NotPermitted(N_("You do not act for this city."))
    if not can_edit_submission(standing, city_id=submission.city_id, status=submission.status):
        raise RuleViolation(N_("This submission can no longer be changed."))
    if submission.status is SubmissionStatus.RETURNED:
        _check_asked_for(submission, names, now=now)
        return None
    cycle = submission.cycle
    try:
        check_intake(cycle.phase, deadline_at=cycle.deadline_at, now=now, has_waited=has_waited)
    except TooLate:
        link = queries.live_link(actor, submission)
        if link is None or not lateness.is_open(cycle.phase, until_at=link.until_at, now=now):
            raise
        return link
    return None


def _check_asked_for(submission: Submission, names: Collection[str], *, now: datetime) -> None:
    """Of a returned file only what was asked for, where the secretariat said so, and until the date it gave."""
    if submission.return_by is not None and now >= submission.return_by:
        raise TooLate(N_("The date until which changes were asked for has passed."))
    asked = open_fields(submission) if names else None
    closed = [name for name in names if asked is not None and field_of_input(name) not in asked]
    if closed:
        raise RuleViolation(
            N_("The secretariat asked for other changes only; this part stays as you handed it in."), field=closed[0]
        )


def open_fields(submission: Submission) -> frozenset[str] | None:
    """Keys of the fields (and "files") that may be changed while the file is returned; None where all may be."""
    if submission.status is not SubmissionStatus.RETURNED:
        return None
    last = queries.last_return(submission)
    return frozenset(last.notes) if last is not None and last.is_limited else None


def closed_inputs(submission: Submission) -> set[str]:
    """Inputs of the form that stay as they were handed in, because other changes were asked for."""
    asked = open_fields(submission)
    if asked is None:
        return set()
    return {
        name for field in submission.form.fields if field.key not in asked for name in (*field.inputs, *field.notes)
    }


def due_at(submission: Submission, *, actor: User, now: datetime) -> datetime | None:
    """Until when this person can hand it in: the date of a return, a late link's, else the cycle's deadline."""
    if submission.status is SubmissionStatus.RETURNED and submission.return_by is not None:
        return submission.return_by
    cycle = submission.cycle
    if cycle.deadline_at is not None and now >= cycle.deadline_at and cycle.phase in lateness.LATE_PHASES:
        link = queries.live_link(actor, submission)
        if link is not None:
            return link.until_at
    return cycle.deadline_at
