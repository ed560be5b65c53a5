"""Do members mark those they have a tie with higher than others do? A permutation test inside each member.

For each member with both kinds of file the residuals of those with a tie are compared with the rest; the ties are then
shuffled among the member's own files, so severity, spread and what the member happened to read play no part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from awardapp.domain.selection.models import Floats
from awardapp.domain.selection.residuals import Residuals
from awardapp.domain.selection.streams import Stream

DRAWS = 10_000
NORMAL = 1.959964  # standard deviations that hold 95 %


@dataclass(frozen=True, slots=True)
class HomeBias:
    """`tied` of `compared` assessments are of a submission the member has this tie with. `effect`: how many points more
    than the rest they were given, with its interval and the share of shuffles at least as far from none; all None when
    no member has both kinds."""

    kind: str
    tied: int
    compared: int
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


def home_bias(
    found: Residuals, tied: Mapping[str, Collection[tuple[int, int]]], *, seed: str, draws: int = DRAWS
) -> tuple[HomeBias, ...]:
    """One answer per kind of tie, in the order given. `tied`: pairs of positions (submission, member) by kind."""
    ratings = found.ratings
    pairs = list(zip(ratings.p.tolist(), ratings.j.tolist(), strict=True))
    marked = {kind: np.array([pair in set_ for pair in pairs]) for kind, set_ in _sets(tied).items()}
    observed, spread = _observed(found, marked), {kind: np.zeros(draws) for kind in marked}
    for member in range(ratings.members):
        mine = np.flatnonzero(found.compared & (ratings.j == member))
        sizes = {kind: int(mask[mine].sum()) for kind, mask in marked.items()}
        if len(mine) < 2 or not any(0 < size < len(mine) for size in sizes.values()):
            continue
        rest = found.rest[mine] - found.rest[mine].mean()
        keys = Stream(f"home|{seed}|{member}").uniforms(draws, len(mine))
        sums = np.cumsum(rest[np.argsort(keys, axis=1)], axis=1)
        for kind, size in sizes.items():
            if 0 < size < len(mine):
                spread[kind] += sums[:, size - 1]
    return tuple(_answer(kind, mask, found, observed[kind], spread[kind]) for kind, mask in marked.items())


def _sets(tied: Mapping[str, Collection[tuple[int, int]]]) -> dict[str, set[tuple[int, int]]]:
    return {kind: set(pairs) for kind, pairs in tied.items()}


def _observed(found: Residuals, marked: Mapping[str, NDArray[np.bool_]]) -> dict[str, tuple[float, float]]:
    """By kind the centred residuals of the tied, summed over members with both kinds of file, and what to divide by."""
    ratings, answer = found.ratings, {}
    counts = ratings.by_member(found.compared.astype(np.float64))
    means = ratings.by_member(np.where(found.compared, found.rest, 0.0)) / np.maximum(counts, 1.0)
    centred = found.rest - means[ratings.j]
    for kind, mask in marked.items():
        own = ratings.by_member((mask & found.compared).astype(np.float64))
        both = (own > 0) & (own < counts)
        total = float(np.sum(np.where(mask & found.compared & both[ratings.j], centred, 0.0)))
        weight = float(np.sum(np.where(both, own * (counts - own) / np.maximum(counts, 1.0), 0.0)))
        answer[kind] = (total, weight)
    return answer


def _answer(
    kind: str, mask: NDArray[np.bool_], found: Residuals, observed: tuple[float, float], shuffled: Floats
) -> HomeBias:
    tied, compared = int((mask & found.compared).sum()), int(found.compared.sum())
    total, weight = observed
    if weight <= 0:
        return HomeBias(kind, tied, compared)
    effects, effect = shuffled / weight, total / weight
    far = int((np.abs(effects) >= abs(effect) - 1e-12).sum())
    width = NORMAL * float(np.std(effects))
    return HomeBias(kind, tied, compared, effect, effect - width, effect + width, (1 + far) / (1 + len(effects)))
