"""How a text is cut into searchable terms in English and Chinese."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.casebank import fold, search_text, terms

HAN_WORD = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Medellín", "medellin"),
        ("São Paulo", "sao paulo"),
        ("STRASSE Straße", "strasse strasse"),
        ("ＡＢＣ１２", "abc12"),
    ],
)
def test_folding_forgets_case_accents_and_width(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("Green roofs, Wien!", ["green", "roofs", "wien"]),
        ("广州奖", ["广州", "州奖"]),
        ("市", ["市"]),
        ("咸宁 Xianning 2023年", ["咸宁", "xianning", "2023", "年"]),
        ("a_b", ["a", "b"]),
        ("海绵城市项目", ["海绵", "绵城", "城市", "市项", "项目"]),
        ("low-carbon", ["low", "carbon"]),
    ],
)
def test_words_stay_words_and_chinese_becomes_pairs(text: str, cut: list[str]) -> None:
    assert list(terms(text)) == cut


@given(st.text(), HAN_WORD, st.text())
def test_every_chinese_word_is_found_wherever_it_stands(before: str, word: str, after: str) -> None:
    """Each pair of the word is among the text's pairs, whatever surrounds it."""
    text = before + word + after
    assert set(terms(word)) <= set(terms(text))


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_stored_text_has_each_term_once_with_spaces_around_it() -> None:
    assert search_text("Water", None, "water 水务", "") == " water 水务 "
    assert search_text(None, "") == ""
    assert search_text("...") == ""
