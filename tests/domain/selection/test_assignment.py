"""The assignment: exact totals, the weakest panel, conflicts and loads, and what blocks an impossible one."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from awardapp.domain.selection.assignment import (
    AssignmentRules,
    Conflict,
    MemberProfile,
    SubmissionProfile,
    assign,
)
from awardapp.domain.selection.errors import BadInput, InfeasibleAssignment
from awardapp.domain.selection.matching import Problem, solve

from .invented import profiles

RULES = AssignmentRules(seed="7")


def problem(seed: int, submissions: int, members: int, each: int, barred: float = 0.1) -> Problem:
    draw = np.random.default_rng(seed)
    affinity = draw.integers(1, 1_000_001, (submissions, members))
    mean = submissions * each / members
    return Problem(
        submissions=tuple(f"S{at:04}" for at in range(submissions)),
        members=tuple(f"M{at:03}" for at in range(members)),
        affinity=affinity,
        allowed=draw.random((submissions, members)) >= barred,
        given=np.zeros((submissions, members), dtype=np.bool_),
        wanted=np.full(submissions, each),
        least=np.full(members, int(mean * 0.8)),
        most=np.full(members, int(np.ceil(mean * 1.2))),
        seed="7",
    )


def linear_optimum(case: Problem) -> int:
    """The largest total by linear programming, rounded to whole millionths (the polytope is integral)."""
    count, size = case.affinity.shape
    rows = np.kron(np.eye(count), np.ones((1, size)))
    columns = np.kron(np.ones((1, count)), np.eye(size))
    found = linprog(
        -case.affinity.reshape(-1).astype(float),
        A_ub=np.vstack([columns, -columns]),
        b_ub=np.concatenate([case.most, -case.least]),
        A_eq=rows,
        b_eq=case.wanted,
        bounds=[(0, float(one)) for one in case.allowed.reshape(-1)],
    )
    assert found.status == 0
    return round(-found.fun)


@pytest.mark.parametrize("seed", range(8))
def test_the_total_is_the_optimum_of_the_linear_programme(seed: int) -> None:
    case = problem(seed, submissions=30, members=7, each=3)
    assert solve(case).best_total == linear_optimum(case)


@pytest.mark.parametrize("seed", range(8))
def test_loads_and_bars_are_kept_and_the_weakest_panel_does_not_fall(seed: int) -> None:
    case = problem(seed, submissions=60, members=9, each=3)
    found = solve(case)
    chosen = found.held.T
    assert (chosen.sum(axis=1) == 3).all()
    assert not (chosen & ~case.allowed).any()
    assert (chosen.sum(axis=0) >= case.least).all()
    assert (chosen.sum(axis=0) <= case.most).all()
    assert found.sums.min() <= found.own_best.min()
    assert found.sums.sum() >= 0.99 * found.total_after_weakest


def test_the_weakest_panel_reaches_its_bound_where_plain_totals_starve_it() -> None:
    # M1 is everybody's best reader; only S1 has nobody else worth having
    submissions = [SubmissionProfile(f"S{at}", themes=("a",) if at else ("b",)) for at in range(4)]
    members = [
        MemberProfile("M1", themes={"a": 1, "b": 0.5}, languages=(), most=1),
        MemberProfile("M2", themes={"a": 0.9, "b": 0.1}, most=3),
    ]
    plan = assign(submissions, members, [], replace(RULES, per_submission=1, language_weight=0))
    assert plan.best_total == plan.total == Decimal("3.200000")
    assert plan.of_submission("S0")[0].member == "M1"
    assert plan.weakest.submission == "S0"
    assert plan.weakest.affinity == plan.weakest_bound == Decimal("0.500000")


def test_chains_raise_the_weakest_panel_at_a_price_that_is_told() -> None:
    # the best total gives M1 to S1 (1.0 + 0.1); the weakest panel is best with M1 at S0 (0.5 + 0.5)
    submissions = [SubmissionProfile("S0", themes=("b",)), SubmissionProfile("S1", themes=("a",))]
    members = [
        MemberProfile("M1", themes={"a": 1, "b": 0.5}, least=0, most=1),
        MemberProfile("M2", themes={"a": 0.5, "b": 0.1}, least=0, most=1),
    ]
    plan = assign(submissions, members, [], replace(RULES, per_submission=1, language_weight=0))
    assert plan.best_total == Decimal("1.100000")
    assert plan.total == Decimal("1.000000")
    assert plan.weakest.affinity == Decimal("0.500000")
    assert "0.100000 was spent on the weakest panel" in plan.notes[-1]


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_plan_does_not_depend_on_the_order_of_the_input(seed: int, shuffle: random.Random) -> None:
    submissions, members, conflicts = profiles(seed)
    plan = assign(submissions, members, conflicts, RULES)
    for items in (submissions, members, conflicts):
        shuffle.shuffle(items)
    assert assign(submissions, members, conflicts, RULES) == plan


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_no_barred_pair_is_used_and_every_pair_can_be_explained(seed: int) -> None:
    submissions, members, conflicts = profiles(seed)
    plan = assign(submissions, members, conflicts, RULES)
    used = {(pair.submission, pair.member) for pair in plan.pairs}
    barred = {(one.submission, one.member): one.kind for one in plan.barred}
    assert not used & set(barred)
    assert {(one.submission, one.member) for one in conflicts} <= set(barred)
    for pair in plan.pairs:
        assert abs(pair.affinity - (3 * pair.theme + pair.language) / 4) <= Decimal("0.000001")
    for load in plan.loads:
        assert len(plan.of_member(load.member)) == load.readings <= load.most
    assert plan.total == sum(pair.affinity for pair in plan.pairs)


def test_own_country_is_barred_and_its_kind_is_told() -> None:
    submissions = [SubmissionProfile("S1", country="KE"), SubmissionProfile("S2", country="BR", city="Recife")]
    members = [MemberProfile("M1", country="KE"), MemberProfile("M2", city="Recife"), MemberProfile("M3")]
    plan = assign(submissions, members, [Conflict("M3", "S1", "earlier adviser")], replace(RULES, per_submission=1))
    assert {(one.submission, one.member, one.kind) for one in plan.barred} == {
        ("S1", "M1", "same country"),
        ("S1", "M3", "earlier adviser"),
        ("S2", "M2", "same city"),
    }
    opened = replace(RULES, per_submission=1, bar_same_country=False)
    assert {one.kind for one in assign(submissions, members, [], opened).barred} == {"same city"}


def test_a_declared_conflict_is_told_before_the_country() -> None:
    plan = assign(
        [SubmissionProfile("S1", country="KE")],
        [MemberProfile("M1", country="KE"), MemberProfile("M2")],
        [Conflict("M1", "S1", "team member")],
        replace(RULES, per_submission=1),
    )
    assert [one.kind for one in plan.barred] == ["team member"]


def test_a_better_member_who_was_barred_is_told_with_the_reason() -> None:
    plan = assign(
        [SubmissionProfile("S1", themes=("a",))],
        [
            MemberProfile("M1", themes={"a": 1}),
            MemberProfile("M2", themes={"a": 0.5}),
            MemberProfile("M3", themes={"a": 0.2}),
        ],
        [Conflict("M1", "S1", "declared"), Conflict("M3", "S1", "declared")],
        replace(RULES, per_submission=1),
    )
    assert [(one.member, one.kind) for one in plan.better_barred("S1")] == [("M1", "declared")]


def test_fixed_pairs_stay_and_a_second_round_adds_to_them() -> None:
    submissions, members, conflicts = profiles(3, members=12)
    first = assign(submissions, members, conflicts, replace(RULES, per_submission=2))
    kept = [(pair.submission, pair.member) for pair in first.pairs]
    contenders = {one.id: 4 for one in submissions[:8]}
    second = assign(submissions, members, conflicts, replace(RULES, per_submission=2), fixed=kept, readings=contenders)
    pairs = {(pair.submission, pair.member): pair.fixed for pair in second.pairs}
    assert all(pairs[pair] for pair in kept)
    assert sum(not fixed for fixed in pairs.values()) == 16
    assert len(second.of_submission(submissions[0].id)) == 4


def test_a_member_lost_later_only_moves_the_readings_of_that_member() -> None:
    submissions, members, conflicts = profiles(5)
    first = assign(submissions, members, conflicts, replace(RULES, per_submission=2))
    left = members[1:]
    kept = [(pair.submission, pair.member) for pair in first.pairs if pair.member != members[0].id]
    again = assign(
        submissions,
        left,
        [one for one in conflicts if one.member != members[0].id],
        replace(RULES, per_submission=2),
        fixed=kept,
    )
    assert set(kept) <= {(pair.submission, pair.member) for pair in again.pairs}
    assert len(again.pairs) == len(first.pairs)


def test_too_few_members_for_one_submission_are_named_with_the_reason() -> None:
    submissions, members, _ = profiles(1)
    conflicts = [Conflict(one.id, "S004", "declared") for one in members[:4]]
    with pytest.raises(InfeasibleAssignment) as caught:
        assign(submissions, members, conflicts, replace(RULES, bar_same_country=False))
    assert "S004 needs 3 and has 2 (barred: declared 4)" in str(caught.value)
    assert caught.value.params["submissions"] == ["S004"]


def test_a_hall_set_is_named_and_its_count_proves_it() -> None:
    # nobody but M1 and M2 may read the first five; together they may give 4 readings, 5 are needed
    submissions = [SubmissionProfile(f"S{at}") for at in range(8)]
    members = [MemberProfile("M1", most=2), MemberProfile("M2", most=2), MemberProfile("M3", most=9)]
    conflicts = [Conflict("M3", f"S{at}", "declared") for at in range(5)]
    with pytest.raises(InfeasibleAssignment) as caught:
        assign(submissions, members, conflicts, replace(RULES, per_submission=1))
    assert caught.value.params["submissions"] == [f"S{at}" for at in range(5)]
    assert caught.value.params["members"] == ["M1", "M2"]
    assert (caught.value.params["needed"], caught.value.params["available"]) == (5, 4)
    assert "declared 5" in str(caught.value)


def test_too_small_loads_of_everybody_are_told_as_such() -> None:
    submissions, members, _ = profiles(1)
    small = [replace(one, most=5) for one in members]
    with pytest.raises(InfeasibleAssignment, match="need 72 readings from the 6 members, who may give 30"):
        assign(submissions, small, [], replace(RULES, bar_same_country=False))


def test_affinity_zero_is_not_used_unless_opened_and_then_named() -> None:
    submissions = [SubmissionProfile("S1", themes=("a",), languages=("zh",))]
    members = [MemberProfile("M1", themes={"b": 1}, languages=("en",))]
    rules = replace(RULES, per_submission=1)
    with pytest.raises(InfeasibleAssignment, match="affinity 0"):
        assign(submissions, members, [], rules)
    plan = assign(submissions, members, [], replace(rules, open_zero_affinity=True))
    assert plan.notes == ("pairs of affinity 0 in use: S1 / M1",)


def test_a_least_load_gives_way_to_a_bar_and_says_so() -> None:
    submissions = [SubmissionProfile(f"S{at}") for at in range(4)]
    members = [MemberProfile("M1", least=3, most=4), MemberProfile("M2", least=0, most=4)]
    conflicts = [Conflict("M1", f"S{at}", "declared") for at in range(3)]
    plan = assign(submissions, members, conflicts, replace(RULES, per_submission=1))
    assert [load.readings for load in plan.loads] == [1, 3]
    assert "member M1 cannot be given 3 readings without breaking another rule and has 1" in plan.notes


def test_a_submission_without_themes_is_neither_helped_nor_harmed() -> None:
    plan = assign(
        [SubmissionProfile("S1")],
        [MemberProfile("M1", themes={"a": 1}), MemberProfile("M2", themes={"b": 0.1})],
        [],
        replace(RULES, per_submission=2),
    )
    assert {pair.theme for pair in plan.pairs} == {Decimal("0.500000")}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"submissions": [SubmissionProfile("S1"), SubmissionProfile("S1")]}, "submission given more than once: S1"),
        ({"members": [MemberProfile("M1"), MemberProfile("M1")]}, "member given more than once: M1"),
        ({"conflicts": [Conflict("M9", "S1", "declared")]}, "a conflict names M9 and S1"),
        ({"fixed": [("S1", "M9")]}, "a fixed pair names S1 and M9"),
        ({"fixed": [("S1", "M1"), ("S1", "M1")]}, "fixed pair given more than once: S1 / M1"),
        ({"conflicts": [Conflict("M1", "S1", "declared")], "fixed": [("S1", "M1")]}, "barred from it: declared"),
        ({"fixed": [("S1", "M1"), ("S1", "M2")]}, "fewer readings are asked for than are fixed"),
        ({"readings": {"S9": 1}}, "readings are set for unknown submissions: S9"),
        ({"readings": {"S1": -1}}, "fewer readings are asked for"),
        ({"members": [MemberProfile("M1", least=5, most=2)]}, "the load of member M1"),
        ({"members": [MemberProfile("M1", themes={"a": 1.5})]}, "expertise of member M1 in a must be from 0 to 1"),
        ({"members": [MemberProfile("M1", themes={"a": float("nan")})]}, "must be from 0 to 1, not nan"),
        ({"rules": replace(RULES, theme_weight=0, language_weight=0)}, "not both 0"),
        ({"rules": replace(RULES, beta=Decimal(2))}, "price and beta must be from 0 to 1"),
    ],
)
def test_input_that_makes_no_sense_is_refused_with_the_ids(change: dict[str, object], sentence: str) -> None:
    given: dict[str, object] = {
        "submissions": [SubmissionProfile("S1"), SubmissionProfile("S2")],
        "members": [MemberProfile("M1"), MemberProfile("M2")],
        "conflicts": [],
        "rules": replace(RULES, per_submission=1),
    } | change
    with pytest.raises(BadInput, match=sentence):
        assign(**given)  # type: ignore[arg-type]


def test_nothing_to_assign_is_an_empty_plan() -> None:
    plan = assign([], [MemberProfile("M1")], [], RULES)
    assert plan.pairs == ()
    assert plan.total == 0
