"""A submission's life: started, written, handed in, checked. Nothing else assigns its status."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain import eligibility
from awardapp.domain.cycles import check_intake
from awardapp.domain.eligibility import Contents, Problem
from awardapp.domain.errors import N_, NotPermitted, RuleViolation, StaleVersion, TooLate
from awardapp.domain.forms import sections
from awardapp.domain.permissions import can_check_validity, can_edit_submission, require
from awardapp.domain.submissions import NOT_VALID_REASONS, Action, SubmissionStatus, next_status
from awardapp.extensions import db
from awardapp.models import Attachment, City, Cycle, Submission, SubmissionEvent, SubmissionVersion, Theme, User
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_city
from awardapp.services.references import submission_pseudonym, submission_reference

TEXT_FIELDS = ("title_en", "title_zh", "summary_en", "summary_zh")
CONTACT_FIELDS = ("contact_name", "contact_position", "contact_email", "contact_phone")

_MAX_TEXT = 100_000  # characters of one field; far above every limit of the form, so that drafts are never cut


class Incomplete(RuleViolation):
    """The submission cannot be handed in yet; `problems` lists everything, with the fields to go to."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(N_("The submission is not complete yet."))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Draft:
    """What a save writes: the whole working text as plain values."""

    texts: Mapping[str, str]
    contact: Mapping[str, str]
    theme_id: int | None
    answers: Mapping[str, Any]


def locked(submission: Submission) -> Submission:
    """The row, fresh and locked until the transaction ends, so that two people decide one after the other."""
    lock_row(submission)
    return submission


