"""How alike titles are: what the validity check points out, and what it leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.likeness import (
    ALIKE,
    Vocabulary,
    is_likely_the_same,
    likeness,
    likeness_of_bits,
    marked,
    title_parts,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Free buses after dark", "The free buses after dark initiative"),
        ("FREE BUSES, AFTER DARK!", "free buses after dark"),
        ("Bogotá's care blocks", "Bogota’s Care Blocks"),
        ("夜间免费公交", "夜间免费公交项目"),
    ],
)
def test_the_same_initiative_in_other_words_is_alike(one: str, other: str) -> None:
    assert likeness(title_parts(one), title_parts(other)) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A river given back to its city", "A market given a roof in its city"),
        ("Urban innovation project", "Project for the urban city"),
        ("夜间免费公交", "高温天清凉校园"),
        ("", ""),
        ("Free buses", "免费公交"),
    ],
)
def test_strangers_are_not(one: str, other: str) -> None:
    assert likeness(title_parts(one), title_parts(other)) < ALIKE


def test_likeness_is_the_share_of_common_parts() -> None:
    assert likeness(title_parts("cool schools"), title_parts("cool streets")) == pytest.approx(1 / 3)
    assert title_parts("夜间公交 bus 7") == {"夜间", "间公", "公交", "bus", "7"}


@pytest.mark.parametrize(
    ("text", "other", "said"),
    [
        ("The free buses after dark", "Free buses, after dark", ["free buses after dark"]),
        ("Bogotá's care blocks", "CARE BLOCKS of Bogota", ["Bogotá", "care blocks"]),
        ("Buses, after dark; in the city", "Buses in the city after dark", ["Buses, after dark"]),
        ("夜间公交的乘客", "夜间公交和乘客", ["夜间公交", "乘客"]),
        ("夜间免费公交项目", "免费公交", ["免费公交"]),
        ("Night buses 夜间公交", "夜间公交 at night", ["Night", "夜间公交"]),
        ("Nothing in common", "", []),
        ("", "Free buses", []),
    ],
)
def test_what_both_texts_say_is_marked(text: str, other: str, said: list[str]) -> None:
    assert [words for words, is_said in marked(text, other) if is_said] == said


@given(st.text(), st.text())
def test_marking_loses_not_a_character(text: str, other: str) -> None:
    assert "".join(words for words, _ in marked(text, other)) == text


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    there, back = likeness(title_parts(one), title_parts(other)), likeness(title_parts(other), title_parts(one))
    assert there == back
    vocabulary = Vocabulary()
    assert likeness_of_bits(vocabulary.bits(one), vocabulary.bits(other)) == there
    assert 0 <= there <= 1


@pytest.mark.parametrize(
    ("title", "summary", "same_city", "expected"),
    [
        (0.5, 0.0, False, True),
        (0.49, 0.34, False, False),
        (0.0, 0.35, False, True),
        (0.3, 0.0, True, True),
        (0.2, 0.2, True, False),
    ],
)
def test_a_likely_duplicate_needs_less_of_one_city(
    title: float, summary: float, same_city: bool, expected: bool
) -> None:
    assert is_likely_the_same(title=title, summary=summary, same_city=same_city) is expected
