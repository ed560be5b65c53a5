"""How far one can rely on the marks: agreement with intervals, and what the mean of several readings is worth.

Every assessment is y = mu + f_p + b_j + e, with submissions and members drawn at random. The variances of f, b and e are
found by fitting constants (Henderson, "Estimation of variance and covariance components", Biometrics 9 (1953), method
3), which is unbiased however the readings are spread, and which on a complete table is the analysis of variance of
Shrout & Fleiss (1979): its coefficients are their ICC(2,1), (2,k), (3,1) and (3,k). Intervals come from drawing
submissions with replacement, from a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from awardapp.domain.selection.models import Floats, Ratings
from awardapp.domain.selection.panels import Ints
from awardapp.domain.selection.streams import Stream

RESAMPLES = 500
TAIL = 0.025  # on each side of an interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with the interval that holds 95 % of the resamples; the interval is None where it cannot be told."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Variances:
    """Variance between submissions, between members (severity) and of what neither explains. Below zero, as chance can
    make them, they are taken as 0."""

    submissions: float
    members: float
    rest: float

    def agreement(self, readings: float = 1) -> float | None:
        """ICC(2,k): the share of the raw mean of so many readings, each by another member, that is the submission's."""
        return _share(self.submissions, (self.members + self.rest) / readings)

    def consistency(self, readings: float = 1) -> float | None:
        """ICC(3,k): the same once the members' severities are taken out."""
        return _share(self.submissions, self.rest / readings)


def _share(own: float, other: float) -> float | None:
    return own / (own + other) if own + other > 0 else None


def variances(ratings: Ratings) -> Variances | None:
    """The three variances; None when nothing was read twice, or too little is left to tell them apart."""
    n = len(ratings.y)
    reads, loads = ratings.by_submission(np.ones(n)), ratings.by_member(np.ones(n))
    here, there = int((reads > 0).sum()), int((loads > 0).sum())
    rank = here + there - _parts(ratings)
    if n - rank < 1 or n - here < 1 or n - there < 1:
        return None
    by_submission = ratings.y - (ratings.by_submission(ratings.y) / np.maximum(reads, 1))[ratings.p]
    by_member = ratings.y - (ratings.by_member(ratings.y) / np.maximum(loads, 1))[ratings.j]
    within_submissions, within_members = _total(by_submission**2), _total(by_member**2)
    left = within_submissions - _explained(ratings, by_submission)
    rest = max(left, 0.0) / (n - rank)
    # what submissions explain beyond members, and members beyond submissions
    return Variances(
        submissions=max(within_members - left - rest * (rank - there), 0.0) / (n - there),
        members=max(within_submissions - left - rest * (rank - here), 0.0) / (n - here),
        rest=rest,
    )


def _explained(ratings: Ratings, centred: Floats) -> float:
    """The squares that members explain inside submissions: b' r, with b solving the system left when f is taken out."""
    reads = np.maximum(ratings.by_submission(np.ones(len(ratings.y))), 1.0)
    incidence = np.zeros((ratings.submissions, ratings.members))
    incidence[ratings.p, ratings.j] = 1.0
    matrix = np.diag(ratings.by_member(np.ones(len(ratings.y)))) - incidence.T @ (incidence / reads[:, None])
    right = ratings.by_member(centred)
    solved, *_ = np.linalg.lstsq(matrix, right, rcond=1e-9)
    return float(solved @ right)


def _parts(ratings: Ratings) -> int:
    """Into how many parts submissions and members fall that share no assessment."""
    label = np.arange(ratings.members)
    for _ in range(ratings.members + 1):
        lowest = np.full(ratings.submissions, ratings.members)
        np.minimum.at(lowest, ratings.p, label[ratings.j])
        after = label.copy()
        np.minimum.at(after, ratings.j, lowest[ratings.p])
        if (after == label).all():
            break
        label = after
    return len(np.unique(label[np.unique(ratings.j)]))


def _total(values: Floats) -> float:
    return float(np.sum(values))


