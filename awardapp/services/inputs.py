"""Where each input of the form is stored: the only place that knows. Everything else reads and writes inputs by name.

Title, summary, contact and theme are columns of the submission; in its answers lie the paired texts of all other fields
under "sections", the city's figures under "city_data", goals and type of innovation by their names, the languages under
"languages", and what a cycle asks besides under "other". Answers to questions that a later form no longer asks are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from awardapp.domain import provenance as languages
from awardapp.domain.answers import comparable, digest, is_empty
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import CITY_DATA, GOALS_FIELD, LANGUAGES, SOURCE_LANGUAGE, FieldKind, Form, FormField
from awardapp.domain.inputs import parse
from awardapp.domain.provenance import Provenance, TextState
from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import Submission

__all__ = [
    "UnknownInput",
    "change",
    "check_not_frozen",
    "content_of",
    "differing",
    "digest",
    "field_of",
    "frozen_names",
    "is_same",
    "parse",
    "provenance_in",
    "provenance_of",
    "put",
    "texts_in",
    "value_in",
    "value_of",
    "values_in",
    "values_of",
]

_PAIRED_COLUMNS = ("title", "summary")
_CONTACT = ("contact_name", "contact_position", "contact_email", "contact_phone")
_NAMED = (GOALS_FIELD, "innovation_type")  # kept under their own name


class UnknownInput(RuleViolation):
    """The cycle's form does not have this input (any more)."""


def field_of(submission: Submission, name: str) -> FormField:
    """The field of the cycle's form an input belongs to. Raises UnknownInput."""
    field = submission.form.field_of(name)
    if field is None:
        raise UnknownInput(N_("The form does not have this field any more."), field=name)
    return field


def is_same(one: Any, other: Any) -> bool:
    """Whether two values of an input are the same to a reader."""
    return comparable(one) == comparable(other)


def content_of(submission: Submission) -> dict[str, Any]:
    """The working text in the shape in which a version keeps it, with the theme by its id as the input holds it."""
    return {
        "theme": str(submission.theme_id or ""),
        **{f"{key}_{code}": getattr(submission, f"{key}_{code}") for key in _PAIRED_COLUMNS for code in LANGUAGES},
        "contact": {name.removeprefix("contact_"): getattr(submission, name) for name in _CONTACT},
        "answers": submission.answers,
    }


def value_of(submission: Submission, name: str) -> Any:
    """What an input holds: a text, a number or None, a key ("" for none), or a list of keys. Raises UnknownInput."""
    return value_in(content_of(submission), field_of(submission, name), name)


def values_of(submission: Submission) -> dict[str, Any]:
    """What every input of the cycle's form holds, the notes on languages included, in the order of the form."""
    return values_in(content_of(submission), submission.form)


