"""The submission form, made from the cycle's rules: its fields carry the names the rules use when something is missing."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from awardapp import i18n, rulebook
from awardapp.domain.errors import RuleViolation
from awardapp.domain.forms import INNOVATION_TYPES, sections
from awardapp.domain.numbers import parse_number
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.services.submissions import CONTACT_FIELDS, TEXT_FIELDS, Draft
from awardapp.web.forms import BaseForm, LongText, MaxLength, Stripped, named_choices, whole_number

_LANGUAGES = ("en", "zh")
_NUMBER_RANGES: dict[str, tuple[float | None, float | None]] = {
    "population": (1, None),
    "population_growth": (-100, 1000),
    "area_km2": (0, None),
    "density_per_km2": (0, None),
    "gdp_per_capita_usd": (0, None),
    "gini": (0, 100),
}


class NumberText(StringField):  # type: ignore[misc]
    """A number typed as people type it; what cannot be read stays in the field with the reason."""

    def __init__(self, label: str = "", *, whole: bool = False, key: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.whole = whole
        self.low, self.high = _NUMBER_RANGES.get(key, (None, None))

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].replace("\x00", "").strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = parse_number(text, whole=self.whole, low=self.low, high=self.high)
            except RuleViolation as error:
                raise ValueError(explain(error)) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class _Goals(SelectMultipleField):  # type: ignore[misc]
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _own(text: rulebook.Text) -> str:
    return text.zh if i18n.language() == "zh" else text.en


def _in_english(name: str) -> str:
    return _("%(name)s (English)", name=name)


def _in_chinese(name: str) -> str:
    return _("%(name)s (Chinese)", name=name)


def _fields(submission: Submission) -> dict[str, Any]:
    """The fields in the order of the page."""
    book = rulebook.load_rules()
    fields: dict[str, Any] = {
        "edit_version": IntegerField("", widget=HiddenInput()),
        "base": StringField("", widget=HiddenInput()),
        "theme": SelectField(
            _("Theme"),
            choices=[SelectChoice("", _("Choose a theme")), *named_choices(submission.cycle.themes)],
            validate_choice=False,
        ),
        "title_en": Stripped(_in_english(_("Title of the initiative")), validators=[MaxLength(300)]),
        "title_zh": Stripped(_in_chinese(_("Title of the initiative")), validators=[MaxLength(300)]),
        "innovation_type": RadioField(
            _("Type of innovation"),
            choices=[
                *(SelectChoice(c.key, _own(c.name)) for c in book.innovation_types),
                SelectChoice("", _("Not decided yet")),
            ],
            validate_choice=False,
        ),
        "sdgs": _Goals(
            _("Sustainable Development Goals"),
            choices=[SelectChoice(str(goal.number), f"{goal.number}  {_own(goal.name)}") for goal in book.goals],
        ),
    }
    for datum in book.city_data:
        fields[datum.key] = (
            Stripped(_own(datum.name), validators=[MaxLength(500)])
            if datum.kind == "text"
            else NumberText(_own(datum.name), whole=datum.kind == "integer", key=datum.key)
        )
    fields |= {
        "contact_name": Stripped(_("Name of the contact"), validators=[MaxLength(200)]),
        "contact_position": Stripped(_("Position"), validators=[MaxLength(200)]),
        "contact_email": Stripped(_("E-mail address"), validators=[MaxLength(254)]),
        "contact_phone": Stripped(_("Telephone"), validators=[MaxLength(60)]),
        "summary_en": LongText(_in_english(_("Summary"))),
        "summary_zh": LongText(_in_chinese(_("Summary"))),
    }
    for section in sections(submission.cycle.form):
        title = i18n.pick(section, "title")
        fields[f"{section.key}_en"] = LongText(_in_english(title))
        fields[f"{section.key}_zh"] = LongText(_in_chinese(title))
    return fields


def stored_values(submission: Submission) -> dict[str, Any]:
    """What is stored, as the form's fields take it."""
    answers = submission.answers
    values: dict[str, Any] = {name: getattr(submission, name) for name in (*TEXT_FIELDS, *CONTACT_FIELDS)}
    values["theme"] = str(submission.theme_id or "")
    values["innovation_type"] = answers.get("innovation_type") or ""
    values["sdgs"] = [str(number) for number in answers.get("sdgs", [])]
    values |= answers.get("city_data", {})
    for key, texts in answers.get("sections", {}).items():
        for language in _LANGUAGES:
            values[f"{key}_{language}"] = texts.get(language, "")
    return values


