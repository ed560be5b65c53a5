"""The forms by which a cycle's submission form is edited: words of a section, a field in all its properties, the themes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FloatField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from awardapp.domain.form_design import new_key
from awardapp.domain.forms import ALWAYS_NEEDED, Choice, FieldKind, FormSection
from awardapp.domain.forms import Form as SubmissionForm
from awardapp.domain.forms import FormField as Asked
from awardapp.i18n import LANGUAGE_NAMES, pick
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, FormDraft, Theme
from awardapp.web.forms import (
    BaseForm,
    LongText,
    MaxLength,
    Required,
    Stripped,
    WholeNumber,
    ZonedDateTime,
    whole_number,
)
from awardapp.web.secretariat.rule_forms import ChangeForm

_MORE_ROWS = 3  # empty rows offered for further choices or themes
_LARGEST = 1e15

OPTIONAL, NEEDED, FROM_DATE = "no", "yes", "from"


class DraftChangeForm(BaseForm):
    """A change of the form's draft: carries the revision of the draft it was filled in from."""

    revision = HiddenField(filters=[lambda text: whole_number(text) or 0])

    def state(self, draft: FormDraft | None) -> None:
        """State the revision shown, on a page that is opened or shown again with what others changed meanwhile."""
        self.revision.data, self.revision.raw_data = draft.revision if draft else 0, None


class SectionForm(DraftChangeForm):
    """The words of a section."""

    title_en = Stripped(validators=[Required(), MaxLength(200)])
    title_zh = Stripped(validators=[MaxLength(200)])
    help_en = LongText(validators=[MaxLength(2000)])
    help_zh = LongText(validators=[MaxLength(2000)])

    @classmethod
    def of(cls, section: FormSection | None) -> SectionForm:
        form = cls(obj=section)
        _label_pairs(form, {"title": _("Title"), "help": _("Help")})
        return form

    def section(self, key: str) -> FormSection:
        """A new section with these words."""
        words = self.values()
        return FormSection(key, words["title_en"], words["title_zh"], words["help_en"], words["help_zh"])

    def values(self) -> dict[str, str]:
        """The words as domain.form_design takes them."""
        return {name: self[name].data.strip() for name in ("title_en", "title_zh", "help_en", "help_zh")}


class _ChoiceForm(Form):  # type: ignore[misc]
    key = HiddenField()
    en = Stripped(validators=[MaxLength(300)])
    zh = Stripped(validators=[MaxLength(300)])


