"""Questions, never deductions: asked where something was planted, and seldom where nothing was."""

from __future__ import annotations

from itertools import permutations
from math import atanh, erfc, sqrt

import numpy as np
import pytest

from awardapp.domain.selection.alike import FEWEST, beyond_chance, fisher_p, pairs_alike
from awardapp.domain.selection.false_discovery import discoveries
from awardapp.domain.selection.home_bias import HomeBias, home_bias
from awardapp.domain.selection.models import Ratings
from awardapp.domain.selection.portraits import portraits
from awardapp.domain.selection.questions import (
    Kind,
    Question,
    about_members,
    about_pairs,
    about_ties,
)
from awardapp.domain.selection.residuals import Residuals, fitted, residuals

from .sheets import drawn, ratings, sheets_of

NAMES = [f"M{at}" for at in range(6)]


def rest_of(found: Ratings) -> Residuals:
    fit = fitted(found)
    assert fit is not None
    return residuals(found, fit)


def asked(rows: list[list[float | None]]) -> list[Question]:
    found = ratings(rows)
    return about_members(portraits(sheets_of(found, criteria=1), found, NAMES), points=10)


def test_the_false_discovery_rate_is_held_as_in_the_published_example() -> None:
    # Benjamini & Hochberg 1995, section 3.2: of fifteen hypotheses four are rejected at 0.05 (Bonferroni: three)
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    chances += [0.7590, 1.0]
    assert discoveries(chances) == [True] * 4 + [False] * 11
    assert discoveries(chances[::-1]) == [False] * 11 + [True] * 4
    assert discoveries([]) == []


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ({"severity": (-1.5, 0.3, 0.3, 0.3, 0.3, 0.3)}, Kind.SEVERITY),
        ({"spread": (0.25, 1, 1, 1, 1, 1)}, Kind.SCALE),
        ({"care": (1.6, 0.5, 0.5, 0.5, 0.5, 0.5)}, Kind.NOISE),
    ],
    ids=["severe", "narrow", "noisy"],
)
def test_what_was_planted_in_one_member_is_asked_about_that_member(planted: dict[str, object], expected: Kind) -> None:
    found = asked(drawn(1, **planted))  # type: ignore[arg-type] # figures by name
    assert (expected, ("M0",)) in {(one.kind, one.about) for one in found}
    assert {one.about for one in found} == {("M0",)}


def test_a_committee_of_like_members_is_asked_nothing() -> None:
    assert [one for seed in range(3) for one in asked(drawn(seed))] == []


def test_marks_that_do_not_separate_and_equal_criteria_are_asked_about() -> None:
    rows = [[5.0 + at % 2 / 10, float(at % 9), float((at + 1) % 9), None, None, None] for at in range(20)]
    found = ratings(rows)
    pictures = portraits(sheets_of(found, criteria=3), found, NAMES)
    kinds = {(one.kind, one.about) for one in about_members(pictures, points=10)}
    assert (Kind.SAME, ("M0",)) in kinds
    assert {about for kind, about in kinds if kind is Kind.EQUAL} == {("M0",), ("M1",), ("M2",)}
    (same,) = [one for one in about_members(pictures, points=10) if one.kind is Kind.SAME]
    assert (same.key, same.figures) == ("same:M0", {"spread": 0.051, "n": 20})


def test_a_member_with_few_readings_is_asked_nothing() -> None:
    assert asked([[9.0, 1.0, None, None, None, None]] * 5) == []


def home(rows: list[list[float | None]], tied: dict[str, list[tuple[int, int]]], seed: str = "1") -> list[HomeBias]:
    return list(home_bias(rest_of(ratings(rows)), tied, seed=seed, draws=2000))


def test_a_planted_favour_is_found_with_its_size_and_severity_plays_no_part() -> None:
    rows = drawn(4, severity=(-1.5, 1.5, 0, 0, 0, 0))
    tied = [(p, j) for p, row in enumerate(rows) for j, mark in enumerate(row) if mark is not None and (p + j) % 5 == 0]
    for p, j in tied:
        rows[p][j] = (rows[p][j] or 0) + 1.0
    found, without = home(rows, {"region": tied, "language": [(p, (j + 1) % 6) for p, j in tied]})
    assert found.effect == pytest.approx(1.0, abs=0.25)
    assert found.low is not None and found.high is not None and found.p is not None
    assert 0.5 < found.low < found.effect < found.high
    assert found.p < 0.001
    assert found.tied == len(tied)
    (question,) = about_ties([found, without])
    assert (question.kind, question.subject, question.about) == (Kind.HOME, "region", ())
    assert question.key == "home:region"


