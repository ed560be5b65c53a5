"""Special awards in theory: rules that contradict themselves, who receives an award by a count, and the wall."""

from __future__ import annotations

from typing import Any

import pytest

from awardapp.domain import wall
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation
from awardapp.domain.selection.draws import draw_key
from awardapp.domain.special_awards import Count, TieRule, check, follow, why_not_yet

GOOD: dict[str, Any] = {
    "decided_by": "jury", "vote": "", "candidates": "shortlisted", "places": 1, "independent": True, "tie_rule": "all",
    "gives": ["trophy"], "announced_from": "given",
}  # fmt: skip


def test_a_rule_that_says_everything_is_accepted() -> None:
    check(**GOOD)
    check(**{**GOOD, "decided_by": "vote_result", "vote": "public_vote"})
    check(**{**GOOD, "decided_by": "rule", "independent": False, "places": None})


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("decided_by", {"decided_by": "the mayor"}),
        ("candidates", {"candidates": "everybody"}),
        ("tie_rule", {"tie_rule": "coin"}),
        ("announced_from", {"announced_from": "whenever"}),
        ("gives", {"gives": ["car"]}),
        ("gives", {"gives": []}),
        ("vote", {"decided_by": "vote_result"}),
        ("vote", {"vote": "public_vote"}),
        ("places", {"places": 0}),
        ("places", {"decided_by": "vote_result", "vote": "public_vote", "places": None}),
        ("independent", {"decided_by": "rule", "places": None}),
        ("candidates", {"decided_by": "rule", "places": None, "independent": False, "candidates": "valid"}),
        ("candidates", {"decided_by": "rule", "places": 3, "independent": False}),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_at_its_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(RuleViolation) as refused:
        check(**{**GOOD, **changes})
    assert refused.value.field == field


def _follow(votes: dict[str, int], *, places: int = 1, tie_rule: TieRule = TieRule.ALL) -> tuple[list[str], list[str]]:
    found = follow(
        [Count(id, n) for id, n in votes.items()], places=places, tie_rule=tie_rule, seed="seed", award="popular"
    )
    return [one.id for one in found.receivers], list(found.tied)


def test_the_highest_counts_receive_the_award_and_nobody_without_a_vote() -> None:
    assert _follow({"A": 3, "B": 9, "C": 5}) == (["B"], [])
    assert _follow({"A": 3, "B": 9, "C": 5}, places=2) == (["B", "C"], [])
    assert _follow({"A": 0, "B": 1}, places=2) == (["B"], [])
    assert _follow({"A": 0}) == ([], [])


def test_cities_level_at_the_last_place_all_receive_it_or_are_drawn_between() -> None:
    votes = {"A": 5, "B": 9, "C": 5, "D": 5, "E": 1}
    received, tied = _follow(votes, places=2)
    assert (received[0], set(received[1:]), tied) == ("B", {"A", "C", "D"}, ["A", "C", "D"])
    first = min("ACD", key=lambda id: draw_key("seed", f"popular:{id}"))
    assert _follow(votes, places=2, tie_rule=TieRule.DRAW) == (["B", first], ["A", "C", "D"])
    assert _follow({"A": 7, "B": 7, "C": 1}, places=2) == _follow({"B": 7, "A": 7, "C": 1}, places=2)
    assert _follow({"A": 7, "B": 7, "C": 1}, places=2)[1] == []  # level, but there is a place for both


def test_the_wall_stands_from_the_shortlist_until_the_winners_are_locked_for_jurors_alone() -> None:
    standing = [phase for phase in CyclePhase if wall.stands(phase)]
    assert standing == [CyclePhase.SHORTLIST_PUBLIC, CyclePhase.JURY]
    assert [p for p in CyclePhase if not wall.shows_live_counts(p)] == standing
    for phase in CyclePhase:
        wall.check(phase, is_juror=False)
        if phase in standing:
            with pytest.raises(wall.WallStands):
                wall.check(phase, is_juror=True)
        else:
            wall.check(phase, is_juror=True)


@pytest.mark.parametrize(
    ("decided_by", "independent", "phases"),
    [
        ("vote_result", True, ["winners_sealed", "winners_public"]),
        ("partner", True, ["winners_sealed", "winners_public"]),
        ("jury", False, ["winners_sealed", "winners_public"]),
        ("committee", False, ["winners_public"]),  # outside the jury's seal
        ("committee", True, ["shortlist_public", "jury", "winners_sealed", "winners_public"]),
        ("jury", True, ["shortlist_public", "jury", "winners_sealed", "winners_public"]),
        ("secretariat", True, ["shortlist_public", "jury", "winners_sealed", "winners_public"]),
    ],
)
def test_no_award_that_others_decide_is_given_while_a_juror_could_learn_of_it(
    decided_by: str, independent: bool, phases: list[str]
) -> None:
    given = [phase.value for phase in CyclePhase if not why_not_yet(decided_by, independent=independent, phase=phase)]
    assert given == phases
