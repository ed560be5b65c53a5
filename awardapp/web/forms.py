"""What every form shares: the CSRF token, trimmed text, times in the award's zone, numbers with units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import DateTimeLocalField, IntegerField, SelectChoice, StringField, TextAreaField, ValidationError

from awardapp.domain.errors import N_, RuleViolation
from awardapp.i18n import explain, gettext, language

_YEARS = (2000, 2200)
_DATETIME_FORMATS = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]


class _Messages:
    """WTForms' own sentences come from our catalogues too (templates/translations: forms.po)."""

    def gettext(self, string: str) -> str:
        return gettext(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return gettext(singular if n == 1 else plural)


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form with a CSRF token and translated messages. A refusal of a rule is shown at its field."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> Any:
            return _Messages()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if request.is_json and not isinstance(formdata, MultiDict | None):
                return MultiDict()  # no page sends its form as JSON, whose values may be anything
            return super().wrap_formdata(form, formdata)

    def refuse(self, error: RuleViolation) -> None:
        """Show a refusal at the field it names, or above the form."""
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors.append(explain(error))
        else:
            field.errors = [*field.errors, explain(error)]


class Stripped(StringField):  # type: ignore[misc]
    """One line of text without white space around it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = " ".join(valuelist[0].replace("\x00", "").split()) if valuelist else ""


class LongText(TextAreaField):  # type: ignore[misc]
    """Several lines, with line ends as "\\n" and no NUL characters (PostgreSQL refuses them)."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


class ZonedDateTime(DateTimeLocalField):  # type: ignore[misc]
    """A moment typed in the award's time zone, given as an aware time; the zone is said beside the field."""

    data: Any  # WTForms carries no types

    def __init__(self, label: str = "", *, time_zone: str = "Asia/Shanghai", **kwargs: Any) -> None:
        kwargs.setdefault("format", _DATETIME_FORMATS)
        kwargs.setdefault("render_kw", {"step": "1"})
        super().__init__(label, **kwargs)
        self.time_zone = time_zone

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(ZoneInfo(self.time_zone)).strftime(_DATETIME_FORMATS[0]) if self.data else ""

    def pre_validate(self, form: Any) -> None:
        # Not while the data are read in: a form learns the cycle's zone only after it is made.
        if isinstance(self.data, datetime) and self.data.tzinfo is None:
            self.data = self.data.replace(tzinfo=ZoneInfo(self.time_zone))
        if isinstance(self.data, datetime) and not _YEARS[0] <= self.data.year <= _YEARS[1]:
            # Beyond them lie instants that cannot be counted with: the year 1 has no time in another zone.
            raise ValidationError(gettext("Choose a year between %(low)s and %(high)s.", low=_YEARS[0], high=_YEARS[1]))


class WholeNumber(IntegerField):  # type: ignore[misc]
    """A whole number of at most nine digits; longer ones can neither be compared with a range nor be stored."""

    data: Any  # WTForms carries no types

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and abs(self.data) >= 10**9:
            self.data = None
            raise ValueError(gettext("This must be an ordinary number."))


class Required:
    """The field must not be empty; says so in the reader's language."""

    field_flags = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        data = field.data
        if data is None or (isinstance(data, str) and not data.strip()) or data == []:
            if any(isinstance(raw, str) and raw.strip() for raw in field.raw_data or ()) and field.errors:
                return  # what was typed could not be read, and its field has said so
            field.errors[:] = []  # an empty number is missing, not a wrong number
            raise ValidationError(gettext(N_("Please fill this in.")))


class MaxLength:
    """The text has at most this many characters."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"maxlength": limit}

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and len(field.data) > self.limit:
            raise ValidationError(gettext("At most %(n)d characters.", n=self.limit))


def whole_number(text: Any) -> int | None:
    """The number typed or carried by a hidden field; None for anything else."""
    digits = str(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


T = TypeVar("T")


def named_choices(things: Iterable[T], *, value: str = "id", name: str = "name") -> list[SelectChoice]:
    """Choices of a select from rows with name_en and name_zh, in the reader's language."""
    own = language()
    return [
        SelectChoice(str(getattr(thing, value)), getattr(thing, f"{name}_{own}") or getattr(thing, f"{name}_en"))
        for thing in things
    ]
