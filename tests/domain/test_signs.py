"""The signs a chair is shown about the committee's reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from awardapp.domain.signs import Finished, Speed, drifts, speeds

START = datetime(2027, 9, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "signs"),
    [
        ({1: 10, 2: 11, 3: 12, 4: 3}, {4: Speed.FAST}),
        ({1: 10, 2: 11, 3: 12, 4: 40}, {4: Speed.SLOW}),
        ({1: 10, 2: 11, 3: 12, 4: 4}, {}),
        ({1: 1, 2: 100}, {}),
        ({1: 1, 2: None, 3: None}, {}),
        ({}, {}),
    ],
)
def test_only_a_speed_far_from_the_others_is_a_sign(minutes: dict[int, float | None], signs: dict[int, Speed]) -> None:
    assert speeds({one: None if m is None else timedelta(minutes=m) for one, m in minutes.items()}) == signs


def finished(own: list[float], others: float = 5.0) -> list[Finished]:
    found = []
    for n, mark in enumerate(own):
        found += [Finished(1, n, START + timedelta(hours=n), mark), Finished(2, n, START, others)]
    return found


def test_marks_that_rise_beside_the_others_are_a_sign() -> None:
    drift = drifts(finished([4 + 0.2 * n for n in range(12)]), step=0.5)[1]
    assert drift.change == pytest.approx(2.2)
    assert (drift.files, drift.is_sign) == (12, True)


def test_equally_severe_marks_are_no_sign_however_severe() -> None:
    assert drifts(finished([2.0] * 20), step=0.5)[1].is_sign is False


def test_a_slope_within_the_scatter_is_no_sign() -> None:
    scattered = [2.0 + 3 * (n % 2) + 0.1 * n for n in range(12)]
    drift = drifts(finished(scattered), step=0.5)[1]
    assert drift.change > 1
    assert drift.is_sign is False


def test_a_certain_slope_of_less_than_two_steps_is_no_sign() -> None:
    assert drifts(finished([4 + 0.05 * n for n in range(12)]), step=0.5)[1].is_sign is False


def test_files_nobody_else_has_read_say_nothing() -> None:
    alone = [Finished(1, n, START + timedelta(hours=n), float(n)) for n in range(20)]
    assert drifts(alone, step=0.5) == {}
    assert drifts(finished([4.0 + n for n in range(11)]), step=0.5) == {}
