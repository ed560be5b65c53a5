"""The submission form as data, and the arithmetic of the city data block."""

from __future__ import annotations

import pytest

from awardapp import rulebook
from awardapp.domain.forms import CITY_DATA, INNOVATION_TYPES, Section, density_doubt, sections


def test_a_form_survives_being_stored() -> None:
    one = Section("origins", "Origins", "缘起", "How it began", "如何开始", 300, 500, False)
    other = Section("lessons", "Lessons", "经验")
    assert sections([one.to_json(), other.to_json()]) == [one, other]


def test_an_unknown_property_of_a_section_is_refused() -> None:
    with pytest.raises(TypeError):
        sections([{**Section("a", "A", "甲").to_json(), "colour": "red"}])


def test_a_section_is_limited_by_words_or_by_chinese_characters() -> None:
    section = Section("a", "A", "甲", word_limit=400, character_limit=700)
    assert (section.limit("en"), section.limit("zh")) == (400, 700)


def test_the_shipped_form_has_eight_sections_in_both_languages() -> None:
    book = rulebook.load_rules()
    assert [s.key for s in book.sections] == [
        "background", "origins", "innovation", "partners_resources",
        "obstacles", "outcomes", "lessons", "transferability",
    ]  # fmt: skip
    assert all(s.name.en and s.name.zh for s in book.sections)


def test_the_city_data_block_has_one_word_field_among_numbers() -> None:
    assert [d.key for d in CITY_DATA if not d.is_number] == ["main_source_of_prosperity"]
    assert len({d.key for d in CITY_DATA}) == len(CITY_DATA)
    assert INNOVATION_TYPES == ("revolutionary", "evolutionary")


@pytest.mark.parametrize(
    "data",
    [
        {"population": 1000, "area_km2": 10, "density_per_km2": 100},
        {"population": 1000, "area_km2": 10, "density_per_km2": 110},
        {"population": 1000, "area_km2": 10, "density_per_km2": 90},
        {"population": "1000", "area_km2": "10", "density_per_km2": "100"},
        {"population": 1000, "area_km2": 10},
        {"population": 1000, "area_km2": 0, "density_per_km2": 5},
        {"population": 0, "area_km2": 10, "density_per_km2": 5},
        {"population": None, "area_km2": 10, "density_per_km2": 5},
        {"population": "about a million", "area_km2": 10, "density_per_km2": 5},
        {},
    ],
)
def test_figures_that_fit_or_are_not_there_raise_no_doubt(data: dict[str, object]) -> None:
    assert density_doubt(data) is None


def test_figures_that_do_not_fit_are_shown_with_their_arithmetic() -> None:
    # the slip of a published case of the 5th cycle: a density a thousand times too small
    slip = {"population": 189_600_000, "area_km2": 41_487, "density_per_km2": 4.57}
    doubt = density_doubt(slip)
    assert doubt is not None
    assert (doubt["density"], round(doubt["expected"])) == (4.57, 4570)
    assert density_doubt({"population": 1000, "area_km2": 10, "density_per_km2": 110.1}) is not None
