"""Pairs of members who depart from the rest in the same way more often than chance has it.

The corrected marks of a submission are compared with their weighted mean. Two members' departures then hang together a
little by construction, negatively, since each has a part in the mean; what is expected of them is computed exactly from
the panels (covariance of e - w'e) and the correlation found is tested against it by Fisher's z (R. A. Fisher, "On the
probable error of a coefficient of correlation", Metron 1 (1921)). Panels of two say nothing and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from math import atanh, erfc, sqrt

import numpy as np

from awardapp.domain.selection.false_discovery import discoveries
from awardapp.domain.selection.residuals import Residuals, fitted, residuals

FEWEST = 8  # common submissions
CLOSE_TO_ONE = 0.999999


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members by position, how many submissions of three readers and more both read, the correlation of their
    departures, the one to be expected, and the chance of so much or more of it without any cause (one-sided)."""

    one: int
    other: int
    common: int
    correlation: float
    expected: float
    p: float


def fisher_p(correlation: float, expected: float, common: int) -> float:
    """The chance of at least this correlation when `expected` is true, by Fisher's z with 1 / (n - 3) as variance."""
    found, null = (max(-CLOSE_TO_ONE, min(CLOSE_TO_ONE, value)) for value in (correlation, expected))
    return 0.5 * erfc((atanh(found) - atanh(null)) * sqrt(common - 3) / sqrt(2))


def beyond_chance(found: Residuals) -> tuple[Pair, ...]:
    """The pairs who hang together more than so many pairs do by chance, the clearest first.

    Two who err alike pull the mean after them and are relied on too much, so that the others on their panels seem to
    depart together as well. Hence one pair at a time: the clearest is taken, the second of the two is left out altogether,
    and everything is fitted anew.
    """
    taken: list[Pair] = []
    while True:
        pairs = pairs_alike(found)
        stand = [pair for pair, stands in zip(pairs, discoveries([one.p for one in pairs]), strict=True) if stands]
        if not stand:
            return tuple(taken)
        clearest = min(stand, key=lambda pair: pair.p)
        taken.append(clearest)
        rest = found.ratings.without(clearest.other)
        fit = fitted(rest)
        if fit is None:
            return tuple(taken)
        found = residuals(rest, fit)


def pairs_alike(found: Residuals, *, fewest: int = FEWEST) -> tuple[Pair, ...]:
    """Every pair with enough common submissions, by position."""
    ratings = found.ratings
    away = found.corrected - found.quality[ratings.p]
    variance = 1.0 / found.trust
    together: dict[tuple[int, int], list[tuple[float, float, float, float, float]]] = defaultdict(list)
    starts = np.flatnonzero(np.diff(ratings.p, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(ratings.p)], strict=True):
        if end - start < 3:
            continue
        shared = 1.0 / float(np.sum(found.trust[start:end]))  # the variance of the weighted mean
        for a, b in combinations(range(start, end), 2):
            key = (int(ratings.j[a]), int(ratings.j[b]))
            left, right = float(variance[a]) - shared, float(variance[b]) - shared
            together[key].append((float(away[a]), float(away[b]), -shared, left, right))
    answer = []
    for (one, other), rows in sorted(together.items()):
        if len(rows) < fewest:
            continue
        x, y, covariance, own, others = np.array(rows).T
        x, y = x - x.mean(), y - y.mean()
        scale = float(np.sqrt(np.sum(x * x) * np.sum(y * y)))
        if scale < 1e-9:
            continue
        correlation = float(np.sum(x * y)) / scale
        expected = float(covariance.mean() / np.sqrt(max(own.mean() * others.mean(), 1e-12)))
        answer.append(Pair(one, other, len(rows), correlation, expected, fisher_p(correlation, expected, len(rows))))
    return tuple(answer)
