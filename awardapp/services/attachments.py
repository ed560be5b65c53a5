"""The files of a submission: added, described, taken out. Versions that were handed in keep what they had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from awardapp import storage
from awardapp.domain import eligibility
from awardapp.domain.errors import N_, RuleViolation
from awardapp.extensions import db
from awardapp.models import Attachment, Blob, Submission, User
from awardapp.services import submissions

_MAX_CAPTION = 500


def attach(
    *,
    actor: User,
    submission: Submission,
    staged: storage.Staged,
    filename: str,
    media_type: str,
    caption_en: str,
    caption_zh: str,
    now: datetime,
) -> Attachment:
    """Add a file that was received, checked by content and stored under its digest.

    Raises NotPermitted, TooLate, RuleViolation for size, count or a file that is already attached.
    """
    submissions.locked(submission)
    submissions.check_editable(submission, actor=actor, now=now)
    count, total = db.session.execute(
        select(func.count(Attachment.id), func.coalesce(func.sum(Blob.size), 0))
        .join(Blob, Blob.sha256 == Attachment.sha256)
        .where(Attachment.submission_id == submission.id, Attachment.removed_at.is_(None))
    ).one()
    eligibility.check_file(size=staged.size, count=count, total=total, rules=submission.cycle.rules)
    if any(a.sha256 == staged.sha256 for a in submission.attachments):
        raise RuleViolation(N_("This file is already attached."), field="file")
    if db.session.get(Blob, staged.sha256) is None:
        db.session.add(Blob(sha256=staged.sha256, size=staged.size, media_type=media_type, created_at=now))
        db.session.flush()
    attachment = Attachment(
        submission_id=submission.id,
        sha256=staged.sha256,
        filename=eligibility.clean_filename(filename),
        caption_en=caption_en.strip(),
        caption_zh=caption_zh.strip(),
        uploaded_by=actor.id,
        uploaded_at=now,
    )
    db.session.add(attachment)
    submission.changed_at = now
    db.session.flush()
    db.session.expire(submission, ["attachments"])
    return attachment


def detach(*, actor: User, attachment: Attachment, now: datetime) -> None:
    """Take a file out of the working text; versions handed in keep it. Raises NotPermitted, TooLate."""
    submission = submissions.locked(attachment.submission)
    submissions.check_editable(submission, actor=actor, now=now)
    attachment.removed_at = now
    submission.changed_at = now
    db.session.flush()
    db.session.expire(submission, ["attachments"])


def describe(*, actor: User, submission: Submission, captions: Mapping[int, tuple[str, str]], now: datetime) -> None:
    """Set captions of files in English and Chinese, by attachment id. Raises NotPermitted, TooLate."""
    submissions.locked(submission)
    submissions.check_editable(submission, actor=actor, now=now)
    for attachment in submission.attachments:
        if attachment.id in captions:
            for name, text in zip(("caption_en", "caption_zh"), captions[attachment.id], strict=True):
                plain = " ".join(text.replace("\x00", "").split())
                if len(plain) > _MAX_CAPTION:
                    raise RuleViolation(N_("A caption may have %(n)d characters."), n=_MAX_CAPTION)
                setattr(attachment, name, plain)
    submission.changed_at = now
    db.session.flush()
