"""Finding a noted passage again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.passages import find, texts_of


@pytest.mark.parametrize(
    ("text", "near", "place"),
    [
        ("water and water", 0, 0),
        ("water and water", 10, 10),
        ("water and water", 8, 10),
        ("much was added before water", 3, 22),
        ("水 and water", 900, 6),
        ("nothing of it", 0, None),
        ("", 0, None),
    ],
)
def test_the_passage_nearest_to_where_it_stood(text: str, near: int, place: int | None) -> None:
    assert find(text, "water", near=near) == place


def test_no_words_stand_nowhere() -> None:
    assert find("text", "", near=0) is None


@given(st.text(max_size=40), st.text(min_size=1, max_size=10), st.text(max_size=40), st.integers(0, 100))
def test_what_is_in_the_text_is_found_in_it(before: str, quote: str, after: str, near: int) -> None:
    text = before + quote + after
    at = find(text, quote, near=near)
    assert at is not None
    assert text[at : at + len(quote)] == quote


def test_every_text_of_a_version_can_carry_a_note() -> None:
    content = {
        "title_en": "A title", "title_zh": "", "summary_en": "Short", "summary_zh": "短",
        "answers": {"sections": {"background": {"en": "Long", "zh": ""}}, "other": {"size": "12", "more": {"zh": "多"}}},
    }  # fmt: skip
    assert texts_of(content) == {
        ("title", "en"): "A title",
        ("summary", "en"): "Short",
        ("summary", "zh"): "短",
        ("background", "en"): "Long",
        ("more", "zh"): "多",
    }
