"""Files of a submission: adding, describing, putting in order, taking out, downloading. Sending in pieces: uploads.py."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from awardapp import clock, config, storage
from awardapp.domain.cycles import Rules
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.files import check_file, clean_filename, extensions, kind_names
from awardapp.domain.returning import FILES
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import Attachment, Submission
from awardapp.queries import submissions as queries
from awardapp.services import attachments
from awardapp.web import access, previews
from awardapp.web.downloads import file_response
from awardapp.web.submissions import taking, uploads
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.returned import returned_of
from awardapp.web.submissions.scope import own_submission, why_closed

Page = str | tuple[str, int] | Response

# What one form may send at once: the request's limit less what the form around the files needs.
_AT_ONCE = config.MAX_REQUEST_BYTES - 5_000_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken, by the name it came with, and why."""

    name: str
    why: str


def _files_page(submission: Submission, *, refused: list[Refused], closed: str | None) -> str:
    attached, rules = submission.attachments, submission.cycle.rules
    return render_template(
        "submissions/files.html",
        submission=submission,
        cycle=submission.cycle,
        attachments=attached,
        shown=previews.shown([a.sha256 for a in attached]),
        unfinished=uploads.unfinished_rows(submission),
        rules=rules,
        kinds=kind_names(rules.file_kinds),
        accept=",".join(extensions(rules.file_kinds)),
        total=sum(a.blob.size for a in attached),
        at_once=min(_AT_ONCE, rules.max_total_bytes),
        refused=refused,
        closed=closed,
        returned=returned_of(submission),
    )


@bp.get("/<ref>/files")
@access.signed_in
def files(ref: str) -> Page:
    submission = own_submission(ref)
    return _files_page(submission, refused=[], closed=why_closed(submission, now=clock.database_now(), names=(FILES,)))


def _take(file: FileStorage, submission: Submission, rules: Rules) -> None:
    """Receive, check and store one file, then add it to the submission. Raises RuleViolation."""
    filename = clean_filename(file.filename or "")
    try:
        with storage.stage(file.stream, limit=rules.max_file_bytes) as staged:
            check_file(size=staged.size, count=0, total=0, rules=rules)
            media_type = taking.checked(staged, filename, rules)
            taking.stored(
                staged,
                lambda: attachments.attach(
                    actor=access.actor(),
                    submission=submission,
                    staged=staged,
                    filename=filename,
                    media_type=media_type,
                    caption_en="",
                    caption_zh="",
                    now=clock.database_now(),
                ),
            )
    except storage.TooLarge as error:
        limit = rules.max_file_bytes // 1_000_000
        raise RuleViolation(
            N_("The file is larger than the %(limit)d MB allowed."), field="file", limit=limit
        ) from error
    except storage.Unavailable as error:
        raise RuleViolation(
            N_("There is no room for files at the moment. Try again in a while."), field="file"
        ) from error


@bp.post("/<ref>/files")
@access.signed_in
def add_files(ref: str) -> Page:
    """Take several files at once, each on its own: one that is refused does not keep the others out."""
    submission = own_submission(ref)
    rules = submission.cycle.rules
    closed = why_closed(submission, now=clock.database_now(), names=(FILES,))
    if not closed:
        _describe(submission)
    db.session.commit()
    sent = [file for file in request.files.getlist("files") if file.filename]
    refused: list[Refused] = [Refused(file.filename or "?", closed) for file in sent] if closed else []
    if not sent:
        refused.append(Refused("", closed or _("Choose at least one file.")))
    for file in sent if not closed else []:
        try:
            _take(file, submission, rules)
        except RuleViolation as error:
            db.session.rollback()
            refused.append(Refused(file.filename or "?", explain(error)))
    taken = len(sent) - len([r for r in refused if r.name])
    if taken:
        flash(ngettext("%(n)s file added.", "%(n)s files added.", taken), "success")
    if refused:
        return _files_page(own_submission(ref), refused=refused, closed=closed), 422
    return redirect(url_for("submissions.files", ref=ref), 303)


def _describe(submission: Submission) -> None:
    """Store the captions that came along: they are in the same form as everything else on the page."""
    captions = {
        a.id: (request.form[f"caption_en-{a.id}"], request.form[f"caption_zh-{a.id}"])
        for a in submission.attachments
        if f"caption_en-{a.id}" in request.form and f"caption_zh-{a.id}" in request.form
    }
    attachments.describe(actor=access.actor(), submission=submission, captions=captions, now=clock.database_now())


def _attachment(submission: Submission, attachment_id: int) -> Attachment:
    found = queries.attachment_of(submission, attachment_id)
    if found is None:
        abort(404)
    return found


@bp.post("/<ref>/files/captions")
@access.signed_in
def describe_files(ref: str) -> Page:
    """Store the captions of all files in both languages, and move one up or down if its button was pressed."""
    submission = own_submission(ref)
    _describe(submission)
    what, _dash, which = request.form.get("move", "").partition("-")
    anchor = None
    if what in ("up", "down") and which.isdecimal():
        attachment = _attachment(submission, int(which[:9]))
        attachments.move(
            actor=access.actor(), attachment=attachment, places=-1 if what == "up" else 1, now=clock.database_now()
        )
        anchor = f"file-{attachment.id}"
    db.session.commit()
    flash(_("The captions are saved.") if anchor is None else _("The captions and the new order are saved."), "success")
    return redirect(url_for("submissions.files", ref=ref, _anchor=anchor), 303)


@bp.post("/<ref>/files/<int:attachment_id>/remove")
@access.signed_in
def remove_file(ref: str, attachment_id: int) -> Page:
    """Take a file out; captions typed in the same form are kept."""
    submission = own_submission(ref)
    attachment = _attachment(submission, attachment_id)
    _describe(submission)
    attachments.detach(actor=access.actor(), attachment=attachment, now=clock.database_now())
    db.session.commit()
    flash(_("“%(name)s” is taken out. Versions already handed in keep it.", name=attachment.filename), "success")
    return redirect(url_for("submissions.files", ref=ref), 303)


@bp.get("/<ref>/files/<sha256>")
@access.signed_in
def download(ref: str, sha256: str) -> Response:
    """A file of my city's submission, also one that only an earlier version holds."""
    attachment = queries.file_of(own_submission(ref), sha256)
    if attachment is None:
        abort(404)
    blob = attachment.blob
    return file_response(
        storage.blob_key(blob.sha256), attachment.filename, blob.media_type, blob.size, sha256=blob.sha256
    )


@bp.get(f"/<ref>/files/<sha256>{previews.ROUTE}")
@access.signed_in
def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of such a file."""
    if queries.file_of(own_submission(ref), sha256) is None:
        abort(404)
    return previews.response(sha256, page, size)