def values_in(content: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The same of a version as it was handed in; the theme is named by its key there."""
    return {name: value_in(content, field, name) for field in form.fields for name in (*field.inputs, *field.notes)}


def texts_in(content: Mapping[str, Any], field: FormField) -> dict[str, str]:
    """Both texts of a paired field."""
    if field.key in _PAIRED_COLUMNS:
        return {language: content[f"{field.key}_{language}"] or "" for language in LANGUAGES}
    kept = content["answers"].get("sections", {}).get(field.key, {})
    return {language: kept.get(language) or "" for language in LANGUAGES}


def provenance_in(content: Mapping[str, Any], field: FormField) -> Provenance:
    """How the two texts of a paired field stand to each other, in a version or in `content_of` a submission."""
    return languages.provenance(content["answers"], field.key, texts_in(content, field))


def provenance_of(submission: Submission) -> dict[str, Provenance]:
    """How the two texts of every paired field of the working text stand to each other, by the field's key."""
    content = content_of(submission)
    return {field.key: provenance_in(content, field) for field in submission.form.fields if field.is_paired}


def value_in(content: Mapping[str, Any], field: FormField, name: str) -> Any:
    """What an input holds in a version, or in `content_of` a submission."""
    answers = content["answers"]
    if field.is_paired:
        if name in field.notes:
            return _note(content, field, name)
        return texts_in(content, field)[name.removeprefix(f"{field.key}_")]
    if field.kind is FieldKind.THEME:
        return content["theme"] or ""
    if field.key in _CONTACT:
        return content["contact"].get(field.key.removeprefix("contact_")) or ""
    if field.key == SOURCE_LANGUAGE:
        return answers.get("languages", {}).get("source", "")
    empty: Any = [] if field.kind.is_list else None if field.kind.is_number else ""
    if field.key in CITY_DATA:
        value = answers.get("city_data", {}).get(field.key)
    elif field.key in _NAMED:
        value = answers.get(field.key)
    else:
        value = answers.get("other", {}).get(field.key)
    if value is None:
        return empty
    return [str(one) for one in value] if field.kind.is_list else value


def _note(content: Mapping[str, Any], field: FormField, name: str) -> str:
    note = name.removeprefix(f"{field.key}_")
    if note == "state":
        return provenance_in(content, field).state.value
    record = content["answers"].get("languages", {}).get(field.key, {})
    return record.get("source", "") if note == "source" else ""


def check_not_frozen(submission: Submission, field: FormField, *, now: datetime) -> None:
    """Refuse to change a field that stands as it is from a date on. Raises RuleViolation.

    A file that was returned for changes has a date of its own: what the secretariat asks for can be corrected.
    """
    if field.is_frozen(now) and submission.status is not SubmissionStatus.RETURNED:
        raise RuleViolation(N_("The date until which this field could be changed has passed."), field=field.inputs[0])


def frozen_names(submission: Submission, *, now: datetime) -> set[str]:
    """The inputs that stand as they are at this instant (see `check_not_frozen`)."""
    if submission.status is SubmissionStatus.RETURNED:
        return set()
    fields = [field for field in submission.form.fields if field.is_frozen(now)]
    return {name for field in fields for name in (*field.inputs, *field.notes)}


def change(submission: Submission, values: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Store those of the values that differ from what is stored, and return their names.

    Raises UnknownInput, and RuleViolation for a field that is frozen by now or a theme that is not the cycle's.
    """
    stored = values_of(submission)
    unknown = [name for name in values if name not in stored]
    if unknown:
        field_of(submission, unknown[0])
    # What is said about two texts belongs to the texts as they are now, so it is stored after them.
    names = sorted((n for n in stored if n in values and not is_same(stored[n], values[n])), key=_is_note(submission))
    for name in names:
        check_not_frozen(submission, field_of(submission, name), now=now)
        put(submission, name, values[name])
    return names


def differing(submission: Submission, values: Mapping[str, Any]) -> list[str]:
    """Names of the inputs of which another value is stored; a note on languages counts as its field's first input."""
    stored = values_of(submission)
    names = [name for name, value in values.items() if name in stored and not is_same(stored[name], value)]
    return [name if name in (field := field_of(submission, name)).inputs else field.inputs[0] for name in names]


def _is_note(submission: Submission) -> Callable[[str], bool]:
    notes = {note for field in submission.form.fields for note in field.notes}
    return notes.__contains__


def put(submission: Submission, name: str, value: Any) -> None:
    """Store a value as `parse` gives it. What lies beside it is left alone, and answers are replaced, never mutated.

    Raises UnknownInput, and RuleViolation for a theme that is not the cycle's.
    """
    field = field_of(submission, name)
    if name in field.notes:
        _put_note(submission, field, name, value)
    elif field.is_paired:
        _put_text(submission, field, name, value)
    elif field.kind is FieldKind.THEME:
        _put_theme(submission, value)
    elif field.key in _CONTACT:
        setattr(submission, name, value)
    elif field.key == SOURCE_LANGUAGE:
        submission.answers = languages.with_source(submission.answers, value)
    elif field.key in CITY_DATA:
        _put_answer(submission, "city_data", field.key, value)
    elif field.key == GOALS_FIELD:
        submission.answers = {**submission.answers, GOALS_FIELD: [int(number) for number in value]}
    elif field.key in _NAMED:
        submission.answers = {**submission.answers, field.key: value}
    else:
        _put_answer(submission, "other", field.key, value)


def _put_answer(submission: Submission, drawer: str, key: str, value: Any) -> None:
    kept = {name: one for name, one in submission.answers.get(drawer, {}).items() if name != key}
    submission.answers = {**submission.answers, drawer: kept if is_empty(value) else {**kept, key: value}}


def _put_theme(submission: Submission, value: str) -> None:
    theme = next((theme for theme in submission.cycle.themes if str(theme.id) == value), None)
    if theme is None and value:
        raise RuleViolation(N_("Choose a theme."), field="theme")
    submission.theme = theme
    submission.theme_id = theme.id if theme else None


def _put_text(submission: Submission, field: FormField, name: str, value: str) -> None:
    language = name.removeprefix(f"{field.key}_")
    before = texts_in(content_of(submission), field)
    texts = {**before, language: value}
    answers = submission.answers
    if not is_same(before[language], value):
        answers = languages.after_writing(answers, field.key, language, texts)
    if field.key in _PAIRED_COLUMNS:
        setattr(submission, name, value)
    else:
        answers = {**answers, "sections": {**answers.get("sections", {}), field.key: texts}}
    submission.answers = answers


def _put_note(submission: Submission, field: FormField, name: str, value: str) -> None:
    texts = texts_in(content_of(submission), field)
    note, answers = name.removeprefix(f"{field.key}_"), submission.answers
    if note == "source":
        submission.answers = languages.with_source(answers, value, key=field.key)
    elif note == "state":
        submission.answers = languages.with_state(answers, field.key, TextState(value), texts)
    elif value:  # a person has read the other text again: it still agrees with the authoritative one
        state = languages.provenance(answers, field.key, texts).state
        state = TextState.CHECKED if state is TextState.MACHINE else state
        submission.answers = languages.with_state(answers, field.key, state, texts)
