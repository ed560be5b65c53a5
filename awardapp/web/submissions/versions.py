"""What was handed in: the receipt as a page and as a PDF, each version as it was, two versions side by side."""

from __future__ import annotations

import logging

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import typesetting
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.models import Submission, SubmissionVersion, User
from awardapp.queries import handing_in as handing_in_queries
from awardapp.queries import submissions as queries
from awardapp.services import receipts, submissions
from awardapp.web import access
from awardapp.web.downloads import disposition
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.comparing import compared
from awardapp.web.submissions.handing_in import file_url_of
from awardapp.web.submissions.scope import own_submission

log = logging.getLogger(__name__)

NOW = "now"  # in the address of a comparison: the working text, which is not handed in


def _version(submission: Submission, number: int) -> SubmissionVersion:
    version = queries.version(submission, number)
    if version is None:
        abort(404)
    return version


@bp.get("/<ref>/receipt/<int:number>")
@access.signed_in
def receipt(ref: str, number: int) -> str:
    """What was handed in, when to the second, and the digests by which it can be checked. Made to be printed."""
    submission = own_submission(ref)
    version = _version(submission, number)
    late = version.late_acceptance_id
    return render_template(
        "submissions/receipt.html",
        submission=submission,
        cycle=submission.cycle,
        version=version,
        by=db.session.get_one(User, version.submitted_by),
        late=handing_in_queries.acceptance_of(late) if late else None,
    )


def _person() -> str:
    return f"receipt:{access.actor().id}"


@bp.get("/<ref>/receipt/<int:number>.pdf")
@access.signed_in
@limiter.limit("60 per hour", key_func=_person)
def receipt_pdf(ref: str, number: int) -> Response:
    """The same on paper, typeset while the reader waits; should that fail, the page itself can be printed."""
    submission = own_submission(ref)
    version = _version(submission, number)
    try:
        answer = make_response(receipts.pdf(submission, version))
    except typesetting.CannotTypeset:
        log.exception("receipt not typeset: submission=%s version=%s", submission.id, number)
        flash(_("The PDF could not be made just now. This page says the same and can be printed."), "warning")
        return redirect(url_for("submissions.receipt", ref=ref, number=number))
    answer.headers["Content-Type"] = "application/pdf"
    name = _("Receipt %(ref)s version %(n)s", ref=submission.ref, n=number)
    answer.headers["Content-Disposition"] = disposition(f"{name}.pdf")
    return answer


@bp.get("/<ref>/versions/<int:number>")
@access.signed_in
def read_version(ref: str, number: int) -> str:
    """A version exactly as it was handed in."""
    submission = own_submission(ref)
    return render_template(
        "submissions/version.html",
        submission=submission,
        cycle=submission.cycle,
        version=_version(submission, number),
        file_url=file_url_of(submission),
    )


@bp.get("/<ref>/compare")
@access.signed_in
def compare_versions(ref: str) -> str:
    """Two versions word by word, by default the last two; "now" is the text as it stands, not handed in."""
    submission = own_submission(ref)
    versions = queries.versions(submission)
    if not versions:
        abort(404)
    latest = versions[0].number
    after = request.args.get("to", NOW if latest == 1 else str(latest))
    before = _number(request.args.get("from", str(latest if after == NOW else max(latest - 1, 1))))
    older = _version(submission, before)
    newer = submissions.frozen(submission) if after == NOW else _version(submission, _number(after)).content
    whole = "whole" in request.args
    return render_template(
        "submissions/compare_versions.html",
        submission=submission,
        cycle=submission.cycle,
        versions=versions,
        before=before,
        after=after,
        found=compared(older.content, newer, submission.cycle, whole=whole),
        whole=whole,
        file_url=file_url_of(submission),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        abort(404)
    return int(text)