def _event(
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


def _apply(
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
    _event(submission, kind, actor=actor, now=now, note=note, **details)
    audit.record(
        actor=actor,
        action=f"submission.{action.value}",
        object=f"submission:{submission.id}",
        cycle_id=submission.cycle_id,
        reason=reason,
        now=now,
        details={"from": before.value, "to": submission.status.value, **details},
    )


def start(*, actor: User, cycle: Cycle, city: City, now: datetime) -> Submission:
    """Begin a submission for a city. Raises NotPermitted, RuleViolation when the call is not open, TooLate."""
    if city.id not in people_queries.city_ids_of(actor):
        raise NotPermitted(N_("You do not act for this city."))
    check_intake(cycle.phase, deadline_at=cycle.deadline_at, now=now)
    submission = Submission(
        ref=submission_reference(cycle),
        pseudonym=submission_pseudonym(cycle.id),
        cycle_id=cycle.id,
        city_id=city.id,
        status=SubmissionStatus.DRAFT,
        contact_name=actor.name,
        contact_email=actor.email,
        created_by=actor.id,
        created_at=now,
        changed_at=now,
    )
    db.session.add(submission)
    db.session.flush()
    _event(submission, "started", actor=actor, now=now)
    return submission


def check_editable(submission: Submission, *, actor: User, now: datetime) -> None:
    """Refuse unless this person may change the text now. Raises NotPermitted, RuleViolation, TooLate."""
    standing = people_queries.standing(actor, submission.cycle)
    if submission.city_id not in standing.city_ids:
        raise NotPermitted(N_("You do not act for this city."))
    if not can_edit_submission(standing, city_id=submission.city_id, status=submission.status):
        raise RuleViolation(N_("This submission can no longer be changed."))
    if submission.status is SubmissionStatus.RETURNED:
        if submission.return_by is not None and now >= submission.return_by:
            raise TooLate(N_("The date until which changes were asked for has passed."))
        return
    check_intake(submission.cycle.phase, deadline_at=submission.cycle.deadline_at, now=now)


def save_draft(*, actor: User, submission: Submission, draft: Draft, edit_version: int, now: datetime) -> None:
    """Store the working text. Raises StaleVersion when somebody saved since the form was filled, besides the refusals
    of `check_editable`; nothing is overwritten then."""
    locked(submission)
    check_editable(submission, actor=actor, now=now)
    if edit_version != submission.edit_version:
        raise StaleVersion(N_("Somebody else saved this submission after you opened it."))
    for name, text in [*draft.texts.items(), *draft.contact.items()]:
        if len(text) > _MAX_TEXT:
            raise RuleViolation(N_("This text is too long to be kept."), field=name)
        setattr(submission, name, text)
    if draft.theme_id is not None:
        theme = db.session.get(Theme, draft.theme_id)
        if theme is None or theme.cycle_id != submission.cycle_id:
            raise RuleViolation(N_("Choose a theme."), field="theme")
    submission.theme_id = draft.theme_id
    submission.answers = dict(draft.answers)
    submission.edit_version += 1
    submission.changed_at = now
    db.session.flush()


def contents(submission: Submission) -> Contents:
    """The working text as the rules look at it."""
    answers = submission.answers
    return Contents(
        title={"en": submission.title_en, "zh": submission.title_zh},
        summary={"en": submission.summary_en, "zh": submission.summary_zh},
        theme=submission.theme.key if submission.theme else None,
        answers={key: value for key, value in answers.get("sections", {}).items()},
        city_data=answers.get("city_data", {}),
        contact_name=submission.contact_name,
        contact_email=submission.contact_email,
    )


def problems(submission: Submission) -> list[Problem]:
    """What keeps this submission from being handed in."""
    return eligibility.problems(
        contents(submission), sections=sections(submission.cycle.form), rules=submission.cycle.rules
    )


def frozen(submission: Submission) -> dict[str, Any]:
    """The submission as a version keeps it: everything a reader of the file sees, with the files' digests."""
    return {
        "ref": submission.ref,
        "city": {
            "name_en": submission.city.name_en,
            "name_zh": submission.city.name_zh,
            "country": submission.city.country,
        },
        "theme": submission.theme.key if submission.theme else None,
        **{name: getattr(submission, name) for name in TEXT_FIELDS},
        "contact": {name.removeprefix("contact_"): getattr(submission, name) for name in CONTACT_FIELDS},
        "answers": submission.answers,
        "rules_version": submission.cycle.rules_version,
        "files": [
            {
                "filename": a.filename,
                "sha256": a.sha256,
                "size": a.blob.size,
                "media_type": a.blob.media_type,
                "caption_en": a.caption_en,
                "caption_zh": a.caption_zh,
            }
            for a in db.session.scalars(
                select(Attachment)
                .where(Attachment.submission_id == submission.id, Attachment.removed_at.is_(None))
                .order_by(Attachment.id)
            )
        ],
    }


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a version's content over sorted compact JSON, as printed on the receipt."""
    data = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()


def submit(*, actor: User, submission: Submission, now: datetime) -> SubmissionVersion:
    """Hand the submission in: freeze a version, tell every delegate. `now` is the database's clock in this transaction.

    Raises NotPermitted, TooLate, Incomplete, IllegalTransition. A second click finds no change and hands in nothing new.
    """
    # A share lock on the cycle: an extension waits for us, or we wait for it; never half of each.
    lock_row(submission.cycle, share=True)
    locked(submission)
    check_editable(submission, actor=actor, now=now)
    found = problems(submission)
    if found:
        raise Incomplete(found)
    content = frozen(submission)
    digest = content_digest(content)
    last = latest_version(submission)
    if submission.status is SubmissionStatus.SUBMITTED and last is not None and last.sha256 == digest:
        return last
    submission.version += 1
    submission.submitted_at = now
    submission.submitted_by = actor.id
    submission.return_note = None
    submission.return_by = None
    version = SubmissionVersion(
        submission_id=submission.id,
        number=submission.version,
        content=content,
        sha256=digest,
        submitted_at=now,
        submitted_by=actor.id,
    )
    db.session.add(version)
    _apply(
        submission,
        Action.SUBMIT,
        actor=actor,
        now=now,
        kind="submitted",
        version=submission.version,
        sha256=digest,
    )
    notify_city(
        "submission_received",
        submission=submission,
        cause=f"submission:{submission.id}:v{submission.version}",
        now=now,
        context={"version": submission.version},
    )
    return version


def latest_version(submission: Submission) -> SubmissionVersion | None:
    """The version that counts, None before the first."""
    return db.session.execute(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.number == submission.version
        )
    ).scalar_one_or_none()


def withdraw(*, actor: User, submission: Submission, note: str, now: datetime) -> None:
    """The city takes its submission back, for good. Raises NotPermitted, IllegalTransition."""
    locked(submission)
    if submission.city_id not in people_queries.city_ids_of(actor):
        raise NotPermitted(N_("You do not act for this city."))
    was_draft = submission.status is SubmissionStatus.DRAFT
    _apply(submission, Action.WITHDRAW, actor=actor, now=now, kind="withdrawn", note=note.strip() or None)
    if not was_draft:
        notify_city("submission_withdrawn", submission=submission, cause=f"submission:{submission.id}", now=now)


def accept_as_valid(*, actor: User, submission: Submission, now: datetime, version: int | None = None) -> None:
    """The validity check is passed. `version` is the one that was read.

    Raises NotPermitted, IllegalTransition, StaleVersion when the city has handed in a newer one since.
    """
    _check(actor, submission, version)
    _apply(submission, Action.ACCEPT_AS_VALID, actor=actor, now=now, kind="accepted")
    notify_city(
        "submission_accepted", submission=submission, cause=f"submission:{submission.id}:v{submission.version}", now=now
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
    _apply(
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
) -> None:
    """Ask the city for changes until a date of its own.

    Raises RuleViolation without a note or with a past date, and as `accept_as_valid` does.
    """
    _check(actor, submission, version)
    if not note.strip():
        raise RuleViolation(N_("Say what should be changed."), field="note")
    if return_by <= now:
        raise RuleViolation(N_("The date must lie in the future."), field="return_by")
    _apply(
        submission,
        Action.RETURN_FOR_CHANGES,
        actor=actor,
        now=now,
        kind="returned",
        note=note.strip(),
        return_by=return_by.isoformat(),
    )
    submission.return_note = note.strip()
    submission.return_by = return_by
    notify_city(
        "submission_returned",
        submission=submission,
        cause=f"submission:{submission.id}:v{submission.version}",
        now=now,
        context={"note": note.strip(), "return_by": return_by.isoformat()},
    )


def _check(actor: User, submission: Submission, version: int | None) -> None:
    require(can_check_validity(people_queries.standing(actor, submission.cycle)))
    locked(submission)
    if version is not None and version != submission.version:
        raise StaleVersion(N_("The city has handed in a newer version after you opened this page."))
