"""What a submission still lacks, and which files it may carry."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awardapp.domain.cycles import Rules
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import Section
from awardapp.domain.words import count_words


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing missing or too long: the form field to go to, the language, and the sentence to show."""

    field: str
    msgid: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a submission holds, as plain values, whatever table it came from."""

    title: Mapping[str, str]
    summary: Mapping[str, str]
    theme: str | None
    answers: Mapping[str, Mapping[str, str]]
    city_data: Mapping[str, Any]
    contact_name: str
    contact_email: str


def _required_languages(rules: Rules, texts: Mapping[str, str]) -> list[str]:
    """Languages in which a text is missing; one allowed language is enough unless the rules ask for all."""
    missing = [language for language in rules.languages if not texts.get(language, "").strip()]
    if rules.both_languages_required:
        return missing
    return missing if len(missing) == len(rules.languages) else []


def _too_long(field: str, text: str, limit: int) -> list[Problem]:
    words = count_words(text)
    if words <= limit:
        return []
    return [
        Problem(field, N_("This text has %(words)d words; %(limit)d are allowed."), {"words": words, "limit": limit})
    ]


def problems(contents: Contents, *, sections: Sequence[Section], rules: Rules) -> list[Problem]:
    """Everything that keeps this submission from being handed in, in the order of the form."""
    found: list[Problem] = []
    for language in _required_languages(rules, contents.title):
        found.append(Problem(f"title_{language}", N_("The title is missing.")))
    if contents.theme is None:
        found.append(Problem("theme", N_("Choose a theme.")))
    for language in _required_languages(rules, contents.summary):
        found.append(Problem(f"summary_{language}", N_("The summary is missing.")))
    for language, text in contents.summary.items():
        found += _too_long(f"summary_{language}", text, rules.summary_limit(language))
    if not contents.contact_name.strip():
        found.append(Problem("contact_name", N_("The contact's name is missing.")))
    if not contents.contact_email.strip():
        found.append(Problem("contact_email", N_("The contact's e-mail address is missing.")))
    if contents.city_data.get("population") in (None, ""):
        found.append(Problem("population", N_("The population is missing.")))
    for section in sections:
        texts = contents.answers.get(section.key, {})
        if section.is_required:
            for language in _required_languages(rules, texts):
                found.append(Problem(f"{section.key}_{language}", N_("This section is missing.")))
        for language, text in texts.items():
            found += _too_long(f"{section.key}_{language}", text, section.limit(language))
    return found


# Kinds of file that can be opened and checked by content; the award has not published its own list.
ALLOWED_MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
}

_MAX_NAME = 200
# Direction marks can make "exe.pdf" read as something else; they never belong in a file name.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean_filename(name: str) -> str:
    """The name as typed, in NFC, without path, control and direction characters, at most 200 characters.

    Raises RuleViolation when nothing is left.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c) != "Cc" and c not in _DIRECTION_MARKS).strip().strip(".")
    if len(name) > _MAX_NAME:
        stem, dot, extension = name.rpartition(".")
        name = stem[: _MAX_NAME - len(extension) - 1] + dot + extension if dot else name[:_MAX_NAME]
    if not name:
        raise RuleViolation(N_("The file has no usable name."), field="file")
    return name


def check_file(*, size: int, count: int, total: int, rules: Rules) -> None:
    """Refuse a file that breaks the rules' limits; `count` and `total` are of the files already there (bytes)."""
    if size == 0:
        raise RuleViolation(N_("The file is empty."), field="file")
    if size > rules.max_file_bytes:
        raise RuleViolation(
            N_("The file is larger than the %(limit)d MB allowed."),
            field="file",
            limit=rules.max_file_bytes // 1_000_000,
        )
    if count >= rules.max_files:
        raise RuleViolation(N_("No more than %(limit)d files are allowed."), field="file", limit=rules.max_files)
    if total + size > rules.max_total_bytes:
        raise RuleViolation(
            N_("All files together may have %(limit)d MB."), field="file", limit=rules.max_total_bytes // 1_000_000
        )
