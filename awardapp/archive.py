"""The award's own past, as values: six finished cycles, their cases and awards.

The files under `awardapp/data` are the project's own form of what is publicly known of the award; every
figure, title and award carries the addresses it was taken from. `None` means that nothing reliable was found:
it is shown as not known and never replaced by a guess. The rules of the 6th cycle are in
`awardapp.rulebook`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

# A title shown first is one the award itself used; the two substitutes say on the page what they are.
TITLE_ORIGINS = ("award", "own_translation", "use")
AWARD_KINDS = ("main", "popular_city", "media_choice", "public_recommended", "special_mention")
CITY_NAME_SOURCES = ("article-004", "gazetteer")


class ArchiveError(ValueError):
    """The shipped archive contradicts itself; the message names the file and the figure."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read: an address on the web, or a named article without one (`url` is then None)."""

    ref: str
    label: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Title:
    """One title of an initiative as one kind of source gives it.

    `origin`: "award" (used by the award or its partners in reporting it), "own_translation" (ours, from the
    Chinese), or "use" (the title of the same case in Metropolis' Urban Sustainability Exchange). `cut`: the
    source shows only the beginning; `supplied` is the last word where we had to complete it. `sources` are
    the pages on which the case was read with this title.
    """

    lang: str
    text: str
    origin: str
    cut: bool
    supplied: str | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """One award given: `kind` is one of AWARD_KINDS, the names are those of that year, `year` is the
    ceremony's.
    """

    kind: str
    name_en: str
    name_zh: str
    year: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ArchivedCity:
    """A city or region as the archive names it; `key` is the same in every cycle. `country` is ISO 3166-1
    alpha-2.

    `name_zh_source` is "article-004" for a name printed by the award's literature, "gazetteer" for the
    established Chinese name of a city which the award's pages that could be read give in English only.
    """

    key: str
    name_en: str
    name_zh: str
    name_zh_source: str
    other_names: tuple[str, ...]
    country: str


@dataclass(frozen=True, slots=True)
class ArchivedCase:
    """One city's initiative in one cycle. `shortlisted` is None where it is not known whether it was among
    the fifteen.
    """

    key: str
    cycle: int
    city: ArchivedCity
    shortlisted: bool | None
    titles: tuple[Title, ...]
    awards: tuple[Award, ...]
    sources: tuple[Source, ...]

    def title(self, lang: str) -> Title | None:
        """The best title known in a language ("en" or "zh"): the award's own, else our translation, else the
        USE title.
        """
        known = [title for title in self.titles if title.lang == lang]
        return min(known, key=lambda title: TITLE_ORIGINS.index(title.origin), default=None)

    @property
    def winner(self) -> bool:
        """Whether it received the award itself, apart from any special award."""
        return any(award.kind == "main" for award in self.awards)


@dataclass(frozen=True, slots=True)
class DeservingCity:
    """A city that a page names as one of the up to 30 recommended by the experts; these lists are known only
    in traces.
    """

    city: ArchivedCity
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class CycleDates:
    """Days of a cycle in Guangzhou's calendar; `deadline` is the last day, `early_date` the one before which
    advice was given.
    """

    call_opened_on: date | None
    early_date: date | None
    deadline: date | None
    committee_from: date | None
    committee_to: date | None
    shortlist_on: date | None
    ceremony_on: date | None


