"""Writing: the form of a submission, saving it, and what happens when two people saved at once."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from awardapp import clock, rulebook
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.forms import density_doubt, sections
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.services import submissions
from awardapp.web import access
from awardapp.web.forms import BaseForm
from awardapp.web.submissions import forms
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.reading import clock_time
from awardapp.web.submissions.scope import deadline_of, due, own_submission, why_closed

Page = str | tuple[str, int] | Response

MINE, STORED = "mine", "stored"


def _edit_page(submission: Submission, form: BaseForm, *, closed: str | None) -> str:
    if closed:
        forms.close_fields(form)
    now = clock.now()
    return render_template(
        "submissions/edit.html",
        form=form,
        submission=submission,
        cycle=submission.cycle,
        rules=submission.cycle.rules,
        sections=sections(submission.cycle.form),
        city_data=rulebook.load_rules().city_data,
        problems=submissions.problems(submission),
        doubt=density_doubt(submission.answers.get("city_data", {})),
        closed=closed,
        deadline=deadline_of(due(submission), cycle=submission.cycle, user=access.actor(), now=now),
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
    submission = own_submission(ref, files=False)
    form = forms.submission_form(submission)
    now = clock.database_now()
    _take_chosen(form, submission)
    if not form.validate_on_submit():
        return _edit_page(submission, form, closed=why_closed(submission, now=now)), 422
    try:
        submissions.save_draft(
            actor=access.actor(),
            submission=submission,
            draft=forms.draft_of(form, submission),
            edit_version=form["edit_version"].data or 0,
            now=now,
        )
        db.session.commit()
    except StaleVersion:
        db.session.rollback()
        return _conflict_page(own_submission(ref), form), 409
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
    known = {"basic", "city", "contact", "summary", *(s.key for s in sections(submission.cycle.form))}
    return url_for("submissions.edit", ref=submission.ref, _anchor=f"saved-{then}" if then in known else None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which two saves differ: both texts, and the one kept unless the reader chooses otherwise."""

    field: Field
    label: str
    mine: str
    stored: str
    keep: str
    is_long: bool


def _differences(form: BaseForm, stored: BaseForm) -> list[Difference]:
    """Fields in which the typed text and the stored one differ. What I did not touch stays as it is stored."""
    base = form["base"].data or ""
    return [
        Difference(
            field,
            field.label.text,
            forms.plain(field),
            forms.plain(stored[field.name]),
            MINE if forms.is_changed_since(field, base) else STORED,
            len(forms.plain(field)) + len(forms.plain(stored[field.name])) > 120,
        )
        for field in forms.editable_fields(form)
        if forms.comparable(field) != forms.comparable(stored[field.name])
    ]


def _conflict_page(submission: Submission, form: BaseForm) -> str:
    """Both texts of every field that differs, side by side, with the choice which one to keep."""
    stored = forms.submission_form(submission, stored=True)
    differences = _differences(form, stored)
    form["edit_version"].data = submission.edit_version
    form["edit_version"].raw_data = None
    form["base"].data = stored["base"].data
    form["base"].raw_data = None
    return render_template(
        "submissions/conflict.html",
        form=form,
        submission=submission,
        differences=differences,
        same=[f for f in forms.editable_fields(form) if f.name not in {d.field.name for d in differences}],
    )


def _take_chosen(form: BaseForm, submission: Submission) -> None:
    """Where the reader of the conflict page chose the stored text, put it into the form."""
    chosen = [field for field in forms.editable_fields(form) if request.form.get(f"keep-{field.name}") == STORED]
    if not chosen:
        return
    stored = forms.submission_form(submission, stored=True)
    for field in chosen:
        field.data = stored[field.name].data
        field.raw_data = None
        field.process_errors = []