def test_without_a_favour_the_chance_is_spread_evenly() -> None:
    chances = []
    for seed in range(20):
        rows = drawn(seed, submissions=60)
        tied = [(p, j) for p, row in enumerate(rows) for j, mark in enumerate(row) if mark and (7 * p + 3 * j) % 4 == 0]
        chances += [one.p for one in home(rows, {"region": tied}, seed=str(seed)) if one.p is not None]
    assert len(chances) == 20
    assert 0.3 < sum(chances) / 20 < 0.7
    assert sum(chance < 0.05 for chance in chances) <= 3


def test_the_shuffle_inside_a_member_is_the_exact_one_where_every_order_can_be_listed() -> None:
    rows: list[list[float | None]] = [[4.0, 5.0], [9.0, 6.0], [5.0, 5.5], [7.0, 6.5], [3.0, 4.0]]
    found = rest_of(ratings(rows))
    own = found.rest[found.ratings.j == 0]
    centred = own - own.mean()
    (answer,) = home_bias(found, {"region": [(1, 0), (3, 0)]}, seed="x", draws=20_000)
    observed = centred[1] + centred[3]
    orders = [sum(centred[list(order[:2])]) for order in permutations(range(5))]
    exact = np.mean([abs(one) >= abs(observed) - 1e-12 for one in orders])
    assert answer.p == pytest.approx(float(exact), abs=0.02)
    assert answer.effect == pytest.approx(own[[1, 3]].mean() - own[[0, 2, 4]].mean())


def test_without_a_pair_the_bias_is_not_told_and_nothing_is_asked() -> None:
    rows = drawn(1, submissions=40)
    nothing, everything = home(rows, {"link": [], "region": [(p, j) for p in range(40) for j in range(6)]})
    assert (nothing.tied, nothing.effect, nothing.p) == (0, None, None)
    assert (everything.tied, everything.effect) == (everything.compared, None)
    assert about_ties([nothing, everything]) == []


def test_two_members_who_err_together_are_found_and_only_they() -> None:
    found = ratings(drawn(3, submissions=200, together=(1, 4), each=4, care=(0.8,) * 6))
    questions = about_pairs(beyond_chance(rest_of(found)), NAMES)
    assert [one.about for one in questions] == [("M1", "M4")]
    assert questions[0].figures["correlation"] > questions[0].figures["expected"]
    assert questions[0].key == "alike:M1:M4"


def test_independent_members_are_seldom_taken_for_a_pair_although_their_departures_hang_together() -> None:
    chances: list[float] = []
    for seed in range(10):
        pairs = pairs_alike(rest_of(ratings(drawn(seed, submissions=80))))
        assert sum(pair.expected for pair in pairs) / len(pairs) == pytest.approx(
            -0.5, abs=0.05
        )  # three readers: -1 / 2
        chances += [pair.p for pair in pairs]
    assert sum(chance < 0.05 for chance in chances) / len(chances) < 0.09


def test_panels_of_two_and_pairs_with_few_common_files_are_not_compared() -> None:
    assert pairs_alike(rest_of(ratings(drawn(1, each=2)))) == ()
    rows = drawn(1, submissions=40)
    assert all(pair.common >= FEWEST for pair in pairs_alike(rest_of(ratings(rows))))
    assert pairs_alike(rest_of(ratings(rows[:10]))) == ()


def test_fishers_z_is_the_textbooks() -> None:
    # z = 1.3018 for r = 0.8623 (tables of the transformation); n = 28, so (z - 0) x 5 = 6.51 standard errors
    assert atanh(0.8623) == pytest.approx(1.3025, abs=0.001)
    assert fisher_p(0.8623, 0.0, 28) == pytest.approx(0.5 * erfc(5 * atanh(0.8623) / sqrt(2)))
    assert fisher_p(0.3, 0.3, 20) == pytest.approx(0.5)
    assert fisher_p(1.0, 0.0, 9) < 1e-12
