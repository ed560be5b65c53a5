"""Vote rules held to published worked examples; recusals, ties, quorum and ballots that make no sense."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp.domain.selection.errors import BadInput
from awardapp.domain.selection.jury import Ballot, Finalist, JuryRules, count
from awardapp.domain.selection.other_rules import under_other_rules

# Schulze 2011, section 3.1: 45 voters, the ranking is E A C B D
SCHULZE_45 = {
    "ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8,
}  # fmt: skip
# the capital of Tennessee: the standard example of textbooks, in per cent of voters
TENNESSEE = {"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17}


def votes(profile: dict[str, int], approved: int = 0) -> list[Ballot]:
    found = []
    for ranking, times in profile.items():
        for _ in range(times):
            found.append(
                Ballot(
                    f"J{len(found):03}",
                    ranking=tuple((one,) for one in ranking),
                    approved=tuple(ranking[:approved]),
                )
            )
    return found


def finalists(names: str) -> list[Finalist]:
    return [Finalist(one) for one in names]


def order(names: str, ballots: list[Ballot], rules: JuryRules) -> str:
    return "".join(one.id for one in count(finalists(names), ballots, rules).order)


def test_schulze_with_45_voters_as_in_the_paper() -> None:
    found = count(finalists("ABCDE"), votes(SCHULZE_45), JuryRules())
    assert "".join(one.id for one in found.order) == "EACBD"
    assert found.pairwise == (
        (0, 20, 26, 30, 22), (25, 0, 16, 33, 18), (19, 29, 0, 17, 24), (15, 12, 28, 0, 14), (23, 27, 21, 31, 0),
    )  # fmt: skip
    assert found.strongest == (
        (0, 28, 28, 30, 24), (25, 0, 28, 33, 24), (25, 29, 0, 29, 24), (25, 28, 28, 0, 24), (25, 28, 28, 31, 0),
    )  # fmt: skip
    assert {one.decided_by for one in found.order[1:]} == {"schulze"}


def test_schulze_with_30_voters_as_in_the_paper() -> None:
    # section 3.2: D A C B
    profile = {
        "ACBD": 5, "ACDB": 2, "ADCB": 3, "BACD": 4, "CBDA": 3, "CDBA": 3, "DACB": 1, "DBAC": 5, "DCBA": 4,
    }  # fmt: skip
    found = count(finalists("ABCD"), votes(profile), JuryRules())
    assert found.pairwise == ((0, 11, 20, 14), (19, 0, 9, 12), (10, 21, 0, 17), (16, 18, 13, 0))
    assert found.strongest == ((0, 20, 20, 17), (19, 0, 19, 17), (19, 21, 0, 17), (18, 18, 18, 0))
    assert "".join(one.id for one in found.order) == "DACB"


def test_schulze_with_45_voters_by_margins_gives_the_same_order() -> None:
    assert order("ABCDE", votes(SCHULZE_45), JuryRules(strength="margins")) == "EACBD"


def test_schulze_leaves_two_potential_winners_to_the_tie_rules() -> None:
    # nine voters: B beats C and D beats A, nothing else is decided; Borda: D 14, B 15
    profile = {"ABCD": 3, "DABC": 2, "DBCA": 2, "CBDA": 2}
    found = count(finalists("ABCD"), votes(profile), JuryRules())
    assert found.strongest == ((0, 5, 5, 5), (5, 0, 7, 5), (5, 5, 0, 5), (6, 5, 5, 0))
    assert [one.id for one in found.order][:2] == ["B", "D"]
    assert found.order[1].decided_by == "borda"


def test_tennessee_by_schulze_borda_and_approval() -> None:
    ballots = votes(TENNESSEE, approved=2)
    assert order("CKMN", ballots, JuryRules()) == "NCKM"
    borda = count(finalists("CKMN"), ballots, JuryRules(method="borda"))
    assert [(one.id, one.figure) for one in borda.order] == [
        ("N", "1.940000"), ("C", "1.730000"), ("M", "1.260000"), ("K", "1.070000"),
    ]  # fmt: skip
    approval = count(finalists("CKMN"), ballots, JuryRules(method="approval"))
    assert [(one.id, one.figure) for one in approval.order] == [
        ("N", "0.680000"), ("C", "0.580000"), ("M", "0.420000"), ("K", "0.320000"),
    ]  # fmt: skip


def test_score_leaves_out_the_highest_and_lowest_mark() -> None:
    marks = {"A": (10, 2, 6, 7, 6), "B": (6, 7, 7, 6, 6)}
    ballots = [Ballot(f"J{at}", scores={name: marks[name][at] for name in marks}) for at in range(5)]
    trimmed = count(finalists("AB"), ballots, JuryRules(method="score"))
    assert [(one.id, one.figure) for one in trimmed.order] == [("A", "6.333333"), ("B", "6.333333")]
    plain = count(finalists("AB"), ballots, JuryRules(method="score", trim=0))
    assert [(one.id, one.figure) for one in plain.order] == [("B", "6.400000"), ("A", "6.200000")]


@pytest.mark.parametrize("method", ["schulze", "borda"])
def test_a_winner_of_every_comparison_comes_first(method: str) -> None:
    assert order("ABC", votes({"CAB": 4, "CBA": 3, "ABC": 2}), JuryRules(method=method)) == "CAB"


def test_ties_go_to_borda_then_committee_mean_then_the_draw() -> None:
    split = [Ballot("J1", ranking=(("A",), ("B",))), Ballot("J2", ranking=(("B",), ("A",)))]
    by_mean = count([Finalist("A", Decimal(6)), Finalist("B", Decimal(7))], split, JuryRules())
    assert [(one.id, one.decided_by) for one in by_mean.order] == [("B", ""), ("A", "committee mean")]
    by_draw = [count(finalists("AB"), split, JuryRules(seed=f"seed {at}")) for at in range(8)]
    assert {one.order[1].decided_by for one in by_draw} == {"draw"}
    assert {one.order[0].id for one in by_draw} == {"A", "B"}


def test_a_recused_juror_says_nothing_on_that_finalist_only() -> None:
    ballots = [
        Ballot("J1", ranking=(("B",), ("C",)), recused=("A",)),
        Ballot("J2", ranking=(("A",), ("C",), ("B",))),
        Ballot("J3", ranking=(("A",), ("B",), ("C",))),
    ]
    found = count(finalists("ABC"), ballots, JuryRules())
    assert found.pairwise == ((0, 2, 2), (0, 0, 2), (0, 1, 0))
    assert [one.id for one in found.order] == ["A", "B", "C"]


def test_being_recused_upon_does_not_cost_a_finalist_borda_points() -> None:
    ballots = [
        Ballot("J1", ranking=(("B",), ("C",)), recused=("A",)),
        Ballot("J2", ranking=(("A",), ("B",), ("C",))),
        Ballot("J3", ranking=(("A",), ("B",), ("C",))),
    ]
    found = count(finalists("ABC"), ballots, JuryRules(method="borda"))
    assert next((one.id, one.figure) for one in found.order) == ("A", "2.000000")


def test_finalists_left_off_a_ballot_come_after_those_on_it() -> None:
    found = count(finalists("ABC"), [Ballot("J1", ranking=(("B",),))], JuryRules())
    assert found.pairwise == ((0, 0, 0), (1, 0, 1), (0, 0, 0))


def test_pairs_without_quorum_stay_undecided_and_are_named() -> None:
    ballots = [
        Ballot("J1", ranking=(("B",), ("A",))),
        Ballot("J2", ranking=(("A",), ("C",)), recused=("B",)),
        Ballot("J3", ranking=(("A",), ("C",)), recused=("B",)),
    ]
    found = count(finalists("ABC"), ballots, JuryRules(pair_quorum=2))
    assert found.undecided == (("A", "B"), ("B", "C"))
    assert "left undecided: A / B, B / C" in found.notes[0]


def test_abstentions_are_listed_and_nobody_voting_leaves_it_to_the_committee() -> None:
    ballots = [Ballot("J2"), Ballot("J1", abstained=True)]
    found = count([Finalist("A", Decimal(6)), Finalist("B", Decimal(7))], ballots, JuryRules(winners_max=1))
    assert found.abstained == ("J1", "J2")
    assert found.counted == ()
    assert found.winners == ("B",)
    assert "the committee's mean gives the order" in found.notes[0]


def test_a_finalist_nobody_may_judge_comes_last_with_a_note() -> None:
    ballots = [Ballot("J1", approved=("B",), recused=("A",))]
    found = count(finalists("ABC"), ballots, JuryRules(method="approval"))
    assert [one.id for one in found.order][-1] == "A"
    assert found.notes == ("no juror may say anything on A, who come last",)


def test_the_winners_are_the_first_up_to_five() -> None:
    found = count(finalists("ABCDEFG"), votes({"ABCDEFG": 3, "BACDEGF": 2}), JuryRules())
    assert found.winners == ("A", "B", "C", "D", "E")
    assert count(finalists("ABC"), votes({"ABC": 1}), JuryRules()).winners == ("A", "B", "C")


def test_the_other_rules_are_told_for_what_the_ballots_say_and_no_further() -> None:
    rules = JuryRules(winners_max=1)
    unknown = {"approval": None, "score": None, "points": None}
    assert under_other_rules(finalists("CKMN"), votes(TENNESSEE), rules) == {"borda": ("N",), **unknown}
    crosses = [Ballot("J1", approved=("A",)), Ballot("J2", approved=("A", "B"))]
    found = under_other_rules(finalists("AB"), crosses, replace(rules, method="approval"))
    assert set(found.values()) == {None}


def test_marks_and_points_tell_an_order_with_equals() -> None:
    marked = [Ballot("J1", scores={"A": 9, "B": 1, "C": 1}), Ballot("J2", scores={"A": 2, "B": 3, "C": 1})]
    third = Ballot("J3", scores={"A": 2, "B": 3, "C": 0})
    rules = JuryRules(method="score", trim=0, winners_max=1)
    assert count(finalists("ABC"), [*marked, third], rules).winners == ("A",)
    assert under_other_rules(finalists("ABC"), [*marked, third], rules) == {
        "schulze": ("B",), "borda": ("B",), "approval": None, "points": None,
    }  # fmt: skip
    points = replace(rules, method="points")
    assert under_other_rules(finalists("ABC"), [*marked, third], points)["schulze"] == ("B",)


def test_points_are_means_over_the_jurors_who_may_speak() -> None:
    given_out = [
        Ballot("J1", scores={"A": 6, "B": 3, "C": 1}),
        Ballot("J2", scores={"B": 1, "C": 9}),
        Ballot("J3", scores={"B": 8, "C": 2}, recused=("A",)),
        Ballot("J4", abstained=True),
    ]
    found = count(finalists("ABC"), given_out, JuryRules(method="points", winners_max=1))
    assert [(one.id, one.figure, one.decided_by) for one in found.order] == [
        ("B", "4.000000", ""), ("C", "4.000000", "borda"), ("A", "3.000000", "points"),
    ]  # fmt: skip
    assert (found.counted, found.abstained) == (("J1", "J2", "J3"), ("J4",))


METHODS_WITH_ALL = st.sampled_from(["schulze", "borda", "approval", "score", "points"])


def drawn(draw: random.Random, names: str, method: str) -> list[Ballot]:
    """Five jurors' ballots of one rule, each recused from some of the finalists, one abstaining now and then."""
    found = []
    for at in range(5):
        recused = tuple(one for one in names if draw.random() < 0.2)
        free = [one for one in names if one not in recused]
        if draw.random() < 0.1:
            found.append(Ballot(f"J{at}", recused=recused, abstained=True))
        elif method in ("score", "points"):
            found.append(Ballot(f"J{at}", scores={one: draw.randint(0, 6) for one in free}, recused=recused))
        elif method == "approval":
            found.append(Ballot(f"J{at}", approved=tuple(draw.sample(free, min(2, len(free)))), recused=recused))
        else:
            found.append(
                Ballot(f"J{at}", ranking=tuple((one,) for one in draw.sample(free, len(free))), recused=recused)
            )
    return found


