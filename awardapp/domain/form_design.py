"""Changing a form: what may be added, renamed, moved and taken out, and what keeps a form from being used.

Every function gives a new form and leaves the old one as it was. A field keeps its key and kind for good: answers are stored
under the key and in the shape of the kind. What is taken out can be put back, and its answers with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import (
    ALWAYS_NEEDED,
    FIXED_FIELDS,
    GOALS_FIELD,
    SOURCE_LANGUAGE,
    FieldKind,
    Form,
    FormField,
    FormSection,
)

MOST_SECTIONS = 30
MOST_FIELDS = 120
MOST_CHOICES = 60
_KEY = re.compile(r"[a-z][a-z0-9_]{1,59}")
_LONGEST_KEY = 40

# Kinds of which a form has one field at most, under this key.
ONLY_KEYS: dict[FieldKind, str] = {FieldKind.THEME: "theme", FieldKind.GOALS: GOALS_FIELD}
# Names that the pages' own controls and the web form have, so that no input may be called so.
RESERVED = frozenset(
    {
        *("base", "csrf_token", "data", "edit_version", "errors", "files", "form_errors", "hidden_tag", "is_submitted"),
        *("keep", "main", "meta", "populate_obj", "post_process", "process", "questions", "refuse", "submit", "then"),
        *("token", "top", "validate", "validate_on_submit"),
    }
)
KIND_NAMES: dict[FieldKind, str] = {
    FieldKind.TEXT: N_("Long text, in English and Chinese"),
    FieldKind.LINE: N_("One line, in English and Chinese"),
    FieldKind.PLAIN: N_("One line, in any language"),
    FieldKind.INTEGER: N_("Whole number"),
    FieldKind.NUMBER: N_("Number"),
    FieldKind.CHOICE: N_("One choice from a list"),
    FieldKind.CHOICES: N_("Several choices from a list"),
    FieldKind.EMAIL: N_("E-mail address"),
    FieldKind.PHONE: N_("Telephone number"),
    FieldKind.THEME: N_("Theme of the cycle"),
    FieldKind.GOALS: N_("Sustainable Development Goals"),
}

T = TypeVar("T", FormSection, FormField)


def new_key(form: Form, label_en: str, *, taken: Sequence[str] = ()) -> str:
    """A key for a new field or section, made from its English words; `taken` are keys of things that were taken out."""
    words = re.sub(r"[^a-z0-9]+", "_", label_en.lower()).strip("_")[:_LONGEST_KEY].strip("_")
    stem = words if _KEY.fullmatch(words) else f"field_{words}".rstrip("_")
    used = {*_names(form), *(section.key for section in form.sections), *taken, *RESERVED}
    key, number = stem, 1
    while key in used or any(f"{key}_{end}" in used for end in ("en", "zh", "source", "state", "agrees")):
        number += 1
        key = f"{stem}_{number}"
    return key


def _names(form: Form) -> list[str]:
    """Every name that a field or one of its inputs goes by."""
    return [name for field in form.fields for name in {field.key, *field.inputs, *field.notes}]


def add_section(form: Form, section: FormSection) -> Form:
    """The form with one more section at its end. Raises RuleViolation when there are too many."""
    if len(form.sections) >= MOST_SECTIONS:
        raise RuleViolation(N_("A form may have at most %(n)d sections."), n=MOST_SECTIONS)
    return _checked(Form((*form.sections, section)))


def change_section(form: Form, key: str, **values: str) -> Form:
    """The form with other words for a section."""
    _section(form, key)
    return _checked(Form(tuple(replace(one, **values) if one.key == key else one for one in form.sections)))  # type: ignore[arg-type] # words only


def remove_section(form: Form, key: str) -> Form:
    """The form without a section and its fields. Raises RuleViolation when one of them is needed by the system."""
    if any(field.is_fixed for field in _section(form, key).fields):
        raise RuleViolation(N_("This section holds fields that the system needs. Move them to another section first."))
    return Form(tuple(one for one in form.sections if one.key != key))


def move_section(form: Form, key: str, by: int) -> Form:
    """The form with a section one place up (-1) or down (1); at the edge it stays."""
    _section(form, key)
    return Form(_moved(form.sections, key, by))


def add_field(form: Form, section_key: str, field: FormField) -> Form:
    """The form with one more field at the end of a section. Raises RuleViolation when it contradicts itself."""
    if len(form.fields) >= MOST_FIELDS:
        raise RuleViolation(N_("A form may have at most %(n)d fields."), n=MOST_FIELDS)
    _section(form, section_key)
    return _checked(_with_fields(form, section_key, lambda fields: (*fields, field)))


def change_field(form: Form, key: str, /, *, section: str | None = None, **values: Any) -> Form:
    """The form with a field changed in anything but its key and kind, and moved to the end of another section if told so.

    Raises RuleViolation when the field would contradict itself.
    """
    before = _field(form, key)
    after = replace(before, **{**values, "key": before.key, "kind": before.kind})
    at = section_of(form, key)
    if section is None or section == at.key:
        changed = _with_fields(form, at.key, lambda fields: tuple(after if f.key == key else f for f in fields))
    else:
        _section(form, section)
        without = _with_fields(form, at.key, lambda fields: tuple(f for f in fields if f.key != key))
        changed = _with_fields(without, section, lambda fields: (*fields, after))
    return _checked(changed)


def remove_field(form: Form, key: str) -> Form:
    """The form without a field; answers to it are kept. Raises RuleViolation for one that the system needs."""
    if _field(form, key).is_fixed:
        raise RuleViolation(N_("The system needs this field. It can be renamed and moved, not taken out."))
    return _with_fields(form, section_of(form, key).key, lambda fields: tuple(f for f in fields if f.key != key))


def move_field(form: Form, key: str, by: int) -> Form:
    """The form with a field one place up (-1) or down (1) in its section; at the edge it goes on to the next section."""
    _field(form, key)
    keys = [section.key for section in form.sections]
    at = section_of(form, key)
    place = [field.key for field in at.fields].index(key)
    if 0 <= place + by < len(at.fields):
        return _with_fields(form, at.key, lambda fields: _moved(fields, key, by))
    onward = keys.index(at.key) + by
    if not 0 <= onward < len(keys):
        return form
    field = at.fields[place]
    without = _with_fields(form, at.key, lambda fields: tuple(f for f in fields if f.key != key))
    return _with_fields(without, keys[onward], lambda fields: (field, *fields) if by > 0 else (*fields, field))


def section_of(form: Form, key: str) -> FormSection:
    """The section in which a field stands. Raises RuleViolation when the form has no such field."""
    found = next((section for section in form.sections if any(field.key == key for field in section.fields)), None)
    if found is None:
        raise RuleViolation(N_("The form does not have this field any more."))
    return found


def _section(form: Form, key: str) -> FormSection:
    found = form.section(key)
    if found is None:
        raise RuleViolation(N_("The form does not have this section any more."))
    return found


def _field(form: Form, key: str) -> FormField:
    found = form.field(key)
    if found is None:
        raise RuleViolation(N_("The form does not have this field any more."))
    return found


def _moved(things: tuple[T, ...], key: str, by: int) -> tuple[T, ...]:
    at = [thing.key for thing in things].index(key)
    rest = [thing for thing in things if thing.key != key]
    rest.insert(max(0, min(at + by, len(rest))), things[at])
    return tuple(rest)


def _with_fields(
    form: Form, section_key: str, change: Callable[[tuple[FormField, ...]], tuple[FormField, ...]]
) -> Form:
    return Form(
        tuple(replace(one, fields=change(one.fields)) if one.key == section_key else one for one in form.sections)
    )


def _checked(form: Form) -> Form:
    """The form, if it hangs together. Raises RuleViolation naming the property of the field in question."""
    names = [*_names(form), *(f"#{section.key}" for section in form.sections)]
    if len(names) != len(set(names)) or RESERVED & set(names):
        raise RuleViolation(N_("Two parts of the form would have the same name."), field="label_en")
    for field in form.fields:
        check_field(field)
    return form


def check_field(field: FormField) -> None:
    """Refuse a field that contradicts itself. Raises RuleViolation naming the property."""
    if not _KEY.fullmatch(field.key) or field.key in RESERVED:
        raise RuleViolation(N_("This cannot be the name of a field."), field="label_en")
    wanted = FIXED_FIELDS.get(field.key)
    if ONLY_KEYS.get(field.kind, field.key) != field.key or (wanted is not None and wanted is not field.kind):
        raise RuleViolation(N_("A form can have only one field of this kind."), field="kind")
    if field.key in ALWAYS_NEEDED and (not field.is_required or field.required_from or field.is_private):
        raise RuleViolation(N_("The system needs an answer to this field in every submission."), field="need")
    for limit in ("words", "characters"):
        if getattr(field, limit) < 0:
            raise RuleViolation(N_("This number cannot be negative."), field=limit)
    if field.low is not None and field.high is not None and field.low > field.high:
        raise RuleViolation(N_("The lowest value is above the highest."), field="high")
    keys = [choice.key for choice in field.choices]
    if len(keys) > MOST_CHOICES:
        raise RuleViolation(N_("A list may have at most %(n)d choices."), field="choices", n=MOST_CHOICES)
    if len(keys) != len(set(keys)) or any(not key for key in keys):
        raise RuleViolation(N_("Two choices would have the same name."), field="choices")
    if field.required_from and field.frozen_from and field.frozen_from <= field.required_from:
        raise RuleViolation(N_("The field would be fixed before anybody must fill it in."), field="frozen_from")


def check_form(form: Form, *, open_for_filling_in: bool) -> None:
    """Refuse a form that contradicts itself or, once cities fill it in, could not open a call. Raises RuleViolation."""
    _checked(form)
    problems = form_problems(form) if open_for_filling_in else []
    if problems:
        raise RuleViolation(problems[0])


def form_problems(form: Form) -> list[str]:
    """Message ids of everything in a form that keeps a call from opening."""
    found: list[str] = []
    if not form.sections:
        return [N_("There is no form.")]
    if any(form.field(key) is None for key in FIXED_FIELDS):
        found.append(N_("The form lacks a field that the system needs."))
    if form.missing_words():
        found.append(N_("The form lacks words in one of the languages."))
    if any(field.kind.has_choices and not field.choices for field in form.fields):
        found.append(N_("The form has a list with nothing to choose from."))
    if any(not section.fields for section in form.sections):
        found.append(N_("The form has a section without a field."))
    return found


def removed_choices(before: Form, after: Form) -> dict[str, list[str]]:
    """Choices that fields of both forms no longer offer, by the field's key."""
    kept = {field.key: field for field in after.fields}
    gone = {
        field.key: [key for key in field.options if key not in kept[field.key].options]
        for field in before.fields
        if field.key in kept and field.kind.has_choices and field.key != SOURCE_LANGUAGE
    }
    return {key: choices for key, choices in gone.items() if choices}
