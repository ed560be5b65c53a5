"""Writing: the form of a submission, saving it, and what happens when two people saved at once."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.queries import writing as queries
from awardapp.services import inputs, plausibility, submissions, writing
from awardapp.web import access
from awardapp.web.forms import BaseForm
from awardapp.web.submissions import forms
from awardapp.web.submissions.advice import advice_of
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.conflicts import MINE, STORED, conflict_page
from awardapp.web.submissions.reading import clock_time
from awardapp.web.submissions.returned import returned_of
from awardapp.web.submissions.scope import deadline_of, due, own_submission, why_closed
from awardapp.web.submissions.writing_page import page_data

Page = str | tuple[str, int] | Response


def _edit_page(submission: Submission, form: BaseForm, *, closed: str | None) -> str:
    if closed:
        forms.close_fields(form)
    now = clock.now()
    forms.close_fields(form, inputs.frozen_names(submission, now=now))
    problems = submissions.problems(submission, now=now)
    returned = returned_of(submission)
    if returned is not None:
        forms.close_fields(form, returned.closed)
    return render_template(
        "submissions/edit.html",
        form=form,
        submission=submission,
        cycle=submission.cycle,
        rules=submission.cycle.rules,
        asked=submission.form,
        provenance=inputs.provenance_of(submission),
        now=now,
        problems=problems,
        figures_in=next((s.key for s in submission.form.sections if any(f.key == "population" for f in s.fields)), ""),
        questions=plausibility.questions_of(submission),
        closed=closed,
        returned=returned,
        writing=page_data(submission, form, problems),
        replaced=queries.replaced(submission),
        deadline=deadline_of(due(submission), cycle=submission.cycle, user=access.actor(), now=now),
        city_advice=advice_of(submission, now=now),
    )


@bp.get("/<ref>/edit")
@access.signed_in
def edit(ref: str) -> Page:
    """The whole form on one page; after the deadline the same page to read and copy from."""
    submission = own_submission(ref)
    closed = why_closed(submission, now=clock.database_now())
    return _edit_page(submission, forms.submission_form(submission), closed=closed)


@bp.post("/<ref>/edit")
@access.signed_in
def save(ref: str) -> Page:
    """Store the text. A refusal keeps everything typed in the form it sends back."""
    found = writing.begin(actor=access.actor(), ref=ref)
    if found is None:
        abort(404)
    submission, now = found.submission, found.now
    form = forms.submission_form(submission)
    _take_chosen(form, submission)
    if not form.validate_on_submit():
        db.session.rollback()
        submission = own_submission(ref)
        return _edit_page(submission, form, closed=why_closed(submission, now=now)), 422
    try:
        writing.save_form(
            actor=access.actor(),
            submission=submission,
            values=forms.values_in(form, submission, now=now),
            bases=forms.bases_in(form["base"].data or ""),
            over=_kept(form, MINE),
            now=now,
            standing=found.standing,
        )
        db.session.commit()
    except writing.FormChanged as error:
        db.session.rollback()
        return conflict_page(own_submission(ref), form, error.names), 409
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        submission = own_submission(ref)
        return _edit_page(submission, form, closed=why_closed(submission, now=now)), 422
    flash(_("Saved %(time)s.", time=clock_time(now, submission.cycle.time_zone)), "success")
    return redirect(_after_saving(submission), 303)


def _after_saving(submission: Submission) -> str:
    """Where the button that was pressed leads: on to the next step, or back to the part of the form it stands in."""
    then = request.form.get("then", "")
    if then == "review":
        return url_for("submissions.review", ref=submission.ref)
    if then == "files":
        return url_for("submissions.files", ref=submission.ref)
    form = submission.form
    known = {*(section.key for section in form.sections), *(field.key for field in form.fields)}
    return url_for("submissions.edit", ref=submission.ref, _anchor=f"saved-{then}" if then in known else None)


def _take_chosen(form: BaseForm, submission: Submission) -> None:
    """Where the reader of the conflict page chose the stored text, put it into the form."""
    chosen = _kept(form, STORED)
    if not chosen:
        return
    stored = forms.submission_form(submission, stored=True)
    for name in chosen:
        form[name].data = stored[name].data
        form[name].raw_data = None
        form[name].process_errors = []


def _kept(form: BaseForm, which: str) -> set[str]:
    """The inputs for which the reader of the conflict page chose this text."""
    chosen = (
        key.removeprefix("keep-") for key, value in request.form.items() if key.startswith("keep-") and value == which
    )
    return {name for name in chosen if name in form}
