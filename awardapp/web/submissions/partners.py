"""Joint entries: which cities hand in together."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import FieldList, Form, FormField, SelectField

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.returning import PARTNERS
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.services import partners as services
from awardapp.web import access
from awardapp.web.auth_forms import country_choices
from awardapp.web.forms import BaseForm, MaxLength, Stripped
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import own_submission, why_closed

Page = str | tuple[str, int] | Response

SPARE_LINES = 2


class PartnerForm(Form):  # type: ignore[misc] # WTForms carries no types
    """One partner city; a line without a name is left out."""

    name = Stripped(N_("City"), validators=[MaxLength(services.MOST_NAME)])
    country = SelectField(N_("Country or region"))


class PartnersForm(BaseForm):
    """The partner cities, with lines to spare."""

    partners = FieldList(FormField(PartnerForm), max_entries=services.MOST_PARTNERS)

    def named(self) -> list[tuple[int, str, str]]:
        """The lines that were filled in, with their numbers."""
        return [
            (number, line.form.name.data or "", line.form.country.data or "")
            for number, line in enumerate(self.partners)
            if line.form.name.data
        ]


def _form(submission: Submission) -> PartnersForm:
    """Filled from the request, or from what is stored with lines to spare."""
    if request.method == "GET":
        lines = [{"name": p.city.name_en, "country": p.city.country} for p in submission.partners]
        spare = min(SPARE_LINES, services.MOST_PARTNERS - len(lines))
        form = PartnersForm(formdata=None, data={"partners": [*lines, *({"country": ""} for _line in range(spare))]})
    else:
        form = PartnersForm()
    if "more" in request.form:
        for _line in range(min(SPARE_LINES, services.MOST_PARTNERS - len(form.partners))):
            form.partners.append_entry({"country": ""})
    countries = country_choices()
    for number, line in enumerate(form.partners, 1):
        line.label.text = _("Partner %(n)d", n=number)
        line.form.name.label.text = _("City, region or local government")
        line.form.country.label.text = _("Country or region")
        line.form.country.choices = countries
    return form


def _page(submission: Submission, form: PartnersForm, *, closed: str | None) -> str:
    return render_template("submissions/partners.html", submission=submission, form=form, closed=closed)


@bp.get("/<ref>/partners")
@access.signed_in
def partners(ref: str) -> Page:
    submission = own_submission(ref, files=False)
    return _page(
        submission, _form(submission), closed=why_closed(submission, now=clock.database_now(), names=(PARTNERS,))
    )


@bp.post("/<ref>/partners")
@access.signed_in
def name_partners(ref: str) -> Page:
    submission = own_submission(ref, files=False)
    form, now = _form(submission), clock.database_now()
    if "more" in request.form:
        return _page(submission, form, closed=None)
    if not form.validate_on_submit():
        return _page(submission, form, closed=None), 422
    lines = form.named()
    try:
        services.name_partners(
            actor=access.actor(), submission=submission, named=[(name, country) for _n, name, country in lines], now=now
        )
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        _refuse(form, error, [number for number, _name, _country in lines])
        submission = own_submission(ref, files=False)
        return _page(submission, form, closed=why_closed(submission, now=now, names=(PARTNERS,))), 422
    flash(_("The partner cities are saved."), "success")
    return redirect(url_for("submissions.partners", ref=ref), 303)


def _refuse(form: PartnersForm, error: RuleViolation, numbers: list[int]) -> None:
    """Show a refusal at its line."""
    if isinstance(error, services.NotAPartner):
        field = form.partners[numbers[error.line]].form[error.field]
        field.errors = [*field.errors, explain(error)]
    else:
        form.refuse(error)
