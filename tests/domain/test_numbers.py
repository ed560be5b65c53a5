"""Numbers as officials of many countries type them."""

from __future__ import annotations

import pytest

from awardapp.domain.errors import RuleViolation
from awardapp.domain.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15300000", 15_300_000),
        ("15,300,000", 15_300_000),
        ("15 300 000", 15_300_000),
        ("15\u202f300\u00a0000", 15_300_000),
        ("15'300'000", 15_300_000),
        ("15.300.000", 15_300_000),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("4,57", 4.57),
        ("4.57", 4.57),
        ("1,234", 1234),
        ("1.234", 1.234),
        ("１２３．４", 123.4),
        ("−0,8 %", -0.8),
        ("+2", 2),
        (".5", 0.5),
        ("7.0", 7),
    ],
)
def test_a_number_is_read_as_it_was_meant(text: str, value: float) -> None:
    assert parse_number(text) == value
    assert isinstance(parse_number(text), type(value))


@pytest.mark.parametrize(
    "text", ["two million", "12 km²", "1,23,456", "1.2.3", "1530万", "-", "", "1e6", "--5", "nan", "∞"]
)
def test_what_is_not_clearly_a_number_is_refused(text: str) -> None:
    with pytest.raises(RuleViolation, match="is not a number"):
        parse_number(text)


def test_a_whole_number_and_a_range_are_asked_for() -> None:
    with pytest.raises(RuleViolation, match="whole number"):
        parse_number("1.5", whole=True)
    with pytest.raises(RuleViolation, match="between 0 and 100"):
        parse_number("101", low=0, high=100)
    with pytest.raises(RuleViolation, match="at least 1"):
        parse_number("0", low=1)
    with pytest.raises(RuleViolation, match="too large"):
        parse_number("9" * 16)
