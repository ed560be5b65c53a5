"""The shipped past of the award: complete, consistent, and honest about what is not known."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from awardapp import archive, places, rulebook
from awardapp.archive import ArchivedCase, ArchiveError


def case(key: str) -> ArchivedCase:
    return next(case for case in archive.load().cases if case.key == key)


def test_the_six_cycles_add_up_to_the_published_totals() -> None:
    loaded = archive.load()
    assert [cycle.number for cycle in loaded.cycles] == [1, 2, 3, 4, 5, 6, 7]
    assert [cycle.figures.valid for cycle in loaded.cycles] == [255, 259, 301, 273, 273, 274, None]
    assert sum(cycle.figures.valid or 0 for cycle in loaded.cycles) == loaded.totals.valid == 1635
    assert (loaded.totals.cities, loaded.totals.countries) == (653, 101)


def test_all_thirty_eight_awards_are_there_five_main_ones_in_each_cycle() -> None:
    awards = [(found.cycle, award.kind) for found in archive.load().cases for award in found.awards]
    assert len(awards) == 38
    assert Counter(cycle for cycle, kind in awards if kind == "main") == {number: 5 for number in range(1, 7)}
    assert Counter(kind for _, kind in awards) == {
        "main": 30,
        "popular_city": 5,
        "media_choice": 1,
        "public_recommended": 1,
        "special_mention": 1,
    }


def test_the_known_shortlists_have_seventy_nine_cities() -> None:
    loaded = archive.load()
    known = [(cycle.shortlist_known, cycle.shortlist_size) for cycle in loaded.cycles]
    assert known == [(15, 15), (15, 15), (8, 15), (11, 15), (15, 15), (15, 15), (0, None)]
    assert sum(found.shortlisted is True for found in loaded.cases) == 79
    assert len(loaded.cases) == 80


def test_every_winner_of_the_main_award_was_shortlisted() -> None:
    assert [found.key for found in archive.load().cases if found.winner and found.shortlisted is not True] == []


def test_whether_yiwu_was_shortlisted_in_2016_is_not_known() -> None:
    yiwu = case("3-yiwu")
    assert yiwu.shortlisted is None
    assert [award.kind for award in yiwu.awards] == ["special_mention"]


def test_two_spellings_of_one_city_are_one_case() -> None:
    halandri = [found for found in archive.load().cases if found.city.country == "GR"]
    assert [(found.city.name_en, found.city.other_names) for found in halandri] == [("Chalandri", ("Halandri",))]
    assert halandri[0].winner


def test_a_city_that_came_again_keeps_its_key() -> None:
    by_city = Counter(found.city.key for found in archive.load().cases)
    assert by_city["vienna-at"] == by_city["boston-us"] == by_city["cape-town-za"] == 2


def test_cycle_year_and_ceremony_year_are_two_facts() -> None:
    fifth = archive.load().cycles[4]
    assert (fifth.cycle_year, fifth.ceremony_year, fifth.dates.ceremony_on) == (
        2020,
        2021,
        date(2021, 11, 12),
    )
    assert {award.year for found in fifth.cases for award in found.awards} == {2021}


def test_the_seventh_cycle_is_known_by_its_call_alone() -> None:
    seventh = archive.load().cycles[6]
    assert seventh.status == "not_known_further"
    assert (seventh.dates.call_opened_on, seventh.dates.deadline) == (date(2025, 9, 29), date(2026, 4, 30))
    assert set(dataclasses.asdict(seventh.figures).values()) == {None}
    assert (seventh.ceremony_year, seventh.cases) == (None, ())


def test_marks_are_fields_and_not_part_of_the_title() -> None:
    titles = [title for found in archive.load().cases for title in found.titles]
    assert [title.text for title in titles if "(tr" in title.text or "[" in title.text] == []
    bogota = case("6-bogota").title("en")
    assert bogota is not None
    assert (bogota.cut, bogota.supplied, bogota.text[-6:]) == (True, "self", "itself")
    kocaeli = case("1-kocaeli").title("en")
    assert kocaeli is not None
    assert kocaeli.origin == "own_translation"
    halandri = case("6-chalandri").title("en")
    assert halandri is not None
    assert halandri.origin == "use"
    assert "use.metropolis.org" in halandri.sources[0].ref


def test_our_translation_comes_before_the_title_of_another_site() -> None:
    chongqing = case("5-chongqing")
    assert {title.origin for title in chongqing.titles if title.lang == "en"} == {"own_translation", "use"}
    best = chongqing.title("en")
    assert best is not None
    assert best.origin == "own_translation"


def test_what_is_not_known_is_none_and_never_an_empty_string() -> None:
    def empties(value: object, path: str) -> list[str]:
        if isinstance(value, dict):
            return [hit for key, inner in value.items() for hit in empties(inner, f"{path}.{key}")]
        if isinstance(value, list | tuple):
            return [hit for n, inner in enumerate(value) for hit in empties(inner, f"{path}[{n}]")]
        return [path] if value == "" else []

    assert empties([dataclasses.asdict(cycle) for cycle in archive.load().cycles], "cycles") == []
    assert case("1-salerno").title("en") is None
    assert case("1-salerno").title("zh") is None


def test_every_city_has_a_chinese_name_with_its_origin_and_a_known_country() -> None:
    cities = archive.load().cities().values()
    assert [city.key for city in cities if not any("\u4e00" <= ch <= "\u9fff" for ch in city.name_zh)] == []
    assert {city.name_zh_source for city in cities} == {"article-004", "gazetteer"}
    assert [city.key for city in cities if city.country not in places.countries()] == []


def test_every_case_figure_and_award_names_its_sources() -> None:
    loaded = archive.load()
    assert [found.key for found in loaded.cases if not found.sources] == []
    assert [title.text for found in loaded.cases for title in found.titles if not title.sources] == []
    assert [award for found in loaded.cases for award in found.awards if not award.sources] == []
    assert [cycle.number for cycle in loaded.cycles if cycle.figures.valid and not cycle.sources["figures"]] == []


def test_an_archive_that_lost_an_award_is_refused() -> None:
    loaded = archive.load()
    sixth = loaded.cycles[5]
    cases = tuple(dataclasses.replace(found, awards=()) for found in sixth.cases)
    broken = dataclasses.replace(
        loaded, cycles=(*loaded.cycles[:5], dataclasses.replace(sixth, cases=cases), loaded.cycles[6])
    )
    with pytest.raises(ArchiveError, match="awards"):
        archive.check(broken)


def test_the_default_rules_are_those_of_the_sixth_cycle() -> None:
    book = rulebook.load_rules()
    assert (book.numbers.shortlist_size, book.numbers.deserving_max, book.numbers.winners_max) == (15, 30, 5)
    assert book.numbers.prize_usd == 20_000
    assert [criterion.key for criterion in book.criteria] == [
        "innovation",
        "effectiveness",
        "context",
        "replicability",
        "relevance",
    ]
    assert book.deadline == datetime(2023, 8, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=8)))
    assert book.deadline.astimezone(UTC).hour == 15


def test_weights_are_equal_and_said_to_be_ours() -> None:
    book = rulebook.load_rules()
    assert {criterion.weight for criterion in book.criteria} == {1.0}
    assert {criterion.weight_origin for criterion in book.criteria} == {"ours"}
    assert "not published" in book.weights_note.en
    assert "未公布" in book.weights_note.zh


def test_every_criterion_describes_the_levels_nought_to_ten() -> None:
    for criterion in rulebook.load_rules().criteria:
        assert [level.score for level in criterion.levels] == [0, 2, 4, 6, 8, 10]
        assert all(level.text.en and level.text.zh for level in criterion.levels)


def test_the_form_themes_goals_and_special_awards_are_complete() -> None:
    book = rulebook.load_rules()
    assert [field.key for field in book.narrative] == [
        "background",
        "origins",
        "innovation",
        "partners_resources",
        "obstacles",
        "outcomes",
        "lessons",
        "transferability",
    ]
    assert [theme.key for theme in book.themes] == [
        "social_cultural",
        "economic",
        "environmental",
        "governance",
        "technology",
        "other",
    ]
    assert (
        len(book.innovation_kinds),
        len(book.innovation_types),
        len(book.goals),
        len(book.jury_criteria),
    ) == (6, 2, 17, 7)
    assert [field.key for field in book.city_data if not field.unit_en] == ["gini", "main_source_of_prosperity"]
    assert [award.key for award in book.special_awards if award.default] == ["popular_city", "medal_of_honor"]
