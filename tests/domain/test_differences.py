"""Two texts word by word: nothing lost, readable, and quick whatever stands in them."""

from __future__ import annotations

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.differences import Change, Piece, difference, file_changes, tokens

SAME, REMOVED, ADDED = Change.SAME, Change.REMOVED, Change.ADDED
texts = st.text(alphabet="ab 市城\n.", max_size=60) | st.text(max_size=80)


def said(before: str, after: str) -> list[tuple[Change, str]]:
    return [(piece.change, piece.text) for piece in difference(before, after)]


@given(texts, texts)
def test_the_pieces_hold_both_texts_whole(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.change is not ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.change is not REMOVED) == after
    assert all(piece.text for piece in pieces)


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert difference(text, text) == ([Piece(SAME, text)] if text else [])


@given(texts)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_english_is_compared_by_words_and_chinese_by_characters() -> None:
    assert said("Ten buses run today.", "Twelve buses run today.") == [
        (REMOVED, "Ten"), (ADDED, "Twelve"), (SAME, " buses run today."),
    ]  # fmt: skip
    assert said("广州市城市创新奖", "广州国际城市创新奖") == [
        (SAME, "广州"), (REMOVED, "市"), (ADDED, "国际"), (SAME, "城市创新奖"),
    ]  # fmt: skip


def test_a_single_word_between_two_changes_is_part_of_the_change() -> None:
    assert said("red fox and dog", "blue cat and cow") == [(REMOVED, "red fox and dog"), (ADDED, "blue cat and cow")]


def test_a_hundred_kilobytes_take_well_under_a_second_whatever_stands_in_them() -> None:
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghij", k=chance.randint(2, 9))) for _ in range(3000)]
    long = [chance.choice(words) for _ in range(17_000)]
    edited = [chance.choice(words) if chance.random() < 0.05 else word for word in long]
    paragraphs = [" ".join(chance.choices(words, k=80)) for _ in range(150)]
    shuffled = chance.sample(paragraphs, len(paragraphs))
    pairs = {
        "edited": (" ".join(long), " ".join(edited)),
        "another text": (" ".join(long), " ".join(chance.choices(words, k=17_000))),
        "repeated": ("a b " * 25_000, "b a " * 25_000),
        "two characters": ("".join(chance.choices("的了", k=33_000)), "".join(chance.choices("的了", k=33_000))),
        "moved": ("\n".join(paragraphs), "\n".join(shuffled)),
    }
    for name, (before, after) in pairs.items():
        began = time.process_time()
        pieces = difference(before, after)
        assert time.process_time() - began < 10, name  # some 0.3 to 1 s; an ordinary comparison takes minutes
        assert "".join(piece.text for piece in pieces if piece.change is not ADDED) == before


def test_files_are_known_by_their_content() -> None:
    plan = {"sha256": "a", "filename": "plan.pdf", "caption_en": ""}
    renamed = {**plan, "filename": "Plan of 2027.pdf"}
    photo, report = ({"sha256": name, "filename": f"{name}.jpg", "caption_en": ""} for name in ("photo", "report"))
    found = file_changes([plan, photo], [report, renamed])
    assert [(change.before, change.after) for change in found] == [(plan, renamed), (photo, None), (None, report)]
    assert file_changes([plan, photo], [photo, plan]) == []
