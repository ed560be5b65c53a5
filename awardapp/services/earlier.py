"""Beginning a new entry from an earlier one of the same city: its text, and its files by reference."""

from __future__ import annotations

import copy
from datetime import datetime

from sqlalchemy import select

from awardapp.domain.earlier import WHATS_NEW
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import FieldKind
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Attachment, Cycle, Partner, Submission, User
from awardapp.services import inputs, submissions
from awardapp.services.locks import lock_row
from awardapp.services.transitions import add_event

_TEXTS = ("title_en", "title_zh", "summary_en", "summary_zh")


def begin_from(*, actor: User, earlier: Submission, cycle: Cycle, with_files: bool, now: datetime) -> Submission:
    """A new draft in an open call with the earlier entry's text, and its files if wanted; it asks what is new since then.

    A second click leads to the draft of the first. Answers to questions that the new form does not ask are kept beside.
    Raises NotPermitted, TooLate, RuleViolation for an entry of the same cycle.
    """
    if earlier.cycle_id == cycle.id:
        raise RuleViolation(N_("This entry belongs to the same cycle. Begin from one of an earlier cycle."))
    lock_row(earlier.city)  # two clicks at once would both find no draft
    begun = _begun_from(earlier, cycle)
    if begun is not None:
        return begun
    submission = submissions.start(actor=actor, cycle=cycle, city=earlier.city, now=now)
    submission.based_on_id = earlier.id
    _copy_text(earlier, submission)
    for partner in earlier.partners:
        db.session.add(Partner(submission_id=submission.id, city_id=partner.city_id, position=partner.position))
    if with_files:
        _take_over_files(earlier, submission, actor=actor, now=now)
    add_event(submission, "begun_from", actor=actor, now=now, earlier=earlier.ref)
    db.session.flush()
    return submission


def _begun_from(earlier: Submission, cycle: Cycle) -> Submission | None:
    """A draft that was begun from this entry and is still one."""
    return db.session.execute(
        select(Submission)
        .where(
            Submission.cycle_id == cycle.id,
            Submission.based_on_id == earlier.id,
            Submission.status == SubmissionStatus.DRAFT,
        )
        .order_by(Submission.id)
        .limit(1)
    ).scalar_one_or_none()


def _copy_text(earlier: Submission, submission: Submission) -> None:
    """Everything but the contact, who is the person beginning, and the answer to what was new then."""
    for name in _TEXTS:
        setattr(submission, name, getattr(earlier, name))
    answers = copy.deepcopy(earlier.answers)
    for drawer in ("sections", "languages"):
        answers.get(drawer, {}).pop(WHATS_NEW, None)
    submission.answers = answers
    key = earlier.theme.key if earlier.theme else None
    theme = next((theme for theme in submission.cycle.themes if theme.key == key), None)
    submission.theme_id = theme.id if theme else None
    _leave_out_unknown_choices(submission)


def _leave_out_unknown_choices(submission: Submission) -> None:
    """What the new form's lists no longer offer would be refused at every save."""
    for name, field in submission.form.inputs:
        if field.kind is FieldKind.CHOICE and inputs.value_of(submission, name) not in ("", *field.options):
            inputs.put(submission, name, "")
        elif field.kind.is_list:
            held = inputs.value_of(submission, name)
            inputs.put(submission, name, [one for one in held if one in field.options])


def _take_over_files(earlier: Submission, submission: Submission, *, actor: User, now: datetime) -> None:
    """The same stored bytes under the same names: nothing is copied. Files beyond the new cycle's limits stay behind."""
    rules, count, total = submission.cycle.rules, 0, 0
    for attachment in earlier.attachments:
        size = attachment.blob.size
        if count == rules.max_files or size > rules.max_file_bytes or total + size > rules.max_total_bytes:
            continue
        count, total = count + 1, total + size
        db.session.add(
            Attachment(
                submission_id=submission.id,
                sha256=attachment.sha256,
                filename=attachment.filename,
                caption_en=attachment.caption_en,
                caption_zh=attachment.caption_zh,
                position=attachment.position,
                uploaded_by=actor.id,
                uploaded_at=now,
            )
        )
    db.session.flush()
    db.session.expire(submission, ["attachments"])
