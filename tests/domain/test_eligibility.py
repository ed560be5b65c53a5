"""What a submission still lacks, and which files it may carry."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.cycles import Rules
from awardapp.domain.eligibility import ALLOWED_MEDIA_TYPES, Contents, check_file, clean_filename, problems
from awardapp.domain.errors import RuleViolation
from awardapp.domain.forms import Section

SECTIONS = (
    Section("background", "Background", "背景", word_limit=5, character_limit=8),
    Section("annex", "Annex", "附录", is_required=False, word_limit=3, character_limit=3),
)
COMPLETE = Contents(
    title={"en": "Springs", "zh": ""},
    summary={"en": "Short.", "zh": ""},
    theme="environmental",
    answers={"background": {"en": "Five words and not more", "zh": ""}},
    city_data={"population": 1},
    contact_name="A",
    contact_email="a@city.example",
)
BOTH = replace(Rules(), both_languages_required=True)


def found(contents: Contents, rules: Rules | None = None) -> list[str]:
    return [p.field for p in problems(contents, sections=SECTIONS, rules=rules or Rules())]


def test_a_complete_submission_in_one_language_lacks_nothing() -> None:
    assert found(COMPLETE) == []


def test_either_language_is_enough_unless_the_rules_ask_for_both() -> None:
    chinese = replace(COMPLETE, title={"zh": "泉"}, summary={"zh": "短"}, answers={"background": {"zh": "项目的背景"}})
    assert found(chinese) == []
    assert found(COMPLETE, BOTH) == ["title_zh", "summary_zh", "background_zh"]
    assert found(chinese, BOTH) == ["title_en", "summary_en", "background_en"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": {"en": " ", "zh": "\n"}}, ["title_en", "title_zh"]),
        ({"theme": None}, ["theme"]),
        ({"summary": {}}, ["summary_en", "summary_zh"]),
        ({"contact_name": "  "}, ["contact_name"]),
        ({"contact_email": ""}, ["contact_email"]),
        ({"city_data": {}}, ["population"]),
        ({"city_data": {"population": ""}}, ["population"]),
        ({"answers": {}}, ["background_en", "background_zh"]),
    ],
)
def test_each_missing_part_is_named_by_its_field(changes: dict[str, Any], fields: list[str]) -> None:
    assert found(replace(COMPLETE, **changes)) == fields


def test_a_population_of_nought_is_an_answer() -> None:
    assert found(replace(COMPLETE, city_data={"population": 0})) == []


def test_everything_missing_is_named_in_the_order_of_the_form() -> None:
    empty = Contents({}, {}, None, {}, {}, "", "")
    assert found(empty) == [
        "title_en", "title_zh", "theme", "summary_en", "summary_zh",
        "contact_name", "contact_email", "population", "background_en", "background_zh",
    ]  # fmt: skip


def test_a_text_over_its_limit_says_how_long_it_is_and_may_be() -> None:
    long = replace(COMPLETE, answers={"background": {"en": "one two three four five six", "zh": "一二三四五六七八九"}})
    assert [(p.field, p.params) for p in problems(long, sections=SECTIONS, rules=Rules())] == [
        ("background_en", {"words": 6, "limit": 5}),
        ("background_zh", {"words": 9, "limit": 8}),
    ]


def test_the_limit_itself_is_allowed() -> None:
    edge = replace(COMPLETE, answers={"background": {"en": "one two three four five", "zh": "一二三四五六七八"}})
    assert found(edge) == []


def test_an_optional_section_may_be_empty_but_not_too_long() -> None:
    assert found(replace(COMPLETE, answers={**COMPLETE.answers, "annex": {"en": "one two three four"}})) == ["annex_en"]


def test_the_summary_has_the_limits_of_the_rules() -> None:
    tight = replace(Rules(), summary_word_limit=2, summary_character_limit=3)
    contents = replace(COMPLETE, summary={"en": "one two three", "zh": "一二三四"})
    assert found(contents, tight) == ["summary_en", "summary_zh"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("report.pdf", "report.pdf"),
        (" 年度报告.pdf ", "年度报告.pdf"),
        ("C:\\Users\\me\\plan.docx", "plan.docx"),
        ("../../etc/passwd", "passwd"),
        ("a/b\\c.png", "c.png"),
        ("line\r\nbreak\x00.pdf", "linebreak.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("..hidden.", "hidden"),
        ("Me\u0301dellin.jpg", "Médellin.jpg"),
    ],
)
def test_a_file_keeps_its_name_without_path_and_tricks(typed: str, kept: str) -> None:
    assert clean_filename(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "...", "/", "\u202e", "\x00\x07", "folder/"])
def test_a_name_of_which_nothing_is_left_is_refused(typed: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        clean_filename(typed)
    assert refused.value.field == "file"


def test_a_long_name_is_shortened_before_its_extension() -> None:
    name = clean_filename("a" * 500 + ".docx")
    assert (len(name), name[-5:]) == (200, ".docx")
    assert len(clean_filename("b" * 500)) == 200


@given(st.text(max_size=400))
def test_a_cleaned_name_is_never_a_path_and_cleaning_it_again_changes_nothing(typed: str) -> None:
    try:
        name = clean_filename(typed)
    except RuleViolation:
        return
    assert 0 < len(name) <= 200
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")
    assert not any(unicodedata.category(c) == "Cc" for c in name)
    assert clean_filename(name) == name


def test_files_are_limited_by_size_count_and_sum() -> None:
    rules = replace(Rules(), max_files=2, max_file_bytes=10_000_000, max_total_bytes=15_000_000)
    check_file(size=10_000_000, count=1, total=5_000_000, rules=rules)
    for values, limit in (
        ({"size": 0, "count": 0, "total": 0}, None),
        ({"size": 10_000_001, "count": 0, "total": 0}, 10),
        ({"size": 1, "count": 2, "total": 2}, 2),
        ({"size": 5_000_001, "count": 1, "total": 10_000_000}, 15),
    ):
        with pytest.raises(RuleViolation) as refused:
            check_file(**values, rules=rules)
        assert refused.value.params.get("limit") == limit


def test_every_accepted_kind_has_an_ending_of_its_own() -> None:
    endings = [ending for known in ALLOWED_MEDIA_TYPES.values() for ending in known]
    assert len(endings) == len(set(endings))
    assert all(ending.startswith(".") and ending == ending.lower() for ending in endings)
