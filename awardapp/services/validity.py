"""The validity check: accepted, returned to the city for changes, or found not valid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.permissions import can_check_validity, require
from awardapp.domain.returning import check_notes
from awardapp.domain.submissions import NOT_VALID_REASONS, Action, SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Submission, SubmissionReturn, User
from awardapp.queries import advice as advice_queries
from awardapp.queries import handing_in as queries
from awardapp.queries import people as people_queries
from awardapp.services.intake import locked
from awardapp.services.notifications import notify_city
from awardapp.services.putting_back import put_back
from awardapp.services.transitions import apply


def accept_as_valid(*, actor: User, submission: Submission, now: datetime, version: int | None = None) -> None:
    """The validity check is passed; of a file that was sent back, as it was handed in last. `version` is the one read.

    Raises NotPermitted, IllegalTransition, StaleVersion when the city has handed in a newer one since.
    """
    _check(actor, submission, version)
    if advice_queries.keeps_open(submission, now=now):
        raise IllegalTransition(
            N_(
                "This file asked for advice and stays open for its city until the deadline; it can be accepted after that."
            )
        )
    sent_back = queries.last_return(submission) if submission.status is SubmissionStatus.RETURNED else None
    submission.return_note = submission.return_by = None
    # Lists, ballots and announcements name a file by its title, and the committee's balance goes by its theme: from now on
    # by those that were handed in.
    put_back(submission, lambda key: key in ("title", "theme"), actor=actor, now=now)
    apply(submission, Action.ACCEPT_AS_VALID, actor=actor, now=now, kind="accepted")
    cause = f"submission:{submission.id}:v{submission.version}"
    if advice_queries.request_of(submission) is not None:
        cause += ":advised"  # it may have been accepted at this version before it was opened again for advice
    notify_city(
        "submission_accepted",
        submission=submission,
        # Accepted as it stands after a return, perhaps once more at the same version.
        cause=f"{cause}:return:{sent_back.id}" if sent_back else cause,
        now=now,
    )


def reject_as_not_valid(
    *, actor: User, submission: Submission, reason: str, note: str, now: datetime, version: int | None = None
) -> None:
    """The submission is not valid, for a reason from the list and in words.

    Raises RuleViolation without either, and as `accept_as_valid` does.
    """
    _check(actor, submission, version)
    if reason not in NOT_VALID_REASONS:
        raise RuleViolation(N_("Choose a reason."), field="reason")
    if not note.strip():
        raise RuleViolation(N_("Explain the reason to the city."), field="note")
    apply(
        submission,
        Action.REJECT_AS_NOT_VALID,
        actor=actor,
        now=now,
        kind="rejected",
        note=note.strip(),
        reason=f"{reason}: {note.strip()}",
        reason_key=reason,
    )
    notify_city(
        "submission_not_valid",
        submission=submission,
        cause=f"submission:{submission.id}:v{submission.version}",
        now=now,
        context={"reason": NOT_VALID_REASONS[reason], "note": note.strip()},
    )


def return_for_changes(
    *,
    actor: User,
    submission: Submission,
    note: str,
    return_by: datetime,
    now: datetime,
    version: int | None = None,
    notes: Mapping[str, str] | None = None,
    is_limited: bool = False,
) -> SubmissionReturn:
    """Ask the city for changes until a date of its own; the file leaves judging until it is back and valid.

    `notes` are words by key of the form's field ("files" for its files). With `is_limited` only these fields can be
    changed, also those whose note is empty. Raises RuleViolation without any words or with a past date, and as
    `accept_as_valid` does.
    """
    _check(actor, submission, version)
    kept = check_notes(note, notes or {}, is_limited=is_limited, known={field.key for field in submission.form.fields})
    if return_by <= now:
        raise RuleViolation(N_("The date must lie in the future."), field="return_by")
    returned = SubmissionReturn(
        submission_id=submission.id,
        version=submission.version,
        note=note.strip(),
        notes=kept,
        is_limited=is_limited,
        was_valid=submission.status is SubmissionStatus.VALID,
        return_by=return_by,
        returned_by=actor.id,
        returned_at=now,
    )
    db.session.add(returned)
    apply(
        submission,
        Action.RETURN_FOR_CHANGES,
        actor=actor,
        now=now,
        kind="returned",
        note=note.strip() or None,
        return_by=return_by.isoformat(),
        fields=sorted(kept),
        is_limited=is_limited,
    )
    if is_limited:  # what the city wrote after handing in and may not change now would keep it from handing in again
        put_back(submission, lambda key: key not in kept, actor=actor, now=now)
    submission.return_note = note.strip()
    submission.return_by = return_by
    db.session.flush()  # the letter names the return by its id
    notify_city(
        "submission_returned",
        submission=submission,
        cause=f"return:{returned.id}",
        now=now,
        context={
            "note": note.strip(),
            "return_by": return_by.isoformat(),
            "field_notes": kept,
            "is_limited": is_limited,
        },
    )
    return returned


def _check(actor: User, submission: Submission, version: int | None) -> None:
    require(can_check_validity(people_queries.standing(actor, submission.cycle)))
    locked(submission)
    if version is not None and version != submission.version:
        raise StaleVersion(N_("The city has handed in a newer version after you opened this page."))
