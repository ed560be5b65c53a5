"""The reason of a change: a short sum that adds up as printed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp.domain.selection.calibration import METHODS, CalibrationRules, calibrate
from awardapp.domain.selection.components import bridges, connected, hardly_compared
from awardapp.domain.selection.explaining import Cause, sum_of, whole_parts

from .invented import CRITERIA, scores

RULES = CalibrationRules(CRITERIA, draws=10, seed="7")


@given(st.integers(0, 10_000), st.sampled_from(METHODS))
@settings(max_examples=25, deadline=None)
def test_raw_and_every_part_make_the_calibrated_figure_in_hundredths(seed: int, method: str) -> None:
    found = calibrate(scores(seed, submissions=15), replace(RULES, method=method))
    members = {one.member: one for one in found.members}
    for figures in found.submissions:
        shown = sum_of(figures, members)
        assert shown.raw + sum(term.amount for term in shown.terms) == shown.calibrated
        assert all(term.amount == term.amount.quantize(Decimal("0.01")) != 0 for term in shown.terms)
        assert abs(shown.raw - figures.raw_rounded) <= Decimal("0.005")
        assert abs(shown.calibrated - figures.calibrated) <= Decimal("0.005")


def test_a_severe_members_part_says_by_how_much_and_of_whom() -> None:
    given = [replace(one, units=max(0, one.units - 8)) if one.member == "M02" else one for one in scores(1)]
    found = calibrate(given, replace(RULES, method="offsets"))
    members = {one.member: one for one in found.members}
    figures = next(one for one in found.submissions if "M02" in {part.member for part in one.contributions})
    first = next(term for term in sum_of(figures, members).terms if term.member == "M02")
    assert (first.cause, first.figure) == (Cause.SEVERITY, members["M02"].offset)
    assert first.figure < -2
    assert abs(first.amount + first.figure / 3) < Decimal("0.02")  # a third of it, as three read the file


def test_the_plain_mean_changes_nothing_and_needs_no_reason() -> None:
    found = calibrate(scores(2), replace(RULES, method="mean"))
    shown = sum_of(found.submissions[0], {one.member: one for one in found.members})
    assert (shown.terms, shown.change) == ((), 0)


def test_rounding_gives_the_rest_to_those_who_lost_most() -> None:
    assert whole_parts([Decimal("0.4"), Decimal("0.4"), Decimal("0.4")], 1) == [1, 0, 0]
    assert whole_parts([Decimal("2.6"), Decimal("-1.6"), Decimal("0.2")], 1) == [3, -2, 0]
    assert whole_parts([], 0) == []


def test_parts_are_joined_by_as_few_readings_as_there_are_parts_less_one_and_bars_are_kept() -> None:
    pairs = [("S1", "A"), ("S1", "B"), ("S2", "C"), ("S3", "D")]
    parts = connected(pairs)
    assert len(parts) == 3
    found = bridges(parts, barred=[("S2", "A")])
    assert len(found) == 2
    assert len(connected([*pairs, *found])) == 1
    assert ("S2", "A") not in found
    everything = [(file, member) for file in ("S1", "S2", "S3") for member in "ABCD"]
    assert bridges(parts, barred=everything) == []
    assert bridges([], barred=[]) == []
    assert hardly_compared([("S1", "A"), ("S1", "B"), ("S2", "C")]) == (["A", "B"], ["C"])
