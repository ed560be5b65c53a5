"""Two models of how members score, on bare arrays.

y = mu + b_j + a_j f_p + e, with variance of e s_j^2: member j adds an offset b (severity), stretches by a
scale a (spread) and errs by s (noise); f is the submission's quality in points around mu.

`offsets` fits b alone by ridge least squares (Platt & Burges, "Regularized least squares for adjusting
scores"). `robust` fits b, a and s of each member against the *others'* mean of the same submissions, so that
submissions are not pulled together while members are measured; priors shrink a member to the rest by as much
as the members are alike beyond chance. Sums run in sorted order and no matrix library is used, so the last
digits do not depend on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from awardapp.domain.selection.panels import Ints

Floats = NDArray[np.float64]

SWEEPS = 40
RIDGE = 1.0  # an offset is pulled to 0 as if by one imaginary assessment without any
LIKE_MINDED_SCALE, UNLIKE_SCALE = 0.05, 0.6  # bounds of tau, the spread of members' scales
FEWEST_PSEUDO, MOST_PSEUDO = 6.0, 200.0  # bounds of nu, the pseudo-scores by which noises are pooled


@dataclass(frozen=True, slots=True)
class Ratings:
    """Assessments sorted by (submission, member): positions `p` and `j`, points `y`, and the sizes of both
    sides."""

    p: Ints
    j: Ints
    y: Floats
    submissions: int
    members: int

    def by_submission(self, values: Floats) -> Floats:
        """Sums over each submission's assessments."""
        sums: Floats = np.bincount(self.p, weights=values, minlength=self.submissions).astype(np.float64)
        return sums

    def by_member(self, values: Floats) -> Floats:
        """Sums over each member's assessments."""
        sums: Floats = np.bincount(self.j, weights=values, minlength=self.members).astype(np.float64)
        return sums

    def kept(self, which: NDArray[np.bool_]) -> Ratings:
        """These assessments alone, without the submissions that have none left; members keep their positions."""
        places, positions = np.unique(self.p[which], return_inverse=True)
        return Ratings(positions, self.j[which], self.y[which], len(places), self.members)

    def without(self, member: int) -> Ratings:
        """The same without one member's assessments."""
        return self.kept(self.j != member)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a model found. `quality` is f (shrunk for "robust"), `precision` the weight of evidence on it,
    `spread` the variance of f over submissions."""

    mu: float
    offset: Floats
    scale: Floats
    noise: Floats
    quality: Floats
    precision: Floats
    spread: float


def solve_symmetric(matrix: Floats, right: Floats) -> Floats:
    """Solve a positive definite system by elimination with elementwise operations only (the same bits
    everywhere)."""
    rows = np.column_stack([matrix, right])
    size = len(matrix)
    for at in range(size):
        rows[at] /= rows[at, at]
        below = rows[at + 1 :, at].copy()
        rows[at + 1 :] -= below[:, None] * rows[at][None, :]
    answer = np.zeros(size)
    for at in range(size - 1, -1, -1):
        answer[at] = rows[at, -1] - float(sum((rows[at, at + 1 : size] * answer[at + 1 :]).tolist()))
    return answer


def ridge_offsets(ratings: Ratings, ridge: float = RIDGE) -> Floats:
    """Offsets minimising sum (y - f_p - b_j)^2 + ridge x sum b_j^2 with f free: f is eliminated, leaving a
    members x members system."""
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    together = np.zeros((ratings.members, ratings.members))
    starts = np.flatnonzero(np.diff(ratings.p, prepend=-1))
    ends = np.append(starts[1:], len(ratings.p))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        panel = ratings.j[start:end]
        together[np.ix_(panel, panel)] += 1.0 / (end - start)
    matrix = np.diag(ratings.by_member(np.ones(len(ratings.y))) + ridge) - together
    mean = ratings.by_submission(ratings.y) / np.maximum(reads, 1.0)
    return solve_symmetric(matrix, ratings.by_member(ratings.y - mean[ratings.p]))


def fit_offsets(ratings: Ratings) -> Fit:
    """The plain model: severity only; a submission's figure is the mean of its scores with offsets taken
    out."""
    offset = ridge_offsets(ratings)
    reads = np.maximum(ratings.by_submission(np.ones(len(ratings.y))), 1.0)
    corrected = ratings.by_submission(ratings.y - offset[ratings.j]) / reads
    rest = ratings.y - offset[ratings.j] - corrected[ratings.p]
    free = max(len(ratings.y) - ratings.submissions - ratings.members + 1, 1)
    variance = _total(rest * rest) / free
    mu = _total(corrected) / max(ratings.submissions, 1)
    spread = _variance(corrected) - variance * _total(1.0 / reads) / max(ratings.submissions, 1)
    ones = np.ones(ratings.members)
    return Fit(
        mu=mu,
        offset=offset,
        scale=ones,
        noise=ones * np.sqrt(variance),
        quality=corrected - mu,
        precision=reads / max(variance, 1e-12),
        spread=max(spread, 0.0),
    )


def _total(values: Floats) -> float:
    return float(np.bincount(np.zeros(len(values), dtype=np.int64), weights=values, minlength=1)[0])


def _variance(values: Floats) -> float:
    if len(values) < 2:
        return 0.0
    away = values - _total(values) / len(values)
    return _total(away * away) / (len(values) - 1)


def fit_robust(ratings: Ratings) -> Fit:
    """The recommended model; see the module. Needs some variance between submissions and some within."""
    start = fit_offsets(ratings)
    common = max(float(start.noise[0]) ** 2, 1e-6)
    mu, offset = start.mu, start.offset.copy()
    scale, noise2 = np.ones(ratings.members), np.full(ratings.members, common)
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    shared = (reads[ratings.p] > 1).astype(np.float64)  # a lone assessment says nothing about its member
    counts = ratings.by_member(shared)
    known = counts > 0
    tau2, nu = LIKE_MINDED_SCALE**2, MOST_PSEUDO
    between = max(start.spread, 1e-6)
    trust = (scale**2 / noise2)[ratings.j]
    corrected = (ratings.y - mu - offset[ratings.j]) / scale[ratings.j]
    for _ in range(SWEEPS):
        others, doubt = _leave_one_out(ratings, trust, corrected)
        pool = ratings.by_member(others * shared) / np.maximum(counts, 1.0)
        away = others - pool[ratings.j]
        within = _within_spread(away, doubt, shared, counts, fallback=between)
        pulled = pool[ratings.j] + within / (within + doubt) * away
        left = within * doubt / (within + doubt)
        weight = shared / (noise2[ratings.j] + scale[ratings.j] ** 2 * left)
        # weighted regression of y - mu on the others' mean, with priors on slope and intercept
        total = ratings.by_member(weight)
        x_mean = ratings.by_member(weight * pulled) / np.maximum(total, 1e-12)
        y_mean = ratings.by_member(weight * (ratings.y - mu)) / np.maximum(total, 1e-12)
        x_away = pulled - x_mean[ratings.j]
        sxx = ratings.by_member(weight * x_away * x_away)
        sxy = ratings.by_member(weight * x_away * (ratings.y - mu - y_mean[ratings.j]))
        plain = np.where(sxx > 1e-9, sxy / np.maximum(sxx, 1e-9), 1.0)
        tau2 = _scale_spread(plain, sxx, counts)
        scale = np.clip((sxy + 1.0 / tau2) / (sxx + 1.0 / tau2), 0.2, 5.0)
        offset = np.where(known, y_mean - scale * x_mean, 0.0)
        rest = (ratings.y - mu - offset[ratings.j] - scale[ratings.j] * pulled) ** 2
        own = ratings.by_member(shared * (rest - scale[ratings.j] ** 2 * left))
        freedom = np.maximum(counts - 2.0, 0.0)
        common = max(_total(own) / max(_total(freedom), 1.0), 1e-6)
        nu = _noise_pooling(own, freedom, ratings.by_member(shared * rest), common)
        noise2 = np.maximum((own + nu * common) / (freedom + nu), 0.1 * common)
        middle = _total(np.where(known, offset, 0.0)) / max(_total(known.astype(np.float64)), 1.0)
        offset = np.where(known, offset - middle, 0.0)
        mu += middle
        trust = (scale**2 / noise2)[ratings.j]
        corrected = (ratings.y - mu - offset[ratings.j]) / scale[ratings.j]
        between = _between_spread(ratings, trust, corrected, fallback=between)
    precision = ratings.by_submission(trust)
    quality = ratings.by_submission(trust * corrected) / (precision + 1.0 / between)
    return Fit(mu, offset, scale, np.sqrt(noise2), quality, precision, between)


def _leave_one_out(ratings: Ratings, weight: Floats, corrected: Floats) -> tuple[Floats, Floats]:
    """For each assessment the others' weighted mean of the same submission and the variance of that mean."""
    rest = np.maximum(ratings.by_submission(weight)[ratings.p] - weight, 1e-9)
    others = (ratings.by_submission(weight * corrected)[ratings.p] - weight * corrected) / rest
    return others, 1.0 / rest


