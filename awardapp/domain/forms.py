"""The submission form as data: narrative sections and the city data block of one cycle.

The default is the 6th cycle's form (facts/award.md section 2, shipped in awardapp/data); the word limits are ours.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """One narrative section of the form, written in English, Chinese or both."""

    key: str
    title_en: str
    title_zh: str
    help_en: str = ""
    help_zh: str = ""
    word_limit: int = 400
    character_limit: int = 700
    is_required: bool = True

    def limit(self, language: str) -> int:
        """The limit for a language: words, or Han characters for Chinese (a Chinese text has about 1.7 per English word)."""
        return self.character_limit if language == "zh" else self.word_limit

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Section:
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def sections(form: list[dict[str, Any]]) -> list[Section]:
    """The sections of a cycle's stored form, in order."""
    return [Section.from_json(item) for item in form]


@dataclass(frozen=True, slots=True)
class CityDatum:
    """One field of the city data block, with its unit spelled out."""

    key: str
    is_number: bool


CITY_DATA: tuple[CityDatum, ...] = (
    CityDatum("population", True),
    CityDatum("population_growth", True),
    CityDatum("area_km2", True),
    CityDatum("density_per_km2", True),
    CityDatum("gdp_per_capita_usd", True),
    CityDatum("gini", True),
    CityDatum("main_source_of_prosperity", False),
)

INNOVATION_TYPES = ("revolutionary", "evolutionary")


def density_doubt(city_data: dict[str, Any]) -> dict[str, float] | None:
    """The arithmetic when population, area and density do not fit together (off by more than a tenth), else None.

    The 5th cycle's public pages show such a slip: an area of 41487 beside a density of 4.57.
    """
    try:
        population = float(city_data["population"])
        area = float(city_data["area_km2"])
        density = float(city_data["density_per_km2"])
    except (KeyError, TypeError, ValueError):
        return None
    if area <= 0:
        return None
    expected = population / area
    if expected <= 0 or abs(density - expected) <= 0.1 * expected:
        return None
    return {"population": population, "area": area, "density": density, "expected": expected}
