"""What a submission still lacks before it can be handed in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from awardapp.domain.answers import is_empty
from awardapp.domain.cycles import Rules
from awardapp.domain.errors import N_
from awardapp.domain.forms import LANGUAGES, SOURCE_LANGUAGE, FieldKind, Form, FormField
from awardapp.domain.words import count_words

# What is said of a field that the system itself knows; any other missing answer is told by its kind.
_MISSING: dict[str, str] = {
    "title": N_("The title is missing."),
    "summary": N_("The summary is missing."),
    "contact_name": N_("The contact's name is missing."),
    "contact_email": N_("The contact's e-mail address is missing."),
    "population": N_("The population is missing."),
}
_MISSING_KIND: dict[FieldKind, str] = {
    FieldKind.TEXT: N_("This section is missing."),
    FieldKind.THEME: N_("Choose a theme."),
    FieldKind.CHOICE: N_("Choose something from the list."),
    FieldKind.CHOICES: N_("Tick at least one."),
    FieldKind.GOALS: N_("Tick at least one."),
}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing missing or too long: the input to go to, and the sentence to show."""

    field: str
    msgid: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


def _required_languages(rules: Rules, texts: Mapping[str, str], *, own: str) -> list[str]:
    """Languages in which a text is missing. One allowed language is enough unless the rules ask for all; where none is
    there, one thing is missing and not two: the text in the file's `own` language, if it is allowed.
    """
    missing = [language for language in rules.languages if not texts.get(language, "").strip()]
    if rules.both_languages_required or len(missing) < len(rules.languages):
        return missing if rules.both_languages_required else []
    return [own] if own in missing else missing[:1]


def _missing(field: FormField, values: Mapping[str, Any], rules: Rules) -> list[Problem]:
    words = _MISSING.get(field.key) or _MISSING_KIND.get(field.kind) or N_("Please fill this in.")
    if field.is_paired:
        texts = {language: values.get(f"{field.key}_{language}") or "" for language in LANGUAGES}
        languages = _required_languages(rules, texts, own=values.get(SOURCE_LANGUAGE) or "")
        return [Problem(f"{field.key}_{language}", words) for language in languages]
    return [Problem(field.key, words)] if is_empty(values.get(field.key)) else []


def _too_long(field: FormField, values: Mapping[str, Any]) -> Iterator[Problem]:
    for name in field.inputs:
        limit, text = field.limit(name.rpartition("_")[2] if field.is_paired else LANGUAGES[0]), values.get(name)
        if limit and isinstance(text, str) and (words := count_words(text)) > limit:
            message = N_("This text has %(words)d words; %(limit)d are allowed.")
            yield Problem(name, message, {"words": words, "limit": limit})


def problems(values: Mapping[str, Any], *, form: Form, rules: Rules, now: datetime) -> list[Problem]:
    """Everything that keeps a submission from being handed in at this instant, in the order of the form.

    `values` holds what stands in the form's inputs, by name.
    """
    found: list[Problem] = []
    for field in form.fields:
        if field.is_needed(now):
            found += _missing(field, values, rules)
        found += _too_long(field, values)
        if field.kind is FieldKind.EMAIL and (address := values.get(field.key)) and not _ADDRESS.fullmatch(address):
            found.append(Problem(field.key, N_("This is not an e-mail address.")))
    return found
