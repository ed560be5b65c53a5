"""The submission form as a web form: one field for every input of the cycle's form, under the same name."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from flask import request
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from awardapp import i18n, rulebook
from awardapp.domain.answers import comparable as comparable_value
from awardapp.domain.answers import digest
from awardapp.domain.errors import RuleViolation
from awardapp.domain.forms import FieldKind, Form, FormField
from awardapp.domain.inputs import parse
from awardapp.domain.provenance import STATE_NAMES
from awardapp.i18n import LANGUAGE_NAMES, explain
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, Submission
from awardapp.services import inputs, intake
from awardapp.web.forms import BaseForm, LongText, MaxLength, Stripped, named_choices

_OWN = ("csrf_token", "edit_version", "base")  # what a page carries besides the inputs


class _Keepable:
    """Refuses what could not even be kept in a draft, in the words of the rules."""

    def __init__(self, asked: FormField) -> None:
        self.asked = asked

    def __call__(self, form: Any, field: Any) -> None:
        try:
            parse(self.asked, field.name, field.data or "")
        except RuleViolation as error:
            raise ValidationError(explain(error)) from error


class NumberText(StringField):  # type: ignore[misc]
    """A number typed as people type it; what cannot be read stays in the field with the reason."""

    def __init__(self, label: str = "", *, asked: FormField, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.asked = asked

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            self.data = parse(self.asked, self.name, valuelist)
        except RuleViolation as error:
            raise ValueError(explain(error)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Several things to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _in_language(name: str, language: str) -> str:
    return _("%(name)s (Chinese)", name=name) if language == "zh" else _("%(name)s (English)", name=name)


def _options(asked: FormField, cycle: Cycle) -> list[SelectChoice]:
    """What can be chosen, in the reader's language."""
    if asked.kind is FieldKind.THEME:
        return named_choices(cycle.themes)
    if asked.kind is FieldKind.GOALS:
        own = i18n.language()
        return [SelectChoice(str(g.number), f"{g.number}  {getattr(g.name, own)}") for g in rulebook.load_rules().goals]
    return [SelectChoice(choice.key, getattr(choice, i18n.language()) or choice.en) for choice in asked.choices]


def _field(asked: FormField, label: str, cycle: Cycle) -> Any:
    """The web field of one input."""
    checked = [_Keepable(asked)]
    if asked.kind is FieldKind.TEXT:
        return LongText(label, validators=checked)
    if asked.kind.is_number:
        return NumberText(label, asked=asked)
    if asked.kind.is_list:
        return Ticks(label, choices=_options(asked, cycle), validate_choice=False, validators=checked)
    if asked.kind is FieldKind.THEME:
        first = SelectChoice("", _("Choose a theme"))
        return SelectField(label, choices=[first, *_options(asked, cycle)], validate_choice=False, validators=checked)
    if asked.kind is FieldKind.CHOICE:
        last = SelectChoice("", _("Not decided yet"))
        return RadioField(label, choices=[*_options(asked, cycle), last], validate_choice=False, validators=checked)
    return Stripped(label, validators=checked)


def _notes(asked: FormField, label: str) -> dict[str, Any]:
    """The fields that say how the two texts of a paired field came about."""
    source, state, agrees = asked.notes
    languages = [SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]
    return {
        source: SelectField(
            _("%(name)s: authoritative language", name=label),
            choices=[SelectChoice("", _("as for the whole file")), *languages],
            validate_choice=False,
            validators=[_Keepable(asked)],
        ),
        state: SelectField(
            _("%(name)s: how the other text came about", name=label),
            choices=[SelectChoice(state.value, _(words)) for state, words in STATE_NAMES.items()],
            validate_choice=False,
            validators=[_Keepable(asked)],
        ),
        agrees: BooleanField(_("%(name)s: the other text still agrees", name=label)),
    }


def _fields(form: Form, cycle: Cycle) -> dict[str, Any]:
    """The web fields in the order of the form."""
    fields: dict[str, Any] = {
        "edit_version": IntegerField("", widget=HiddenInput()),
        "base": StringField("", widget=HiddenInput()),
    }
    for asked in form.fields:
        label = i18n.pick(asked, "label")
        for name in asked.inputs:
            words = _in_language(label, name.rpartition("_")[2]) if asked.is_paired else label
            fields[name] = _field(asked, words, cycle)
        if asked.is_paired:
            fields |= _notes(asked, label)
    return fields