def submission_form(submission: Submission, *, stored: bool = False) -> BaseForm:
    """The form filled from the request, or from what is stored (always so with `stored`)."""
    made = type("SubmissionForm", (BaseForm,), _fields(submission))
    values = stored_values(submission)
    form = cast(BaseForm, made(formdata=None, data=values) if stored else made(data=values))
    if stored or not form.is_submitted():
        form["edit_version"].data = submission.edit_version
        form["base"].data = fingerprint(form)
    return form


def editable_fields(form: BaseForm) -> list[Field]:
    """The fields people fill in, in order."""
    return [field for field in form if field.name not in ("csrf_token", "edit_version", "base")]


def _print_of(field: Field) -> str:
    return hashlib.sha256(comparable(field).encode()).hexdigest()[:8]


def fingerprint(form: BaseForm) -> str:
    """A short digest of every field, so that a later save can tell which fields it changed (see conflicts.py)."""
    return " ".join(f"{field.name}:{_print_of(field)}" for field in editable_fields(form))


def is_changed_since(field: Field, base: str) -> bool:
    """Whether a field differs from the state a fingerprint was taken of; True when the fingerprint does not know it."""
    known = dict(part.split(":", 1) for part in base.split() if ":" in part)
    return known.get(field.name) != _print_of(field)


def _choice_labels(field: Field) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in field.choices]


def comparable(field: Field) -> str:
    """What stands in a field, independent of the page's language: for comparing two saves."""
    if isinstance(field, _Goals):
        return " ".join(sorted(field.data or []))
    if isinstance(field, NumberText):
        return field._value().strip() if field.data is None else str(field.data)
    return (field.data or "").replace("\r\n", "\n").strip()


def plain(field: Field) -> str:
    """What stands in a field, as words for people."""
    if isinstance(field, _Goals):
        return "\n".join(label for value, label in _choice_labels(field) if value in (field.data or []))
    if isinstance(field, (SelectField, RadioField)):
        return next((label for value, label in _choice_labels(field) if value and value == field.data), "")
    if isinstance(field, NumberText):
        return field._value()
    return (field.data or "").replace("\r\n", "\n").strip()


def draft_of(form: BaseForm, submission: Submission) -> Draft:
    """The form's content as a save takes it. Answers to sections the form no longer has are kept."""
    book = rulebook.load_rules()
    theme = form["theme"].data or ""
    kind = form["innovation_type"].data
    narrative = {
        section.key: {language: form[f"{section.key}_{language}"].data or "" for language in _LANGUAGES}
        for section in sections(submission.cycle.form)
    }
    return Draft(
        texts={name: form[name].data or "" for name in TEXT_FIELDS},
        contact={name: form[name].data or "" for name in CONTACT_FIELDS},
        theme_id=whole_number(theme),
        answers={
            **submission.answers,
            "sections": {**submission.answers.get("sections", {}), **narrative},
            "city_data": {
                datum.key: form[datum.key].data for datum in book.city_data if form[datum.key].data not in (None, "")
            },
            "sdgs": sorted(int(number) for number in form["sdgs"].data or []),
            "innovation_type": kind if kind in INNOVATION_TYPES else "",
        },
    )


def close_fields(form: BaseForm) -> None:
    """Make every field readable and copyable, but not changeable."""
    for field in editable_fields(form):
        is_text = isinstance(field, (StringField, TextAreaField))
        field.render_kw = {**(field.render_kw or {}), **({"readonly": True} if is_text else {"disabled": True})}


class SubmitForm(BaseForm):
    """The declaration made when handing in."""

    declaration = BooleanField("")

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
