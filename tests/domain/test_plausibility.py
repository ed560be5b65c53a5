"""Questions about a city's figures: asked where the arithmetic is odd, with the unit that would make it fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.plausibility import Question, questions

ORDINARY = {
    "population": 2_874_000,
    "population_growth": 1.2,
    "area_km2": 350.5,
    "density_per_km2": 8_200,
    "gdp_per_capita_usd": 14_300,
    "gini": 36.1,
    "main_source_of_prosperity": "Port and trade",
}


def asked(known: int | None = None, **figures: Any) -> list[tuple[str, str | None]]:
    """The input each question leads to and its hint's first words."""
    return [(q.fields[0], q.hint and q.hint.split(":")[0]) for q in questions(figures, known_population=known)]


def only(known: int | None = None, **figures: Any) -> Question:
    found = questions(figures, known_population=known)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"density_per_km2": 9_000},
        {"density_per_km2": None},
        {"area_km2": 0},
        {"area_km2": None},
        {"population": None},
        {"population": "about a million"},
        {"population": 0},
        {"population_growth": 0},
        {"population_growth": -4.9},
        {"population_growth": 10},
        {"gini": 0},
        {"gini": 63},
        {"gdp_per_capita_usd": 0},
        {"gdp_per_capita_usd": 190_000},
        {"gdp_per_capita_usd": 110},
    ],
)
def test_ordinary_or_missing_figures_are_not_questioned(changes: dict[str, Any]) -> None:
    assert questions({**ORDINARY, **changes}, known_population=3_000_000) == []
    assert questions({}) == []


@pytest.mark.parametrize(
    ("figures", "hint"),
    [
        # population, area in km², density: the true ones are 1,000,000 on 500 km², so 2,000 per km²
        ({"area_km2": 50_000}, "It fits if the area is in hectares"),
        ({"area_km2": 500_000_000}, "It fits if the area is in square metres"),
        ({"area_km2": 193}, "It fits if the area is in square miles"),
        ({"density_per_km2": 20}, "It fits if the density is per hectare"),
        ({"density_per_km2": 2}, "It fits if the density is in thousands"),
        ({"density_per_km2": 0.2}, "It fits if the density is in units of ten thousand"),
        ({"density_per_km2": 5_180}, "It fits if the density is per square mile"),
        ({"density_per_km2": 3_000}, None),
        ({"area_km2": 600}, None),
    ],
)
def test_a_density_that_is_not_population_by_area_is_questioned_with_the_unit_that_fits(
    figures: dict[str, float], hint: str | None
) -> None:
    true = {"population": 1_000_000, "area_km2": 500, "density_per_km2": 2_000}
    assert asked(**true) == []
    assert asked(**{**true, **figures}) == [("density_per_km2", hint)]


def test_the_slip_of_the_5th_cycle_is_shown_with_its_arithmetic() -> None:
    question = only(population=189_600_000, area_km2=41_487, density_per_km2=4.57)
    assert question.fields == ("density_per_km2", "population", "area_km2")
    assert question.params["given"] == 4.57
    assert round(question.params["expected"]) == 4570
    assert question.hint == "It fits if the density is in thousands: %(given)s × 1,000 = %(meant)s people per km²."
    assert question.hint_params == {"given": 4.57, "meant": pytest.approx(4570)}


@pytest.mark.parametrize(
    ("area", "hint"),
    [
        (500_000, "It fits if the area is in hectares"),
        (5_000_000_000, "It fits if the area is in square metres"),
        (10, None),
    ],
)
def test_without_a_density_an_extraordinary_one_is_worked_out_and_questioned(area: float, hint: str | None) -> None:
    assert asked(population=900_000, area_km2=area) == [("area_km2", hint)]


def test_a_gini_between_nought_and_one_is_on_the_other_scale() -> None:
    question = only(gini=0.38)
    assert (question.hint_params["given"], question.hint_params["meant"]) == (0.38, 38)
    assert asked(gini=1) == [("gini", "It fits if the index is on a scale from 0 to 1")]
    assert asked(gini=12) == asked(gini=92) == [("gini", None)]


@pytest.mark.parametrize(("growth", "years"), [(26, 3), (100, 1), (-50, 1), (-20, 3.1)])
def test_growth_out_of_the_ordinary_is_told_by_the_years_to_double_or_halve(growth: float, years: float) -> None:
    assert only(population_growth=growth).params["years"] == pytest.approx(years, abs=0.05)


def test_a_population_that_dies_out_in_a_year_asks_no_endless_arithmetic() -> None:
    assert asked(population_growth=-100) == []


def test_a_product_of_the_whole_city_is_divided_by_its_people() -> None:
    question = only(gdp_per_capita_usd=41_000_000_000, population=2_874_000)
    assert round(question.hint_params["meant"]) == 14_266
    assert asked(gdp_per_capita_usd=1_500_000, population=2_874_000) == [
        ("gdp_per_capita_usd", "It may be in the local currency")
    ]
    assert asked(gdp_per_capita_usd=14.3) == [("gdp_per_capita_usd", "It fits if the figure is in thousands")]
    assert asked(gdp_per_capita_usd=0.01) == [("gdp_per_capita_usd", None)]


@pytest.mark.parametrize(
    ("given_people", "known", "hint"),
    [
        (15_300, 16_096_724, "It fits if the population is in thousands"),
        (1_530, 16_096_724, "It fits if the population is in units of ten thousand"),
        (16, 16_096_724, "It fits if the population is in millions"),
        (700_000, 16_096_724, None),
        (90_000_000, 16_096_724, None),
    ],
)
def test_a_population_far_from_the_gazetteers_is_questioned(given_people: int, known: int, hint: str | None) -> None:
    assert asked(known, population=given_people) == [("population", hint)]
    assert asked(known, population=known * 4) == asked(known, population=known // 4) == []


def test_a_very_small_population_of_a_place_that_the_gazetteer_does_not_know_is_questioned() -> None:
    assert asked(population=1_530) == [("population", "It fits if the population is in units of ten thousand")]
    assert asked(population=2_000) == []


def test_questions_come_in_the_order_of_the_form() -> None:
    odd = {
        "population": 5,
        "population_growth": 50,
        "area_km2": 1,
        "density_per_km2": 70,
        "gdp_per_capita_usd": 1,
        "gini": 0.3,
    }
    assert [q.fields[0] for q in questions(odd)] == [
        "population", "population_growth", "density_per_km2", "gdp_per_capita_usd", "gini",
    ]  # fmt: skip


_figures = st.none() | st.integers() | st.floats() | st.text(max_size=5)


@given(st.fixed_dictionaries({name: _figures for name in ORDINARY}), st.none() | st.integers(0, 10**8))
def test_whatever_was_typed_the_questions_can_be_put_into_words(figures: dict[str, Any], known: int | None) -> None:
    for question in questions(figures, known_population=known):
        assert question.msgid % question.params
        assert question.hint is None or question.hint % question.hint_params
