"""Why a calibrated figure differs from the raw mean: a short sum, rounded for people, that still adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from awardapp.domain.selection.calibration import MemberFigures, SubmissionFigures

CENT = Decimal("0.01")


class Cause(StrEnum):
    """What a member's part in the change comes from, or the pull to the middle, which is nobody's."""

    SEVERITY = "severity"
    SPREAD = "spread"
    WEIGHT = "weight"
    PULL = "pull"


@dataclass(frozen=True, slots=True)
class Term:
    """One part of the change, in hundredths of a point. `figure` is what it comes from: the member's offset or scale; for
    the weight, which is one part for the whole panel, the share of the `member` who counts most beside an even share
    (1 = even); 0 for the pull.
    """

    cause: Cause
    member: str
    amount: Decimal
    figure: Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """`raw` + every term's amount = `calibrated`, as printed. Terms that round to nothing are left out."""

    raw: Decimal
    terms: tuple[Term, ...]
    calibrated: Decimal

    @property
    def change(self) -> Decimal:
        return self.calibrated - self.raw


def sum_of(figures: SubmissionFigures, members: Mapping[str, MemberFigures]) -> Sum:
    """The way from raw to calibrated in hundredths of a point, the largest step first."""
    raw, calibrated = (one.quantize(CENT, ROUND_HALF_EVEN) for one in (figures.raw_rounded, figures.calibrated))
    panel = [members[one.member] for one in figures.contributions]
    shares = _shares(panel)
    found = []
    for one, member in zip(figures.contributions, panel, strict=True):
        found += [
            (Cause.SEVERITY, one.member, one.severity, member.offset),
            (Cause.SPREAD, one.member, one.spread, member.scale),
        ]
    most = max(shares, key=lambda name: (shares[name], name))
    weight = sum((one.weight for one in figures.contributions), Decimal(0))
    found.append((Cause.WEIGHT, most, weight, shares[most]))
    found.append((Cause.PULL, "", figures.shrinkage, Decimal(0)))
    cents = whole_parts([amount * 100 for _cause, _member, amount, _figure in found], int((calibrated - raw) * 100))
    terms = [
        Term(cause, member, Decimal(whole) * CENT, figure)
        for (cause, member, _amount, figure), whole in zip(found, cents, strict=True)
        if whole
    ]
    return Sum(raw, tuple(sorted(terms, key=lambda term: -abs(term.amount))), calibrated)


def _shares(panel: Sequence[MemberFigures]) -> dict[str, Decimal]:
    """How much each member counts on this panel beside an even share, by spread and care."""
    weights = {one.member: (one.scale / max(one.noise, Decimal("0.000001"))) ** 2 for one in panel}
    total = sum(weights.values(), Decimal(0))
    return {name: weight * len(panel) / total for name, weight in weights.items()}


def whole_parts(parts: Sequence[Decimal], total: int) -> list[int]:
    """Whole numbers near the parts that sum to `total`, which is within 1 of the parts' own sum (largest remainders)."""
    lower = [floor(part) for part in parts]
    rest = [Fraction(part) - low for part, low in zip(parts, lower, strict=True)]
    order = sorted(range(len(parts)), key=lambda at: (-rest[at], at))
    for at in order[: total - sum(lower)]:
        lower[at] += 1
    return lower
