"""Later rounds of reading: the rest of the budget goes to those with a chance of being among the first.

Everybody gets the same number of readings first. What they say is calibrated, and `on` submissions with the largest chance
of being among the first K (by draws from the model, see `chances`) get `more` readings each. The rule is published before
the first round; who gets more follows from the scores alone, so anyone can repeat it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from awardapp.domain.selection.calibration import CalibrationRules, Score, calibrate
from awardapp.domain.selection.draws import draw_key
from awardapp.domain.selection.errors import BadInput


@dataclass(frozen=True, slots=True)
class Contest:
    """Which submissions a later round goes to: the scores as they stood, and how many get how many more readings."""

    scores: tuple[Score, ...]
    calibration: CalibrationRules
    more: int
    on: int


@dataclass(frozen=True, slots=True)
class Contender:
    """A submission of a later round: in how many of `draws` model draws it was among the first K."""

    submission: str
    times_in_first: int
    draws: int


def contenders(contest: Contest, submissions: Sequence[str]) -> tuple[Contender, ...]:
    """The submissions that get more readings, the likeliest first; the same for the same scores in any order.

    Equal chances go by the calibrated figure, then by a draw from the seed. A submission without any score has no chance
    to show and is not among them; where fewer are scored than the rule names, all of them are. Raises BadInput.
    """
    if contest.more < 1 or contest.on < 1:
        raise BadInput("rules", "a later round gives at least one more reading to at least one submission")
    found = calibrate(contest.scores, contest.calibration, submissions=submissions)
    ranked = sorted(
        found.submissions,
        key=lambda one: (-one.times_in_first, -one.calibrated, draw_key(contest.calibration.seed, one.submission)),
    )
    return tuple(Contender(one.submission, one.times_in_first, one.draws) for one in ranked[: contest.on])
