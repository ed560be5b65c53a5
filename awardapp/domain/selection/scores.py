"""Scores checked and summed exactly: whole units in, fractions of points out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import lcm

from awardapp.domain.selection.errors import BadInput, listed

SIX_PLACES = Decimal("0.000001")
_WIDE = Context(prec=60)  # room for any figure here, so that nothing is rounded but where it is asked for


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion in the published order: `weight` is a positive whole number or fraction; a score is `units`
    x `step` points, from `lowest` to `highest` units inclusive."""

    id: str
    weight: Fraction = Fraction(1)
    lowest: int = 0
    highest: int = 20
    step: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Score:
    """One mark: a member gave a submission `units` on a criterion."""

    submission: str
    member: str
    criterion: str
    units: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """All marks of one member on one submission: points by criterion (published order) and their weighted
    mean."""

    submission: str
    member: str
    points: tuple[Fraction, ...]
    mean: Fraction


def rounded(value: Fraction | int) -> Decimal:
    """An exact fraction rounded to 10^-6, half to even."""
    # a fraction is rounded once: scaled to millionths and compared with the half exactly
    whole, rest = divmod(value.numerator * 1_000_000, value.denominator)
    twice = 2 * rest
    if twice > value.denominator or (twice == value.denominator and whole % 2):
        whole += 1
    return Decimal(whole).scaleb(-6, _WIDE)


def rounded_float(value: float) -> Decimal:
    """A binary float rounded to 10^-6, half to even, from its exact value."""
    return _WIDE.add(Decimal(value).quantize(SIX_PLACES, ROUND_HALF_EVEN, _WIDE), Decimal(0))


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle value, or the mean of the two middle values."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mean(values: Sequence[Fraction]) -> Fraction:
    """The exact mean, with one fraction made instead of one for each sum."""
    common = lcm(*(one.denominator for one in values))
    return Fraction(sum(one.numerator * (common // one.denominator) for one in values), common * len(values))


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """Raise BadInput unless there is at least one criterion and each makes sense."""
    if not criteria:
        raise BadInput("criteria", "at least one criterion is needed")
    seen: set[str] = set()
    for one in criteria:
        if one.id in seen:
            raise BadInput("duplicate", f"criterion {one.id} is given more than once", criterion=one.id)
        seen.add(one.id)
        if one.weight <= 0 or one.step <= 0 or one.lowest >= one.highest:
            raise BadInput(
                "criteria",
                f"criterion {one.id} needs a weight and a step above 0 and a lowest mark below the highest",
                criterion=one.id,
            )


def _where(score: Score) -> str:
    return f"{score.submission} by {score.member} on {score.criterion}"


def _check_units(score: Score, criterion: Criterion) -> None:
    units: object = score.units
    if isinstance(units, bool) or not isinstance(units, int):
        raise BadInput(
            "not whole",
            f"the score of {_where(score)} must be a whole number of units, not {units!r}",
            submission=score.submission,
            member=score.member,
            criterion=score.criterion,
        )
    if not criterion.lowest <= units <= criterion.highest:
        raise BadInput(
            "out of range",
            f"the score of {_where(score)} must be from {criterion.lowest} to {criterion.highest} units, not {units}",
            submission=score.submission,
            member=score.member,
            criterion=score.criterion,
        )


def assessments(scores: Iterable[Score], criteria: Sequence[Criterion]) -> tuple[Assessment, ...]:
    """Every (submission, member) with its exact weighted mean, sorted by ids.

    Raises BadInput, naming the ids, for an unknown criterion, a score that is no whole number or out of
    range, a duplicate, and an assessment with some criteria missing (an assessment counts whole or not at
    all).
    """
    check_criteria(criteria)
    places = {one.id: at for at, one in enumerate(criteria)}
    marks: dict[tuple[str, str], dict[int, int]] = {}
    for score in scores:
        at = places.get(score.criterion)
        if at is None:
            raise BadInput(
                "unknown",
                f"the score of {score.submission} by {score.member} names the unknown criterion {score.criterion}",
                criterion=score.criterion,
            )
        _check_units(score, criteria[at])
        sheet = marks.setdefault((score.submission, score.member), {})
        if at in sheet:
            raise BadInput(
                "duplicate",
                f"{score.submission} has two scores by {score.member} on {score.criterion}",
                submission=score.submission,
                member=score.member,
                criterion=score.criterion,
            )
        sheet[at] = score.units
    partial = sorted(key for key, sheet in marks.items() if len(sheet) < len(criteria))
    if partial:
        names = [f"{submission} by {member}" for submission, member in partial]
        raise BadInput("missing scores", f"criteria are missing in the assessment of {listed(names)}", pairs=partial)

    weights = sum((one.weight for one in criteria), Fraction(0))
    parts = [one.weight * one.step / weights for one in criteria]
    common = lcm(*(part.denominator for part in parts))
    whole = [part.numerator * (common // part.denominator) for part in parts]
    points = [
        {units: units * one.step for units in {sheet[at] for sheet in marks.values()}}
        for at, one in enumerate(criteria)
    ]
    found = []
    for (submission, member), sheet in sorted(marks.items()):
        found.append(
            Assessment(
                submission=submission,
                member=member,
                points=tuple(points[at][sheet[at]] for at in range(len(criteria))),
                mean=Fraction(sum(sheet[at] * part for at, part in enumerate(whole)), common),
            )
        )
    return tuple(found)
