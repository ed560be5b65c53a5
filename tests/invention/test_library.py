"""The library of the inventor: complete, the same in both languages, and its cities are real."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from awardapp import places, rulebook
from awardapp.domain.assessments import ConflictKind
from awardapp.domain.submissions import NOT_VALID_REASONS
from awardapp.invention import library
from awardapp.invention.judging import CRITERIA
from awardapp.invention.values import Text

COMMON = set(
    [
        "city",
        "district",
        "partners",
        "population",
        "year",
        "decided_year",
        "survey_year",
        "next_year",
        "now",
        "surveyed",
        "meetings",
        "budget",
        "unit_cost",
        "city_share",
        "staff",
        "months",
        "women",
        "visits",
        "adopters",
    ]
)


def names_in(text: str) -> list[str]:
    return sorted(set(re.findall(r"{(\w+)}", text)))


def digits_in(text: str) -> list[str]:
    return sorted(re.findall(r"\d+", text))


def all_pairs() -> list[tuple[str, Text]]:
    found = [(f"{kind.key} title", title) for kind in library.kinds() for title in kind.titles]
    found += [(f"{kind.key} {name}", text) for kind in library.kinds() for name, text in kind.sentences.items()]
    for frame in library.frames().values():
        found += [(f"{frame.key} {name}", text) for name, texts in frame.variants.items() for text in texts]
    return found


def test_there_are_at_least_twenty_four_kinds_over_the_five_themes() -> None:
    kinds = library.kinds()
    assert len({kind.key for kind in kinds}) == len(kinds) >= 24
    themes = {theme.key for theme in rulebook.load_rules().themes} - {"other"}
    counted = Counter(kind.theme for kind in kinds)
    assert set(counted) == themes
    assert min(counted.values()) >= 5


@pytest.mark.parametrize(("where", "text"), all_pairs())
def test_a_pair_names_the_same_things_in_both_languages(where: str, text: Text) -> None:
    assert names_in(text.en) == names_in(text.zh)
    assert digits_in(text.en) == digits_in(text.zh)
    assert re.search(r"[\u4e00-\u9fff]", text.zh)
    assert not re.search(r"[\u4e00-\u9fff]", text.en)


@pytest.mark.parametrize("kind", library.kinds(), ids=lambda kind: kind.key)
def test_a_kind_draws_every_number_it_speaks_of(kind: library.Kind) -> None:
    drawn = {*kind.numbers, *kind.ratios}
    spoken = {name for text in (*kind.titles, *kind.sentences.values()) for name in names_in(text.en)}
    assert spoken - drawn - COMMON == set()
    assert {"before", "after"} <= drawn
    assert drawn - spoken == set()
    assert len(kind.titles) >= 3


@pytest.mark.parametrize("kind", library.kinds(), ids=lambda kind: kind.key)
def test_a_kind_uses_goals_and_innovation_kinds_of_the_rules(kind: library.Kind) -> None:
    book = rulebook.load_rules()
    assert set(kind.sdgs) <= {goal.number for goal in book.goals}
    assert set(kind.innovation_kinds) <= {choice.key for choice in book.innovation_kinds}
    assert set(kind.regions) <= {region.key for region in places.regions()}
    assert set(kind.not_in) <= set(places.countries())


def test_the_sections_are_those_of_the_form() -> None:
    sections = [field.key for field in rulebook.load_rules().narrative]
    assert [key for key in library.frames() if key != "summary"] == sections


def test_remarks_cover_every_criterion_at_three_heights() -> None:
    assert tuple(library.remarks()) == CRITERIA == tuple(one.key for one in rulebook.load_rules().criteria)
    assert {tuple(heights) for heights in library.remarks().values()} == {("low", "middle", "high")}


def test_reasons_and_conflicts_are_of_the_awards_lists() -> None:
    assert set(library.telling()["not_valid"]) == set(NOT_VALID_REASONS) - {"other"}
    assert set(library.telling()["conflicts"]) <= {kind.value for kind in ConflictKind} - {"nationality"}


def test_every_city_is_real_and_has_the_gazetteers_chinese_name() -> None:
    assert len(library.city_names()) >= 190
    for code, name, chinese in library.city_names():
        city = places.find_city(name, code)
        assert (city.name, city.name_zh) == (name, chinese)


def test_every_listed_country_has_names_of_people() -> None:
    named = {code for group in library.name_groups() for code in group.countries}
    assert {code for code, _, _ in library.city_names()} - named == set()
