"""Each member as the assessments show them, with intervals: how severe, how widely spread, how steady, how like the others.

Intervals come from leaving out one of twenty groups of submissions in turn (P. Kott, "The delete-a-group jackknife",
Journal of Official Statistics 17 (2001)), so they hold for whatever the model does inside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from awardapp.domain.selection.models import Floats, Ratings
from awardapp.domain.selection.residuals import fitted, own_spread_and_noise, residuals
from awardapp.domain.selection.scores import Assessment

GROUPS = 20
FEWEST_GROUPS = 6  # fewer say nothing about an interval
HELD = 0.975  # the upper end of an interval that holds 95 %


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its standard error and the interval that holds 95 %; without them where too little was read."""

    value: float
    error: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """Another member on the submissions both read: the mean difference (own minus other's) and how the marks go
    together (None when it cannot be told)."""

    member: str
    common: int
    difference: float
    correlation: float | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """`compared` of `read` submissions were read by others too. `offset` is that of the fullest model the
    assessments allow, `scale` and `noise` are the member's own before the model pulls them to the others' (None when they
    cannot be told); `pulled`: scale and noise as the model uses them. `spread`: standard deviation of the own means;
    `equal`: the share of assessments with the same mark on every criterion; `agreement`: correlation with the others'
    corrected mean; `means`: the own means, lowest first."""

    member: str
    read: int
    compared: int
    mean: float | None
    spread: float | None
    equal: Fraction | None
    offset: Figure | None
    scale: Figure | None
    noise: Figure | None
    pulled: tuple[float, float] | None
    agreement: float | None
    means: tuple[float, ...]
    peers: tuple[Peer, ...]


def portraits(sheets: Sequence[Assessment], ratings: Ratings, members: Sequence[str]) -> tuple[Portrait, ...]:
    """Every member in the order given, which is the order of the ratings' positions."""
    fit = fitted(ratings)
    errors = _errors(sheets, ratings) if fit is not None else None
    found = residuals(ratings, fit) if fit is not None else None
    own = own_spread_and_noise(found) if found is not None else None
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    answer = []
    for at, name in enumerate(members):
        mine = np.flatnonzero(ratings.j == at)
        means = sorted(ratings.y[mine].tolist())
        shared = mine[reads[ratings.p[mine]] > 1]
        figures: list[Figure | None] = [None, None, None]
        agreement = pulled = None
        if fit is not None and errors is not None and found is not None and own is not None and len(shared):
            width = errors.width
            figures = [
                _figure(float(fit.offset[at]), float(errors.offset[at]), width),
                _figure(float(own[0][at]), float(errors.scale[at]), width),
                _figure(float(own[1][at]), float(errors.noise[at]), width, least=0.0),
            ]
            pulled = (float(fit.scale[at]), float(fit.noise[at]))
            others = ratings.y[shared] - found.rest[shared]
            agreement = _correlation(ratings.y[shared], others)
        answer.append(
            Portrait(
                member=name,
                read=len(mine),
                compared=len(shared),
                mean=float(np.mean(means)) if means else None,
                spread=float(np.std(means, ddof=1)) if len(means) > 1 else None,
                equal=_equal([sheets[one] for one in mine.tolist()]),
                offset=figures[0],
                scale=figures[1],
                noise=figures[2],
                pulled=pulled,
                agreement=agreement,
                means=tuple(means),
                peers=_peers(ratings, at, members),
            )
        )
    return tuple(answer)


def _figure(value: float, error: float, width: float, *, least: float | None = None) -> Figure | None:
    if not np.isfinite(value):
        return None
    if not np.isfinite(error):
        return Figure(value)
    low = value - width * error
    return Figure(value, error, low if least is None else max(low, least), value + width * error)


def _equal(sheets: Sequence[Assessment]) -> Fraction | None:
    if not sheets or len(sheets[0].points) < 2:
        return None
    return Fraction(sum(len(set(sheet.points)) == 1 for sheet in sheets), len(sheets))


def _correlation(one: Floats, other: Floats) -> float | None:
    if len(one) < 3:
        return None
    x, y = one - one.mean(), other - other.mean()
    scale = float(np.sqrt(np.sum(x * x) * np.sum(y * y)))
    return float(np.sum(x * y)) / scale if scale > 1e-9 else None


def _peers(ratings: Ratings, member: int, members: Sequence[str]) -> tuple[Peer, ...]:
    own = np.full(ratings.submissions, np.nan)
    mine = ratings.j == member
    own[ratings.p[mine]] = ratings.y[mine]
    found = []
    for at, name in enumerate(members):
        theirs = np.flatnonzero((ratings.j == at) & np.isfinite(own[ratings.p]))
        if at == member or not len(theirs):
            continue
        one, other = own[ratings.p[theirs]], ratings.y[theirs]
        found.append(Peer(name, len(theirs), float(np.mean(one - other)), _correlation(one, other)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Errors:
    """Standard errors by member, not a number where they cannot be told, and how many of them an interval is wide."""

    offset: Floats
    scale: Floats
    noise: Floats
    width: float


def _errors(sheets: Sequence[Assessment], ratings: Ratings) -> _Errors:
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy is slow to import and only this needs it

    # in the order of a digest of their ids, so that the groups have nothing to do with how the files were numbered
    names = {position: sheet.submission for position, sheet in zip(ratings.p.tolist(), sheets, strict=True)}
    order = sorted(names, key=lambda at: hashlib.sha256(f"group|{names[at]}".encode()).digest())
    groups = min(GROUPS, len(order))
    group = np.zeros(ratings.submissions, dtype=np.int64)
    group[order] = np.arange(len(order)) % groups
    left_out = []
    for one in range(groups):
        kept = group[ratings.p] != one
        again = fitted(ratings.kept(kept))
        if again is not None:
            left_out.append((again.offset, *own_spread_and_noise(residuals(ratings.kept(kept), again))))
    count = len(left_out)
    if count < max(FEWEST_GROUPS, groups):
        nothing = np.full(ratings.members, np.nan)
        return _Errors(nothing, nothing, nothing, 0.0)
    offset, scale, noise = (
        np.sqrt((count - 1) / count * np.sum((values - values.mean(axis=0)) ** 2, axis=0))
        for values in (np.array([one[part] for one in left_out]) for part in range(3))
    )
    return _Errors(offset, scale, noise, float(stdtrit(count - 1, HELD)))
