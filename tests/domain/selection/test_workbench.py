"""What other rules would give: who crosses the line, what each rule cost, whom one member's readings keep in."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest

from awardapp.domain.selection.calibration import CalibrationRules, Criterion, Score, calibrate
from awardapp.domain.selection.shortlist import Candidate, GroupRule, ShortlistRules, rank
from awardapp.domain.selection.workbench import (
    Change,
    RuleEffect,
    around,
    pairs_around,
    swaps,
    trial,
    weighed,
    without_each_member,
)


def entrants(*rows: tuple[str, str, str]) -> list[Candidate]:
    """Candidates from (points, region, size), named a, b, c ... in the order given."""
    return [
        Candidate(name, Decimal(points), groups={"region": region, "size": size})
        for name, (points, region, size) in zip("abcdefgh", rows, strict=False)
    ]


# a to f by falling score; asia has the first three, the small cities are at the end
SIX = entrants(
    ("9", "asia", "big"),
    ("8", "asia", "big"),
    ("7", "asia", "big"),
    ("6", "africa", "big"),
    ("5", "africa", "small"),
    ("2", "europe", "small"),
)


def test_what_each_rule_did_is_found_by_solving_again_without_it() -> None:
    cap, least = GroupRule("region", "asia", 0, 2), GroupRule("size", "small", 1)
    found = trial(SIX, ShortlistRules(3, 2, group_rules=(cap, least)))
    # a, b and the one small city that costs least: e. Without the cap a, b, e as well; without the minimum a, b, d.
    assert found.shortlisted == ("a", "b", "e")
    assert found.deserving == ("c", "d")
    assert found.price == Decimal("0.666667")  # 24 points without any rule, 22 with both, three places
    assert found.effects == (
        RuleEffect(cap, (), (), Decimal("0.000000")),
        RuleEffect(least, ("e",), ("d",), Decimal("0.333333")),
    )
    assert found.impossible == ()


def test_a_rule_that_another_one_already_implies_cost_nothing() -> None:
    cap, least = GroupRule("region", "asia", 0, 1), GroupRule("size", "small", 2)
    found = trial(SIX, ShortlistRules(3, 0, group_rules=(cap, least)))
    assert found.shortlisted == ("a", "e", "f")  # 16 points; without the minimum a, d, e with 20
    assert [(one.came_in, one.went_out, one.price) for one in found.effects] == [
        ((), (), Decimal("0.000000")),
        (("f",), ("d",), Decimal("1.333333")),
    ]


def test_rules_that_cannot_hold_together_are_named_as_they_are_written_and_the_lists_are_by_rank() -> None:
    innocent = GroupRule("region", "europe", 0, 1)
    clash = (GroupRule("size", "small", 2), GroupRule("region", None, 2))
    found = trial(SIX, ShortlistRules(3, 1, group_rules=(innocent, *clash)))
    assert found.shortlisted == ("a", "b", "c")
    assert set(found.impossible) <= set(clash)
    assert GroupRule("region", None, 2) in found.impossible
    assert (found.price, found.effects) == (Decimal("0.000000"), ())


def test_who_enters_and_who_leaves_is_told_with_both_ranks() -> None:
    before = trial(SIX, ShortlistRules(3, 1))
    after = trial(SIX, ShortlistRules(3, 1, group_rules=(GroupRule("region", None, 0, 1),)))
    found = swaps(before, after)
    assert found.entering == (Change("d", 4, 4), Change("f", 6, 6))
    assert found.leaving == (Change("b", 2, 2), Change("c", 3, 3))
    assert (found.entering_all, found.leaving_all) == ((Change("f", 6, 6),), (Change("c", 3, 3),))
    assert swaps(before, before).entering == ()


@pytest.mark.parametrize("seed", range(12))
def test_effects_and_lists_are_those_of_every_choice_tried(seed: int) -> None:
    draw = random.Random(seed)
    some = [
        Candidate(
            f"S{at:02}",
            Decimal(draw.randint(10, 60)) / 4,
            groups={"region": draw.choice("ABC"), "theme": draw.choice("XYZ"), "size": draw.choice("12")},
        )
        for at in range(11)
    ]
    rules = (GroupRule("region", None, 1, 2), GroupRule("theme", "X", 1, 3), GroupRule("size", "1", 2))
    found = trial(some, ShortlistRules(5, 3, group_rules=rules))
    order = [one.id for one in rank(some, seed="")]
    points = {one.id: one.calibrated for one in some}
    groups = {one.id: one.groups for one in some}

    def kept(ids: tuple[str, ...], own: tuple[GroupRule, ...]) -> bool:
        for rule in own:
            names = {one["region"] for one in groups.values()} if rule.group is None else {rule.group}
            for name in names:
                count = sum(groups[one][rule.partition] == name for one in ids)
                if count < rule.least or (rule.most is not None and count > rule.most):
                    return False
        return True

    def best(own: tuple[GroupRule, ...]) -> tuple[str, ...] | None:
        every = [ids for ids in combinations(order, 5) if kept(ids, own)]
        where = {one: at for at, one in enumerate(order)}
        return max(
            every,
            key=lambda ids: (
                sum(points[one] for one in ids),
                -sum(where[one] for one in ids),
                -sum(where[one] ** 2 for one in ids),
            ),
            default=None,
        )

    whole = best(rules)
    if whole is None:
        assert found.impossible
        return
    assert found.shortlisted == whole
    total = sum(points[one] for one in whole)
    for at, effect in enumerate(found.effects):
        freely = best(rules[:at] + rules[at + 1 :])
        assert freely is not None
        assert set(effect.came_in) == set(whole) - set(freely)
        assert set(effect.went_out) == set(freely) - set(whole)
        assert abs(effect.price - (sum(points[one] for one in freely) - total) / 5) < Decimal("0.000001")


CRITERIA = (Criterion("new"), Criterion("done"))


def marks(**rows: dict[str, tuple[int, int]]) -> list[Score]:
    """Scores from submission=({member: (new, done)})."""
    return [
        Score(submission, member, criterion, units)
        for submission, own in rows.items()
        for member, pair in own.items()
        for criterion, units in zip(("new", "done"), pair, strict=True)
    ]


def test_a_weight_of_nothing_leaves_the_criterion_out_and_other_weights_shift_the_mean() -> None:
    scores = marks(a={"m": (20, 0)}, b={"m": (8, 8)})
    rules = CalibrationRules(CRITERIA, method="mean")
    left, without = weighed(scores, rules, {"new": 0, "done": 1})
    assert {one.criterion for one in left} == {"done"}
    assert [one.calibrated for one in calibrate(left, without).submissions] == [Decimal(0), Decimal(4)]
    same, heavier = weighed(scores, rules, {"new": 3, "done": 1})
    assert same == scores
    assert [one.calibrated for one in calibrate(same, heavier).submissions] == [Decimal("7.5"), Decimal(4)]
    assert [one.weight for one in heavier.criteria] == [Fraction(3), Fraction(1)]


def test_each_member_is_left_out_in_turn_and_who_crosses_the_line_is_named() -> None:
    # by plain means: a 9, b 7, c 6, d 5. Without the one who lifts b, c stands second; without the other nothing changes.
    scores = marks(
        a={"m": (18, 18), "n": (18, 18)},
        b={"m": (20, 20), "n": (8, 8)},
        c={"m": (12, 12), "n": (12, 12)},
        d={"n": (10, 10)},
    )
    found = without_each_member(
        scores,
        CalibrationRules(CRITERIA, method="mean"),
        ShortlistRules(2, 1),
        members=["m", "n", "nobody"],
        recusals={},
        groups={},
    )
    assert [(one.member, one.readings, one.window, one.came_in, one.went_out, one.unread) for one in found] == [
        ("m", 3, ("a", "c", "d", "b"), ("c",), ("b",), ()),
        ("n", 4, ("b", "a", "c"), (), (), ("d",)),
    ]


def test_the_window_is_three_above_and_three_below_the_line() -> None:
    assert around(15, 300) == (13, 18)
    assert around(2, 4) == (1, 4)
    assert around(5, 5) == (3, 5)


def test_a_pair_across_the_line_names_the_methods_under_which_the_lower_one_is_ahead() -> None:
    places = rank(SIX, seed="")
    standings = {
        "mean": dict(zip("abcdef", range(1, 7), strict=True)),
        "robust": dict(zip("acbdef", range(1, 7), strict=True)),
    }
    above, below, pairs = pairs_around(places, 2, standings)
    assert (above, below) == (("a", "b"), ("c", "d", "e"))
    assert {pair: one.overtaken for pair, one in pairs.items() if one.overtaken} == {("b", "c"): ("robust",)}
    assert len(pairs) == 6
