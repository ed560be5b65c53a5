"""Reliability held to Shrout & Fleiss's and Krippendorff's published tables, and to variances that were planted."""

from __future__ import annotations

import random

import pytest

from awardapp.domain.selection.agreement import krippendorff_alpha
from awardapp.domain.selection.reliability import Estimate, alpha, reliability, variances

from .sheets import ratings
from .test_agreement import FOUR_OBSERVERS, SHROUT_FLEISS, THREE_CODERS


def units(table: str) -> list[list[float | None]]:
    lines = [line.split() for line in table.strip().split("\n")]
    return [[None if cell == "*" else float(cell) for cell in column] for column in zip(*lines, strict=True)]


def test_on_a_complete_table_the_variances_are_those_of_shrout_and_fleiss() -> None:
    found = variances(ratings(SHROUT_FLEISS))
    assert found is not None
    figures = (found.agreement(), found.agreement(4), found.consistency(), found.consistency(4))
    assert [f"{figure:.3f}" for figure in figures] == ["0.290", "0.620", "0.715", "0.909"]


@pytest.mark.parametrize(("table", "expected"), [(FOUR_OBSERVERS, "0.849"), (THREE_CODERS, "0.811")])
def test_alpha_by_sums_of_squares_is_the_published_one_with_an_interval_around_it(table: str, expected: str) -> None:
    found = alpha(ratings(units(table)), seed="7")
    assert found is not None
    assert f"{found.value:.3f}" == expected
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high


def test_both_ways_to_alpha_agree_on_marks_that_were_drawn() -> None:
    draw = random.Random(5)
    rows = [[draw.randrange(21) if draw.random() < 0.6 else None for _ in range(5)] for _ in range(40)]
    triples = [(f"U{p}", f"O{j}", mark) for p, row in enumerate(rows) for j, mark in enumerate(row) if mark is not None]
    exact, found = krippendorff_alpha(triples), alpha(ratings(rows), seed="")
    assert exact is not None and found is not None
    assert found.value == pytest.approx(float(exact), abs=1e-12)


def test_planted_variances_are_found_in_an_incomplete_table() -> None:
    draw = random.Random(3)
    severity = [draw.gauss(0, 1.5) for _ in range(30)]
    rows: list[list[float | None]] = []
    for _ in range(600):
        quality, row = draw.gauss(0, 2), [None] * 30
        for member in draw.sample(range(30), 3):
            row[member] = 5 + quality + severity[member] + draw.gauss(0, 1)  # type: ignore[call-overload]
        rows.append(row)
    found = variances(ratings(rows))
    assert found is not None
    mean = sum(severity) / 30
    assert found.rest == pytest.approx(1, rel=0.1)
    assert found.submissions == pytest.approx(4, rel=0.15)
    assert found.members == pytest.approx(sum((one - mean) ** 2 for one in severity) / 29, rel=0.15)


def test_intervals_are_the_same_for_the_same_seed_and_hold_the_value() -> None:
    draw = random.Random(8)
    rows = [[quality + draw.gauss(0, 1) for _ in range(3)] for quality in (draw.gauss(0, 1) for _ in range(50))]
    first, again, other = (reliability(ratings(rows), seed=seed) for seed in ("a", "a", "b"))
    assert first == again != other
    assert first is not None
    for one in (first.single, first.raw, first.corrected):
        assert one.low is not None and one.high is not None
        assert one.low < one.value < one.high
    assert first.single.value < first.raw.value <= first.corrected.value


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[1.0, None], [None, 2.0]],  # nothing read twice
        [[1.0], [2.0], [3.0]],  # one member only
    ],
    ids=["nothing", "nothing twice", "one member"],
)
def test_what_cannot_be_told_is_not_told(rows: list[list[float | None]]) -> None:
    assert variances(ratings(rows)) is None
    assert reliability(ratings(rows), seed="") is None
    assert alpha(ratings(rows), seed="") is None


def test_when_all_marks_are_equal_there_is_nothing_to_agree_about() -> None:
    assert alpha(ratings([[5.0, 5.0], [5.0, 5.0]]), seed="") is None
    assert reliability(ratings([[5.0, 5.0, 5.0]] * 4), seed="") is None


def test_with_very_few_files_the_figure_stands_without_an_interval_that_would_mislead() -> None:
    found = alpha(ratings([[1.0, 1.0], [2.0, 2.0]]), seed="")
    assert found == Estimate(1.0, None, None)  # half of all resamples hold one file twice: nothing to agree about