def alpha(ratings: Ratings, *, seed: str, resamples: int = RESAMPLES) -> Estimate | None:
    """Krippendorff's alpha (interval) with its interval; the same figure as agreement.krippendorff_alpha, by sums of
    squares. None when nothing can be paired or all paired values are equal."""
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    paired = reads[ratings.p] > 1
    units = np.flatnonzero(reads > 1)
    if not len(units):
        return None
    y = ratings.y - float(np.mean(ratings.y[paired]))  # the same alpha, and less rounding
    sums, squares = ratings.by_submission(y)[units], ratings.by_submission(y * y)[units]
    counts = reads[units]
    apart = counts / (counts - 1) * (squares - sums**2 / counts)
    figures = np.column_stack([counts, sums, squares, apart])
    value = _alphas(figures.sum(axis=0)[None, :])[0]
    if not np.isfinite(value):
        return None
    drawn = Stream(f"alpha|{seed}").picks(resamples, len(units), len(units))
    return Estimate(float(value), *_interval(_alphas(figures[drawn].sum(axis=1))))


def _alphas(totals: Floats) -> Floats:
    counts, sums, squares, apart = totals.T
    spread = squares - sums**2 / counts
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(spread > 1e-9, 1 - (counts - 1) * apart / (counts * spread), np.nan)
    return found


def _interval(values: Floats) -> tuple[float | None, float | None]:
    told = values[np.isfinite(values)]
    if len(told) < 0.9 * len(values) or len(told) < 20:
        return None, None
    return float(np.quantile(told, TAIL)), float(np.quantile(told, 1 - TAIL))


@dataclass(frozen=True, slots=True)
class Reliability:
    """`single` is the agreement of one reading with another, `raw` and `corrected` what the mean of `readings` readings
    is worth as it stands and with severities taken out: the share of its variance that is the submissions' own."""

    readings: float
    single: Estimate
    raw: Estimate
    corrected: Estimate


def reliability(ratings: Ratings, *, seed: str, resamples: int = 200) -> Reliability | None:
    """Intraclass correlations of an incomplete table, for the mean number of readings a submission has."""
    found = variances(ratings)
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    if found is None or found.agreement() is None:
        return None
    mean = float(reads[reads > 0].mean())

    def forms(one: Variances) -> list[float]:
        return [float("nan") if form is None else form for form in _forms(one, mean)]

    drawn = [variances(_resampled(ratings, picks)) for picks in _picks(ratings, seed, resamples)]
    table = np.array([forms(one) if one is not None else [np.nan] * 3 for one in drawn])
    estimates = [Estimate(value, *_interval(column)) for value, column in zip(forms(found), table.T, strict=True)]
    return Reliability(mean, *estimates)


def _forms(found: Variances, readings: float) -> tuple[float | None, float | None, float | None]:
    """The agreement of one reading with another, then what the mean of several is worth as it stands and corrected."""
    return found.agreement(), found.agreement(readings), found.consistency(readings)


def _picks(ratings: Ratings, seed: str, resamples: int) -> Ints:
    return Stream(f"reliability|{seed}").picks(resamples, ratings.submissions, ratings.submissions)


def _resampled(ratings: Ratings, picks: Ints) -> Ratings:
    """The assessments of these submissions, each drawn one a submission of its own."""
    starts = np.searchsorted(ratings.p, np.arange(ratings.submissions))
    lengths = np.bincount(ratings.p, minlength=ratings.submissions)[picks]
    at = np.repeat(starts[picks] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(lengths.sum())
    return Ratings(
        p=np.repeat(np.arange(len(picks)), lengths),
        j=ratings.j[at],
        y=ratings.y[at],
        submissions=len(picks),
        members=ratings.members,
    )


def criterion_ratings(ratings: Ratings, points: Sequence[float]) -> Ratings:
    """The same assessments with another figure each, e.g. the points of one criterion."""
    return Ratings(ratings.p, ratings.j, np.array(points, dtype=np.float64), ratings.submissions, ratings.members)
