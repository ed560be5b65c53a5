"""Ranks, ties, group rules and their price; checked against every choice where there are few."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp.domain.selection.calibration import CalibrationRules, calibrate
from awardapp.domain.selection.errors import BadInput, ImpossibleRules
from awardapp.domain.selection.shortlist import (
    Candidate,
    GroupRule,
    ShortlistRules,
    candidates,
    propose,
    rank,
)

from .invented import CRITERIA, scores


def drawn(seed: int, count: int = 12) -> list[Candidate]:
    draw = random.Random(seed)
    return [
        Candidate(
            f"S{at:02}",
            Decimal(draw.randint(10, 16)) / 2,
            groups={"region": draw.choice("ABC"), "theme": draw.choice("XY")},
        )
        for at in range(count)
    ]


def test_each_tie_rule_decides_when_the_ones_before_it_cannot() -> None:
    means = (Fraction(7), Fraction(6))
    entrants = [
        Candidate("a", Decimal("8.000000")),
        Candidate("b", Decimal("7.000000"), (Fraction(8), Fraction(1))),
        Candidate("c", Decimal("7.000000"), (Fraction(7), Fraction(9))),
        Candidate("d", Decimal("7.000000"), means, median=Fraction(9)),
        Candidate("e", Decimal("7.000000"), means, median=Fraction(8), recusals=1),
        Candidate("f", Decimal("7.000000"), means, median=Fraction(8), recusals=2),
        Candidate("g", Decimal("7.000000"), means, median=Fraction(8), recusals=2),
    ]
    entrants[0] = replace(entrants[0], criterion_means=means)
    found = rank(entrants, seed="seed 0")
    assert [one.id for one in found][:5] == ["a", "b", "c", "d", "e"]
    assert [one.decided_by for one in found] == [
        "", "score", "criterion 1", "criterion 2", "median", "recusals", "draw",
    ]  # fmt: skip


def test_the_draw_is_the_order_of_sha256_of_seed_and_id() -> None:
    entrants = [Candidate(name, Decimal(5)) for name in ("S1", "S2", "S3", "S4")]
    expected = sorted(("S1", "S2", "S3", "S4"), key=lambda name: hashlib.sha256(f"public{name}".encode()).hexdigest())
    assert [one.id for one in rank(entrants, seed="public")] == expected


def test_a_tie_order_of_ones_own_is_kept() -> None:
    entrants = [
        Candidate("a", Decimal(5), (Fraction(9),), recusals=2),
        Candidate("b", Decimal(5), (Fraction(1),), recusals=1),
    ]
    assert [one.id for one in rank(entrants, seed="")] == ["a", "b"]
    found = rank(entrants, tie_order=("recusals",), seed="")
    assert [(one.id, one.decided_by) for one in found] == [("b", ""), ("a", "recusals")]


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_proposal_does_not_depend_on_the_order_of_the_candidates(seed: int, shuffle: random.Random) -> None:
    entrants = drawn(seed)
    rules = ShortlistRules(5, 4, group_rules=(GroupRule("region", None, 0, 2),), seed="7")
    try:
        before = propose(entrants, rules)
    except ImpossibleRules:
        return
    shuffle.shuffle(entrants)
    assert propose(entrants, rules) == before


def test_without_rules_the_first_are_shortlisted_and_the_next_deserving() -> None:
    entrants = [Candidate(f"S{at:02}", Decimal(50 - at)) for at in range(50)]
    found = propose(entrants, ShortlistRules())
    assert found.shortlisted == tuple(f"S{at:02}" for at in range(15))
    assert found.deserving == tuple(f"S{at:02}" for at in range(15, 45))
    assert [one.outcome for one in found.places[44:46]] == ["deserving", "none"]
    assert found.ties == ()
    assert found.price == 0
    assert found.came_in == ()


def test_a_tie_at_the_line_is_named_with_the_rule_that_decided() -> None:
    entrants = [Candidate(f"S{at}", Decimal(9 - at)) for at in range(4)]
    entrants += [Candidate(f"T{at}", Decimal(5), median=Fraction(at)) for at in range(3)]
    found = propose(entrants, ShortlistRules(shortlist_size=5, deserving_max=2))
    assert [(one.ids, one.rules, one.at_line) for one in found.ties] == [
        (("T2", "T1", "T0"), ("median", "median"), "shortlist")
    ]


def best_by_trying(entrants: list[Candidate], rules: ShortlistRules) -> set[Decimal] | None:
    """The largest total over every choice that keeps the rules; None when there is none."""
    totals = []
    for chosen in combinations(entrants, rules.shortlist_size):
        kept = True
        for rule in rules.group_rules:
            present = {one.groups[rule.partition] for one in entrants}
            for group in present if rule.group is None else [rule.group]:
                count = sum(one.groups[rule.partition] == group for one in chosen)
                kept &= rule.least <= count <= (len(chosen) if rule.most is None else rule.most)
        if kept:
            totals.append(sum(one.calibrated for one in chosen))
    return {max(totals)} if totals else None


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "group_rules",
    [
        (GroupRule("region", None, 0, 2),),
        (GroupRule("region", "A", 0, 1), GroupRule("region", "B", 0, 3)),
        (GroupRule("region", None, 1, 3), GroupRule("theme", None, 2, None)),
        (GroupRule("theme", "X", 3, 3),),
    ],
)
def test_the_shortlist_is_the_best_of_every_choice(seed: int, group_rules: tuple[GroupRule, ...]) -> None:
    entrants = drawn(seed, 11)
    rules = ShortlistRules(5, 3, group_rules=group_rules, seed="7")
    expected = best_by_trying(entrants, rules)
    if expected is None:
        with pytest.raises(ImpossibleRules):
            propose(entrants, rules)
        return
    found = propose(entrants, rules)
    points = {one.id: one.calibrated for one in entrants}
    assert {sum(points[one] for one in found.shortlisted)} == expected
    plain = propose(entrants, replace(rules, group_rules=()))
    lost = sum(points[one] for one in plain.shortlisted) - sum(points[one] for one in found.shortlisted)
    assert found.price == (lost / 5).quantize(Decimal("0.000001"))
    assert set(found.came_in) == set(found.shortlisted) - set(plain.shortlisted)
    assert not set(found.shortlisted) & set(found.deserving)


def test_caps_of_one_partition_are_the_same_by_list_and_by_programme() -> None:
    for seed in range(20):
        entrants = drawn(seed, 20)
        caps = (GroupRule("region", None, 0, 2),)
        also = (*caps, GroupRule("theme", None, 0, None))  # a second partition sends it to the programme
        assert propose(entrants, ShortlistRules(6, group_rules=caps, seed="7")).shortlisted == (
            propose(entrants, ShortlistRules(6, group_rules=also, seed="7")).shortlisted
        )


def test_what_a_rule_costs_is_told_rule_by_rule() -> None:
    entrants = [Candidate(f"A{at}", Decimal(9), groups={"region": "A"}) for at in range(3)]
    entrants += [Candidate("B0", Decimal(6), groups={"region": "B"})]
    found = propose(entrants, ShortlistRules(3, 0, group_rules=(GroupRule("region", "A", 0, 2),), seed=""))
    assert found.came_in == ("B0",)
    assert found.price == Decimal("1.000000")
    assert "without the rule at most 2 of region A" in found.explanation[1]
    assert "instead of B0" in found.explanation[1]


def test_clashing_rules_are_named_and_the_innocent_one_is_not() -> None:
    entrants = drawn(1, 12)
    rules = (GroupRule("theme", "X", 3), GroupRule("theme", "Y", 3), GroupRule("region", "A", 0, 4))
    with pytest.raises(ImpossibleRules) as caught:
        propose(entrants, ShortlistRules(5, group_rules=rules))
    assert caught.value.params["rules"] == ["at least 3 of theme X", "at least 3 of theme Y"]


def test_a_rule_for_a_group_nobody_is_in_is_impossible_by_itself() -> None:
    with pytest.raises(ImpossibleRules, match="at least 1 of region Z"):
        propose(drawn(1), ShortlistRules(5, group_rules=(GroupRule("region", "Z", 1),)))


def test_a_rule_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 3 and at most 2 of region A"):
        propose(drawn(1), ShortlistRules(5, group_rules=(GroupRule("region", "A", 3, 2),)))


def test_more_places_than_candidates_take_everybody_and_say_so() -> None:
    found = propose(drawn(1, 4), ShortlistRules())
    assert len(found.shortlisted) == 4
    assert found.deserving == ()
    assert found.explanation == ("only 4 candidates for 15 places: all are shortlisted",)


def test_no_candidate_is_an_empty_proposal() -> None:
    assert propose([], ShortlistRules()).shortlisted == ()


@pytest.mark.parametrize(
    ("entrants", "rules", "sentence"),
    [
        ([Candidate("a", Decimal(1)), Candidate("a", Decimal(2))], ShortlistRules(), "more than once: a"),
        ([Candidate("a", Decimal("NaN"))], ShortlistRules(), "not a number: a"),
        ([Candidate("a", Decimal(1))], ShortlistRules(tie_order=("age",)), "unknown tie rule age"),
        ([Candidate("a", Decimal(1))], ShortlistRules(shortlist_size=-1), "cannot be negative"),
        (
            [Candidate("a", Decimal(1), (Fraction(1),)), Candidate("b", Decimal(1))],
            ShortlistRules(),
            "unlike numbers of criteria",
        ),
    ],
)
def test_bad_candidates_and_rules_are_refused(entrants: list[Candidate], rules: ShortlistRules, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        propose(entrants, rules)


def test_candidates_carry_what_the_calibration_found() -> None:
    calibration = calibrate(scores(1), CalibrationRules(CRITERIA, draws=10))
    found = candidates(calibration, recusals={"S001": 2}, groups={"S001": {"region": "A"}})
    one = next(one for one in found if one.id == "S001")
    assert one.calibrated == calibration.of("S001").calibrated
    assert (one.recusals, one.groups, len(one.criterion_means)) == (2, {"region": "A"}, 4)
