"""Declaring conflicts of interest: the same form for the technical committee and for the jury."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request
from wtforms import FieldList, Form, FormField, RadioField, SelectField

from awardapp import places
from awardapp.domain.assessments import CONFLICT_KIND_NAMES, ConflictKind
from awardapp.domain.errors import N_, RuleViolation
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import language, pick
from awardapp.models import Cycle, Membership
from awardapp.queries import assessments as assessment_queries
from awardapp.services import assessments
from awardapp.web import access
from awardapp.web.forms import BaseForm, MaxLength, Stripped

SPARE_LINES = 3
MOST_LINES = 60
_NOTE = 500


@dataclass(frozen=True, slots=True)
class Room:
    """Where the declaration belongs: the room's name and address, and where the form is posted."""

    label: str
    url: str
    action: str


class TieForm(Form):  # type: ignore[misc]
    """One line: a city or a whole country or region, the kind of tie, a note."""

    where = SelectField(N_("City, or a whole country or region"), validate_choice=False)
    kind = SelectField(N_("Kind of tie"), validate_choice=False)
    note = Stripped(N_("Note"), validators=[MaxLength(_NOTE)])


class DeclarationForm(BaseForm):
    """None at all, or the lines below. A line without a city or country is left out."""

    answer = RadioField(N_("Your declaration"), validate_choice=False)
    lines = FieldList(FormField(TieForm), max_entries=MOST_LINES)


def _places(cycle: Cycle) -> dict[str, list[tuple[str, str]]]:
    own = language()
    cities = [
        (f"city-{city.id}", f"{pick(city, 'name')} · {places.country_name(city.country, own)}")
        for city in assessment_queries.cities_to_judge(cycle)
    ]
    countries = sorted(
        ((f"country-{code}", country.name(own)) for code, country in places.countries().items()),
        key=lambda choice: choice[1],
    )
    return {_("Nothing"): [("", "–")], _("Cities of this cycle"): cities, _("Whole countries and regions"): countries}


def _stored(member: Membership) -> dict[str, Any]:
    lines = [
        {
            "where": f"city-{row.city_id}" if row.city_id else f"country-{row.country}",
            "kind": row.kind,
            "note": row.note,
        }
        for row in assessment_queries.declared_by(member)
    ]
    answer = None if member.conflicts_declared_at is None else ("some" if lines else "none")
    return {"answer": answer, "lines": lines + [{}] * SPARE_LINES}


def declaration_form(member: Membership) -> DeclarationForm:
    """The form filled from the request, or from the present declaration with a few empty lines."""
    form = DeclarationForm(data=_stored(member)) if request.method == "GET" else DeclarationForm()
    form.answer.label.text = _("Your declaration")
    form.answer.choices = [
        ("none", _("I have no conflict of interest with any city of this cycle.")),
        ("some", _("I have the conflicts of interest listed below.")),
    ]
    if "more" in request.form:
        for _line in range(min(SPARE_LINES, MOST_LINES - len(form.lines))):
            form.lines.append_entry({})
    where = _places(member.cycle)
    known = {value for choices in where.values() for value, _label in choices}
    kinds = [(kind.value, _(name)) for kind, name in CONFLICT_KIND_NAMES.items()]
    for number, line in enumerate(form.lines, 1):
        line.label.text = _("Conflict of interest %(n)d", n=number)
        line.form.where.choices = where
        line.form.where.label.text = _("City, or a whole country or region")
        line.form.kind.choices = kinds
        line.form.kind.label.text = _("Kind of tie")
        line.form.note.label.text = _("Note")
        if line.form.where.data and line.form.where.data not in known:
            line.form.where.data = ""
    return form


def _ties(form: DeclarationForm) -> list[assessments.DeclaredTie]:
    found = []
    for line in form.lines:
        where = line.form.where.data
        if not where:
            if line.form.note.data:
                line.form.where.errors = [_("Name a city or a country or region.")]
                raise RuleViolation(N_("A line with a note names no city, country or region."))
            continue
        if line.form.kind.data not in set(ConflictKind):
            raise RuleViolation(N_("Choose the kind of tie."))
        kind, value = where.split("-", 1)
        found.append(
            assessments.DeclaredTie(
                city_id=int(value) if kind == "city" else None,
                country=value if kind == "country" else None,
                kind=ConflictKind(line.form.kind.data),
                note=line.form.note.data or "",
            )
        )
    return found


def _checked(form: DeclarationForm) -> list[assessments.DeclaredTie]:
    """The declared lines. Raises RuleViolation when the answer and the lines contradict each other."""
    if form.answer.data not in ("none", "some"):
        raise RuleViolation(N_("Say whether you have a conflict of interest."), field="answer")
    ties = _ties(form)
    if form.answer.data == "none" and ties:
        raise RuleViolation(N_("You chose that you have none, but lines are filled in below."), field="answer")
    if form.answer.data == "some" and not ties:
        raise RuleViolation(
            N_("Name at least one city, country or region, or choose that you have none."), field="answer"
        )
    return ties


def show(member: Membership, room: Room, *, form: DeclarationForm | None = None, status: int = 200) -> tuple[str, int]:
    """The page with the form: the present declaration, or what was typed."""
    country = member.user.country
    page = render_template(
        "committee/conflicts.html",
        form=form or declaration_form(member),
        member=member,
        room=room,
        own_country=places.country_name(country, language()) if country else None,
        bars_own_country=member.cycle.rules.bar_own_country,
    )
    return page, status


def declare(member: Membership, room: Room, *, now: datetime) -> Any:
    """Store a posted declaration and go to the room, or show the form again with what was typed."""
    form = declaration_form(member)
    if "more" in request.form:
        return show(member, room, form=form)
    valid = form.validate_on_submit()
    try:
        ties = _checked(form)
        if valid:
            assessments.declare_conflicts(actor=access.actor(), member=member, ties=ties, now=now)
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        valid = False
    if not valid:
        return show(member, room, form=form, status=422)
    db.session.commit()
    flash(_("Your declaration is stored. You can change it here at any time."), "success")
    return redirect(room.url)
