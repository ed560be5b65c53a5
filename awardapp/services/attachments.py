"""The files of a submission: added, described, put in order, taken out. Versions that were handed in keep what they had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, text

from awardapp import storage
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.files import check_file, clean_filename
from awardapp.domain.returning import FILES
from awardapp.extensions import db
from awardapp.models import Attachment, Blob, Submission, User
from awardapp.services import previews, submissions

_MAX_CAPTION = 500
_LOCK = 0x46494C45  # any fixed number: names the advisory lock between noting stored bytes and sweeping unnoted ones


class BytesGone(Exception):
    """The stored bytes were swept before they were noted; store them again and attach again."""


class AlreadyAttached(RuleViolation):
    """The submission has a file of these very bytes."""


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

    Raises NotPermitted, TooLate, RuleViolation for size, count or a file that is already attached, and BytesGone.
    """
    submissions.locked(submission)
    submissions.check_editable(submission, actor=actor, now=now, names=(FILES,))
    count, total = present(submission)
    check_file(size=staged.size, count=count, total=total, rules=submission.cycle.rules)
    if any(a.sha256 == staged.sha256 for a in submission.attachments):
        raise AlreadyAttached(N_("This file is already attached."), field="file")
    note_bytes(staged, media_type, now=now)
    attachment = Attachment(
        submission_id=submission.id,
        sha256=staged.sha256,
        filename=clean_filename(filename),
        caption_en=caption_en.strip(),
        caption_zh=caption_zh.strip(),
        position=max((a.position for a in submission.attachments), default=0) + 1,
        uploaded_by=actor.id,
        uploaded_at=now,
    )
    db.session.add(attachment)
    submission.changed_at = now
    db.session.flush()
    db.session.expire(submission, ["attachments"])
    return attachment


def present(submission: Submission) -> tuple[int, int]:
    """How many files the working text has, and their bytes together."""
    count, total = db.session.execute(
        select(func.count(Attachment.id), func.coalesce(func.sum(Blob.size), 0))
        .join(Blob, Blob.sha256 == Attachment.sha256)
        .where(Attachment.submission_id == submission.id, Attachment.removed_at.is_(None))
    ).one()
    return count, total


def note_bytes(staged: storage.Staged, media_type: str, *, now: datetime) -> None:
    """The row of the stored bytes, and the request for their pictures, unless others sent the same before. Raises BytesGone."""
    _serialise()
    if not storage.exists(storage.blob_key(staged.sha256)):
        raise BytesGone
    if db.session.get(Blob, staged.sha256) is None:
        db.session.add(Blob(sha256=staged.sha256, size=staged.size, media_type=media_type, created_at=now))
        db.session.flush()
    previews.request(staged.sha256, media_type, now=now)


def _serialise() -> None:
    """One at a time until the end of the transaction; on SQLite the write lock does it."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def remove_unnoted(sha256: str, *, unchanged_since: datetime) -> bool:
    """Delete stored bytes that no row knows (a file refused at the last check); True if they were. Commit at once after."""
    _serialise()
    key = storage.blob_key(sha256)
    if db.session.get(Blob, sha256) is not None:
        return False
    changed = storage.changed_at(key)
    if changed is None or changed > unchanged_since:
        return False
    storage.delete(key)
    return True


def detach(*, actor: User, attachment: Attachment, now: datetime) -> None:
    """Take a file out of the working text; versions handed in keep it. Raises NotPermitted, TooLate."""
    submission = submissions.locked(attachment.submission)
    submissions.check_editable(submission, actor=actor, now=now, names=(FILES,))
    attachment.removed_at = now
    submission.changed_at = now
    db.session.flush()
    db.session.expire(submission, ["attachments"])


def move(*, actor: User, attachment: Attachment, places: int, now: datetime) -> None:
    """Move a file up (negative) or down in the order in which files are shown; at an end it stays.

    Raises NotPermitted, TooLate.
    """
    submission = submissions.locked(attachment.submission)
    submissions.check_editable(submission, actor=actor, now=now, names=(FILES,))
    order = [a for a in submission.attachments if a.id != attachment.id]
    old = [a.id for a in submission.attachments].index(attachment.id)
    order.insert(min(max(old + places, 0), len(order)), attachment)
    for position, one in enumerate(order, 1):
        one.position = position
    submission.changed_at = now
    db.session.flush()
    db.session.expire(submission, ["attachments"])


def describe(*, actor: User, submission: Submission, captions: Mapping[int, tuple[str, str]], now: datetime) -> None:
    """Set captions of files in English and Chinese, by attachment id. Raises NotPermitted, TooLate, RuleViolation."""
    submissions.locked(submission)
    submissions.check_editable(submission, actor=actor, now=now, names=(FILES,))
    for attachment in submission.attachments:
        if attachment.id in captions:
            for name, words in zip(("caption_en", "caption_zh"), captions[attachment.id], strict=True):
                plain = " ".join(words.replace("\x00", "").split())
                if len(plain) > _MAX_CAPTION:
                    raise RuleViolation(N_("A caption may have %(n)d characters."), n=_MAX_CAPTION)
                if getattr(attachment, name) != plain:
                    setattr(attachment, name, plain)
                    submission.changed_at = now
    db.session.flush()
