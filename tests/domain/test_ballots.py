"""One juror's ballot by each rule: a draft, what can be cast, moves within a ranking, two readings of a paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.ballot_rules import BallotRules, Shape
from awardapp.domain.ballots import (
    Content,
    check_cast,
    check_draft,
    crosses_most,
    differing,
    moved,
    points_to_give,
)
from awardapp.domain.cycles import Rules
from awardapp.domain.errors import RuleViolation
from awardapp.domain.scales import Scale

CITIES = (1, 2, 3, 4)
RANKING, APPROVAL = BallotRules(), BallotRules(method="approval", approvals_most=2)
SCORE = BallotRules(method="score", scale=Scale(0, 5, 0.5))
POINTS = BallotRules(method="points", points=10, points_most=6)


def order(content: Content) -> str:
    return " ".join("".join(str(one) for one in group) for group in content.ranking)


@pytest.mark.parametrize(
    ("rules", "content"),
    [
        (RANKING, Content.ranked([3])),
        (replace(RANKING, equal_places=True), Content(ranking=((1, 2), (3,)))),
        (APPROVAL, Content(approved=(1, 4))),
        (SCORE, Content(marks=dict.fromkeys(CITIES, 10))),
        (POINTS, Content(points={1: 6, 2: 4})),
        (SCORE, Content(abstained=True)),
    ],
)
def test_a_finished_ballot_of_each_rule_can_be_cast(rules: BallotRules, content: Content) -> None:
    check_cast(content, rules, votable=CITIES)
    assert Content.from_json(content.to_json()) == content


@pytest.mark.parametrize(
    ("rules", "content", "msgid"),
    [
        (RANKING, Content(), "Rank at least one city before you cast the ballot."),
        (APPROVAL, Content(), "Cross at least one city, or abstain."),
        (SCORE, Content(marks={1: 3}), "Every city needs a mark: %(n)d have none yet."),
        (POINTS, Content(points={1: 6}), "All %(all)d points have to be given out: it is %(n)d now."),
    ],
)
def test_an_unfinished_ballot_is_a_draft_and_cannot_be_cast(rules: BallotRules, content: Content, msgid: str) -> None:
    check_draft(content, rules, votable=CITIES)
    with pytest.raises(RuleViolation) as refused:
        check_cast(content, rules, votable=CITIES)
    assert refused.value.msgid == msgid


@pytest.mark.parametrize(
    ("rules", "content"),
    [
        (RANKING, Content.ranked([1, 1])),
        (RANKING, Content(ranking=((1, 2),))),
        (RANKING, Content.ranked([9])),
        (RANKING, Content(approved=(1,))),
        (APPROVAL, Content(approved=(1, 2, 3))),
        (SCORE, Content(marks={1: 11})),
        (POINTS, Content(points={1: 7})),
        (POINTS, Content(points={1: -1})),
    ],
)
def test_what_can_never_become_a_ballot_is_no_draft_either(rules: BallotRules, content: Content) -> None:
    with pytest.raises(RuleViolation):
        check_draft(content, rules, votable=CITIES)


def test_ties_make_less_to_give_out_and_fewer_crosses() -> None:
    assert (points_to_give(POINTS, 4), points_to_give(POINTS, 1)) == (10, 6)
    assert (crosses_most(APPROVAL, 4), crosses_most(APPROVAL, 1)) == (2, 1)
    assert crosses_most(replace(APPROVAL, approvals_most=0), 4) == 4
    check_cast(Content(points={1: 6}), POINTS, votable=[1])


def test_an_abstention_keeps_its_draft_and_says_nothing_once_cast() -> None:
    draft = replace(Content.ranked([1, 2]), abstained=True)
    assert draft.as_cast([4]) == Content(abstained=True, recused=(4,))
    assert Content.ranked([1, 2]).as_cast([4]) == Content(ranking=((1,), (2,)), recused=(4,))


def test_a_draft_of_another_rule_says_nothing() -> None:
    assert Content.ranked([1]).of_shape(Shape.SCORE) == Content()
    assert Content(marks={1: 2}).of_shape(Shape.SCORE) == Content(marks={1: 2})


@pytest.mark.parametrize(
    ("act", "city", "place", "after"),
    [
        ("up", 3, 0, "1 3 2"), ("up", 1, 0, "1 2 3"), ("down", 1, 0, "2 1 3"), ("down", 3, 0, "1 2 3"),
        ("to", 3, 1, "3 1 2"), ("to", 1, 3, "2 3 1"), ("to", 1, 99, "2 3 1"), ("off", 2, 0, "1 3"),
        ("up", 4, 0, "1 2 3 4"), ("to", 4, 2, "1 4 2 3"), ("down", 4, 0, "1 2 3"), ("off", 4, 0, "1 2 3"),
    ],
)  # fmt: skip
def test_moves_of_a_ranking(act: str, city: int, place: int, after: str) -> None:
    assert order(moved(Content.ranked([1, 2, 3]), city, act, place)) == after


def test_a_city_leaves_its_equals_upwards_or_downwards() -> None:
    level = Content(ranking=((1, 2), (3,)))
    assert order(moved(level, 1, "up")) == "1 2 3"
    assert order(moved(level, 1, "down")) == "2 1 3"
    assert order(moved(level, 3, "up")) == "3 12"


@given(
    st.permutations(CITIES), st.lists(st.tuples(st.sampled_from(["up", "down", "to", "off"]), st.sampled_from(CITIES)))
)
def test_no_row_of_moves_loses_or_doubles_a_city(start: list[int], moves: list[tuple[str, int]]) -> None:
    content = Content.ranked(start)
    for act, city in moves:
        content = moved(content, city, act, 2)
        named = content.named()
        assert len(named) == len(set(named)) and set(named) <= set(CITIES)


def test_two_readings_are_compared_city_by_city() -> None:
    one, other = Content.ranked([1, 2, 3]), Content.ranked([1, 3, 2])
    assert differing(one, other, CITIES) == [2, 3]
    assert differing(Content(points={1: 5, 2: 0}), Content(points={1: 5}), CITIES) == []
    assert Content(points={1: 5, 2: 0}).to_json() == Content(points={1: 5}).to_json()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"jury_method": "veto"}, "jury_method"),
        ({"jury_strength": "ratio"}, "jury_strength"),
        ({"pair_quorum": 0}, "pair_quorum"),
        ({"jury_trim": -1}, "jury_trim"),
        ({"jury_approvals_most": -1}, "jury_approvals_most"),
        ({"jury_scale_step": 0.3}, "jury_scale_step"),
        ({"jury_scale_step": 0.05}, "jury_scale_step"),
        ({"jury_scale_max": float("inf")}, "jury_scale_max"),
        ({"jury_points": 0}, "jury_points"),
        ({"jury_points_most": 101}, "jury_points_most"),
        ({"jury_method": "points", "jury_points_most": 6, "shortlist_size": 15}, "jury_points_most"),
    ],
)
def test_a_rule_that_no_ballot_could_keep_is_refused_at_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        replace(Rules(), **changes).check()  # type: ignore[arg-type]  # one value of each kind
    assert refused.value.field == field


def test_numbers_that_the_rule_does_not_use_are_kept_and_say_nothing() -> None:
    replace(Rules(), shortlist_size=2, winners_max=1, deserving_max=0).check()
