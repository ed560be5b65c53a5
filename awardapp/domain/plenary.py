"""The committee in session: who holds the gavel, when it can decide, what a vote decided, in which order files come.

A member with a tie to a file is out of the room for it: no voter, and no part of the number of whom a quorum is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from awardapp.domain.errors import N_


class Question(StrEnum):
    """What is put to the vote."""

    PLACE = "place"
    KEEP = "keep"
    OWN = "own"


class Choice(StrEnum):
    SHORTLISTED = "shortlisted"
    DESERVING = "deserving"
    NEITHER = "none"
    KEEP = "keep"
    MOVE = "move"
    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


OPTIONS: dict[Question, tuple[Choice, ...]] = {
    Question.PLACE: (Choice.SHORTLISTED, Choice.DESERVING, Choice.NEITHER),
    Question.KEEP: (Choice.KEEP, Choice.MOVE),
    Question.OWN: (Choice.YES, Choice.NO),
}

QUESTION_WORDS: dict[Question, str] = {
    Question.PLACE: N_("Shortlisted, deserving or neither?"),
    Question.KEEP: N_("Keep it where the proposal has it, or move it?"),
    Question.OWN: N_("A question of the committee's own"),
}

CHOICE_WORDS: dict[Choice, str] = {
    Choice.SHORTLISTED: N_("Shortlisted"),
    Choice.DESERVING: N_("Deserving"),
    Choice.NEITHER: N_("Neither"),
    Choice.KEEP: N_("Keep it there"),
    Choice.MOVE: N_("Move it"),
    Choice.YES: N_("In favour"),
    Choice.NO: N_("Against"),
    Choice.ABSTAIN: N_("Abstain"),
}


class Quorum(StrEnum):
    """How many of those without a tie to the file must be present."""

    HALF = "half"
    TWO_THIRDS = "two_thirds"
    ALL = "all"


QUORUM_WORDS: dict[Quorum, str] = {
    Quorum.HALF: N_("More than half of the members without a tie to the file"),
    Quorum.TWO_THIRDS: N_("Two thirds of the members without a tie to the file"),
    Quorum.ALL: N_("All members without a tie to the file"),
}


class Majority(StrEnum):
    """What an answer needs to be the committee's."""

    CAST = "cast"
    PRESENT = "present"
    TWO_THIRDS = "two_thirds"


MAJORITY_WORDS: dict[Majority, str] = {
    Majority.CAST: N_("More than half of the votes, abstentions not counted"),
    Majority.PRESENT: N_("More than half of those present without a tie, abstentions counted"),
    Majority.TWO_THIRDS: N_("Two thirds of the votes, abstentions not counted"),
}


class Verdict(StrEnum):
    CARRIED = "carried"
    NO_MAJORITY = "no_majority"
    NO_QUORUM = "no_quorum"


LEAST_QUORUM = 2  # nobody decides alone, however many are out of the room


def quorum_needed(rule: Quorum, *, entitled: int) -> int:
    """How many must be present of the `entitled`: the members without a tie to the file, here or not."""
    wanted = {
        Quorum.HALF: entitled // 2 + 1,
        Quorum.TWO_THIRDS: -(-2 * entitled // 3),
        Quorum.ALL: entitled,
    }[rule]
    return max(LEAST_QUORUM, wanted)


@dataclass(frozen=True, slots=True)
class Count:
    """A vote counted: by answer, abstentions, those present who gave no vote, and what that decides."""

    votes: Mapping[str, int]
    abstained: int
    silent: int
    out: int  # members out of the room
    present: int
    entitled: int
    needed: int
    verdict: str
    answer: str | None  # the choice carried

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"votes": dict(self.votes)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Count:
        return cls(**data)

    @property
    def cast(self) -> int:
        """Votes for an answer, abstentions left out."""
        return sum(self.votes.values())


def count(
    question: Question,
    choices: Iterable[str],
    *,
    present: int,
    entitled: int,
    out: int,
    quorum: Quorum,
    majority: Majority,
) -> Count:
    """Count a vote. `present` are those without a tie who are there or have voted; a tie of answers decides nothing."""
    given = list(choices)
    votes = {option.value: given.count(option.value) for option in OPTIONS[question]}
    cast, needed = sum(votes.values()), quorum_needed(quorum, entitled=entitled)

    def is_carried(n: int) -> bool:
        if majority is Majority.TWO_THIRDS:
            return 3 * n >= 2 * cast
        return 2 * n > (present if majority is Majority.PRESENT else cast)

    answer = next((option for option, n in votes.items() if n and is_carried(n)), None)
    verdict = Verdict.NO_QUORUM if present < needed else Verdict.CARRIED if answer else Verdict.NO_MAJORITY
    return Count(
        votes,
        abstained=given.count(Choice.ABSTAIN.value),
        silent=present - len(given),
        out=out,
        present=present,
        entitled=entitled,
        needed=needed,
        verdict=verdict.value,
        answer=answer if verdict is Verdict.CARRIED else None,
    )


def presiding(*, chair: int, deputy: int, present: Collection[int], out: Collection[int]) -> int | None:
    """Who holds the gavel: the chair, or the deputy where the chair is away or out of the room; None for nobody."""
    return next((one for one in (chair, deputy) if one in present and one not in out), None)


class Agenda(StrEnum):
    """Which files of the proposal come to the debate, and in which order."""

    LINE = "line"
    TOP = "top"
    DRAWN = "drawn"
    PICKED = "picked"


AGENDA_WORDS: dict[Agenda, str] = {
    Agenda.LINE: N_("All shortlisted and deserving, those nearest to the line first"),
    Agenda.TOP: N_("All shortlisted and deserving, in rank order"),
    Agenda.DRAWN: N_("All shortlisted and deserving, in a drawn order: when a file comes up tells nothing of its rank"),
    Agenda.PICKED: N_("Only the files ticked below, in rank order"),
}


def agenda(kind: Agenda, ranked: Sequence[tuple[str, str]], *, line: int, picked: Collection[str] = ()) -> list[str]:
    """The files of a session in their order. `ranked`: (id, proposed outcome) from the first place on; `line`: the place of
    the last shortlisted file, around which `Agenda.LINE` goes outwards, the file inside before the one outside.
    """
    if kind is Agenda.PICKED:
        return [name for name, _outcome in ranked if name in picked]
    chosen = [(place, name) for place, (name, outcome) in enumerate(ranked, 1) if outcome != "none"]
    if kind is Agenda.DRAWN:
        chosen.sort(key=lambda one: hashlib.sha256(one[1].encode()).digest())
    if kind is Agenda.LINE:
        chosen.sort(key=lambda one: (abs(2 * one[0] - 2 * line - 1), one[0]))
    return [name for _place, name in chosen]
