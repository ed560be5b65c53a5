"""Rules on panels and loads inside the flow, large problems, and what is kept when members come and go."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from awardapp.domain.selection.assignment import (
    AssignmentRules,
    Conflict,
    MemberProfile,
    SubmissionProfile,
    assign,
)
from awardapp.domain.selection.errors import BadInput, InfeasibleAssignment
from awardapp.domain.selection.flow import dual_bound
from awardapp.domain.selection.matching import Problem, solve
from awardapp.domain.selection.panels import PanelCaps

from .invented import profiles

RULES = AssignmentRules(seed="7", bar_same_country=False)


def problem(seed: int, submissions: int, members: int, *, groups: int = 0, grid: int = 1_000_000) -> Problem:
    """Three readings each; `grid` few different values make many ties; `groups` regions, one reader of each at most."""
    draw = np.random.default_rng(seed)
    mean = submissions * 3 / members
    caps = None
    if groups:
        group = np.broadcast_to(np.arange(members) % groups, (submissions, members))
        caps = PanelCaps(group, np.ones((submissions, groups), dtype=np.int64))
    return Problem(
        submissions=tuple(f"S{at:05}" for at in range(submissions)),
        members=tuple(f"M{at:03}" for at in range(members)),
        affinity=draw.integers(1, grid + 1, (submissions, members)) * (1_000_000 // grid),
        allowed=draw.random((submissions, members)) >= 0.1,
        given=np.zeros((submissions, members), dtype=np.bool_),
        wanted=np.full(submissions, 3),
        least=np.full(members, int(mean * 0.9)),
        most=np.full(members, int(np.ceil(mean * 1.1))),
        caps=caps,
        seed="7",
    )


def linear_optimum(case: Problem) -> int:
    """The largest total by linear programming with one row per submission, load and (submission, group)."""
    count, size = case.affinity.shape
    loads = np.kron(np.ones((1, count)), np.eye(size))
    upper, limits = [loads, -loads], [case.most, -case.least]
    if case.caps is not None:
        for group in range(case.caps.most.shape[1]):
            upper.append(np.kron(np.eye(count), (case.caps.group[0] == group).astype(float)[None, :]))
            limits.append(case.caps.most[:, group])
    found = linprog(
        -case.affinity.reshape(-1).astype(float),
        A_ub=np.vstack(upper),
        b_ub=np.concatenate(limits),
        A_eq=np.kron(np.eye(count), np.ones((1, size))),
        b_eq=case.wanted,
        bounds=[(0, float(one)) for one in case.allowed.reshape(-1)],
    )
    assert found.status == 0
    return round(-found.fun)


@pytest.mark.parametrize("grid", [1_000_000, 4])
@pytest.mark.parametrize("seed", range(6))
def test_one_reader_of_a_region_is_exact_and_kept_by_every_step(seed: int, grid: int) -> None:
    case = problem(seed, 24, 9, groups=4, grid=grid)
    found = solve(case)
    assert found.best_total == linear_optimum(case)
    chosen = found.held.T
    assert case.caps is not None
    assert (case.caps.counts(chosen) <= case.caps.most).all()
    assert (chosen.sum(axis=1) == 3).all()
    assert not (chosen & ~case.allowed).any()
    assert (chosen.sum(axis=0) <= case.most).all() and (chosen.sum(axis=0) >= case.least).all()


@pytest.mark.parametrize(("groups", "grid"), [(0, 1_000_000), (0, 3), (5, 1_000_000), (5, 3)])
def test_a_large_problem_starts_from_prices_and_ends_at_the_proven_optimum(groups: int, grid: int) -> None:
    case = problem(11, 1_300, 50, groups=groups, grid=grid)
    found = solve(case)
    proof = dual_bound(
        case.affinity, case.allowed, case.wanted,
        least=case.least, most=case.most, prices=found.prices, caps=case.caps,
    )  # fmt: skip
    assert found.best_total == proof
    assert found.sums.sum() >= 0.99 * found.total_after_weakest
    assert (found.held.sum(axis=1) <= case.most).all()
    back = np.random.default_rng(1).permutation(1_300), np.random.default_rng(2).permutation(50)
    both = np.ix_(*back)
    again = solve(
        replace(
            case,
            submissions=tuple(case.submissions[at] for at in back[0]),
            members=tuple(case.members[at] for at in back[1]),
            affinity=case.affinity[both],
            allowed=case.allowed[both],
            given=case.given[both],
            caps=PanelCaps(case.caps.group[both], case.caps.most[back[0]]) if case.caps is not None else None,
        )
    )
    assert (again.held == found.held[np.ix_(back[1], back[0])]).all()


def test_regions_are_told_apart_on_every_panel_and_unknown_regions_do_not_count() -> None:
    submissions, members, conflicts = profiles(3)
    regions = ["Africa", "Africa", "Asia", "Europe", "", ""]
    members = [replace(one, region=region) for one, region in zip(members, regions, strict=True)]
    plan = assign(submissions, members, conflicts, replace(RULES, one_per_region=True))
    of = {one.id: one.region for one in members}
    for panel in plan.panels:
        known = [of[member] for member in panel.members if of[member]]
        assert len(known) == len(set(known))


def test_at_least_one_reader_of_the_language_on_every_panel() -> None:
    submissions = [SubmissionProfile(f"S{at:02}", themes=("a",), languages=("zh",)) for at in range(12)]
    members = [MemberProfile(f"M{at}", themes={"a": 1}, languages=("en",)) for at in range(4)]
    members += [MemberProfile(f"Z{at}", themes={"b": 1}, languages=("zh",)) for at in range(2)]
    free = assign(submissions, members, [], replace(RULES, per_submission=2, level_loads=True))
    assert [load.readings for load in free.loads] == [4] * 6
    plan = assign(submissions, members, [], replace(RULES, per_submission=2, one_reads_language=True, most=6))
    for panel in plan.panels:
        assert any(member.startswith("Z") for member in panel.members)


def test_rules_that_cross_are_refused_by_name() -> None:
    with pytest.raises(BadInput, match="two rules that cross"):
        assign([], [MemberProfile("M1")], [], replace(RULES, one_per_region=True, one_reads_language=True))


def test_level_loads_differ_by_one_at_most() -> None:
    submissions, members, conflicts = profiles(5, submissions=25, members=7)
    plan = assign(submissions, members, conflicts, replace(RULES, level_loads=True))
    loads = [load.readings for load in plan.loads]
    assert sum(loads) == 75
    assert max(loads) - min(loads) <= 1


def test_a_member_with_a_small_bound_of_their_own_leaves_more_to_the_others() -> None:
    submissions, members, _ = profiles(5, submissions=30, members=6)
    members[2] = replace(members[2], least=0, most=3)
    plan = assign(submissions, members, [], RULES)
    assert {load.member: load.readings for load in plan.loads}["M02"] == 3
    assert sum(load.readings for load in plan.loads) == 90


def test_a_group_rule_that_leaves_too_few_is_explained_with_what_would_help() -> None:
    submissions = [SubmissionProfile(f"S{at}") for at in range(4)]
    members = [MemberProfile(f"M{at}", region="Asia" if at else "Africa") for at in range(5)]
    with pytest.raises(InfeasibleAssignment, match="S0 needs 3 and has 2") as caught:
        assign(submissions, members, [], replace(RULES, one_per_region=True))
    assert caught.value.params["repairs"] == [("group rule", 0), ("more members", 1)]


def test_what_would_help_is_named_for_each_rule_an_organiser_may_lift() -> None:
    submissions = [SubmissionProfile("S1", country="KE", languages=("zh",), themes=("a",))]
    members = [
        MemberProfile("M1", country="KE", themes={"a": 1}, languages=("zh",)),
        MemberProfile("M2", languages=("en",)),
    ]
    rules = replace(RULES, per_submission=1, bar_same_country=True, require_language=True)
    with pytest.raises(InfeasibleAssignment) as caught:
        assign(submissions, members, [], rules)
    assert caught.value.params["repairs"] == [("no shared language", 0), ("same country", 0), ("more members", 1)]
    assert caught.value.params["kinds"] == {"no shared language": 1, "same country": 1}


def test_the_missing_readings_of_a_hall_set_are_the_cheapest_repair() -> None:
    submissions = [SubmissionProfile(f"S{at}") for at in range(8)]
    members = [MemberProfile("M1", most=2), MemberProfile("M2", most=2), MemberProfile("M3", most=9)]
    conflicts = [Conflict("M3", f"S{at}", "family") for at in range(5)]
    with pytest.raises(InfeasibleAssignment) as caught:
        assign(submissions, members, conflicts, replace(RULES, per_submission=1))
    assert caught.value.params["repairs"] == [("loads", 1)]
    raised = [replace(one, most=3) if one.id == "M2" else one for one in members]
    assert len(assign(submissions, raised, conflicts, replace(RULES, per_submission=1)).pairs) == 8


def test_newcomers_take_over_movable_files_and_nothing_else_moves() -> None:
    submissions, members, conflicts = profiles(8, submissions=30, members=6)
    old = members[:5]
    conflicts = [one for one in conflicts if one.member != "M05"]
    first = assign(submissions, old, conflicts, RULES)
    pairs = [(one.submission, one.member) for one in first.pairs]
    begun, untouched = pairs[::3], [pair for at, pair in enumerate(pairs) if at % 3]
    again = assign(submissions, members, conflicts, RULES, fixed=begun, movable=untouched, newcomers=["M05"])
    after = {(one.submission, one.member) for one in again.pairs}
    assert set(begun) <= after
    assert {member for _, member in after - set(pairs)} == {"M05"}
    assert len(again.of_member("M05")) >= 12
    assert len(after) == len(pairs)


def test_without_newcomers_movable_files_stay() -> None:
    submissions, members, conflicts = profiles(8)
    first = assign(submissions, members, conflicts, RULES)
    pairs = [(one.submission, one.member) for one in first.pairs]
    again = assign(submissions, members, conflicts, RULES, movable=pairs)
    assert [(one.submission, one.member) for one in again.pairs] == pairs


def test_readings_that_stay_are_not_taken_back_for_a_smaller_bound() -> None:
    submissions, members, conflicts = profiles(4)
    first = assign(submissions, members, conflicts, RULES)
    pairs = [(one.submission, one.member) for one in first.pairs]
    busy = max(first.loads, key=lambda one: one.readings)
    smaller = [replace(one, least=0, most=1) if one.id == busy.member else one for one in members]
    again = assign(submissions, smaller, conflicts, RULES, fixed=pairs)
    assert len(again.of_member(busy.member)) == busy.readings


def test_equal_values_are_taken_in_an_order_drawn_from_the_seed() -> None:
    submissions = [SubmissionProfile(f"S{at:02}") for at in range(12)]
    members = [MemberProfile(f"M{at}") for at in range(4)]
    found = {
        seed: tuple(
            (one.submission, one.member) for one in assign(submissions, members, [], replace(RULES, seed=seed)).pairs
        )
        for seed in ("1", "2", "1")
    }
    assert len(set(found.values())) == 2
    shuffled = random.Random(3).sample(submissions, 12)
    again = assign(shuffled, members[::-1], [], replace(RULES, seed="1"))
    assert tuple((one.submission, one.member) for one in again.pairs) == found["1"]


def test_a_bound_taken_from_the_mean_gives_way_before_the_assignment_is_called_impossible() -> None:
    submissions = [SubmissionProfile(f"S{at}") for at in range(6)]
    members = [MemberProfile(f"M{at}") for at in range(4)]
    conflicts = [Conflict(member, f"S{at}", "family") for at in range(6) for member in ("M2", "M3")]
    plan = assign(submissions, members, conflicts, replace(RULES, per_submission=1))
    assert [load.readings for load in plan.loads] == [3, 3, 0, 0]
    assert plan.beyond == 1
    assert "the largest load taken from the mean was not enough and was exceeded by up to 1" in plan.notes
    with pytest.raises(InfeasibleAssignment):
        assign(submissions, members, conflicts, replace(RULES, per_submission=1, most=2))
