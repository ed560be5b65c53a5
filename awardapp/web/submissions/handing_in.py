"""Handing in: the whole file as judges will see it, the declaration, and the way to the receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.eligibility import Problem
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.services import submissions
from awardapp.web import access
from awardapp.web.forms import BaseForm
from awardapp.web.submissions import forms
from awardapp.web.submissions.advice import advice_of, ask_with_hand_in
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
    digest = submissions.content_digest(content)
    last = submissions.latest_version(submission)
    form["seen"].data, form["seen"].raw_data = digest, None
    return render_template(
        "submissions/review.html",
        form=form,
        submission=submission,
        cycle=submission.cycle,
        content=content,
        file_url=file_url_of(submission),
        problems=labelled(submission, submissions.problems(submission, now=now)),
        last=last,
        is_changed=last is None or last.sha256 != digest,
        closed=why_closed(submission, now=now),
        deadline=deadline_of(due(submission), cycle=submission.cycle, user=access.actor(), now=now),
        city_advice=advice_of(submission, now=now, handing_in=True),
    )


@bp.get("/<ref>/submit")
@access.signed_in
def review(ref: str) -> Page:
    return _review_page(own_submission(ref), forms.SubmitForm())


@bp.post("/<ref>/submit")
@access.signed_in
def submit(ref: str) -> Page:
    """Hand in. The files are there already, so this is a small request; the instant at which it arrived decides."""
    submission = own_submission(ref)
    form = forms.SubmitForm()
    if not form.validate_on_submit() or not form.declaration.data:
        if not form.declaration.data:
            form.declaration.errors = [_("Tick the declaration to hand in.")]
        return _review_page(submission, form), 422
    try:
        now = clock.arrival()
        version = submissions.submit(actor=access.actor(), submission=submission, now=now)
        ask_with_hand_in(submission, now=now)
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.form_errors.append(explain(error))
        return _review_page(own_submission(ref), form), 422
    flash(_("Handed in. This is your receipt; it also goes by letter to everyone who acts for the city."), "success")
    if form.seen.data and form.seen.data != version.sha256:
        # Not refused: in the last minute a colleague's late correction must not cost the hand-in.
        flash(_("The file was changed after you opened it to read. What is handed in has these changes."), "warning")
    return redirect(url_for("submissions.receipt", ref=ref, number=version.number), 303)
