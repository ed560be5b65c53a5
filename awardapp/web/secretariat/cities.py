"""Cities and who acts for them; handing a city over to new people, with a reason, on the record."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import EmailField, FieldList, Form, FormField, SelectChoice, SelectField

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import LANGUAGES, Role
from awardapp.extensions import db
from awardapp.i18n import LANGUAGE_NAMES, pick
from awardapp.i18n import gettext as _
from awardapp.models import City
from awardapp.queries import cities as queries
from awardapp.queries.secretariat import PER_PAGE, page_of
from awardapp.services import delegates
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.cities.history import People, history, people
from awardapp.web.forms import BaseForm, LongText, MaxLength, Required, Stripped, whole_number
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.forms import SeveralChoices
from awardapp.web.secretariat.submissions import country_words

SPARE_LINES = 2


class InviteeForm(Form):  # type: ignore[misc] # WTForms carries no types
    """One person to invite; a line without name and address is left out."""

    name = Stripped(N_("Name"), validators=[MaxLength(200)])
    email = EmailField(N_("E-mail address"), validators=[MaxLength(254)])
    position = Stripped(N_("Position"), validators=[MaxLength(200)])
    letters_in = SelectField(
        N_("Language of the letter"),
        choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        default="en",
    )


class HandOverForm(BaseForm):
    """Who stops acting for the city, who is invited, and why."""

    ending = SeveralChoices()
    inviting = FieldList(FormField(InviteeForm), min_entries=SPARE_LINES, max_entries=10)
    reason = LongText(validators=[Required(), MaxLength(delegates.MOST_REASON)])

    @classmethod
    def of(cls, found: People) -> HandOverForm:
        form = cls()
        form.ending.label.text = _("Who no longer acts for the city")
        form.ending.choices = [
            SelectChoice(str(d.id), f"{d.user.name} · {d.user.email}" + (f" · {d.position}" if d.position else ""))
            for d in found.acting
        ]
        form.inviting.label.text = _("Who is invited to act for it")
        form.reason.label.text = _("Reason, which everybody told will read")
        for number, line in enumerate(form.inviting, 1):
            line.label.text = _("To be invited, person %(n)d", n=number)
            for name, words in (
                ("name", _("Name")),
                ("email", _("E-mail address")),
                ("position", _("Position")),
                ("letters_in", _("Language of the letter")),
            ):
                line.form[name].label.text = words
        return form

    def invitees(self) -> list[delegates.Invitee]:
        """The lines that were filled in."""
        lines: list[Any] = [line.form for line in self.inviting]
        return [
            delegates.Invitee(
                line.email.data or "", line.name.data or "", line.position.data or "", line.letters_in.data
            )
            for line in lines
            if line.email.data or line.name.data
        ]


@bp.get("/cities")
@requires(Role.SECRETARIAT)
def cities() -> str:
    """Cities of the cycle, or with `all` every city there is, by name, with how many people act for each."""
    cycle, text = access.cycle(), request.args.get("q", "").strip()[:200]
    scope = None if request.args.get("scope") == "all" else cycle
    number = whole_number(request.args.get("page")) or 1
    rows, total = queries.cities_with_delegates(cycle=scope, text=text, page=number, per_page=PER_PAGE)
    place = page_of(total, number)
    if place.number != number:
        rows, total = queries.cities_with_delegates(cycle=scope, text=text, page=place.number, per_page=PER_PAGE)
    return render_template(
        "secretariat/cities/index.html",
        cycle=cycle,
        rows=rows,
        place=place,
        text=text,
        is_all=scope is None,
        country_words=country_words,
    )


def _city(city_id: int) -> City:
    found = db.session.get(City, city_id)
    if found is None:
        abort(404)
    return found


def _page(city: City, form: HandOverForm, found: People) -> str:
    return render_template(
        "secretariat/cities/city.html",
        cycle=access.cycle(),
        city=city,
        people=found,
        form=form,
        years=history(city),
        hand_overs=queries.hand_overs(city.id),
        country_words=country_words,
        is_over=queries.is_over(access.cycle()),
        is_ours=queries.is_of_secretary(city.id, access.actor()),
    )


@bp.get("/cities/<int:city_id>")
@requires(Role.SECRETARIAT)
def city(city_id: int) -> str:
    found = _city(city_id)
    tied = people(found)
    return _page(found, HandOverForm.of(tied), tied)


@bp.post("/cities/<int:city_id>")
@requires(Role.SECRETARIAT)
def hand_over(city_id: int) -> Response | tuple[str, int]:
    """End some, invite others; everybody concerned gets the reason by letter."""
    found = _city(city_id)
    form = HandOverForm.of(people(found))
    if not form.validate_on_submit():
        return _page(found, form, people(found)), 422
    try:
        delegates.hand_over(
            actor=access.actor(),
            cycle=access.cycle(),
            city=found,
            ending=[number for chosen in form.ending.data or [] if (number := whole_number(chosen)) is not None],
            inviting=form.invitees(),
            reason=form.reason.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        found = _city(city_id)
        return _page(found, form, people(found)), 422
    db.session.commit()
    flash(_("%(city)s is handed over. Everybody concerned is told by letter.", city=pick(found, "name")), "success")
    return redirect(url_for(".city", cycle_slug=access.cycle().slug, city_id=city_id), 303)
