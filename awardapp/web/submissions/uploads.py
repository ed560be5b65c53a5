"""Files sent in pieces, as static/upload.js does it: in the manner of the tus protocol, small enough to read in one sitting.

POST   .../uploads                  {name, size, mark} -> the upload, a new one or the one begun before
PATCH  .../uploads/<token>          Upload-Offset: n, the bytes from there on -> how much is kept; 409 says where to go on
GET    .../uploads/<token>          how much is kept (HEAD: the header Upload-Offset alone)
POST   .../uploads/<token>/finish   {sha256} of the whole file if the sender knows it -> taken, or refused with the reason
POST   .../uploads/<token>/drop     nobody goes on with it
GET    .../uploads                  what is unfinished, and a fresh CSRF token after another sign-in
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.wrappers import Response

from awardapp import clock, storage
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.returning import FILES
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Submission, Upload, UploadStatus
from awardapp.services import attachments, uploads
from awardapp.web import access
from awardapp.web.arriving import discard_body
from awardapp.web.forms import whole_number
from awardapp.web.submissions import taking
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import own_submission, why_closed

Answer = tuple[Response, int]

PIECE_TYPE = "application/offset+octet-stream"


def why_refused(upload: Upload) -> str | None:
    """The sentence for which a file was not taken."""
    if upload.refusal is None:
        return None
    return explain(RuleViolation(upload.refusal["msgid"], **upload.refusal["params"]))


def _told(upload: Upload, status: int, **more: Any) -> Answer:
    url = url_for("submissions.upload_state", ref=upload.submission.ref, token=upload.token)
    facts = {"url": url, "name": upload.filename, "size": upload.size, "mark": upload.mark, "received": upload.received}
    answer = jsonify(**facts, status=upload.status.value, why=why_refused(upload), **more)
    answer.headers["Upload-Offset"] = str(upload.received)
    return answer, status


def _refused(why: str, status: int = 422) -> Answer:
    return jsonify(why=why), status


def _no_room() -> Answer:
    return _refused(_("There is no room for files at the moment. What has arrived is kept; it goes on by itself."), 507)


def _own_upload(ref: str, token: str) -> Upload:
    upload = uploads.of_token(own_submission(ref, files=False), token)
    if upload is None:
        abort(404)
    return upload


@bp.get("/<ref>/uploads")
@access.signed_in
def uploads_state(ref: str) -> Answer:
    """What has begun to arrive, for a page that was loaded anew."""
    found = uploads.unfinished(own_submission(ref, files=False))
    told = [_told(upload, 200)[0].get_json() for upload in found]
    return jsonify(token=generate_csrf(), uploads=told), 200


@bp.post("/<ref>/uploads")
@access.signed_in
def begin_upload(ref: str) -> Answer:
    """Announce a file, or find the one that was begun."""
    submission = own_submission(ref)
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    asked = request.get_json(silent=True)
    name, size, mark = (asked.get(key) for key in ("name", "size", "mark")) if isinstance(asked, dict) else (None,) * 3
    if not isinstance(name, str) or type(size) is not int or not isinstance(mark, str):
        abort(400)
    try:
        upload = uploads.begin(
            actor=access.actor(),
            submission=submission,
            filename=name,
            size=size,
            mark=re.sub(r"[^0-9A-Za-z.:-]", "", mark),
            now=clock.database_now(),
        )
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        return _refused(explain(error))
    return _told(upload, 201 if not upload.received else 200)


@bp.get("/<ref>/uploads/<token>")
@access.signed_in
def upload_state(ref: str, token: str) -> Answer:
    """How much of a file is kept."""
    return _told(_own_upload(ref, token), 200)


@bp.patch("/<ref>/uploads/<token>")
@access.signed_in
def receive_piece(ref: str, token: str) -> Answer:
    """Keep the next piece of a file. No transaction is open while its bytes move."""
    upload = _own_upload(ref, token)
    answer = _why_not(upload)
    db.session.commit()
    if answer is not None:
        discard_body()  # or a browser still sending would see a broken line instead of the answer
        return answer
    start, most = upload.received, min(uploads.MAX_PIECE, upload.size - upload.received)
    try:
        with storage.stage(request.stream, limit=most) as piece:
            if piece.size == 0:
                return _told(upload, 409)
            storage.put(storage.piece_key(token, start, piece.sha256), piece.path)
            uploads.note_piece(upload=upload, start=start, piece=piece, now=clock.database_now())
        db.session.commit()
    except storage.TooLarge:
        abort(413)
    except storage.Unavailable:
        return _no_room()
    except uploads.OutOfStep:
        db.session.rollback()
        return _told(_own_upload(ref, token), 409)
    return _told(upload, 200)


def _why_not(upload: Upload) -> Answer | None:
    """The answer to a piece that cannot be kept, None for one that can."""
    if request.mimetype != PIECE_TYPE:
        raise UnsupportedMediaType
    if (
        upload.status is not UploadStatus.ARRIVING
        or whole_number(request.headers.get("Upload-Offset")) != upload.received
    ):
        return _told(upload, 409)
    closed = why_closed(upload.submission, now=clock.database_now(), names=(FILES,))
    return _refused(closed) if closed else None


@bp.post("/<ref>/uploads/<token>/finish")
@access.signed_in
def finish_upload(ref: str, token: str) -> Answer | Response:
    """The file is whole: check it, store it, attach it. Asked again, it says again what became of the file."""
    upload = _own_upload(ref, token)
    if upload.status is UploadStatus.ARRIVING and upload.received == upload.size:
        answer = _finish(upload)
    else:
        answer = _told(upload, 200 if upload.status is UploadStatus.TAKEN else 409)
    if request.is_json:
        return answer
    why = answer[0].get_json().get("why")
    flash(why or _("“%(name)s” is added.", name=upload.filename), "error" if why else "success")
    return redirect(url_for("submissions.files", ref=ref), 303)


def _finish(upload: Upload) -> Answer:
    keys, submission = uploads.piece_keys(upload), upload.submission
    rules = submission.cycle.rules
    db.session.commit()
    try:
        with storage.joined(keys, limit=upload.size) as staged:
            try:
                _check_digest(staged)
                media_type = taking.checked(staged, upload.filename, rules)
            except RuleViolation as error:
                return _refuse(upload, error)
            taking.stored(staged, lambda: _take(upload, staged, media_type))
    except attachments.AlreadyAttached as error:
        db.session.rollback()
        return _refuse(upload, error)
    except (uploads.OutOfStep, FileNotFoundError):  # another request was faster; or the sweep, and it begins anew
        db.session.rollback()
        return _told(_own_upload(submission.ref, upload.token), 409)
    except RuleViolation as error:  # a limit or the deadline: what has arrived is kept
        db.session.rollback()
        return _refused(explain(error))
    except storage.Unavailable:
        db.session.rollback()
        return _no_room()
    _clear(upload)
    return _told(upload, 201)


def _take(upload: Upload, staged: storage.Staged, media_type: str) -> None:
    uploads.take(actor=access.actor(), upload=upload, staged=staged, media_type=media_type, now=clock.database_now())


def _refuse(upload: Upload, error: RuleViolation) -> Answer:
    uploads.refuse(upload=upload, reason=error, now=clock.database_now())
    db.session.commit()
    _clear(upload)
    return _told(upload, 422)


def _clear(upload: Upload) -> None:
    """The pieces are not needed any more; what cannot be deleted now is swept later."""
    with suppress(OSError):
        storage.delete_under(storage.staging_area(upload.token))


def _check_digest(staged: storage.Staged) -> None:
    asked = request.get_json(silent=True) if request.is_json else None
    sha256 = asked.get("sha256") if isinstance(asked, dict) else None
    if sha256 and sha256 != staged.sha256:
        raise RuleViolation(N_("The file was changed while it was being sent. Choose it once more."), field="file")


@bp.post("/<ref>/uploads/<token>/drop")
@access.signed_in
def drop_upload(ref: str, token: str) -> Answer | Response:
    """Throw away what has arrived of a file, or a refusal that has been read."""
    upload = _own_upload(ref, token)
    uploads.drop(upload=upload, now=clock.database_now())
    db.session.commit()
    if upload.status is UploadStatus.DROPPED:
        _clear(upload)
    return _told(upload, 200) if request.is_json else redirect(url_for("submissions.files", ref=ref), 303)


def unfinished_rows(submission: Submission) -> list[dict[str, Any]]:
    """What has begun to arrive or was refused, as the page lists it."""
    return [
        {
            "upload": upload,
            "why": why_refused(upload),
            "is_whole": upload.received == upload.size,
            "until": upload.touched_at + uploads.KEPT_FOR,
        }
        for upload in uploads.unfinished(submission)
    ]
