"""From scores to one comparable number per submission, raw always beside calibrated.

Scores are whole units of a criterion's step (7.5 on a scale of halves is 15 units), so raw means are exact
fractions. Three methods, chosen and locked before any score is opened: "mean" (no model), "offsets" (members
differ in severity) and "robust" (members differ in severity, spread and care); see `models`. Calibrated
figures are rounded to 10^-6 points, half to even, before anything is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from awardapp.domain.selection.chances import times_in_first
from awardapp.domain.selection.components import connected, joined_by_few
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.models import Fit, Floats, Ratings, fit_offsets, fit_robust
from awardapp.domain.selection.scores import (
    Assessment,
    Criterion,
    Score,
    assessments,
    mean,
    median,
    rounded,
    rounded_float,
)

__all__ = [
    "METHODS",
    "Calibration",
    "CalibrationRules",
    "Contribution",
    "Criterion",
    "MemberFigures",
    "Score",
    "SubmissionFigures",
    "calibrate",
]

METHODS = ("mean", "offsets", "robust")
ZERO = Decimal("0.000000")


@dataclass(frozen=True, slots=True)
class CalibrationRules:
    """`shortlist_size` is the K of the chance to be among the first K, from `draws` draws with `seed`."""

    criteria: tuple[Criterion, ...]
    method: str = "robust"
    shortlist_size: int = 15
    draws: int = 2000
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One member's part in the step from raw to calibrated, in points: `score` as given (weighted mean of the
    criteria), then what taking out the member's severity, then spread, then weighing by care changes."""

    member: str
    score: Decimal
    severity: Decimal
    spread: Decimal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class SubmissionFigures:
    """One submission. The sum that adds up, to the last digit: `raw_rounded` + every contribution's severity
    + spread + weight + `shrinkage` = `calibrated`. `uncertainty` is the standard deviation of the calibrated
    figure; `times_in_first` of `draws` model draws had the submission among the first K."""

    submission: str
    raw: Fraction
    raw_rounded: Decimal
    calibrated: Decimal
    contributions: tuple[Contribution, ...]
    shrinkage: Decimal
    assessments: int
    criterion_means: tuple[Fraction, ...]
    median: Fraction
    uncertainty: Decimal
    times_in_first: int
    draws: int

    @property
    def chance(self) -> Decimal:
        """The share of model draws in which the submission is among the first K."""
        return (Decimal(self.times_in_first) / self.draws).quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """One member: `offset` points above (+) or below (-) the others on the same submissions, `scale` 1 = as
    spread as the others, `noise` the standard deviation of what neither explains, `agreement` the correlation
    with the others' corrected mean on the same submissions (None when it cannot be told)."""

    member: str
    assessments: int
    mean: Decimal | None
    offset: Decimal
    scale: Decimal
    noise: Decimal
    agreement: Decimal | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """`submissions` and `members` by id; `unscored` have no assessment and no figure; `components` are the
    groups of (submissions, members) joined by assessments (offsets compare only inside one); `notes` say
    every fallback taken; `used` is the method that was used in the end (a fallback may be plainer than the
    rule asked for)."""

    method: str
    used: str
    submissions: tuple[SubmissionFigures, ...]
    members: tuple[MemberFigures, ...]
    unscored: tuple[str, ...]
    components: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    notes: tuple[str, ...]

    def of(self, submission: str) -> SubmissionFigures:
        """The figures of one submission; KeyError when it has none."""
        for figures in self.submissions:
            if figures.submission == submission:
                return figures
        raise KeyError(submission)


