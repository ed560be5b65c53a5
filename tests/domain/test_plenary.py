"""Quorum, majority, gavel and agenda of the committee in session."""

from __future__ import annotations

import pytest

from awardapp.domain.plenary import Agenda, Count, Majority, Question, Quorum, agenda, count, presiding, quorum_needed


@pytest.mark.parametrize(
    ("rule", "entitled", "needed"),
    [
        (Quorum.HALF, 11, 6), (Quorum.HALF, 10, 6), (Quorum.TWO_THIRDS, 11, 8), (Quorum.TWO_THIRDS, 9, 6),
        (Quorum.ALL, 9, 9), (Quorum.HALF, 1, 2), (Quorum.HALF, 0, 2),
    ],
)  # fmt: skip
def test_the_quorum_is_asked_of_those_without_a_tie_and_nobody_decides_alone(
    rule: Quorum, entitled: int, needed: int
) -> None:
    assert quorum_needed(rule, entitled=entitled) == needed


def counted(votes: str, *, present: int = 9, majority: Majority = Majority.CAST, quorum: Quorum = Quorum.HALF) -> Count:
    """A vote by initials: s, d, n and a for an abstention, of eleven members of whom two are out of the room."""
    words = {"s": "shortlisted", "d": "deserving", "n": "none", "a": "abstain"}
    return count(
        Question.PLACE, [words[v] for v in votes], present=present, entitled=9, out=2, quorum=quorum, majority=majority
    )


@pytest.mark.parametrize(
    ("votes", "majority", "verdict", "answer"),
    [
        ("sssddaaaa", Majority.CAST, "carried", "shortlisted"),
        ("ssddnaaaa", Majority.CAST, "no_majority", None),
        ("ssdd", Majority.CAST, "no_majority", None),
        ("aaaaaaaaa", Majority.CAST, "no_majority", None),
        ("", Majority.CAST, "no_majority", None),
        ("sssssaaaa", Majority.PRESENT, "carried", "shortlisted"),
        ("ssssaaaaa", Majority.PRESENT, "no_majority", None),
        ("ddnaaaaaa", Majority.TWO_THIRDS, "carried", "deserving"),
        ("dddnnaaaa", Majority.TWO_THIRDS, "no_majority", None),
    ],
)
def test_an_answer_needs_the_majority_that_the_session_has_set(
    votes: str, majority: Majority, verdict: str, answer: str | None
) -> None:
    found = counted(votes, majority=majority)
    assert (found.verdict, found.answer) == (verdict, answer)
    assert (found.abstained, found.silent) == (votes.count("a"), 9 - len(votes))
    assert Count.from_json(found.to_json()) == found


def test_without_the_quorum_nothing_is_decided_however_clear_the_votes() -> None:
    found = counted("ssss", present=4)
    assert (found.verdict, found.answer, found.needed, found.out) == ("no_quorum", None, 5, 2)


@pytest.mark.parametrize(
    ("present", "out", "holder"), [({1, 2, 3}, set(), 1), ({1, 2, 3}, {1}, 2), ({2, 3}, set(), 2), ({1, 3}, {1}, None)]
)
def test_the_deputy_presides_where_the_chair_is_away_or_out(
    present: set[int], out: set[int], holder: int | None
) -> None:
    assert presiding(chair=1, deputy=2, present=present, out=out) == holder


def test_the_agenda_goes_outwards_from_the_line_or_down_the_ranks_or_as_picked() -> None:
    ranked = [("a", "shortlisted"), ("b", "shortlisted"), ("c", "deserving"), ("d", "deserving"), ("e", "none")]
    assert agenda(Agenda.LINE, ranked, line=2) == ["b", "c", "a", "d"]
    assert agenda(Agenda.TOP, ranked, line=2) == ["a", "b", "c", "d"]
    assert agenda(Agenda.DRAWN, ranked, line=2) == agenda(Agenda.DRAWN, ranked[1::-1] + ranked[2:], line=1)
    assert sorted(agenda(Agenda.DRAWN, ranked, line=2)) == ["a", "b", "c", "d"]
    assert agenda(Agenda.PICKED, ranked, line=2, picked={"e", "a", "unknown"}) == ["a", "e"]
