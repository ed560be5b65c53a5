"""What calibration makes of a cycle's scores: every file, every member, how far they agree, and the questions that raises.

Everything is computed from the assessments handed in when it is asked for; nothing here changes a score. The mathematics
is pure, so the slower parts are kept by their inputs: the same scores give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.selection.calibration import Calibration, Criterion, MemberFigures, Score, ratings_of
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.models import Ratings
from awardapp.domain.selection.portraits import Portrait, portraits
from awardapp.domain.selection.reliability import (
    Estimate,
    Reliability,
    alpha,
    criterion_ratings,
    reliability,
)
from awardapp.domain.selection.residuals import Residuals, fitted, residuals
from awardapp.domain.selection.scores import Assessment, assessments
from awardapp.domain.selection.shortlist import Proposal
from awardapp.models import Cycle
from awardapp.services import scores_opening, selections
from awardapp.services.selections import Inputs


@dataclass(frozen=True)
class Readings:
    """Assessments as bare arrays with the ids behind the positions; the members are those who handed something in."""

    sheets: tuple[Assessment, ...]
    ratings: Ratings
    submissions: tuple[str, ...]
    members: tuple[str, ...]

    @cached_property
    def residuals(self) -> Residuals | None:
        """What severity, spread and quality leave; None when no two members read the same."""
        fit = fitted(self.ratings)
        return None if fit is None else residuals(self.ratings, fit)


@lru_cache(maxsize=4)
def readings_of(scores: tuple[Score, ...], criteria: tuple[Criterion, ...]) -> Readings:
    """The assessments of these scores; kept for the next who asks."""
    sheets = assessments(scores, criteria)
    submissions = tuple(sorted({sheet.submission for sheet in sheets}))
    members = tuple(sorted({sheet.member for sheet in sheets}))
    return Readings(sheets, ratings_of(sheets, submissions, members), submissions, members)


def readings(data: Inputs) -> Readings:
    """The assessments behind a selection's inputs. Raises RuleViolation naming what is wrong with them."""
    try:
        return readings_of(tuple(data.scores), data.calibration_rules.criteria)
    except SelectionError as error:
        raise RuleViolation(N_("The selection cannot be computed: %(why)s"), why=str(error)) from error


def inputs(cycle: Cycle) -> Inputs:
    """What everything here is computed from. Raises IllegalTransition before the scores are open."""
    scores_opening.require_open(cycle)
    return selections.inputs(cycle)


@dataclass(frozen=True)
class Files:
    """Every file raw and calibrated, by pseudonym: the figures, the places and who gave them."""

    data: Inputs
    calibration: Calibration
    proposal: Proposal

    @cached_property
    def members(self) -> dict[str, MemberFigures]:
        return {one.member: one for one in self.calibration.members}

    @cached_property
    def raw_places(self) -> dict[str, int]:
        """The place of each file by its raw mean; equal means stand in the order of the calibrated places."""
        places = {place.id: place.place for place in self.proposal.places}
        order = sorted(self.calibration.submissions, key=lambda one: (-one.raw, places[one.submission]))
        return {one.submission: at for at, one in enumerate(order, 1)}


def files(cycle: Cycle) -> Files:
    """Raises IllegalTransition before the scores are open, RuleViolation when they cannot be used."""
    data = inputs(cycle)
    return Files(data, *selections.compute(data))


@lru_cache(maxsize=4)
def portraits_of(scores: tuple[Score, ...], criteria: tuple[Criterion, ...]) -> tuple[Portrait, ...]:
    """Every member who gave one of these scores; kept for the next who asks."""
    found = readings_of(scores, criteria)
    return portraits(found.sheets, found.ratings, found.members)


def members(data: Inputs) -> tuple[Portrait, ...]:
    """Every member who handed something in, by pseudonym."""
    readings(data)
    return portraits_of(tuple(data.scores), data.calibration_rules.criteria)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the members agree: over the weighted means and criterion by criterion (by id), what the mean of several
    readings is worth, and how many files that rests on."""

    overall: Estimate | None
    by_criterion: tuple[tuple[str, Estimate | None], ...]
    reliability: Reliability | None
    files: int
    read_twice: int


@lru_cache(maxsize=4)
def _agreement(scores: tuple[Score, ...], criteria: tuple[Criterion, ...], seed: str) -> Agreement:
    found = readings_of(scores, criteria)
    by_criterion = []
    for at, criterion in enumerate(criteria):
        marks = criterion_ratings(found.ratings, [float(sheet.points[at]) for sheet in found.sheets])
        by_criterion.append((criterion.id, alpha(marks, seed=f"{seed}|{criterion.id}")))
    counts = found.ratings.by_submission(found.ratings.y * 0 + 1)
    return Agreement(
        alpha(found.ratings, seed=seed),
        tuple(by_criterion),
        reliability(found.ratings, seed=seed),
        len(found.submissions),
        int((counts > 1).sum()),
    )


def agreement(data: Inputs) -> Agreement:
    """The agreement of the readings; its intervals are drawn from the seed of the public draws."""
    readings(data)
    rules = data.calibration_rules
    return _agreement(tuple(data.scores), rules.criteria, rules.seed)


def pairs_of(scores: Sequence[Score]) -> list[tuple[str, str]]:
    """Who read what: every (submission, member) once."""
    return sorted({(score.submission, score.member) for score in scores})
