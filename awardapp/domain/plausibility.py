"""Do a city's figures fit together? Questions with their arithmetic, for the city and the validity check; nothing is changed.

Units have been mixed up before: the 5th cycle's public pages show an area of 41487 beside a density of 4.57. A question says
what was worked out from what, and, where another unit would make the figures fit, which. The bounds are ours: wide enough that
an ordinary city is not asked, and an extraordinary one is asked once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from awardapp.domain.errors import N_

DENSITY_TOLERANCE = 0.1  # share by which a density may differ from population ÷ area
_UNIT_TOLERANCE = 0.15  # the same once another unit is assumed
DENSEST = 60_000  # people per km²; the densest cities of the world stay below
THINNEST = 2  # people per km², over a whole city or region
GINI_RANGE = (15, 80)
GROWTH_RANGE = (-5, 10)  # % a year
GDP_RANGE = (100, 200_000)  # US$ a head
KNOWN_TIMES = 5  # how many times more or fewer people than the gazetteer knows
SMALLEST = 2_000  # people; fewer look like thousands, or like the Chinese unit of ten thousand


@dataclass(frozen=True, slots=True)
class Question:
    """What does not fit: the inputs concerned, first the one to go to, the sentence with its arithmetic, and, where one is
    likely, a second sentence with the unit that would make it fit. All parameters are numbers.
    """

    fields: tuple[str, ...]
    msgid: str
    params: dict[str, float] = field(default_factory=dict)
    hint: str | None = None
    hint_params: dict[str, float] = field(default_factory=dict)


# By what the area would have to be divided, or the density multiplied, if it was given in another unit.
_AREA_UNITS: tuple[tuple[float, str], ...] = (
    (100, N_("It fits if the area is in hectares: %(given)s ha ÷ 100 = %(meant)s km².")),
    (1_000_000, N_("It fits if the area is in square metres: %(given)s m² ÷ 1,000,000 = %(meant)s km².")),
    (1 / 2.589988, N_("It fits if the area is in square miles: %(given)s sq mi × 2.59 = %(meant)s km².")),
)
_DENSITY_UNITS: tuple[tuple[float, str], ...] = (
    (100, N_("It fits if the density is per hectare: %(given)s × 100 = %(meant)s people per km².")),
    (1_000, N_("It fits if the density is in thousands: %(given)s × 1,000 = %(meant)s people per km².")),
    (10_000, N_("It fits if the density is in units of ten thousand: %(given)s × 10,000 = %(meant)s people per km².")),
    (1 / 2.589988, N_("It fits if the density is per square mile: %(given)s ÷ 2.59 = %(meant)s people per km².")),
)
_PEOPLE_UNITS: tuple[tuple[float, str], ...] = (
    (1_000, N_("It fits if the population is in thousands: %(given)s × 1,000 = %(meant)s people.")),
    (10_000, N_("It fits if the population is in units of ten thousand: %(given)s × 10,000 = %(meant)s people.")),
    (1_000_000, N_("It fits if the population is in millions: %(given)s × 1,000,000 = %(meant)s people.")),
)


def questions(city_data: Mapping[str, Any], *, known_population: int | None = None) -> list[Question]:
    """Everything that looks odd about these figures, in the order of the form. `known_population`: the gazetteer's, if any."""
    figures = {name: value for name in city_data if (value := _number(city_data[name])) is not None}
    return [
        *_population(figures, known_population),
        *_growth(figures),
        *_density(figures),
        *_gdp(figures),
        *_gini(figures),
    ]