class _AnyNumber(FloatField):  # type: ignore[misc]
    """A bound of a number, without needless zeros."""

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and (not isfinite(self.data) or abs(self.data) > _LARGEST):
            raise ValidationError(_("This must be an ordinary number."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:.15g}"


class FieldForm(DraftChangeForm):
    """A field in all that can be changed about it; what its kind does not have is left out."""

    label_en = Stripped(validators=[Required(), MaxLength(300)])
    label_zh = Stripped(validators=[MaxLength(300)])
    help_en = LongText(validators=[MaxLength(2000)])
    help_zh = LongText(validators=[MaxLength(2000)])
    section = SelectField()
    need = RadioField()
    required_from = ZonedDateTime(validators=[Optional()])
    frozen_from = ZonedDateTime(validators=[Optional()])
    is_private = BooleanField()
    words = WholeNumber(validators=[InputRequired(), NumberRange(0, 20_000)])
    characters = WholeNumber(validators=[InputRequired(), NumberRange(0, 20_000)])
    unit_en = Stripped(validators=[MaxLength(60)])
    unit_zh = Stripped(validators=[MaxLength(60)])
    low = _AnyNumber(validators=[Optional()])
    high = _AnyNumber(validators=[Optional()])
    choices = FieldList(FormField(_ChoiceForm), max_entries=80)

    @classmethod
    def of(cls, asked: Asked, submission_form: SubmissionForm, *, section: str, cycle: Cycle) -> FieldForm:
        """The form for a field as it stands; a new one is given with the kind it shall have."""
        form = cls(data=_present(asked, section))
        form._leave_out(asked)
        _label_pairs(form, {"label": _("Label"), "help": _("Help"), "unit": _("Unit")})
        form.section.label.text = _("Section")
        form.section.choices = [(one.key, pick(one, "title") or one.key) for one in submission_form.sections]
        for name, words in _property_words().items():
            if name in form:
                form[name].label.text = words
        if "need" in form:
            form.need.choices = [
                (OPTIONAL, _("optional")),
                (NEEDED, _("needed to submit")),
                (FROM_DATE, _("needed to submit from a date on")),
            ]
        for name in ("required_from", "frozen_from"):
            if name in form:
                form[name].time_zone = cycle.time_zone
        for entry in form.choices if "choices" in form else ():
            entry.form.en.label.text, entry.form.zh.label.text = "English", "中文"
        return form

    def _leave_out(self, asked: Asked) -> None:
        kind = asked.kind
        has = {
            "need": asked.key not in ALWAYS_NEEDED,
            "required_from": asked.key not in ALWAYS_NEEDED,
            "is_private": not asked.is_fixed and kind not in (FieldKind.EMAIL, FieldKind.PHONE),
            "words": kind.is_paired or kind is FieldKind.PLAIN,
            "characters": kind.is_paired,
            **dict.fromkeys(("unit_en", "unit_zh", "low", "high"), kind.is_number),
            "choices": kind.has_choices,
        }
        for name, is_there in has.items():
            if not is_there:
                del self[name]

    def validate_need(self, field: Any) -> None:
        """A field needed from a date on needs the date."""
        if field.data == FROM_DATE and not self.required_from.raw_data[0]:
            raise ValidationError(_("Give the date from which it is needed."))

    def values(self, asked: Asked) -> dict[str, Any]:
        """The properties as domain.form_design takes them. Raises nothing: contradictions are the domain's to refuse."""
        names = (
            "label_en",
            "label_zh",
            "help_en",
            "help_zh",
            "unit_en",
            "unit_zh",
            "words",
            "characters",
            "is_private",
        )
        values: dict[str, Any] = {name: _plain(self[name].data) for name in names if name in self}
        values |= {name: self[name].data for name in ("low", "high") if name in self}
        values["frozen_from"] = self.frozen_from.data
        if "need" in self:
            values["is_required"] = self.need.data == NEEDED
            date: datetime | None = self.required_from.data
            values["required_from"] = date if self.need.data == FROM_DATE else None
        if "choices" in self:
            values["choices"] = self._choices(asked)
        return values

    def _choices(self, asked: Asked) -> tuple[Choice, ...]:
        """The choices that have words; a new one gets a key of its own."""
        kept: list[Choice] = []
        taken = [choice.key for choice in asked.choices]
        for entry in self.choices:
            key, en, zh = entry.form.key.data or "", entry.form.en.data or "", entry.form.zh.data or ""
            if not en and not zh:
                continue
            if key not in {choice.key for choice in asked.choices}:
                key = new_key(SubmissionForm(), en, taken=taken)
                taken.append(key)
            kept.append(Choice(key, en, zh))
        return tuple(kept)


def _property_words() -> dict[str, str]:
    return {
        "need": _("Is an answer needed?"),
        "required_from": _("Needed from"),
        "frozen_from": _("Fixed from"),
        "is_private": _("For the secretariat only: judges and the public do not see the answer"),
        "words": _("At most, words"),
        "characters": _("At most, Chinese characters"),
        "low": _("Lowest value"),
        "high": _("Highest value"),
    }


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _present(asked: Asked, section: str) -> dict[str, Any]:
    present = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
    rows = [choice.to_json() for choice in asked.choices] + [{"key": "", "en": "", "zh": ""}] * _MORE_ROWS
    need = FROM_DATE if asked.required_from else NEEDED if asked.is_required else OPTIONAL
    return {**present, "section": section, "need": need, "choices": rows if asked.kind.has_choices else []}


def blank(kind: FieldKind) -> Asked:
    """A new field of a kind, before anything is said about it."""
    new = Asked("", kind, "", "")
    return replace(new, words=300, characters=500) if kind is FieldKind.TEXT else new


def _label_pairs(form: BaseForm, words: dict[str, str]) -> None:
    for part, name in words.items():
        for code, tongue in LANGUAGE_NAMES.items():
            if f"{part}_{code}" in form:
                form[f"{part}_{code}"].label.text = f"{name} ({tongue})"


class InForceForm(ChangeForm):
    """Putting the draft in force, with the reason once the call is open, as every change of the rules."""

    revision = HiddenField(filters=[lambda text: whole_number(text) or 0])

    @classmethod
    def of(cls, cycle: Cycle, draft: FormDraft | None) -> InForceForm:
        form = cls()
        form.prepare(cycle)
        if not form.is_submitted():
            form.revision.data = draft.revision if draft else 0
        return form


class _ThemeForm(Form):  # type: ignore[misc]
    theme = HiddenField()
    place = WholeNumber(validators=[Optional(), NumberRange(1, 999)])
    name_en = Stripped(validators=[MaxLength(200)])
    name_zh = Stripped(validators=[MaxLength(200)])
    take_out = BooleanField()


class ThemesForm(ChangeForm):
    """All themes of the cycle with their places, and rows for more."""

    themes = FieldList(FormField(_ThemeForm), max_entries=60)

    @classmethod
    def of(cls, cycle: Cycle) -> ThemesForm:
        rows = [
            {"theme": str(theme.id), "place": place, "name_en": theme.name_en, "name_zh": theme.name_zh}
            for place, theme in enumerate(cycle.themes, 1)
        ]
        form = cls(data={"themes": rows + [{}] * _MORE_ROWS})
        form.prepare(cycle)
        for entry in form.themes:
            entry.form.place.label.text = _("Place")
            entry.form.name_en.label.text, entry.form.name_zh.label.text = "English", "中文"
            entry.form.take_out.label.text = _("Take this theme out")
        return form

    def theme_of(self, entry: Any, cycle: Cycle) -> Theme | None:
        """The theme a row is about, None for a new one."""
        return next((theme for theme in cycle.themes if str(theme.id) == entry.form.theme.data), None)

    def values(self, cycle: Cycle) -> list[dict[str, Any]]:
        """The themes as services.forms.change_themes takes them, by place; rows without words are left out."""
        rows: list[tuple[int, int, dict[str, Any]]] = []
        for number, entry in enumerate(self.themes):
            row, theme = entry.form, self.theme_of(entry, cycle)
            if (theme is None and not row.name_en.data and not row.name_zh.data) or row.take_out.data:
                continue
            named = {"name_en": row.name_en.data or "", "name_zh": row.name_zh.data or ""}
            rows.append((row.place.data or 999, number, {"id": theme.id if theme else None, **named}))
        return [values for _place, _number, values in sorted(rows, key=lambda row: row[:2])]
