"""A member's figures with intervals: what was planted is found, and what cannot be known is not said."""

from __future__ import annotations

import pytest

from awardapp.domain.selection.portraits import Portrait, portraits

from .sheets import drawn, ratings, sheets_of

NAMES = [f"M{at}" for at in range(6)]


def of(rows: list[list[float | None]]) -> tuple[Portrait, ...]:
    found = ratings(rows)
    return portraits(sheets_of(found), found, [f"M{at}" for at in range(found.members)])


def test_planted_severity_spread_and_noise_lie_in_the_intervals_and_stand_out() -> None:
    found = of(drawn(2, severity=(-1.2, 0.6, 0.6, 0, 0, 0), spread=(1, 1, 1, 0.4, 1, 1), care=(0.5,) * 5 + (1.5,)))
    severity, spread, care = found[0].offset, found[3].scale, found[5].noise
    assert severity is not None and spread is not None and care is not None
    assert severity.low is not None and severity.high is not None
    assert severity.low < -1.2 < severity.high < -0.8
    assert spread.high is not None and spread.high < 0.8
    assert care.low is not None and care.low > 0.7
    assert min(found, key=lambda one: one.agreement or 0).member == "M5"


def test_most_intervals_hold_the_truth() -> None:
    inside = []
    for seed in range(4):
        severity = (-0.8, -0.4, 0.0, 0.0, 0.4, 0.8)
        for truth, one in zip(severity, of(drawn(seed, submissions=80, severity=severity)), strict=True):
            assert one.offset is not None and one.offset.low is not None and one.offset.high is not None
            inside.append(one.offset.low <= truth <= one.offset.high)
    assert sum(inside) / len(inside) > 0.8


def test_peers_are_told_on_the_files_both_read() -> None:
    first, second, third = of([[4.0, 6.0, None], [5.0, 7.0, None], [6.0, 8.0, None], [None, None, 3.0]])
    assert [(one.member, one.common, one.difference, one.correlation) for one in first.peers] == [("M1", 3, -2.0, 1.0)]
    assert second.peers[0].difference == 2.0
    assert (third.peers, third.compared, third.offset, third.agreement) == ((), 0, None, None)


def test_with_few_files_there_is_a_figure_without_an_interval() -> None:
    first, second = of([[4.0, 6.0], [5.0, 7.0], [6.0, 8.0]])
    assert first.offset is not None and second.offset is not None
    assert (first.offset.low, first.offset.error) == (None, None)
    assert first.offset.value == pytest.approx(-second.offset.value)


def test_a_member_who_read_nothing_and_one_who_gave_always_the_same() -> None:
    rows = [[float(at), 5.0, None] for at in range(10)]
    first, same, nothing = of(rows)
    assert (nothing.read, nothing.mean, nothing.spread, nothing.equal, nothing.means) == (0, None, None, None, ())
    assert (same.spread, same.agreement) == (0.0, None)
    assert first.equal == 1
