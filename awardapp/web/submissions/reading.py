"""A submission's frozen content laid out for reading: names instead of keys, units beside figures, both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from awardapp import i18n, places, rulebook
from awardapp.domain.eligibility import ALLOWED_MEDIA_TYPES
from awardapp.domain.forms import density_doubt, sections
from awardapp.models import Cycle


@dataclass(frozen=True, slots=True)
class Paired:
    """A text in both languages under a heading; `key` is the anchor on the page."""

    key: str
    heading: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the city data block; `value` is None where nothing was given."""

    name: str
    value: int | float | str | None
    unit: str


@dataclass(frozen=True, slots=True)
class Readable:
    """A version as its readers see it, in the reader's language where a choice has a name in both."""

    city: str
    city_other: str
    country: str
    theme: str | None
    innovation_type: str | None
    goals: list[tuple[int, str]]
    figures: list[Figure]
    doubt: Mapping[str, float] | None
    texts: list[Paired]
    contact: Mapping[str, str]
    files: list[dict[str, Any]]


def _own(text: rulebook.Text) -> str:
    return text.zh if i18n.language() == "zh" else text.en


def readable(content: Mapping[str, Any], cycle: Cycle) -> Readable:
    """Lay out the content of a version (services.submissions.frozen) by its cycle's form and themes."""
    book = rulebook.load_rules()
    answers = content["answers"]
    given = answers.get("sections", {})
    city_data = answers.get("city_data", {})
    city, own = content["city"], i18n.language()
    other = "en" if own == "zh" else "zh"
    names = {theme.key: i18n.pick(theme, "name") for theme in cycle.themes}
    types = {choice.key: _own(choice.name) for choice in book.innovation_types}
    texts = [
        Paired(section.key, i18n.pick(section, "title"), texts_of.get("en", ""), texts_of.get("zh", ""))
        for section in sections(cycle.form)
        for texts_of in (given.get(section.key, {}),)
    ]
    return Readable(
        city=i18n.pick(city, "name"),
        city_other=city.get(f"name_{other}") or "" if city.get(f"name_{own}") else "",
        country=places.country_name(city["country"], own),
        theme=names.get(content["theme"]) if content["theme"] else None,
        innovation_type=types.get(answers.get("innovation_type") or ""),
        goals=[(goal.number, _own(goal.name)) for goal in book.goals if goal.number in answers.get("sdgs", [])],
        figures=[
            Figure(_own(datum.name), city_data.get(datum.key), _own(datum.unit) if datum.unit else "")
            for datum in book.city_data
        ],
        doubt=density_doubt(city_data),
        texts=texts,
        contact=content["contact"],
        files=content["files"],
    )


def file_kind(media_type: str) -> str:
    """A short name people know for a media type, e.g. "PDF"."""
    extensions = ALLOWED_MEDIA_TYPES.get(media_type)
    return extensions[-1].lstrip(".").upper() if extensions else media_type


def clock_time(at: datetime, zone: str) -> str:
    """Hour, minute and second of an instant in a zone: for "saved 12:03:11" beside a button."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"
