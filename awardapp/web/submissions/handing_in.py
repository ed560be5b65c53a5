"""Handing in: the whole file as judges will see it, the declaration, the receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.eligibility import Problem
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Submission, SubmissionVersion, User
from awardapp.queries import submissions as queries
from awardapp.services import submissions
from awardapp.web import access
from awardapp.web.forms import BaseForm
from awardapp.web.submissions import forms
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import deadline_of, due, own_submission, why_closed

Page = str | tuple[str, int] | Response


def file_url_of(submission: Submission) -> Callable[[Mapping[str, Any]], str]:
    """For the reading macro: the address of a file of a version."""
    return lambda file: url_for("submissions.download", ref=submission.ref, sha256=file["sha256"])


def labelled(submission: Submission, problems: list[Problem]) -> list[tuple[str, str, str]]:
    """What is missing as (field's anchor, field's words, sentence)."""
    form = forms.submission_form(submission, stored=True)
    return [(p.field, form[p.field].label.text if p.field in form else "", _(p.msgid, **p.params)) for p in problems]


def _review_page(submission: Submission, form: BaseForm) -> str:
    now = clock.now()
    content = submissions.frozen(submission)
    last = submissions.latest_version(submission)
    return render_template(
        "submissions/review.html",
        form=form,
        submission=submission,
        cycle=submission.cycle,
        content=content,
        file_url=file_url_of(submission),
        problems=labelled(submission, submissions.problems(submission)),
        last=last,
        is_changed=last is None or last.sha256 != submissions.content_digest(content),
        closed=why_closed(submission, now=now),
        deadline=deadline_of(due(submission), cycle=submission.cycle, user=access.actor(), now=now),
    )


@bp.get("/<ref>/submit")
@access.signed_in
def review(ref: str) -> Page:
    return _review_page(own_submission(ref), forms.SubmitForm())


@bp.post("/<ref>/submit")
@access.signed_in
def submit(ref: str) -> Page:
    """Hand in. The files are there already, so this is a small request; the database's clock decides."""
    submission = own_submission(ref)
    form = forms.SubmitForm()
    if not form.validate_on_submit() or not form.declaration.data:
        if not form.declaration.data:
            form.declaration.errors = [_("Tick the declaration to hand in.")]
        return _review_page(submission, form), 422
    try:
        version = submissions.submit(actor=access.actor(), submission=submission, now=clock.database_now())
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.form_errors.append(explain(error))
        return _review_page(own_submission(ref), form), 422
    flash(_("Handed in. This is your receipt; it also goes by letter to everyone who acts for the city."), "success")
    return redirect(url_for("submissions.receipt", ref=ref, number=version.number), 303)


def _version(submission: Submission, number: int) -> SubmissionVersion:
    version = queries.version(submission, number)
    if version is None:
        abort(404)
    return version


@bp.get("/<ref>/receipt/<int:number>")
@access.signed_in
def receipt(ref: str, number: int) -> Page:
    """What was handed in, when to the second, and the digests by which it can be checked. Made to be printed."""
    submission = own_submission(ref)
    version = _version(submission, number)
    return render_template(
        "submissions/receipt.html",
        submission=submission,
        cycle=submission.cycle,
        version=version,
        by=db.session.get_one(User, version.submitted_by),
    )


@bp.get("/<ref>/versions/<int:number>")
@access.signed_in
def read_version(ref: str, number: int) -> Page:
    """A version exactly as it was handed in."""
    submission = own_submission(ref)
    return render_template(
        "submissions/version.html",
        submission=submission,
        cycle=submission.cycle,
        version=_version(submission, number),
        file_url=file_url_of(submission),
    )
