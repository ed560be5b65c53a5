"""Counting words alike in English and Chinese, on the server and in the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain import characters
from awardapp.domain.words import count_words

STATIC = Path(__file__).parents[2] / "awardapp" / "static"
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
LATIN = st.text("abcdefghijklmnopqrstuvwxyzäöüßñçé0123456789", min_size=1, max_size=8)
MIXED = st.text(st.one_of(HAN, st.sampled_from("abcÄé019 ’'-.,，。、_\n\t\U00020000\uf900\u0301"), st.characters()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n\t", 0),
        ("...!?", 0),
        ("one", 1),
        ("Guangzhou is a city.", 4),
        ("don't, city’s, state-of-the-art", 3),
        ("3.5 million of 15,300,000", 4),
        ("under_score", 2),
        ("Łódź São Paulo Zürich", 4),
        ("广州", 2),
        ("广州是一座城市。", 7),
        ("广州 Award 2023 年", 5),
        ("第6届广州奖", 6),
        ("中国A城", 4),
        ("end.Next", 1),
        ("end. Next", 2),
        ("𠀀𠀁", 2),
        ("豈", 1),
        ("「城市」，《创新》", 4),
        ("مدينة قوانغتشو", 2),
        ("a -- b", 2),
    ],
)
def test_words_and_characters_are_counted_as_a_form_counts_them(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.lists(LATIN))
def test_words_between_spaces_count_one_each(words: list[str]) -> None:
    assert count_words(" ".join(words)) == len(words)


@given(st.text(HAN))
def test_each_han_character_counts_one_with_or_without_punctuation(text: str) -> None:
    assert count_words(text) == count_words("，".join(text)) == len(text)


@given(st.lists(st.tuples(LATIN, st.text(HAN, min_size=1, max_size=5))), st.sampled_from(["", " ", "。"]))
def test_a_mixed_text_counts_the_sum_of_its_parts(pairs: list[tuple[str, str]], between: str) -> None:
    parts = [part for pair in pairs for part in pair]
    assert count_words(between.join(parts)) == sum(1 + len(han) for _word, han in pairs)


@given(MIXED, MIXED)
def test_a_longer_text_never_counts_less_across_a_line_break(one: str, other: str) -> None:
    assert count_words(f"{one}\n{other}") == count_words(one) + count_words(other)


def test_browser_and_server_know_the_same_letters() -> None:
    """The counting itself is compared in a real browser: tests/browser/test_counting.py."""
    script = (STATIC / "characters.js").read_text()
    tables = {
        name: "".join(re.findall(r'"([^"]*)"', text)) for name, text in re.findall(r"const (\w+) =([^;]+);", script)
    }
    assert tables == {"HAN": characters.HAN, "LETTERS": characters.LETTERS}


def in_table(table: str) -> set[int]:
    found: set[int] = set()
    for entry in table.split():
        first, _, last = entry.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def test_no_character_is_both_a_letter_and_han() -> None:
    assert in_table(characters.HAN) & in_table(characters.LETTERS) == set()


@pytest.mark.parametrize("text", ["cafe\u0301s", "हिन्दी", "می‌خواهم", "ไทย", "Привет", "x\u00adx", "٢٠٢٧"])
def test_marks_and_invisible_joiners_do_not_split_a_word(text: str) -> None:
    assert count_words(text) == 1


@pytest.mark.parametrize("text", ["❤️", "👩‍🏫 👍🏽", "①", "二〇二七", "€ 5", "a🙂b"])
def test_signs_are_not_words_but_figures_and_noughts_are(text: str) -> None:
    assert count_words(text) == {"❤️": 0, "👩‍🏫 👍🏽": 0, "①": 1, "二〇二七": 4, "€ 5": 1, "a🙂b": 2}[text]
