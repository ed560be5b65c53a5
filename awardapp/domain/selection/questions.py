"""Questions that the figures raise about a committee's reading. Never deductions: a score changes only by its member.

Each has a fixed threshold, written here once, so that the questions asked do not depend on who is looking. Where many
things are looked at at once (noise of every member, every pair, every kind of tie) the share of false alarms among the
questions is held at 5 % (see `false_discovery`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from awardapp.domain.selection.alike import Pair
from awardapp.domain.selection.false_discovery import discoveries
from awardapp.domain.selection.home_bias import HomeBias
from awardapp.domain.selection.portraits import Portrait

FAR_ERRORS = 2  # an offset is asked about beyond so many standard errors
FAR_SHARE = 0.05  # and beyond so much of the scale: half a point of ten
NARROW = 0.5  # a scale below is asked about
TIMES_POOLED = 2  # a noise variance above so many times the others'
SAME_SHARE = 0.03  # means closer together than so much of the scale do not separate: 0.3 of ten
EQUAL_SHARE = Fraction(4, 5)  # of assessments with the same mark on every criterion
FEWEST = 8  # readings below which nothing is asked about a member alone


class Kind(StrEnum):
    """What is asked about."""

    SEVERITY = "severity"
    SCALE = "scale"
    NOISE = "noise"
    SAME = "same"
    EQUAL = "equal"
    DRIFT = "drift"
    HOME = "home"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Question:
    """`about`: members' ids, none for the whole committee. `figures`: what it rests on, rounded to a thousandth, by name.
    `subject` tells one question of a kind from another where members do not (the kind of tie)."""

    kind: Kind
    about: tuple[str, ...]
    figures: Mapping[str, float]
    subject: str = ""

    @property
    def key(self) -> str:
        """A short name that stays while the figures move."""
        return ":".join([self.kind.value, *self.about, *([self.subject] if self.subject else [])])


def about_members(portraits: Sequence[Portrait], *, points: float) -> list[Question]:
    """Severity, narrow scale, noise, marks that do not separate, the same mark everywhere. `points`: the scale's length."""
    found = []
    for one in portraits:
        if one.read < FEWEST:
            continue
        offset, scale = one.offset, one.scale
        if offset is not None and offset.error is not None and one.compared >= FEWEST:
            far = abs(offset.value) > FAR_ERRORS * offset.error and abs(offset.value) > FAR_SHARE * points
            if far:
                found.append(_question(Kind.SEVERITY, one, offset=offset.value, error=offset.error, n=one.compared))
        # beyond chance too: the interval must leave out the others' spread
        if (
            scale is not None
            and scale.high is not None
            and one.compared >= FEWEST
            and scale.value < NARROW
            and scale.high < 1
        ):
            found.append(_question(Kind.SCALE, one, scale=scale.value, n=one.compared))
        if one.spread is not None and one.spread < SAME_SHARE * points:
            found.append(_question(Kind.SAME, one, spread=one.spread, n=one.read))
        if one.equal is not None and one.equal > EQUAL_SHARE:
            found.append(_question(Kind.EQUAL, one, share=float(one.equal), n=one.read))
    return found + _noisy(portraits)


def _question(kind: Kind, one: Portrait, **figures: float) -> Question:
    return Question(kind, (one.member,), {name: round(value, 3) for name, value in figures.items()})


def _noisy(portraits: Sequence[Portrait]) -> list[Question]:
    """Members whose noise is more than twice the others', beyond chance."""
    from scipy.special import chdtrc  # noqa: PLC0415 - scipy is slow to import and only this needs it

    told = [
        (one, one.noise.value**2, one.compared - 2)
        for one in portraits
        if one.noise is not None and one.compared >= FEWEST
    ]
    if len(told) < 3:
        return []
    ratios = []
    for one, noise, _freedom in told:
        others = [(value, freedom) for other, value, freedom in told if other is not one]
        pooled = sum(value * freedom for value, freedom in others) / sum(freedom for _value, freedom in others)
        ratios.append(noise / max(pooled, 1e-9))
    chances = [
        float(chdtrc(freedom, ratio * freedom)) for (_one, _noise, freedom), ratio in zip(told, ratios, strict=True)
    ]
    return [
        _question(Kind.NOISE, one, times=ratio, p=chance, n=one.compared)
        for (one, _noise, _freedom), ratio, chance, stands in zip(
            told, ratios, chances, discoveries(chances), strict=True
        )
        if stands and ratio > TIMES_POOLED
    ]


def about_pairs(pairs: Sequence[Pair], members: Sequence[str]) -> list[Question]:
    """Pairs of members who depart from the rest together beyond chance (`alike.beyond_chance`)."""
    return [
        Question(
            Kind.ALIKE,
            (members[pair.one], members[pair.other]),
            {
                "n": pair.common,
                "correlation": round(pair.correlation, 3),
                "expected": round(pair.expected, 3),
                "p": round(pair.p, 6),
            },
        )
        for pair in pairs
    ]


def about_ties(found: Sequence[HomeBias]) -> list[Question]:
    """Kinds of tie whose files got other marks than the rest, beyond chance; those without such files raise none."""
    told = [
        (one, one.effect, one.low, one.high, one.p)
        for one in found
        if one.effect is not None and one.low is not None and one.high is not None and one.p is not None
    ]
    stand = discoveries([p for *_rest, p in told])
    return [
        Question(
            Kind.HOME,
            (),
            {
                "n": one.tied,
                "effect": round(effect, 3),
                "low": round(low, 3),
                "high": round(high, 3),
                "p": round(p, 4),
            },
            subject=one.kind,
        )
        for (one, effect, low, high, p), stands in zip(told, stand, strict=True)
        if stands
    ]