@dataclass(frozen=True, slots=True)
class CycleFigures:
    """Counts of a cycle. `cities` and `countries` belong to the `valid` submissions, `received_*` to all that
    came in.
    """

    received: int | None
    received_cities: int | None
    received_countries: int | None
    valid: int | None
    cities: int | None
    countries: int | None
    committee_members: int | None
    jurors: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a cycle in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class ArchivedCycle:
    """A cycle of the award. `cycle_year` and `ceremony_year` are two facts: the 5th is of 2020 and was given
    in 2021.

    `shortlist_known` of `shortlist_size` shortlisted cities are known by name. `status` is "completed" or
    "not_known_further" (a cycle of which only the call is known). `sources` has the keys figures, dates and
    people.
    """

    number: int
    name_en: str
    name_zh: str
    cycle_year: int
    ceremony_year: int | None
    status: str
    dates: CycleDates
    figures: CycleFigures
    shortlist_size: int | None
    shortlist_known: int
    notes: tuple[Note, ...]
    sources: Mapping[str, tuple[Source, ...]]
    deserving_seen: tuple[DeservingCity, ...]
    cases: tuple[ArchivedCase, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the finished cycles add up to; `cities` and `countries` are distinct over all cycles, as
    published.
    """

    valid: int
    cities: int
    countries: int
    awards: int
    shortlisted_known: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """All cycles in order, and their totals."""

    cycles: tuple[ArchivedCycle, ...]
    totals: Totals

    @property
    def cycles_by_number(self) -> dict[int, ArchivedCycle]:
        """The cycles by their number, e.g. 6."""
        return {cycle.number: cycle for cycle in self.cycles}

    @property
    def cases(self) -> tuple[ArchivedCase, ...]:
        return tuple(case for cycle in self.cycles for case in cycle.cases)

    def cities(self) -> dict[str, ArchivedCity]:
        """Every city with a case, once, by its key."""
        return {case.city.key: case.city for case in self.cases}


@cache
def load() -> Archive:
    """Read and check the shipped archive. Raises ArchiveError where its parts do not add up."""
    folder = resources.files("awardapp") / "data" / "archive"
    totals = json.loads((folder / "totals.json").read_text("utf-8"))
    read = _Reader(totals["named_sources"])
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.startswith("cycle-"))
    cycles = [read.cycle(json.loads((folder / name).read_text("utf-8"))) for name in files]
    archive = Archive(
        cycles=tuple(sorted(cycles, key=lambda cycle: cycle.number)),
        totals=Totals(
            **{name: totals[name] for name in ("valid", "cities", "countries", "awards", "shortlisted_known")},
            sources=read.sources(totals["sources"]),
        ),
    )
    check(archive)
    return archive


def check(archive: Archive) -> None:
    """Compare the parts of an archive with its totals. Raises ArchiveError naming the first difference."""
    counted = {
        "valid": sum(cycle.figures.valid or 0 for cycle in archive.cycles),
        "awards": sum(len(case.awards) for case in archive.cases),
        "shortlisted_known": sum(case.shortlisted is True for case in archive.cases),
    }
    for name, number in counted.items():
        if number != getattr(archive.totals, name):
            raise ArchiveError(f"totals.json says {name} = {getattr(archive.totals, name)}, the cycles give {number}")
    keys = [case.key for case in archive.cases]
    if len(set(keys)) != len(keys):
        raise ArchiveError(f"a case key is used twice: {sorted(key for key in set(keys) if keys.count(key) > 1)}")
    for cycle in archive.cycles:
        if sum(case.shortlisted is True for case in cycle.cases) != cycle.shortlist_known:
            raise ArchiveError(f"cycle-{cycle.number}.json: shortlist.known does not match its cases")
        if any(award.year != cycle.ceremony_year for case in cycle.cases for award in case.awards):
            raise ArchiveError(f"cycle-{cycle.number}.json: an award is not of the ceremony's year")
    by_key: dict[str, ArchivedCity] = {}
    for case in archive.cases:
        if by_key.setdefault(case.city.key, case.city) != case.city:
            raise ArchiveError(f"{case.key}: the city {case.city.key} is described in two ways")


class _Reader:
    """Turns the parsed files into values; knows the articles that are cited by name instead of by address."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self.named = named

    def sources(self, refs: list[str]) -> tuple[Source, ...]:
        return tuple(self.source(ref) for ref in refs)

    def source(self, ref: str) -> Source:
        if ref.startswith(("http://", "https://")):
            return Source(ref=ref, label=ref, url=ref)
        if ref not in self.named:
            raise ArchiveError(f"unknown source {ref!r}")
        return Source(ref=ref, label=self.named[ref], url=None)

    def cycle(self, data: dict[str, Any]) -> ArchivedCycle:
        return ArchivedCycle(
            **{name: data[name] for name in ("number", "name_en", "name_zh", "cycle_year", "ceremony_year", "status")},
            dates=CycleDates(**{name: date.fromisoformat(day) if day else None for name, day in data["dates"].items()}),
            figures=CycleFigures(**data["figures"]),
            shortlist_size=data["shortlist"]["size"],
            shortlist_known=data["shortlist"]["known"],
            notes=tuple(Note(**note) for note in data["notes"]),
            sources={name: self.sources(refs) for name, refs in data["sources"].items()},
            deserving_seen=tuple(
                DeservingCity(city=self.city(seen), sources=self.sources(seen["sources"]))
                for seen in data["deserving_seen"]
            ),
            cases=tuple(self.case(case, data["number"]) for case in data["cases"]),
        )

    def city(self, data: dict[str, Any]) -> ArchivedCity:
        if data["city_zh_source"] not in CITY_NAME_SOURCES:
            raise ArchiveError(f"{data['city_key']}: unknown source of the Chinese name {data['city_zh_source']!r}")
        return ArchivedCity(
            key=data["city_key"],
            name_en=data["city_en"],
            name_zh=data["city_zh"],
            name_zh_source=data["city_zh_source"],
            other_names=tuple(data.get("other_names", ())),
            country=data["country"],
        )

    def case(self, data: dict[str, Any], cycle: int) -> ArchivedCase:
        for title in data["titles"]:
            if title["origin"] not in TITLE_ORIGINS or not title["text"]:
                raise ArchiveError(f"{data['key']}: a title without text or with an unknown origin")
        for award in data["awards"]:
            if award["kind"] not in AWARD_KINDS:
                raise ArchiveError(f"{data['key']}: unknown kind of award {award['kind']!r}")
        return ArchivedCase(
            key=data["key"],
            cycle=cycle,
            city=self.city(data),
            shortlisted=data["shortlisted"],
            titles=tuple(Title(**{**title, "sources": self.sources(title["sources"])}) for title in data["titles"]),
            awards=tuple(Award(**{**award, "sources": self.sources(award["sources"])}) for award in data["awards"]),
            sources=self.sources(data["sources"]),
        )
