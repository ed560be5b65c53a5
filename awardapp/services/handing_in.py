"""Handing in, and taking back: what is still missing, the version that is frozen, who is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from awardapp.domain import eligibility
from awardapp.domain.eligibility import Problem
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.forms import SOURCE_LANGUAGE, Form, FormField, FormSection
from awardapp.domain.submissions import Action, SubmissionStatus
from awardapp.extensions import db
from awardapp.i18n import pick
from awardapp.models import LateLink, Submission, SubmissionReturn, SubmissionVersion, User
from awardapp.queries import handing_in as queries
from awardapp.queries import people as people_queries
from awardapp.services import inputs
from awardapp.services.comparing import changed_keys
from awardapp.services.intake import check_editable, locked
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_city
from awardapp.services.transitions import apply
from awardapp.services.versions import content_digest, frozen, latest_version


class Incomplete(RuleViolation):
    """The submission cannot be handed in yet; `problems` lists everything, with the fields to go to."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(N_("The submission is not complete yet."))
        self.problems = problems


def problems(submission: Submission, *, now: datetime, field: FormField | None = None) -> list[Problem]:
    """What keeps this submission from being handed in at this instant; with `field` only what is the matter with that one,
    for which the long texts of all others need not be counted.
    """
    rules = submission.cycle.rules
    if field is None:
        return eligibility.problems(inputs.values_of(submission), form=submission.form, rules=rules, now=now)
    alone = Form((FormSection(field.key, "", "", fields=(field,)),))
    content = inputs.content_of(submission)
    values = {name: inputs.value_in(content, field, name) for name in field.inputs}
    values[SOURCE_LANGUAGE] = submission.answers.get("languages", {}).get("source", "")
    return eligibility.problems(values, form=alone, rules=rules, now=now)


def submit(*, actor: User, submission: Submission, now: datetime) -> SubmissionVersion:
    """Hand the submission in: freeze a version, tell every delegate.

    `now` is when the click arrived, by the database's clock (clock.arrival): what it then waited for, a colleague's save
    or the very closing of the call, is not held against it. After the deadline it takes a late link of the actor.

    Raises NotPermitted, TooLate, Incomplete, IllegalTransition, RuleViolation where a part was changed that was not asked
    for. A second click finds no change and hands in nothing new.
    """
    # A share lock on the cycle: an extension waits for us, or we wait for it; never half of each.
    lock_row(submission.cycle, share=True)
    locked(submission)
    link = check_editable(submission, actor=actor, now=now, has_waited=True)
    found = problems(submission, now=now)
    if found:
        raise Incomplete(found)
    content = frozen(submission)
    digest = content_digest(content)
    last = latest_version(submission)
    if submission.status is SubmissionStatus.SUBMITTED and last is not None and last.sha256 == digest:
        return last
    answered = _answered(submission, last, content)
    version = _new_version(submission, content, digest, actor=actor, link=link, now=now)
    if answered is not None:
        answered.answered_version = version.number
    late: dict[str, Any] = {"late_acceptance": link.acceptance_id, "late_link": link.id} if link else {}
    apply(
        submission, Action.SUBMIT, actor=actor, now=now, kind="submitted", version=version.number, sha256=digest, **late
    )
    notify_city(
        "submission_received",
        submission=submission,
        cause=f"submission:{submission.id}:v{version.number}",
        now=now,
        context={"version": version.number},
    )
    return version


def _answered(
    submission: Submission, last: SubmissionVersion | None, content: dict[str, Any]
) -> SubmissionReturn | None:
    """The return this hand-in answers. Raises RuleViolation where something was changed that was to stay as it was.

    Saving refuses that already; this is the last look, whatever way the text came in.
    """
    if submission.status is not SubmissionStatus.RETURNED:
        return None
    answered = queries.last_return(submission)
    if answered is not None and answered.is_limited and last is not None:
        form = submission.form
        changed = changed_keys(last.content, content, form) - set(answered.notes)
        if changed:
            labels = [pick(field, "label") if (field := form.field(key)) else key for key in sorted(changed)]
            raise RuleViolation(
                N_("Only what was asked for may be changed, but this was changed too: %(fields)s."),
                fields=", ".join(labels),
            )
    return answered


def _new_version(
    submission: Submission,
    content: dict[str, Any],
    digest: str,
    *,
    actor: User,
    link: LateLink | None,
    now: datetime,
) -> SubmissionVersion:
    submission.version += 1
    submission.submitted_at = now
    submission.submitted_by = actor.id
    submission.return_note = None
    submission.return_by = None
    submission.is_late = link is not None
    version = SubmissionVersion(
        submission_id=submission.id,
        number=submission.version,
        content=content,
        sha256=digest,
        submitted_at=now,
        submitted_by=actor.id,
        late_acceptance_id=link.acceptance_id if link else None,
    )
    db.session.add(version)
    return version


def withdraw(*, actor: User, submission: Submission, note: str, now: datetime) -> None:
    """The city takes its submission back, for good. Raises NotPermitted, IllegalTransition."""
    locked(submission)
    if submission.city_id not in people_queries.city_ids_of(actor):
        raise NotPermitted(N_("You do not act for this city."))
    was_draft = submission.status is SubmissionStatus.DRAFT
    apply(submission, Action.WITHDRAW, actor=actor, now=now, kind="withdrawn", note=note.strip() or None)
    if not was_draft:
        notify_city("submission_withdrawn", submission=submission, cause=f"submission:{submission.id}", now=now)