@given(st.integers(0, 10_000), METHODS_WITH_ALL, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_ballots_and_finalists_changes_nothing(seed: int, method: str, shuffle: random.Random) -> None:
    draw = random.Random(seed)
    entrants = [Finalist(one, Decimal(draw.randint(5, 7))) for one in "ABCDEF"]
    ballots = drawn(draw, "ABCDEF", method)
    rules = JuryRules(method=method, seed="7")
    before = count(entrants, ballots, rules)
    shuffle.shuffle(entrants)
    shuffle.shuffle(ballots)
    assert count(entrants, ballots, rules) == before


@given(st.integers(0, 10_000), METHODS_WITH_ALL)
@settings(max_examples=60, deadline=None)
def test_calling_the_finalists_otherwise_calls_the_places_otherwise_and_nothing_else(seed: int, method: str) -> None:
    draw = random.Random(seed)
    said = drawn(draw, "ABCDE", method)
    other = dict(zip("ABCDE", "XQZPY", strict=True))
    renamed = [
        replace(
            one,
            ranking=tuple(tuple(other[i] for i in group) for group in one.ranking),
            approved=tuple(other[i] for i in one.approved),
            scores={other[i]: mark for i, mark in one.scores.items()},
            recused=tuple(other[i] for i in one.recused),
        )
        for one in said
    ]
    # means that no two finalists share, so that no place is drawn by name
    entrants = [Finalist(one, Decimal(at)) for at, one in enumerate("ABCDE")]
    rules = JuryRules(method=method, pair_quorum=2)
    before = count(entrants, said, rules)
    after = count([replace(one, id=other[one.id]) for one in entrants], renamed, rules)
    assert [(other[one.id], one.decided_by, one.figure) for one in before.order] == [
        (one.id, one.decided_by, one.figure) for one in after.order
    ]


@given(st.integers(0, 10_000), METHODS_WITH_ALL)
@settings(max_examples=60, deadline=None)
def test_a_recused_juror_changes_nothing_of_how_others_compare_that_finalist(seed: int, method: str) -> None:
    draw = random.Random(seed)
    said = drawn(draw, "ABCD", method)
    free = [one for one in "BCD" if one not in said[0].recused]
    said[0] = replace(
        said[0],
        recused=tuple({*said[0].recused, "A"}),
        ranking=tuple((one,) for one in free) if said[0].ranking else (),
        approved=tuple(one for one in said[0].approved if one != "A"),
        scores={one: mark for one, mark in said[0].scores.items() if one != "A"},
    )
    rules = JuryRules(method=method)
    with_ballot, without = count(finalists("ABCD"), said, rules), count(finalists("ABCD"), said[1:], rules)
    of_a = with_ballot.ids.index("A")
    assert with_ballot.pairwise[of_a] == without.pairwise[of_a]
    assert [row[of_a] for row in with_ballot.pairwise] == [row[of_a] for row in without.pairwise]
    if method in ("approval", "score", "points"):
        figures = [next(one.figure for one in found.order if one.id == "A") for found in (with_ballot, without)]
        assert figures[0] == figures[1]


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_the_order_keeps_every_strongest_path_and_reverses_with_the_ballots(seed: int) -> None:
    draw = random.Random(seed)
    rankings = [draw.sample("ABCDE", 5) for _ in range(7)]
    found = count(finalists("ABCDE"), votes({"".join(one): 1 for one in rankings}), JuryRules())
    places = {one.id: one.place for one in found.order}
    for i, one in enumerate(found.ids):
        for j, other in enumerate(found.ids):
            if found.strongest[i][j] > found.strongest[j][i]:
                assert places[one] < places[other]
    # reversal symmetry (Schulze 2011, section 4.4): a winner of every path does not win the reversed vote too
    if found.order[1].decided_by == "schulze" and found.order[0].figure == "4":
        reverse = count(finalists("ABCDE"), votes({"".join(one[::-1]): 1 for one in rankings}), JuryRules())
        assert reverse.order[0].id != found.order[0].id


@pytest.mark.parametrize(
    ("ballot", "sentence"),
    [
        (Ballot("J1", ranking=(("A",), ("Z",))), "the ballot of J1 names unknown finalists: Z"),
        (Ballot("J1", ranking=(("A",), ("B", "A"))), "names a finalist twice: A"),
        (Ballot("J1", ranking=(("A",),), recused=("A",)), "votes on finalists the juror is recused from: A"),
        (Ballot("J1", recused=("Z",)), "names unknown finalists: Z"),
        (Ballot("J1", ranking=(("A",),), abstained=True), "abstains and votes at once"),
        (Ballot("J1", scores={"A": 7.5}), "has marks that are not whole: A"),  # type: ignore[dict-item]
    ],
)
def test_a_ballot_that_makes_no_sense_is_refused(ballot: Ballot, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        count(finalists("AB"), [ballot], JuryRules())


def test_two_ballots_of_one_juror_and_unknown_rules_are_refused() -> None:
    with pytest.raises(BadInput, match="juror with more than one ballot: J1"):
        count(finalists("AB"), [Ballot("J1"), Ballot("J1")], JuryRules())
    with pytest.raises(BadInput, match="finalist given more than once: A"):
        count(finalists("AA"), [], JuryRules())
    for rules in (JuryRules(method="veto"), JuryRules(strength="ratio"), replace(JuryRules(), winners_max=-1)):
        with pytest.raises(BadInput):
            count(finalists("AB"), [], rules)