def web_form(form: Form, cycle: Cycle, values: dict[str, Any], *, stored: bool = False) -> BaseForm:
    """The web form of a form of this cycle, filled from the request, or from the values (always so with `stored`)."""
    made = type("SubmissionForm", (BaseForm,), _fields(form, cycle))
    return cast(BaseForm, made(formdata=None, data=values) if stored else made(data=values))


def submission_form(submission: Submission, *, stored: bool = False) -> BaseForm:
    """The cycle's form filled from the request, or from what is stored (always so with `stored`)."""
    form = web_form(submission.form, submission.cycle, inputs.values_of(submission), stored=stored)
    if stored or not form.is_submitted():
        form["edit_version"].data = submission.edit_version
        form["base"].data = fingerprint(form)
    bases = bases_in(form["base"].data or "")
    for field in editable_fields(form):  # also on a page sent back with what was typed
        field.render_kw = {**(field.render_kw or {}), "data-base": bases.get(field.name, "")}
    return form


def editable_fields(form: BaseForm) -> list[Field]:
    """The fields people fill in, in order."""
    return [field for field in form if field.name not in _OWN]


def base_of(field: Field) -> str:
    """The digest of what stands in a field: what the page says it started from."""
    return digest(comparable(field))


def fingerprint(form: BaseForm) -> str:
    """The digests of all fields, so that a later save can tell which of them it changed."""
    return " ".join(f"{field.name}:{base_of(field)}" for field in editable_fields(form))


def bases_in(fingerprint: str) -> dict[str, str]:
    """The digests that a page states, by input."""
    return dict(part.split(":", 1) for part in fingerprint.split() if ":" in part)


def _choice_labels(field: Field) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in field.choices]


def comparable(field: Field) -> str:
    """What stands in a field, independent of the page's language: for comparing two saves."""
    if isinstance(field, NumberText) and field.data is None:
        return field._value().strip()
    return comparable_value(_data(field))


def _data(field: Field) -> Any:
    """What stands in a field, as services.inputs holds it."""
    if isinstance(field, BooleanField):
        return "1" if field.data else ""
    return field.data


def plain(field: Field) -> str:
    """What stands in a field, as words for people."""
    if isinstance(field, Ticks):
        return "\n".join(label for value, label in _choice_labels(field) if value in (field.data or []))
    if isinstance(field, (SelectField, RadioField)):
        return next((label for value, label in _choice_labels(field) if value and value == field.data), "")
    return comparable(field)


def values_in(form: BaseForm, submission: Submission, *, now: datetime) -> dict[str, Any]:
    """What was filled in, by input. A text that the request did not bring stays as it is stored; a list that was open on the
    page and has nothing ticked is empty.
    """
    closed = inputs.frozen_names(submission, now=now) | intake.closed_inputs(submission)
    on_page = set(bases_in(form["base"].data or "")) - closed
    found: dict[str, Any] = {}
    for asked in submission.form.fields:
        for name in (*asked.inputs, *asked.notes):
            is_ticked_or_not = name in asked.inputs and (asked.kind.is_list or asked.kind is FieldKind.CHOICE)
            if name in request.form or form[name].raw_data is None or (is_ticked_or_not and name in on_page):
                data = _data(form[name])
                found[name] = data if asked.kind.is_number else parse(asked, name, data or "")
    return found


def close_fields(form: BaseForm, names: set[str] | None = None) -> None:
    """Make fields (all, unless named) readable and copyable, but not changeable."""
    for field in editable_fields(form):
        if names is not None and field.name not in names:
            continue
        is_text = isinstance(field, (StringField, TextAreaField))
        field.render_kw = {**(field.render_kw or {}), **({"readonly": True} if is_text else {"disabled": True})}


class SubmitForm(BaseForm):
    """The declaration made when handing in, and the digest of what was read when it was made."""

    declaration = BooleanField("")
    seen = HiddenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.declaration.label.text = _(
            "I declare that the statements are true, that the initiative is the work of the applicant and its partners, "
            "and that I may hand it in for the city."
        )


class WithdrawForm(BaseForm):
    """Taking a submission back for good."""

    note = LongText("", validators=[MaxLength(2000)])
    sure = BooleanField("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.note.label.text = _("Reason, if you wish to give one")
        self.sure.label.text = _("Yes, withdraw this submission. I know that this cannot be undone.")