def calibrate(
    scores: Sequence[Score],
    rules: CalibrationRules,
    *,
    submissions: Sequence[str] = (),
    members: Sequence[str] = (),
) -> Calibration:
    """Raw and calibrated figures of every submission; the same for the same scores in any order.

    `submissions` and `members` name everyone expected: one without an assessment is listed as unscored (or
    has no offset), one that is not expected is an error. Left empty, those in the scores are taken. Raises
    BadInput (scores.assessments) for scores that cannot be used.
    """
    if rules.method not in METHODS:
        raise BadInput("method", f"the calibration method must be one of {', '.join(METHODS)}, not {rules.method}")
    if rules.draws < 1 or rules.shortlist_size < 1:
        raise BadInput("rules", "the number of draws and the size of the shortlist must be at least 1")
    sheets = assessments(scores, rules.criteria)
    seen = sorted({one.submission for one in sheets})
    readers = sorted({one.member for one in sheets})
    _check_expected("submission", seen, submissions)
    _check_expected("member", readers, members)
    unscored = tuple(sorted(set(submissions) - set(seen)))
    everyone = sorted(set(members) | set(readers))
    notes = []
    if unscored:
        notes.append(f"without any assessment and therefore without a figure: {listed(unscored)}")
    components = connected([(one.submission, one.member) for one in sheets])
    notes += joined_by_few(components, [(one.submission, one.member) for one in sheets])

    ratings = ratings_of(sheets, seen, everyone)
    used, reason = method_allowed(rules.method, ratings)
    if reason:
        notes.append(reason)
    fit = {"robust": fit_robust, "offsets": fit_offsets, "mean": _no_model}[used](ratings) if sheets else None
    return Calibration(
        method=rules.method,
        used=used,
        submissions=_submissions(sheets, seen, ratings, fit, used=used, rules=rules) if fit else (),
        members=_members(sheets, everyone, ratings, fit),
        unscored=unscored,
        components=components,
        notes=tuple(notes),
    )


def _check_expected(noun: str, seen: Sequence[str], expected: Sequence[str]) -> None:
    strangers = sorted(set(seen) - set(expected)) if expected else []
    if strangers:
        raise BadInput("unknown", f"scores name an unknown {noun}: {listed(strangers)}", kind=noun, ids=strangers)


def ratings_of(sheets: Sequence[Assessment], submissions: Sequence[str], members: Sequence[str]) -> Ratings:
    """Assessments, sorted by ids, as bare arrays: positions among these submissions and members, and points."""
    row = {one: at for at, one in enumerate(submissions)}
    column = {one: at for at, one in enumerate(members)}
    return Ratings(
        p=np.array([row[one.submission] for one in sheets], dtype=np.int64),
        j=np.array([column[one.member] for one in sheets], dtype=np.int64),
        y=np.array([one.mean.numerator / one.mean.denominator for one in sheets], dtype=np.float64),
        submissions=len(submissions),
        members=len(members),
    )


def method_allowed(asked: str, ratings: Ratings) -> tuple[str, str]:
    """The method the data allow, and why when it is plainer than asked for."""
    reads = np.bincount(ratings.p, minlength=ratings.submissions)
    if asked == "mean":
        return asked, ""
    if not (reads > 1).any():
        return "mean", "no submission was assessed twice, so members cannot be compared: plain means are used"
    if len(np.unique(ratings.y)) == 1:
        return "mean", "all scores are equal, so there is nothing to calibrate: plain means are used"
    compared = np.bincount(ratings.j[reads[ratings.p] > 1], minlength=ratings.members)
    if asked == "robust" and ((compared >= 4).sum() < 3 or (reads > 1).sum() < 6):
        return "offsets", "too few shared assessments to tell spread and care of members: plain offsets are used"
    return asked, ""


def _no_model(ratings: Ratings) -> Fit:
    """Plain means, with one pooled noise so that chances can still be told."""
    reads = np.maximum(ratings.by_submission(np.ones(len(ratings.y))), 1.0)
    quality = ratings.by_submission(ratings.y) / reads
    rest = ratings.y - quality[ratings.p]
    squares = float(sum((rest * rest).tolist()))
    variance = squares / max(len(ratings.y) - ratings.submissions, 1)
    zeros, ones = np.zeros(ratings.members), np.ones(ratings.members)
    return Fit(0.0, zeros, ones, ones * np.sqrt(variance), quality, reads / max(variance, 1e-12), 0.0)


def _parts(ratings: Ratings, fit: Fit, reads: Floats) -> tuple[Floats, Floats, Floats]:
    """Per assessment what severity, spread and weight change in the submission's figure."""
    share = 1.0 / reads[ratings.p]
    level = ratings.y - fit.mu - fit.offset[ratings.j]
    corrected = level / fit.scale[ratings.j]
    weight = (fit.scale / np.maximum(fit.noise, 1e-6))[ratings.j] ** 2
    weight = weight / ratings.by_submission(weight)[ratings.p]
    return -fit.offset[ratings.j] * share, (corrected - level) * share, (weight - share) * corrected


