"""What is typed or ticked in an input, read by the field it belongs to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.answers import comparable, digest, is_empty
from awardapp.domain.errors import RuleViolation
from awardapp.domain.forms import Choice, FieldKind, FormField
from awardapp.domain.inputs import longest, parse

CHOICES = (Choice("b", "B", "乙"), Choice("a", "A", "甲"), Choice("c", "C", "丙"))


def field(kind: FieldKind, key: str = "one", **more: Any) -> FormField:
    return FormField(key, kind, "One", "一", **more)


def read(kind: FieldKind, typed: Any, **more: Any) -> Any:
    asked = field(kind, **more)
    return parse(asked, asked.inputs[0], typed)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (FieldKind.LINE, "  River \r\n buses ", "River buses"),
        (FieldKind.PLAIN, "Port\t& trade\x00", "Port & trade"),
        (FieldKind.TEXT, " First.\r\nSecond.\rThird.\x00 ", " First.\nSecond.\nThird. "),
        (FieldKind.TEXT, "half \ud83d of a character", "half  of a character"),
        (FieldKind.TEXT, "泉\ud800水", "泉水"),
        (FieldKind.INTEGER, "2,874,000", 2_874_000),
        (FieldKind.INTEGER, "  ", None),
        (FieldKind.NUMBER, "350,5", 350.5),
        (FieldKind.NUMBER, ["３６．１"], 36.1),
        (FieldKind.NUMBER, [], None),
        (FieldKind.THEME, "12", "12"),
        (FieldKind.THEME, "", ""),
        (FieldKind.GOALS, ["13", "6", "13"], ["6", "13"]),
        (FieldKind.GOALS, [], []),
        (FieldKind.GOALS, "", []),
    ],
)
def test_what_is_typed_is_read_by_the_kind_of_the_field(kind: FieldKind, typed: Any, value: Any) -> None:
    assert read(kind, typed) == value


def test_choices_are_kept_in_the_order_of_the_form() -> None:
    assert read(FieldKind.CHOICES, ["c", "b", ""], choices=CHOICES) == ["b", "c"]
    assert read(FieldKind.CHOICE, "a", choices=CHOICES) == "a"
    assert read(FieldKind.CHOICE, "", choices=CHOICES) == ""


@pytest.mark.parametrize(
    ("kind", "typed", "more"),
    [
        (FieldKind.INTEGER, "2.5", {}),
        (FieldKind.INTEGER, "many", {}),
        (FieldKind.NUMBER, "101", {"high": 100}),
        (FieldKind.NUMBER, "0", {"low": 1}),
        (FieldKind.NUMBER, "nan", {}),
        (FieldKind.THEME, "1; drop", {}),
        (FieldKind.THEME, "9" * 12, {}),
        (FieldKind.CHOICE, "d", {"choices": CHOICES}),
        (FieldKind.CHOICES, ["a", "d"], {"choices": CHOICES}),
        (FieldKind.GOALS, ["18"], {}),
        (FieldKind.LINE, "a" * 301, {}),
        (FieldKind.TEXT, "a" * 100_001, {}),
        (FieldKind.PHONE, "1" * 61, {}),
    ],
)
def test_a_refusal_names_the_input(kind: FieldKind, typed: Any, more: dict[str, Any]) -> None:
    with pytest.raises(RuleViolation) as refused:
        read(kind, typed, **more)
    assert refused.value.field == field(kind).inputs[0]


def test_a_text_far_beyond_its_limit_is_kept_in_a_draft() -> None:
    asked = field(FieldKind.TEXT, words=10)
    assert longest(asked) == 100_000
    assert parse(asked, "one_en", "word " * 5_000) == "word " * 5_000


@pytest.mark.parametrize(
    ("note", "good", "bad"), [("source", "zh", "fr"), ("state", "machine", ""), ("agrees", "1", "no")]
)
def test_notes_on_two_texts_take_their_own_values_only(note: str, good: str, bad: str) -> None:
    asked = field(FieldKind.TEXT)
    assert parse(asked, f"one_{note}", good) == good
    with pytest.raises(RuleViolation) as refused:
        parse(asked, f"one_{note}", bad)
    assert refused.value.field == f"one_{note}"


_typed = {
    FieldKind.INTEGER: st.integers(-(10**14), 10**14).map(str),
    FieldKind.NUMBER: st.decimals(-(10**9), 10**9, places=3).map(str),
    FieldKind.THEME: st.integers(0, 10**8).map(str),
    FieldKind.CHOICE: st.sampled_from(["", "a", "b", "c"]),
    FieldKind.CHOICES: st.lists(st.sampled_from(["a", "b", "c"])),
    FieldKind.GOALS: st.lists(st.integers(1, 17).map(str)),
}


@given(st.data())
def test_a_value_read_and_shown_again_is_read_as_the_same_value(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(FieldKind))
    typed = data.draw(_typed.get(kind, st.text(max_size=50)))
    asked = field(kind, choices=CHOICES)
    value = parse(asked, asked.inputs[0], typed)
    shown = value if isinstance(value, list) else "" if value is None else str(value)
    again = parse(asked, asked.inputs[0], shown)
    assert again == value
    assert digest(again) == digest(value)


@given(st.text(max_size=80))
def test_a_digest_looks_past_line_ends_and_blanks_around_a_text(text: str) -> None:
    assert digest(f" {text}\n") == digest(text)
    assert digest(text.replace("\n", "\r\n")) == digest(text.replace("\r\n", "\n")) or "\r" in text
    assert len(digest(text)) == 16


def test_what_is_empty_and_what_is_not() -> None:
    assert [is_empty(value) for value in (None, "", "  \n", [])] == [True] * 4
    assert [is_empty(value) for value in (0, 0.0, "0", ["1"])] == [False] * 4
    assert comparable(["b", "a"]) == comparable(["a", "b"]) == "a b"
    assert digest("A") != digest("B")