def _within_spread(away: Floats, doubt: Floats, shared: Floats, counts: Floats, *, fallback: float) -> float:
    """How much quality varies inside the members' own pools, beyond the doubt about the others' means."""
    freedom = _total(np.maximum(counts - 1.0, 0.0))
    if freedom < 1.0:
        return fallback
    return max((_total(shared * away * away) - _total(shared * doubt)) / freedom, 0.05 * fallback, 1e-6)


def _scale_spread(plain: Floats, sxx: Floats, counts: Floats) -> float:
    """tau^2: the variance of members' slopes beyond what chance explains."""
    told = (counts >= 4) & (sxx > 1e-9)
    if told.sum() < 3:
        return LIKE_MINDED_SCALE**2
    slopes, chance = plain[told], 1.0 / sxx[told]
    weight = 1.0 / (chance + 0.04)
    middle = _total(weight * slopes) / _total(weight)
    excess = _total(weight * ((slopes - middle) ** 2 - chance)) / _total(weight)
    return float(min(max(excess, LIKE_MINDED_SCALE**2), UNLIKE_SCALE**2))


def _noise_pooling(own: Floats, freedom: Floats, rest: Floats, common: float) -> float:
    """nu: fewer pseudo-scores the more the members' noises differ beyond chance."""
    told = freedom >= 4
    if told.sum() < 3:
        return MOST_PSEUDO
    single = own[told] / freedom[told]
    full = rest[told] / freedom[told]
    chance = 2.0 * full**2 / freedom[told]
    excess = _total((single - common) ** 2 - chance) / float(told.sum()) / common**2
    return float(min(max(2.0 / max(excess, 1e-6), FEWEST_PSEUDO), MOST_PSEUDO))


def _between_spread(ratings: Ratings, weight: Floats, corrected: Floats, *, fallback: float) -> float:
    """The variance of quality over submissions beyond the doubt about each."""
    precision = np.maximum(ratings.by_submission(weight), 1e-9)
    quality = ratings.by_submission(weight * corrected) / precision
    trust = 1.0 / (fallback + 1.0 / precision)
    middle = _total(trust * quality) / _total(trust)
    excess = _total(trust * ((quality - middle) ** 2 - 1.0 / precision)) / _total(trust)
    return max(excess, 0.02 * _variance(quality), 1e-6)