def _submissions(
    sheets: Sequence[Assessment],
    ids: Sequence[str],
    ratings: Ratings,
    fit: Fit,
    *,
    used: str,
    rules: CalibrationRules,
) -> tuple[SubmissionFigures, ...]:
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    severity, spread, weight = _parts(ratings, fit, reads)
    own = 1.0 / fit.spread if used == "robust" else 0.0
    deviation = np.sqrt(1.0 / (fit.precision + own))
    chances = times_in_first(fit.quality, deviation, rules.shortlist_size, rules.draws, rules.seed)
    grouped: list[list[int]] = [[] for _ in ids]
    for at, position in enumerate(ratings.p.tolist()):
        grouped[position].append(at)
    found = []
    for position, name in enumerate(ids):
        mine = [sheets[at] for at in grouped[position]]
        raw = mean([one.mean for one in mine])
        raw_rounded = rounded(raw)
        calibrated = raw_rounded if used == "mean" else rounded_float(fit.mu + float(fit.quality[position]))
        contributions = tuple(
            Contribution(
                member=sheets[at].member,
                score=rounded(sheets[at].mean),
                severity=rounded_float(float(severity[at])) if used != "mean" else ZERO,
                spread=rounded_float(float(spread[at])) if used == "robust" else ZERO,
                weight=rounded_float(float(weight[at])) if used == "robust" else ZERO,
            )
            for at in grouped[position]
        )
        explained = sum((one.severity + one.spread + one.weight for one in contributions), raw_rounded)
        found.append(
            SubmissionFigures(
                submission=name,
                raw=raw,
                raw_rounded=raw_rounded,
                calibrated=calibrated,
                contributions=contributions,
                shrinkage=calibrated - explained,
                assessments=len(mine),
                criterion_means=tuple(mean([one.points[at] for one in mine]) for at in range(len(rules.criteria))),
                median=median([one.mean for one in mine]),
                uncertainty=rounded_float(float(deviation[position])),
                times_in_first=int(chances[position]),
                draws=rules.draws,
            )
        )
    return tuple(found)


def _members(
    sheets: Sequence[Assessment], ids: Sequence[str], ratings: Ratings, fit: Fit | None
) -> tuple[MemberFigures, ...]:
    means: dict[str, list[Fraction]] = {one: [] for one in ids}
    for sheet in sheets:
        means[sheet.member].append(sheet.mean)
    agreement = _agreement(ratings, fit) if fit else [None] * len(ids)
    return tuple(
        MemberFigures(
            member=name,
            assessments=len(means[name]),
            mean=rounded(mean(means[name])) if means[name] else None,
            offset=rounded_float(float(fit.offset[at])) if fit else ZERO,
            scale=rounded_float(float(fit.scale[at])) if fit else Decimal("1.000000"),
            noise=rounded_float(float(fit.noise[at])) if fit else ZERO,
            agreement=agreement[at],
        )
        for at, name in enumerate(ids)
    )


def _agreement(ratings: Ratings, fit: Fit) -> list[Decimal | None]:
    """Each member's correlation with the others' corrected mean of the same submissions; None below 3 of
    them."""
    reads = ratings.by_submission(np.ones(len(ratings.y)))
    corrected = (ratings.y - fit.mu - fit.offset[ratings.j]) / fit.scale[ratings.j]
    shared = (reads[ratings.p] > 1).astype(np.float64)
    others = (ratings.by_submission(corrected)[ratings.p] - corrected) / np.maximum(reads[ratings.p] - 1.0, 1.0)
    count = ratings.by_member(shared)
    safe = np.maximum(count, 1.0)
    x = (others - (ratings.by_member(others * shared) / safe)[ratings.j]) * shared
    y = (ratings.y - (ratings.by_member(ratings.y * shared) / safe)[ratings.j]) * shared
    xx, yy, xy = ratings.by_member(x * x), ratings.by_member(y * y), ratings.by_member(x * y)
    found: list[Decimal | None] = []
    for at in range(ratings.members):
        told = count[at] >= 3 and xx[at] > 1e-12 and yy[at] > 1e-12
        found.append(rounded_float(float(xy[at] / np.sqrt(xx[at] * yy[at]))) if told else None)
    return found
