"""Editing the submission form of the cycle: in a draft that can be looked at as cities will see it, then put in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain import form_design as design
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.forms import FieldKind, Form, FormField, FormSection
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.services import forms as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.form_forms import DraftChangeForm, FieldForm, SectionForm, blank
from awardapp.web.secretariat.form_words import form_differences
from awardapp.web.submissions.forms import web_form

Answer = str | Response | tuple[str, int]


def _edit(change: Callable[[Form], Form], *, revision: int | None) -> None:
    """Carry out one change of the draft. Raises what services.forms.edit does."""
    services.edit(
        actor=access.actor(), cycle=access.cycle(), change=change, revision=revision, now=clock.database_now()
    )


def _changed(form: DraftChangeForm, change: Callable[[Form], Form], *, anchor: str) -> Response | int:
    """Change the draft as the form says and go back to the list; on a refusal the status with which to show it again."""
    if not form.validate_on_submit():
        return 422
    try:
        _edit(change, revision=form.revision.data)
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        form.state(services.draft_of(access.cycle()))
        return 409 if isinstance(error, StaleVersion) else 422
    return _to_list(anchor)


def _to_list(anchor: str | None = None) -> Response:
    return redirect(url_for(".rule_form", cycle_slug=access.cycle().slug, _anchor=anchor), 303)


@bp.get("/rules/form")
@requires(Role.SECRETARIAT)
def rule_form() -> str:
    """Every section and field in order, with what can be done to each."""
    cycle = access.cycle()
    draft, form = services.draft_of(cycle), services.edited(cycle)
    return render_template(
        "secretariat/form/index.html",
        cycle=cycle,
        form=form,
        draft=draft,
        is_fixed=not cycle.phase.is_before(CyclePhase.COMMITTEE),
        kinds=[(kind, _(words)) for kind, words in design.KIND_NAMES.items() if kind not in design.ONLY_KEYS],
        kind_names=design.KIND_NAMES,
        earlier=services.earlier_fields(cycle),
        problems=design.form_problems(form),
        missing=set(form.missing_words()),
        changes=len(form_differences(cycle.form_data, form, zone=cycle.time_zone)) if draft else 0,
    )


@bp.post("/rules/form/order")
@requires(Role.SECRETARIAT)
def order_form() -> Response:
    """Move a section or a field one place, as the button that was pressed says: "field:title:-1"."""
    what, _colon, rest = request.form.get("move", "").partition(":")
    key, _colon, by = rest.rpartition(":")
    moves = {"section": design.move_section, "field": design.move_field}
    if what not in moves or by not in ("-1", "1"):
        abort(404)
    _edit(lambda form: moves[what](form, key, int(by)), revision=None)
    db.session.commit()
    return _to_list(f"{what}-{key}")


@bp.post("/rules/form/put-back")
@requires(Role.SECRETARIAT)
def put_back_field() -> Response:
    """Put a field back that was asked before, in its section if that is still there."""
    found = next(
        (one for one in services.earlier_fields(access.cycle()) if one.field.key == request.form.get("key")), None
    )
    if found is None:
        abort(404)

    def change(form: Form) -> Form:
        if not form.sections:
            form = design.add_section(form, FormSection(found.section, found.section, ""))
        section = form.section(found.section) or form.sections[-1]
        return design.add_field(form, section.key, found.field)

    _edit(change, revision=None)
    db.session.commit()
    return _to_list(f"field-{found.field.key}")


@bp.get("/rules/form/preview")
@requires(Role.SECRETARIAT)
def preview_form() -> str:
    """The form as a city will see it, with the changes that are being prepared."""
    cycle = access.cycle()
    form = services.edited(cycle)
    return render_template(
        "secretariat/form/preview.html",
        cycle=cycle,
        draft=services.draft_of(cycle),
        asked=form,
        form=web_form(form, cycle, {}, stored=True),
        rules=cycle.rules,
        now=clock.now(),
    )


def _section_page(form: SectionForm, section: FormSection | None) -> str:
    return render_template("secretariat/form/section.html", cycle=access.cycle(), form=form, section=section)


def _section(key: str) -> FormSection:
    return services.edited(access.cycle()).section(key) or abort(404)


@bp.get("/rules/form/sections/new")
@requires(Role.SECRETARIAT)
def new_form_section() -> str:
    form = SectionForm.of(None)
    form.state(services.draft_of(access.cycle()))
    return _section_page(form, None)


@bp.post("/rules/form/sections/new")
@requires(Role.SECRETARIAT)
def add_form_section() -> Answer:
    form = SectionForm.of(None)
    key = design.new_key(services.edited(access.cycle()), form.title_en.data or "")
    answer = _changed(form, lambda before: design.add_section(before, form.section(key)), anchor=f"section-{key}")
    return (_section_page(form, None), answer) if isinstance(answer, int) else answer


@bp.get("/rules/form/sections/<section_key>")
@requires(Role.SECRETARIAT)
def form_section(section_key: str) -> str:
    section = _section(section_key)
    form = SectionForm.of(section)
    form.state(services.draft_of(access.cycle()))
    return _section_page(form, section)


@bp.post("/rules/form/sections/<section_key>")
@requires(Role.SECRETARIAT)
def change_form_section(section_key: str) -> Answer:
    """Rename a section, or take it out."""
    section = _section(section_key)
    form = SectionForm.of(section)
    if "take_out" in request.form:
        _edit(lambda before: design.remove_section(before, section_key), revision=form.revision.data)
        db.session.commit()
        flash(_("The section is taken out of the form. Answers to its fields are kept."), "success")
        return _to_list()
    answer = _changed(
        form,
        lambda before: design.change_section(before, section_key, **form.values()),
        anchor=f"section-{section_key}",
    )
    return (_section_page(form, section), answer) if isinstance(answer, int) else answer


def _field_page(form: FieldForm, asked: FormField) -> str:
    return render_template(
        "secretariat/form/field.html",
        cycle=access.cycle(),
        form=form,
        asked=asked,
        kind=_(design.KIND_NAMES[asked.kind]),
    )


def _field(key: str) -> FormField:
    return services.edited(access.cycle()).field(key) or abort(404)


def _kind_to_add(name: str) -> FieldKind:
    """The kind a new field shall have; 404 for one of which a form has only one."""
    kind = next((kind for kind in FieldKind if kind.value == name), None)
    return abort(404) if kind is None or kind in design.ONLY_KEYS else kind


@bp.get("/rules/form/sections/<section_key>/new/<field_kind>")
@requires(Role.SECRETARIAT)
def new_form_field(section_key: str, field_kind: str) -> str:
    _section(section_key)
    asked = blank(_kind_to_add(field_kind))
    form = FieldForm.of(asked, services.edited(access.cycle()), section=section_key, cycle=access.cycle())
    form.state(services.draft_of(access.cycle()))
    return _field_page(form, asked)


@bp.post("/rules/form/sections/<section_key>/new/<field_kind>")
@requires(Role.SECRETARIAT)
def add_form_field(section_key: str, field_kind: str) -> Answer:
    _section(section_key)
    cycle, asked = access.cycle(), blank(_kind_to_add(field_kind))
    edited = services.edited(cycle)
    form = FieldForm.of(asked, edited, section=section_key, cycle=cycle)
    taken = [one.field.key for one in services.earlier_fields(cycle)]
    new = design.new_key(edited, form.label_en.data or "", taken=taken)

    def change(before: Form) -> Form:
        return design.add_field(before, form.section.data, replace(asked, key=new, **form.values(asked)))

    answer = _changed(form, change, anchor=f"field-{new}")
    return (_field_page(form, asked), answer) if isinstance(answer, int) else answer


@bp.get("/rules/form/fields/<field_key>")
@requires(Role.SECRETARIAT)
def form_field(field_key: str) -> str:
    asked, edited = _field(field_key), services.edited(access.cycle())
    form = FieldForm.of(asked, edited, section=design.section_of(edited, field_key).key, cycle=access.cycle())
    form.state(services.draft_of(access.cycle()))
    return _field_page(form, asked)


@bp.post("/rules/form/fields/<field_key>")
@requires(Role.SECRETARIAT)
def change_form_field(field_key: str) -> Answer:
    """Change a field in anything but its kind, or take it out."""
    asked, edited = _field(field_key), services.edited(access.cycle())
    form = FieldForm.of(asked, edited, section=design.section_of(edited, field_key).key, cycle=access.cycle())
    if "take_out" in request.form:
        _edit(lambda before: design.remove_field(before, field_key), revision=form.revision.data)
        db.session.commit()
        flash(_("The field is taken out of the form. Answers to it are kept, and come back with it."), "success")
        return _to_list()

    def change(before: Form) -> Form:
        return design.change_field(before, field_key, section=form.section.data, **form.values(asked))

    answer = _changed(form, change, anchor=f"field-{field_key}")
    return (_field_page(form, asked), answer) if isinstance(answer, int) else answer
