"""Reads the inventor's library: kinds of initiative, common sentences, cities, names, remarks
(`data/invention`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from awardapp.invention.values import Text

SENTENCES = (
    "problem",
    "cause",
    "idea",
    "how",
    "novelty",
    "partners",
    "obstacle",
    "remedy",
    "outcome",
    "outcome2",
    "lesson",
    "transfer",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of initiative. `numbers`: lowest, highest, step. `ratios`: of which number, least, most, step.

    `regions` (empty: everywhere), `not_in` and `latitude_below` (degrees) keep it to where it is plausible.
    """

    key: str
    theme: str
    sdgs: tuple[int, ...]
    innovation_kinds: tuple[str, ...]
    measure: str
    numbers: dict[str, tuple[int, int, int]]
    ratios: dict[str, tuple[str, float, float, int]]
    titles: tuple[Text, ...]
    sentences: dict[str, Text]
    regions: tuple[str, ...]
    not_in: tuple[str, ...]
    latitude_below: float

    def suits(self, *, country: str, region: str, latitude: float) -> bool:
        """Whether a city there might do such a thing."""
        somewhere = not self.regions or region in self.regions
        return somewhere and country not in self.not_in and abs(latitude) < self.latitude_below


@dataclass(frozen=True, slots=True)
class Frame:
    """How a section is put together: `order` names variants of its own or, with @, a sentence of the kind."""

    key: str
    order: tuple[str, ...]
    variants: dict[str, tuple[Text, ...]]


@dataclass(frozen=True, slots=True)
class NameGroup:
    """Common names of a part of the world, romanised and, where so written, in Chinese characters."""

    key: str
    countries: tuple[str, ...]
    family_first: bool
    family: tuple[tuple[str, str | None], ...]
    given: tuple[tuple[str, str | None], ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of initiative, by theme and in the order of the files."""
    found = []
    for file in sorted((_folder() / "archetypes").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for item in tomllib.loads(file.read_text("utf-8"))["archetype"]:
            found.append(
                Kind(
                    key=item["key"],
                    theme=file.name.removesuffix(".toml"),
                    sdgs=tuple(item["sdgs"]),
                    innovation_kinds=tuple(item["kinds"]),
                    measure=item["measure"],
                    numbers={name: (low, high, step) for name, (low, high, step) in item["numbers"].items()},
                    ratios={
                        name: (of, least, most, step)
                        for name, (of, least, most, step) in item.get("ratios", {}).items()
                    },
                    titles=pairs(item["titles"]),
                    sentences={name: pair(item[name]) for name in SENTENCES},
                    regions=tuple(item.get("regions", ())),
                    not_in=tuple(item.get("not_in", ())),
                    latitude_below=item.get("latitude_below", 91),
                )
            )
    return tuple(found)


@cache
def frames() -> dict[str, Frame]:
    """The narrative sections in the form's order, and the summary, by key."""
    found = {}
    for item in telling()["section"]:
        variants = {name: pairs(item[name]) for name in item["order"] if not name.startswith("@")}
        found[item["key"]] = Frame(key=item["key"], order=tuple(item["order"]), variants=variants)
    return found


@cache
def telling() -> dict[str, Any]:
    """The common sentences as they are in the file."""
    return _read("telling.toml")


@cache
def remarks() -> dict[str, dict[str, tuple[Text, ...]]]:
    """What members write beside a mark: by criterion, then low, middle or high."""
    return {
        criterion: {height: pairs(texts) for height, texts in heights.items()}
        for criterion, heights in _read("comments.toml").items()
    }


@cache
def city_names() -> tuple[tuple[str, str, str], ...]:
    """Real cities to draw from: country code, name as in the gazetteer, Chinese name."""
    return tuple(
        (code, name, chinese)
        for code, names in _read("cities.toml")["cities"].items()
        for name, chinese in names.items()
    )


@cache
def name_groups() -> tuple[NameGroup, ...]:
    """Groups of names, each with the countries in which its people live."""
    return tuple(
        NameGroup(
            key=key,
            countries=tuple(item["countries"]),
            family_first=item.get("order") == "family_first",
            family=_names(item["family"]),
            given=_names(item["given"]),
        )
        for key, item in _read("people.toml")["groups"].items()
    )


@cache
def posts() -> tuple[Text, ...]:
    """Posts that a delegate may hold in a city's administration."""
    return pairs(_read("people.toml")["posts"]["texts"])


def pair(item: list[str]) -> Text:
    """A pair of the library as a text."""
    english, chinese = item
    return Text(english, chinese)


def pairs(items: list[list[str]]) -> tuple[Text, ...]:
    """Several pairs of the library."""
    return tuple(pair(item) for item in items)


def _names(items: list[Any]) -> tuple[tuple[str, str | None], ...]:
    return tuple((item, None) if isinstance(item, str) else (item[0], item[1]) for item in items)


def _folder() -> Traversable:
    return resources.files("awardapp") / "data" / "invention"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_folder() / name).read_text("utf-8"))
