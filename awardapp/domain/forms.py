"""The submission form as data: sections and fields of one cycle, edited by the secretariat without a change of code.

A field has a key. Its inputs are named after it: a paired field has one in English and one in Chinese (`background_en`,
`background_zh`), any other has one (`population`). The default is the 6th cycle's form (awardapp/data/rules.toml).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

LANGUAGES = ("en", "zh")
GOALS = tuple(str(number) for number in range(1, 18))  # the Sustainable Development Goals


class FieldKind(StrEnum):
    """What a field asks for."""

    LINE = "line"  # one line, paired
    TEXT = "text"  # a long text, paired
    PLAIN = "plain"
    EMAIL = "email"
    PHONE = "phone"
    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    THEME = "theme"
    GOALS = "goals"

    @property
    def is_paired(self) -> bool:
        return self in (FieldKind.LINE, FieldKind.TEXT)

    @property
    def is_number(self) -> bool:
        return self in (FieldKind.INTEGER, FieldKind.NUMBER)

    @property
    def is_list(self) -> bool:
        return self in (FieldKind.CHOICES, FieldKind.GOALS)

    @property
    def has_choices(self) -> bool:
        """Whether the secretariat writes the list to choose from."""
        return self in (FieldKind.CHOICE, FieldKind.CHOICES)


# Fields that the system itself needs, whatever else a cycle asks: they can be renamed and moved, not taken out.
FIXED_FIELDS: Mapping[str, FieldKind] = {
    "title": FieldKind.LINE,
    "summary": FieldKind.TEXT,
    "theme": FieldKind.THEME,
    "contact_name": FieldKind.PLAIN,
    "contact_position": FieldKind.PLAIN,
    "contact_email": FieldKind.EMAIL,
    "contact_phone": FieldKind.PHONE,
}

# Of these the ones without which nothing can be read, listed or answered: they are always needed to submit.
ALWAYS_NEEDED = frozenset({"title", "summary", "theme", "contact_name", "contact_email"})

# Figures of the city, compared with each other (plausibility.py) and published with a case.
CITY_DATA = (
    "population",
    "population_growth",
    "area_km2",
    "density_per_km2",
    "gdp_per_capita_usd",
    "gini",
    "main_source_of_prosperity",
)

SOURCE_LANGUAGE = "source_language"  # key of the field that says which of two texts is the authoritative one
GOALS_FIELD = "sdgs"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose from a field's list."""

    key: str
    en: str
    zh: str

    def to_json(self) -> dict[str, str]:
        return {"key": self.key, "en": self.en, "zh": self.zh}


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. A limit of 0 is none; `low` and `high` bound a number; the two dates are the instants from which the field
    is needed to submit, and from which it can no longer be changed. What is private only the secretariat reads.
    """

    key: str
    kind: FieldKind
    label_en: str
    label_zh: str
    help_en: str = ""
    help_zh: str = ""
    is_required: bool = False
    is_private: bool = False
    words: int = 0
    characters: int = 0
    unit_en: str = ""
    unit_zh: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[Choice, ...] = ()
    required_from: datetime | None = None
    frozen_from: datetime | None = None

    @property
    def is_paired(self) -> bool:
        return self.kind.is_paired

    @property
    def is_long(self) -> bool:
        """Whether its texts are long enough for a heading of their own."""
        return self.kind is FieldKind.TEXT

    @property
    def row(self) -> str:
        """Which row of a page it may share: figures stand beside figures, single lines beside single lines; "" for none."""
        if self.kind.is_number:
            return "figures"
        return "lines" if self.kind in (FieldKind.PLAIN, FieldKind.EMAIL, FieldKind.PHONE) else ""

    @property
    def is_fixed(self) -> bool:
        """Whether the system needs this field, so that it cannot be taken out of the form."""
        return self.key in FIXED_FIELDS

    @property
    def is_for_judges(self) -> bool:
        """Whether judges read the answer, and the public if the initiative is published."""
        is_address = self.kind in (FieldKind.EMAIL, FieldKind.PHONE)
        return not (self.is_private or is_address or self.key.startswith("contact_"))

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs people fill in."""
        return tuple(f"{self.key}_{language}" for language in LANGUAGES) if self.is_paired else (self.key,)

    @property
    def notes(self) -> tuple[str, ...]:
        """Inputs that say how the two texts of a paired field came about (see domain/provenance.py)."""
        return tuple(f"{self.key}_{note}" for note in ("source", "state", "agrees")) if self.is_paired else ()

    def limit(self, language: str) -> int:
        """The limit for a language: words, or Han characters for Chinese (a Chinese text has about 1.7 per English word)."""
        return self.characters if language == "zh" else self.words

    def is_needed(self, now: datetime) -> bool:
        """Whether a submission handed in at this instant must answer."""
        return self.is_required if self.required_from is None else now >= self.required_from

    def is_frozen(self, now: datetime) -> bool:
        """Whether the answer stands as it is from this instant on."""
        return self.frozen_from is not None and now >= self.frozen_from

    @property
    def options(self) -> tuple[str, ...]:
        """The keys that may be chosen, where the form itself knows them (a theme is a row of the cycle)."""
        return GOALS if self.kind is FieldKind.GOALS else tuple(choice.key for choice in self.choices)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FormField:
        """Read a stored field. Raises TypeError or ValueError for a property or kind that is not known."""
        values = dict(data)
        values["kind"] = FieldKind(values["kind"])
        values["choices"] = tuple(Choice(**choice) for choice in values.get("choices", ()))
        for name in ("required_from", "frozen_from"):
            if values.get(name):
                values[name] = datetime.fromisoformat(values[name])
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The field as plain data; what is as by default is left out."""
        data: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in ("key", "kind", "label_en", "label_zh") or value != item.default:
                data[item.name] = value
        data["kind"] = self.kind.value
        if self.choices:
            data["choices"] = [choice.to_json() for choice in self.choices]
        for name in ("required_from", "frozen_from"):
            if data.get(name):
                data[name] = data[name].isoformat()
        return data


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under one heading."""

    key: str
    title_en: str
    title_zh: str
    help_en: str = ""
    help_zh: str = ""
    fields: tuple[FormField, ...] = ()

    @property
    def rows(self) -> list[tuple[str, list[FormField]]]:
        """The fields as a page sets them: those that follow each other and share a row, with its name, and the others."""
        return [(row, list(run)) for row, run in groupby(self.fields, key=lambda field: field.row)]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FormSection:
        return cls(**{**data, "fields": tuple(FormField.from_json(field) for field in data.get("fields", ()))})

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title_en": self.title_en,
            "title_zh": self.title_zh,
            **({"help_en": self.help_en} if self.help_en else {}),
            **({"help_zh": self.help_zh} if self.help_zh else {}),
            "fields": [field.to_json() for field in self.fields],
        }


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form of a cycle, in the order in which it is filled in and read."""

    sections: tuple[FormSection, ...] = ()

    @property
    def fields(self) -> tuple[FormField, ...]:
        return tuple(field for section in self.sections for field in section.fields)

    @property
    def inputs(self) -> Iterator[tuple[str, FormField]]:
        """Every input people fill in with its field, in order, without the notes on languages."""
        return ((name, field) for field in self.fields for name in field.inputs)

    def section(self, key: str) -> FormSection | None:
        """The section with this key, None when the form has none."""
        return next((section for section in self.sections if section.key == key), None)

    def field(self, key: str) -> FormField | None:
        """The field with this key, None when the form has none."""
        return next((field for field in self.fields if field.key == key), None)

    def field_of(self, input_name: str) -> FormField | None:
        """The field an input belongs to, a note on languages too; None for a name the form does not know."""
        return next((field for field in self.fields if input_name in (*field.inputs, *field.notes)), None)

    def missing_words(self) -> list[str]:
        """Where a heading, label, help, unit or choice is there in one language only, by the key of its section or field."""
        sections = [section.key for section in self.sections if _lacks_words(section, ("title",), ("help",))]
        return sections + [
            field.key
            for field in self.fields
            if _lacks_words(field, ("label",), ("help", "unit"))
            or any(not choice.en.strip() or not choice.zh.strip() for choice in field.choices)
        ]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Form:
        """Read a stored form; an archive cycle has none. Raises TypeError or ValueError for what it does not know."""
        return cls(tuple(FormSection.from_json(section) for section in data.get("sections", ())))

    def to_json(self) -> dict[str, Any]:
        return {"sections": [section.to_json() for section in self.sections]}


def _lacks_words(thing: FormSection | FormField, needed: tuple[str, ...], optional: tuple[str, ...]) -> bool:
    for name in (*needed, *optional):
        written = [bool(getattr(thing, f"{name}_{language}").strip()) for language in LANGUAGES]
        if not all(written) and (name in needed or any(written)):
            return True
    return False
