"""What the members' severity, spread and the submissions' quality leave of each assessment: the ground of the questions.

A submission's quality is taken from the *other* members' corrected marks of it, so that nobody is measured against
himself. Assessments of submissions that nobody else read say nothing and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from awardapp.domain.selection.calibration import method_allowed
from awardapp.domain.selection.models import Fit, Floats, Ratings, fit_offsets, fit_robust


def fitted(ratings: Ratings) -> Fit | None:
    """The fullest model the assessments allow, whatever method the rules use: it describes the members and changes no
    score. None when no two members read the same."""
    if not len(ratings.y):
        return None
    allowed, _why = method_allowed("robust", ratings)
    return {"robust": fit_robust, "offsets": fit_offsets}[allowed](ratings) if allowed != "mean" else None


@dataclass(frozen=True, slots=True)
class Residuals:
    """`rest`: y - mu - b - a x `others` (the others' mean), in points, where `compared`; `quality`: each submission's mean of
    corrected marks, weighted by how much each can be relied on; `trust`: those weights."""

    ratings: Ratings
    fit: Fit
    compared: NDArray[np.bool_]
    rest: Floats
    others: Floats
    corrected: Floats
    quality: Floats
    trust: Floats


def residuals(ratings: Ratings, fit: Fit) -> Residuals:
    """Of every assessment, in the order of the ratings."""
    scale, noise = fit.scale[ratings.j], np.maximum(fit.noise[ratings.j], 1e-6)
    trust = (scale / noise) ** 2
    corrected = (ratings.y - fit.mu - fit.offset[ratings.j]) / scale
    total, weighted = ratings.by_submission(trust), ratings.by_submission(trust * corrected)
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    compared = reads[ratings.p] > 1
    others = (weighted[ratings.p] - trust * corrected) / np.maximum(total[ratings.p] - trust, 1e-12)
    rest = np.where(compared, ratings.y - fit.mu - fit.offset[ratings.j] - scale * others, 0.0)
    return Residuals(ratings, fit, compared, rest, others, corrected, weighted / np.maximum(total, 1e-12), trust)


def own_spread_and_noise(found: Residuals) -> tuple[Floats, Floats]:
    """Each member's own scale and noise, as the assessments have them: the model pulls both towards the other members' before
    it uses them. Not a number where fewer than 4 submissions tell.

    Own marks are regressed on the others' mean, which is pulled to the mean of the member's files by as much as it is
    doubtful (errors in variables, as in `models.fit_robust`).
    """
    ratings, between = found.ratings, found.fit.spread
    shared = found.compared.astype(np.float64)
    count = ratings.by_member(shared)
    total = ratings.by_submission(found.trust)[ratings.p] - found.trust
    doubt = np.where(found.compared, 1.0 / np.maximum(total, 1e-12), 0.0)
    others = np.where(found.compared, found.others, 0.0)
    pool = (ratings.by_member(others) / np.maximum(count, 1.0))[ratings.j]
    away = shared * between / np.maximum(between + doubt, 1e-12) * (others - pool)
    left = shared * between * doubt / np.maximum(between + doubt, 1e-12)
    own = shared * (ratings.y - (ratings.by_member(ratings.y * shared) / np.maximum(count, 1.0))[ratings.j])
    away = away - shared * (ratings.by_member(away) / np.maximum(count, 1.0))[ratings.j]
    sxx = ratings.by_member(away * away)
    told = (count >= 4) & (sxx > 1e-9)
    scale = np.where(told, ratings.by_member(away * own) / np.maximum(sxx, 1e-9), np.nan)
    slope = np.where(told, scale, 0.0)[ratings.j]
    squares = ratings.by_member((own - slope * away) ** 2 - slope**2 * left)
    noise = np.where(told, np.sqrt(np.maximum(squares, 0.0) / np.maximum(count - 2.0, 1.0)), np.nan)
    return scale, noise
