"""The adviser's sheet: one text for each part of the form, one for the whole file, and the language they are written in."""

from __future__ import annotations

from typing import Any, cast

from wtforms import HiddenField, RadioField, SelectChoice

from awardapp.domain.advice import LONGEST, WHOLE, parts
from awardapp.domain.forms import Form
from awardapp.domain.people import LANGUAGES
from awardapp.i18n import LANGUAGE_NAMES, pick
from awardapp.i18n import gettext as _
from awardapp.models import Advice
from awardapp.web.forms import BaseForm, LongText, MaxLength, whole_number

_PREFIX = "on-"


class GiveForm(BaseForm):
    """What giving advice carries: which save of it was shown, and which version of the file."""

    edit_version = HiddenField(filters=[whole_number])
    version = HiddenField(filters=[whole_number])


def name_of(key: str) -> str:
    """The name of the control for a part: ids must not hold a colon."""
    return _PREFIX + (key.replace(":", "-") or "whole")


def sheet(asked: Form, advice: Advice, *, stored: bool = False) -> BaseForm:
    """The sheet filled from the request, or from what is stored (always so with `stored`)."""
    fields: dict[str, Any] = {
        "edit_version": HiddenField(filters=[whole_number]),
        "language": RadioField(
            _("You write in"),
            choices=[SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
            validate_choice=False,
        ),
        name_of(WHOLE): LongText(_("The file as a whole"), validators=[MaxLength(LONGEST)]),
    }
    for part in parts(asked):
        fields[name_of(part.key)] = LongText(pick(part, "name"), validators=[MaxLength(LONGEST)])
    made = type("AdviceSheet", (BaseForm,), fields)
    values = {"edit_version": advice.edit_version, "language": advice.language}
    values |= {name_of(key): text for key, text in advice.texts.items()}
    return cast(BaseForm, made(formdata=None, data=values) if stored else made(data=values))


def texts_of(form: BaseForm, asked: Form) -> dict[str, str]:
    """What is written, by part."""
    keys = [WHOLE, *(part.key for part in parts(asked))]
    return {key: form[name_of(key)].data or "" for key in keys}
