"""Files that arrive in pieces: begun, gone on with, taken or refused, dropped, swept.

A piece is stored first and noted afterwards by one conditional UPDATE, so of two that claim the same place one is kept and
nothing is ever noted that is not there. No transaction is open while bytes move; the rows know how far an upload is, so it
can be gone on with after anything: a broken line, another sign-in, a restart.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select, update

from awardapp import storage
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.files import check_extension, check_file, clean_filename
from awardapp.domain.returning import FILES
from awardapp.extensions import db
from awardapp.models import Attachment, Submission, Upload, UploadPiece, UploadStatus, User
from awardapp.services import attachments, submissions
from awardapp.services.locks import lock_row

MAX_PIECE = 8_000_000  # bytes of one piece: what a broken line can cost at most
KEPT_FOR = timedelta(days=3)  # an upload nobody goes on with
_TOLD_FOR = timedelta(days=1)  # what became of one that has ended
_UNDER_WAY = timedelta(hours=1)  # one that got something so lately counts against the limits of the submission
_MOST_UNFINISHED = 30
_MAX_MARK = 100


class OutOfStep(Exception):
    """A piece does not begin where the kept bytes end; `received` says where that is."""

    def __init__(self, received: int) -> None:
        super().__init__(f"received {received}")
        self.received = received


def begin(*, actor: User, submission: Submission, filename: str, size: int, mark: str, now: datetime) -> Upload:
    """Announce a file of `size` bytes, or find the one that was begun under the same name, size and mark.

    Raises NotPermitted, TooLate, and RuleViolation when the file would be refused anyway: its ending, size, number.
    """
    submissions.locked(submission)
    submissions.check_editable(submission, actor=actor, now=now, names=(FILES,))
    rules = submission.cycle.rules
    filename, mark = clean_filename(filename), mark[:_MAX_MARK]
    arriving = [upload for upload in unfinished(submission) if upload.status is UploadStatus.ARRIVING]
    for upload in arriving:
        if (upload.filename, upload.size, upload.mark) == (filename, size, mark):
            upload.touched_at = now
            db.session.flush()
            return upload
    check_extension(filename, rules.file_kinds)
    lately = [upload for upload in arriving if upload.touched_at > now - _UNDER_WAY]
    count, total = attachments.present(submission)
    check_file(size=size, count=count + len(lately), total=total + sum(u.size for u in lately), rules=rules)
    if len(arriving) >= _MOST_UNFINISHED:
        raise RuleViolation(N_("Too many files have begun to arrive and were not finished. Drop some of them first."))
    upload = Upload(
        token=secrets.token_urlsafe(16),
        submission_id=submission.id,
        filename=filename,
        size=size,
        mark=mark,
        created_by=actor.id,
        created_at=now,
        touched_at=now,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def unfinished(submission: Submission) -> Sequence[Upload]:
    """Uploads of a submission that are arriving or were refused, the oldest first."""
    return db.session.scalars(
        select(Upload)
        .where(
            Upload.submission_id == submission.id,
            Upload.status.in_((UploadStatus.ARRIVING, UploadStatus.REFUSED)),
        )
        .order_by(Upload.id)
    ).all()


def of_token(submission: Submission, token: str) -> Upload | None:
    """An upload of this submission, in whatever state."""
    return db.session.execute(
        select(Upload).where(Upload.submission_id == submission.id, Upload.token == token)
    ).scalar_one_or_none()


def note_piece(*, upload: Upload, start: int, piece: storage.Staged, now: datetime) -> int:
    """Note a piece that is stored; how many bytes are kept now.

    Raises OutOfStep when something else was noted in its place meanwhile, or the upload has ended.
    """
    changed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(Upload)
            .where(
                Upload.id == upload.id,
                Upload.status == UploadStatus.ARRIVING,
                Upload.received == start,
                Upload.size >= start + piece.size,
            )
            .values(received=start + piece.size, touched_at=now)
            .execution_options(synchronize_session=False)
        ),
    )
    db.session.refresh(upload)
    if changed.rowcount != 1:
        raise OutOfStep(upload.received)
    db.session.add(UploadPiece(upload_id=upload.id, start=start, size=piece.size, sha256=piece.sha256))
    db.session.flush()
    return upload.received


def piece_keys(upload: Upload) -> list[str]:
    """Where the pieces of an upload lie, in the order of the file."""
    pieces = db.session.scalars(
        select(UploadPiece).where(UploadPiece.upload_id == upload.id).order_by(UploadPiece.start)
    )
    return [storage.piece_key(upload.token, piece.start, piece.sha256) for piece in pieces]


def take(*, actor: User, upload: Upload, staged: storage.Staged, media_type: str, now: datetime) -> Attachment:
    """The file is whole, checked and stored: it belongs to the submission now. Twice is once.

    Raises what services.attachments.attach raises, and OutOfStep when the upload has ended otherwise.
    """
    submissions.locked(upload.submission)
    lock_row(upload)
    if upload.status is UploadStatus.TAKEN and upload.attachment is not None:
        return upload.attachment
    if upload.status is not UploadStatus.ARRIVING:
        raise OutOfStep(upload.received)
    attachment = attachments.attach(
        actor=actor,
        submission=upload.submission,
        staged=staged,
        filename=upload.filename,
        media_type=media_type,
        caption_en="",
        caption_zh="",
        now=now,
    )
    upload.attachment_id = attachment.id
    upload.status = UploadStatus.TAKEN
    upload.touched_at = now
    db.session.flush()
    return attachment


def refuse(*, upload: Upload, reason: RuleViolation, now: datetime) -> None:
    """The file cannot be taken; the reason stays on the page for a day, or until somebody has read it."""
    lock_row(upload)
    if upload.status is UploadStatus.ARRIVING:
        upload.status = UploadStatus.REFUSED
        upload.refusal = {"msgid": reason.msgid, "params": reason.params}
        upload.touched_at = now
        db.session.flush()


def drop(*, upload: Upload, now: datetime) -> None:
    """Nobody goes on with this one. An upload whose file was taken is over already."""
    lock_row(upload)
    if upload.status is not UploadStatus.TAKEN:
        upload.status = UploadStatus.DROPPED
        upload.refusal = None
        upload.touched_at = now
        db.session.flush()


def give_up_abandoned(*, now: datetime) -> None:
    """Drop the uploads that nobody has gone on with; whoever comes later begins anew."""
    db.session.execute(
        update(Upload)
        .where(Upload.status == UploadStatus.ARRIVING, Upload.touched_at < now - KEPT_FOR)
        .values(status=UploadStatus.DROPPED)
        .execution_options(synchronize_session=False)
    )


def ended(*, now: datetime, limit: int = 500) -> Sequence[tuple[int, str]]:
    """Id and token of uploads of which nothing need be kept, neither bytes nor row."""
    rows = db.session.execute(
        select(Upload.id, Upload.token)
        .where(
            or_(
                Upload.status == UploadStatus.DROPPED,
                (Upload.status != UploadStatus.ARRIVING) & (Upload.touched_at < now - _TOLD_FOR),
            )
        )
        .order_by(Upload.id)
        .limit(limit)
    )
    return [(row.id, row.token) for row in rows]


def forget(upload_id: int) -> None:
    """Remove the rows of an upload whose bytes are gone from the staging area."""
    db.session.execute(delete(UploadPiece).where(UploadPiece.upload_id == upload_id))
    db.session.execute(delete(Upload).where(Upload.id == upload_id))


def is_known(token: str) -> bool:
    """Whether a row speaks for what lies in the staging area under this token."""
    return db.session.scalar(select(func.count()).select_from(Upload).where(Upload.token == token)) != 0
