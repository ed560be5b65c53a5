"""Calibration: exact raw means, sums that add up, models that find what was planted, and every kind of bad
input."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp.domain.selection.calibration import METHODS, CalibrationRules, Criterion, Score, calibrate
from awardapp.domain.selection.errors import BadInput
from awardapp.domain.selection.scores import rounded, rounded_float

from .invented import CRITERIA, scores

RULES = CalibrationRules(CRITERIA, shortlist_size=10, draws=300, seed="7")
ONE = (Criterion("only", highest=100, step=Fraction(1)),)


def simple(marks: dict[tuple[str, str], int]) -> list[Score]:
    return [Score(submission, member, "only", units) for (submission, member), units in marks.items()]


def test_the_raw_score_is_the_exact_weighted_mean() -> None:
    criteria = (Criterion("a", weight=Fraction(2)), Criterion("b", weight=Fraction(1)))
    given = [Score("S", "M", "a", 15), Score("S", "M", "b", 10), Score("S", "N", "a", 20), Score("S", "N", "b", 1)]
    found = calibrate(given, CalibrationRules(criteria, method="mean")).of("S")
    # (2 x 7.5 + 5) / 3 = 20/3 and (2 x 10 + 0.5) / 3 = 41/6
    assert found.raw == (Fraction(20, 3) + Fraction(41, 6)) / 2
    assert found.criterion_means == (Fraction(35, 4), Fraction(11, 4))
    assert found.median == found.raw
    assert found.calibrated == found.raw_rounded == Decimal("6.750000")


@given(st.integers(0, 10_000), st.sampled_from(METHODS))
@settings(max_examples=40, deadline=None)
def test_the_sum_from_raw_to_calibrated_adds_up_to_the_last_digit(seed: int, method: str) -> None:
    for one in calibrate(scores(seed), replace(RULES, method=method, draws=50)).submissions:
        parts = [part.severity + part.spread + part.weight for part in one.contributions]
        assert one.raw_rounded + sum(parts) + one.shrinkage == one.calibrated


@given(st.integers(0, 10_000), st.sampled_from(METHODS), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_scores_changes_nothing(seed: int, method: str, shuffle: random.Random) -> None:
    given = scores(seed)
    rules = replace(RULES, method=method, draws=50)
    before = calibrate(given, rules)
    shuffle.shuffle(given)
    assert calibrate(given, rules) == before


def test_offsets_take_out_exactly_what_a_severe_member_takes_off() -> None:
    # complete design, M2 gives 10 less than M1 everywhere: least squares offsets are +5 and -5 but for the ridge
    marks = {(f"S{at}", "M1"): 50 + at for at in range(20)} | {(f"S{at}", "M2"): 40 + at for at in range(20)}
    found = calibrate(simple(marks), CalibrationRules(ONE, method="offsets", draws=10))
    # eliminating f leaves (10 + 1) b1 - 10 b2 = 100, so b1 = 100 / 21
    assert [one.offset for one in found.members] == [rounded(Fraction(100, 21)), rounded(Fraction(-100, 21))]
    assert found.of("S3").calibrated == found.of("S3").raw_rounded == Decimal("48.000000")


def test_offsets_follow_a_small_system_solved_by_hand() -> None:
    # S1 by A and B, S2 by B and C: with ridge 1, (D + I - C'D^-1 C) b = residuals
    # [1.5 -.5 0; -.5 2 -.5; 0 -.5 1.5] b = [-5, 5 + 10, -10]
    marks = {("S1", "A"): 50, ("S1", "B"): 60, ("S2", "B"): 70, ("S2", "C"): 50}
    found = calibrate(simple(marks), CalibrationRules(ONE, method="offsets", draws=10))
    expected = [Fraction(-4, 3), Fraction(6), Fraction(-14, 3)]
    half = Fraction(1, 2)
    matrix = [[3 * half, -half, 0], [-half, 2, -half], [0, -half, 3 * half]]
    assert [sum(a * b for a, b in zip(row, expected, strict=True)) for row in matrix] == [-5, 15, -10]
    assert [one.offset for one in found.members] == [rounded(one) for one in expected]


def test_robust_finds_severity_spread_and_care_that_were_planted() -> None:
    draw = random.Random(11)
    severity = [2.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    spread = [1.0, 1.0, 1.6, 0.6, 1.0, 1.0, 1.0, 1.0]
    care = [0.4, 0.4, 0.4, 0.4, 2.0, 0.4, 0.4, 0.4]
    given = []
    for at in range(300):
        quality = draw.gauss(0, 1)
        for member in draw.sample(range(8), 4):
            points = 50 + 8 * (severity[member] + spread[member] * quality + draw.gauss(0, care[member]))
            given.append(Score(f"S{at:03}", f"M{member}", "only", max(0, min(100, round(points)))))
    members = calibrate(given, CalibrationRules(ONE, draws=10)).members
    assert [float(one.offset) / 8 for one in members] == pytest.approx(severity, abs=0.35)
    assert members[2].scale > Decimal("1.3")
    assert members[3].scale < Decimal("0.8")
    assert max(members, key=lambda one: one.noise).member == "M4"
    assert min(members, key=lambda one: one.agreement or Decimal(0)).member == "M4"


def test_a_member_who_scores_at_random_is_hardly_listened_to() -> None:
    draw = random.Random(5)
    given = []
    for at in range(120):
        quality = draw.gauss(0, 1)
        for member in draw.sample(range(6), 3):
            units = draw.uniform(20, 80) if member == 0 else 50 + 10 * quality + draw.gauss(0, 3)
            given.append(Score(f"S{at:03}", f"M{member}", "only", max(0, min(100, round(units)))))
    found = calibrate(given, CalibrationRules(ONE, draws=10))
    assert found.members[0].scale < Decimal("0.5")
    assert found.members[0].noise > 2 * found.members[1].noise


def test_chances_are_draws_that_fill_exactly_the_places() -> None:
    found = calibrate(scores(1), RULES)
    assert sum(one.times_in_first for one in found.submissions) == 10 * 300
    best = max(found.submissions, key=lambda one: one.calibrated)
    assert best.chance > Decimal("0.8")
    assert calibrate(scores(1), replace(RULES, seed="8")).submissions != found.submissions


def test_with_no_more_submissions_than_places_everybody_is_certain() -> None:
    found = calibrate(scores(1, submissions=6), RULES)
    assert {one.chance for one in found.submissions} == {Decimal("1.0000")}


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 3), "0.333333"), (Fraction(2, 3), "0.666667"), (Fraction(-2, 3), "-0.666667"), (7, "7.000000"),
     (Fraction(5, 10_000_000), "0.000000"), (Fraction(15, 10_000_000), "0.000002"),
     (Fraction(-5, 10_000_000), "0.000000")],
)  # fmt: skip
def test_exact_rounding_is_half_to_even(value: Fraction | int, text: str) -> None:
    assert str(rounded(value)) == text


def test_a_rounded_zero_has_no_sign() -> None:
    assert str(rounded_float(-1e-9)) == "0.000000"


# bad input, section by section: an error with ids or a fallback that is stated


@pytest.mark.parametrize("units", [float("nan"), float("inf"), "7", 7.5, None, True])
def test_a_score_that_is_no_whole_number_is_refused(units: object) -> None:
    with pytest.raises(BadInput, match="S by M on only must be a whole number of units"):
        calibrate([Score("S", "M", "only", units)], CalibrationRules(ONE))  # type: ignore[arg-type]


@pytest.mark.parametrize("units", [-1, 101])
def test_a_score_out_of_range_is_refused(units: int) -> None:
    with pytest.raises(BadInput, match="must be from 0 to 100 units"):
        calibrate([Score("S", "M", "only", units)], CalibrationRules(ONE))


def test_a_duplicate_score_is_refused() -> None:
    with pytest.raises(BadInput, match="S has two scores by M on only"):
        calibrate([Score("S", "M", "only", 5), Score("S", "M", "only", 5)], CalibrationRules(ONE))


def test_a_missing_criterion_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="criteria are missing in the assessment of S by M"):
        calibrate([Score("S", "M", "innovation", 5)], RULES)


def test_unknown_ids_are_refused() -> None:
    with pytest.raises(BadInput, match="unknown criterion other"):
        calibrate([Score("S", "M", "other", 5)], CalibrationRules(ONE))
    with pytest.raises(BadInput, match="unknown submission: S"):
        calibrate([Score("S", "M", "only", 5)], CalibrationRules(ONE), submissions=["T"])
    with pytest.raises(BadInput, match="unknown member: M"):
        calibrate([Score("S", "M", "only", 5)], CalibrationRules(ONE), members=["N"])


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (CalibrationRules(()), "at least one criterion"),
        (CalibrationRules((Criterion("a"), Criterion("a"))), "criterion a is given more than once"),
        (CalibrationRules((Criterion("a", weight=Fraction(0)),)), "criterion a needs a weight"),
        (CalibrationRules((Criterion("a", lowest=5, highest=5),)), "criterion a needs"),
        (replace(RULES, method="median"), "must be one of mean, offsets, robust"),
        (replace(RULES, draws=0), "at least 1"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: CalibrationRules, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        calibrate([], rules)


def test_submissions_without_any_score_are_listed_and_have_no_figure() -> None:
    found = calibrate(simple({("S1", "M1"): 5}), CalibrationRules(ONE), submissions=["S1", "S2", "S3"])
    assert found.unscored == ("S2", "S3")
    assert [one.submission for one in found.submissions] == ["S1"]
    assert "without any assessment and therefore without a figure: S2, S3" in found.notes


def test_no_score_at_all_gives_an_empty_result() -> None:
    found = calibrate([], RULES, submissions=["S1"], members=["M1"])
    assert found.submissions == ()
    assert found.unscored == ("S1",)
    assert found.members[0].assessments == 0


@pytest.mark.parametrize("method", METHODS)
def test_one_member_only_falls_back_to_plain_means(method: str) -> None:
    found = calibrate(simple({(f"S{at}", "M"): at for at in range(30)}), CalibrationRules(ONE, method=method))
    assert found.used == "mean"
    assert all(one.calibrated == one.raw_rounded for one in found.submissions)
    if method != "mean":
        assert any("no submission was assessed twice" in note for note in found.notes)


def test_all_scores_equal_fall_back_to_plain_means() -> None:
    marks = {(f"S{at}", f"M{who}"): 50 for at in range(20) for who in range(4)}
    found = calibrate(simple(marks), CalibrationRules(ONE))
    assert found.used == "mean"
    assert any("all scores are equal" in note for note in found.notes)
    assert {one.calibrated for one in found.submissions} == {Decimal("50.000000")}


def test_few_shared_assessments_fall_back_to_offsets() -> None:
    found = calibrate(simple({("S1", "A"): 5, ("S1", "B"): 7, ("S2", "B"): 9}), CalibrationRules(ONE))
    assert found.used == "offsets"
    assert any("plain offsets are used" in note for note in found.notes)


def test_a_member_who_gives_everybody_the_same_does_no_harm() -> None:
    given = scores(3)
    flat = [replace(one, units=12) if one.member == "M00" else one for one in given]
    found = calibrate(flat, RULES)
    assert found.used == "robust"
    assert all(Decimal(0) < one.calibrated < Decimal(12) for one in found.submissions)
    assert found.members[0].agreement is None


def test_members_with_one_or_no_assessment_are_named_and_do_no_harm() -> None:
    given = [*scores(4), *(Score("S000", "M97", one.id, 0) for one in CRITERIA)]
    found = calibrate(given, RULES, members=[*(f"M{at:02}" for at in range(6)), "M97", "M98"])
    by_id = {one.member: one for one in found.members}
    assert by_id["M98"].assessments == 0
    assert by_id["M98"].offset == 0
    assert by_id["M98"].mean is None
    assert by_id["M97"].agreement is None
    assert any("compared with others on one submission only" in note and "M97" in note for note in found.notes)


def test_a_lone_assessment_beside_compared_ones_is_named() -> None:
    given = [*scores(4), *(Score("S999", "M99", one.id, 14) for one in CRITERIA)]
    found = calibrate(given, RULES)
    assert any("shares no submission with anybody, so no severity can be told: M99" in one for one in found.notes)
    assert {one.member: one.offset for one in found.members}["M99"] == 0


def test_parts_that_share_nothing_are_reported() -> None:
    other = [replace(one, submission=f"T{one.submission}", member=f"N{one.member}") for one in scores(9, 20)]
    found = calibrate([*scores(8), *other], RULES)
    assert [len(part[0]) for part in found.components] == [40, 20]
    assert any("fall into 2 parts" in note and "1 more assessments would join them" in note for note in found.notes)


def test_a_large_table_is_calibrated_whole() -> None:
    given = simple(
        {
            (f"S{at:05}", f"M{(at * 7 + who * 3) % 61:03}"): (at * 37 + who * 11) % 101
            for at in range(2000)
            for who in range(3)
        }
    )
    found = calibrate(given, CalibrationRules(ONE, draws=20))
    assert len(found.submissions) == 2000
    assert sum(one.times_in_first for one in found.submissions) == 15 * 20
