"""A submission's frozen content laid out for reading: names instead of keys, units beside figures, both languages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from awardapp import i18n, places, rulebook
from awardapp.domain.answers import is_empty
from awardapp.domain.files import kind_of
from awardapp.domain.forms import LANGUAGES, FieldKind, FormField
from awardapp.domain.plausibility import Question
from awardapp.domain.provenance import Provenance
from awardapp.i18n import format_number
from awardapp.i18n import gettext as _
from awardapp.models import Cycle
from awardapp.services import inputs, plausibility
from awardapp.services.former_forms import form_of
from awardapp.web import previews


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one field, in the reader's language where a choice has a name in both. A paired field has `texts`
    and says how they stand to each other; any other has lines of words, none where nothing was stated.
    """

    field: FormField
    label: str
    texts: Mapping[str, str]
    provenance: Provenance | None
    lines: list[str]
    unit: str

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def is_long(self) -> bool:
        """Whether it has a heading of its own."""
        return self.field.is_long


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form with the answers to its fields; `key` is the anchor on the page."""

    key: str
    title: str
    answers: list[Answer]

    @property
    def has_figures(self) -> bool:
        """Whether the figures that are compared with each other stand here."""
        return any(answer.key == "population" for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Readable:
    """A version as its readers see it. `private` are the answers that only the secretariat and the city read."""

    city: str
    city_other: str
    country: str
    partners: list[str]
    earlier: str
    parts: list[Part]
    private: list[Answer]
    questions: list[Question]
    files: list[dict[str, Any]]


def readable(content: Mapping[str, Any], cycle: Cycle) -> Readable:
    """Lay out the content of a version (services.submissions.frozen) by its cycle's form and themes.

    Done once for a page that shows its contents and its text.
    """
    kept: tuple[Any, str, Readable] | None = g.get("readable")
    if kept is None or kept[0] is not content or kept[1] != i18n.language():
        kept = g.readable = (content, i18n.language(), _laid_out(content, cycle))
    return kept[2]


def _laid_out(content: Mapping[str, Any], cycle: Cycle) -> Readable:
    city, own = content["city"], i18n.language()
    other = "en" if own == "zh" else "zh"
    form = form_of(content, cycle)
    parts = [
        Part(
            section.key,
            i18n.pick(section, "title"),
            [answer_of(content, field, cycle) for field in section.fields if field.is_for_judges],
        )
        for section in form.sections
    ]
    return Readable(
        city=i18n.pick(city, "name"),
        city_other=city.get(f"name_{other}") or "" if city.get(f"name_{own}") else "",
        country=places.country_name(city["country"], own),
        partners=[_partner_words(partner) for partner in content.get("partners", ())],
        earlier=_earlier_words(content.get("based_on")),
        parts=[part for part in parts if part.answers],
        private=[answer_of(content, field, cycle) for field in form.fields if not field.is_for_judges],
        questions=plausibility.questions_in(content),
        files=previews.with_pictures(content["files"]),
    )


def _partner_words(partner: Mapping[str, Any]) -> str:
    return f"{i18n.pick(partner, 'name')}, {places.country_name(partner['country'], i18n.language())}"


def _earlier_words(earlier: Mapping[str, Any] | None) -> str:
    """Which earlier entry the text was taken from; "" for an entry of its own."""
    return f"{earlier['ref']} · {i18n.pick(earlier, 'cycle')}" if earlier else ""


def answer_of(content: Mapping[str, Any], field: FormField, cycle: Cycle) -> Answer:
    """What a version, or services.inputs.content_of a submission, answers to a field."""
    label, unit = i18n.pick(field, "label"), i18n.pick(field, "unit")
    if field.is_paired:
        return Answer(field, label, inputs.texts_in(content, field), inputs.provenance_in(content, field), [], unit)
    value = inputs.value_in(content, field, field.key)
    return Answer(field, label, {}, None, [] if is_empty(value) else _lines(value, field, cycle), unit)


def origin_notes(provenance: Provenance | None) -> dict[str, str]:
    """What a reader should know of each of two texts: which is authoritative, how the other came about. "" for nothing."""
    notes = provenance.notes if provenance else {}
    return {language: _(notes[language]) if language in notes else "" for language in LANGUAGES}


def question_words(question: Question) -> list[str]:
    """A question about figures as sentences, with its numbers as people write them."""
    said = [_(question.msgid, **{name: figure_words(value) for name, value in question.params.items()})]
    if question.hint:
        said.append(_(question.hint, **{name: figure_words(value) for name, value in question.hint_params.items()}))
    return said


def figure_words(value: float) -> str:
    """A number with as many decimals as matter: two, or two figures of a number smaller than a tenth."""
    if value and abs(value) < 0.1:
        return format_number(value, decimals=min(12, 1 - math.floor(math.log10(abs(value)))))
    return format_number(round(value, 2))


def _lines(value: Any, field: FormField, cycle: Cycle) -> list[str]:
    own = i18n.language()
    if field.kind is FieldKind.THEME:
        return [i18n.pick(theme, "name") for theme in cycle.themes if theme.key == value]
    if field.kind is FieldKind.GOALS:
        return [
            f"{goal.number} {getattr(goal.name, own)}"
            for goal in rulebook.load_rules().goals
            if str(goal.number) in value
        ]
    if field.kind.has_choices:
        chosen = value if isinstance(value, list) else [value]
        return [getattr(choice, own) or choice.en for choice in field.choices if choice.key in chosen]
    return [format_number(value) if isinstance(value, int | float) else str(value)]


def file_kind(media_type: str) -> str:
    """A short name people know for a media type, e.g. "PDF"."""
    kind = kind_of(media_type)
    return kind.name if kind else media_type


def clock_time(at: datetime, zone: str) -> str:
    """Hour, minute and second of an instant in a zone: for "saved 12:03:11" beside a button."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"
