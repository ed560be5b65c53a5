"""Reading a version by the form as it is now and as it was: an answer does not vanish because its question was taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from awardapp.domain.forms import Form, FormField, FormSection

SECTION = "no_longer_asked"


def with_former(form: Form, former: Form, is_answered: Callable[[FormField], bool]) -> Form:
    """The form with choices that a list once offered, and with a last section of the fields that it does not ask any more
    and that were answered.
    """
    gone = tuple(field for field in former.fields if is_answered(field) and not _is_asked(form, field))
    sections = tuple(
        replace(section, fields=tuple(_with_choices(field, former) for field in section.fields))
        for section in form.sections
    )
    if not gone:
        return Form(sections)
    return Form((*sections, FormSection(SECTION, "No longer asked", "不再要求填写", fields=gone)))


def _is_asked(form: Form, field: FormField) -> bool:
    """Whether the form asks for the same thing: a field of the same key whose answer is kept in the same place."""
    now = form.field(field.key)
    return now is not None and now.is_paired == field.is_paired


def _with_choices(field: FormField, former: Form) -> FormField:
    before = former.field(field.key)
    if before is None or not (field.kind.has_choices and before.kind.has_choices):
        return field
    known = {choice.key for choice in field.choices}
    return replace(field, choices=(*field.choices, *(one for one in before.choices if one.key not in known)))