def _number(value: Any) -> float | None:
    """A figure as a number; None for anything that is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _is_near(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * abs(other)


def _population(figures: Mapping[str, float], known: int | None) -> Iterator[Question]:
    given = figures.get("population")
    if not given or given < 0:
        return
    if known:
        times = given / known
        if not 1 / KNOWN_TIMES <= times <= KNOWN_TIMES:
            unit = next((u for u in _PEOPLE_UNITS if 1 / 3 <= given * u[0] / known <= 3), None)
            yield Question(
                ("population",),
                N_(
                    "%(given)s people are given, where the gazetteer knows of about %(known)s in the city of this name: "
                    "%(given)s ÷ %(known)s = %(times)s. Is the figure for the same place, in people?"
                ),
                {"given": given, "known": known, "times": times},
                *_hint(unit, given, given * unit[0] if unit else 0),
            )
    elif given < SMALLEST:
        unit = _PEOPLE_UNITS[1]
        yield Question(
            ("population",),
            N_("%(given)s people are given. Is that the whole population, in people?"),
            {"given": given},
            *_hint(unit, given, given * unit[0]),
        )


def _growth(figures: Mapping[str, float]) -> Iterator[Question]:
    growth = figures.get("population_growth")
    if growth is None or GROWTH_RANGE[0] <= growth <= GROWTH_RANGE[1] or growth <= -100:
        return
    if growth > 0:
        message = N_(
            "Growing by %(growth)s %% a year, the population would double in %(years)s years. Is the figure for one year, and "
            "in per cent?"
        )
        years = math.log(2) / math.log1p(growth / 100)
    else:
        message = N_(
            "Changing by %(growth)s %% a year, the population would halve in %(years)s years. Is the figure for one year, and "
            "in per cent?"
        )
        years = math.log(0.5) / math.log1p(growth / 100)
    yield Question(("population_growth",), message, {"growth": growth, "years": years})


def _density(figures: Mapping[str, float]) -> Iterator[Question]:
    people, area, given = (figures.get(name, 0) for name in ("population", "area_km2", "density_per_km2"))
    if people <= 0 or area <= 0:
        return
    expected = people / area
    arithmetic = {"people": people, "area": area, "expected": expected}
    if given > 0 and not _is_near(given, expected, DENSITY_TOLERANCE):
        unit = next((u for u in _AREA_UNITS if _is_near(given, expected * u[0], _UNIT_TOLERANCE)), None)
        hint = _hint(unit, area, area / unit[0] if unit else 0)
        if unit is None:
            unit = next((u for u in _DENSITY_UNITS if _is_near(given * u[0], expected, _UNIT_TOLERANCE)), None)
            hint = _hint(unit, given, given * unit[0] if unit else 0)
        yield Question(
            ("density_per_km2", "population", "area_km2"),
            N_(
                "%(people)s people ÷ %(area)s km² = %(expected)s people per km², but the density given is %(given)s. Perhaps "
                "one of them is in another unit."
            ),
            {**arithmetic, "given": given},
            *hint,
        )
    elif not THINNEST <= expected <= DENSEST:
        unit = next((u for u in _AREA_UNITS[:2] if 100 <= expected * u[0] <= DENSEST), None)
        yield Question(
            ("area_km2", "population"),
            N_(
                "%(people)s people ÷ %(area)s km² = %(expected)s people per km², which would be out of the ordinary. Are both "
                "figures for the same place, in people and in km²?"
            ),
            arithmetic,
            *_hint(unit, area, area / unit[0] if unit else 0),
        )


def _gdp(figures: Mapping[str, float]) -> Iterator[Question]:
    given = figures.get("gdp_per_capita_usd")
    if not given or given < 0 or GDP_RANGE[0] <= given <= GDP_RANGE[1]:
        return
    people, hint = figures.get("population", 0), None
    hint_params: dict[str, float] = {}
    if given > GDP_RANGE[1] and people > 0 and GDP_RANGE[0] <= given / people <= GDP_RANGE[1]:
        hint = N_(
            "It fits if this is the product of the whole city: US$ %(given)s ÷ %(people)s people = US$ %(meant)s a head."
        )
        hint_params = {"given": given, "people": people, "meant": given / people}
    elif given > GDP_RANGE[1]:
        hint = N_("It may be in the local currency: divide it by the rate of exchange to US$.")
    elif GDP_RANGE[0] <= given * 1_000 <= GDP_RANGE[1]:
        hint = N_("It fits if the figure is in thousands: %(given)s × 1,000 = US$ %(meant)s a head.")
        hint_params = {"given": given, "meant": given * 1_000}
    yield Question(
        ("gdp_per_capita_usd",),
        N_(
            "US$ %(given)s a head is given, where cities lie between about US$ %(low)s and US$ %(high)s. "
            "Is it per head, in US$?"
        ),
        {"given": given, "low": GDP_RANGE[0], "high": GDP_RANGE[1]},
        hint,
        hint_params,
    )


def _gini(figures: Mapping[str, float]) -> Iterator[Question]:
    given = figures.get("gini")
    if given is None or given <= 0 or GINI_RANGE[0] <= given <= GINI_RANGE[1]:
        return
    hint = N_("It fits if the index is on a scale from 0 to 1: %(given)s × 100 = %(meant)s.") if given <= 1 else None
    yield Question(
        ("gini",),
        N_(
            "A Gini index of %(given)s is given, where cities lie between about %(low)s and %(high)s on the scale "
            "from 0 to 100."
        ),
        {"given": given, "low": GINI_RANGE[0], "high": GINI_RANGE[1]},
        hint,
        {"given": given, "meant": given * 100} if hint else {},
    )


def _hint(unit: tuple[float, str] | None, given: float, meant: float) -> tuple[str | None, dict[str, float]]:
    return (unit[1], {"given": given, "meant": meant}) if unit else (None, {})
