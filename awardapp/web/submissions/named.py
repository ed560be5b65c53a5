"""Whom the city asks not to judge its submission."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField

from awardapp import clock
from awardapp.domain.assessments import CONFLICT_KIND_NAMES
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.queries import suspicions as queries
from awardapp.services import named_conflicts as services
from awardapp.web import access
from awardapp.web.forms import BaseForm, LongText, MaxLength, Required, Stripped
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import own_submission

Page = str | tuple[str, int] | Response


class NamedForm(BaseForm):
    """One person, with what ties them to the city."""

    person = Stripped(validators=[Required(), MaxLength(services.MOST_NAME)])
    organisation = Stripped(validators=[MaxLength(services.MOST_NAME)])
    kind = SelectField()
    note = LongText(validators=[Required(), MaxLength(services.MOST_NOTE)])

    @classmethod
    def new(cls) -> NamedForm:
        form = cls()
        form.kind.choices = [(kind.value, _(words)) for kind, words in CONFLICT_KIND_NAMES.items()]
        for name, words in {
            "person": N_("Name of the person"),
            "organisation": N_("Organisation"),
            "kind": N_("Kind of tie"),
            "note": N_("What the tie is"),
        }.items():
            form[name].label.text = _(words)
        return form


def _page(submission: Submission, form: NamedForm) -> str:
    closed = (
        submission.status is SubmissionStatus.WITHDRAWN
        or submission.cycle.phase.position > CyclePhase.SCREENING.position
    )
    return render_template(
        "submissions/named.html",
        submission=submission,
        form=form,
        named=queries.named_by(submission),
        kind_words={kind.value: _(words) for kind, words in CONFLICT_KIND_NAMES.items()},
        closed=closed,
    )


@bp.get("/<ref>/not-to-judge")
@access.signed_in
def named(ref: str) -> Page:
    return _page(own_submission(ref, files=False), NamedForm.new())


@bp.post("/<ref>/not-to-judge")
@access.signed_in
def name_conflict(ref: str) -> Page:
    submission, form = own_submission(ref, files=False), NamedForm.new()
    if not form.validate_on_submit():
        return _page(submission, form), 422
    try:
        services.name(
            actor=access.actor(),
            submission=submission,
            person=form.person.data,
            organisation=form.organisation.data or "",
            kind=form.kind.data,
            note=form.note.data,
            now=clock.now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(own_submission(ref, files=False), form), 422
    db.session.commit()
    flash(_("The committee's chair will look at this before the files are given out."), "success")
    return redirect(url_for("submissions.named", ref=ref), 303)


@bp.post("/<ref>/not-to-judge/<int:named_id>/withdraw")
@access.signed_in
def unname_conflict(ref: str, named_id: int) -> Page:
    submission = own_submission(ref, files=False)
    services.withdraw(actor=access.actor(), submission=submission, named_id=named_id, now=clock.now())
    db.session.commit()
    flash(_("The name is taken back."), "success")
    return redirect(url_for("submissions.named", ref=ref), 303)
