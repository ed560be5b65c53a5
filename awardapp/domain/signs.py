"""Signs about a committee's reading: who reads much faster or slower than the others, whose marks drift.

Nothing here changes a score. A sign is a question for the chair to ask, never a deduction (selection.md, section 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt
from statistics import fmean, median

TIMES_OTHERS = 3  # this many times faster or slower than the middle of the others is worth a question

FEWEST_FOR_DRIFT = 12
DRIFT_T = 2.5  # the slope must be so many standard errors from none
DRIFT_STEPS = 2  # and amount to so many steps of the scale from the first file to the last


class Speed(StrEnum):
    FAST = "fast"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Finished:
    """A handed-in assessment: its mean mark on the rules' scale, weighted as the criteria are."""

    member: int
    submission: int
    at: datetime
    mark: float


@dataclass(frozen=True, slots=True)
class Drift:
    """How a member's marks moved beside the others' on the same files, from the first hand-in to the last, in marks."""

    change: float
    files: int
    is_sign: bool


def speeds(per_file: Mapping[int, timedelta | None]) -> dict[int, Speed]:
    """Members whose time for a file is far from the middle of the others'. Needs two others whose time is known."""
    known = {member: value for member, value in per_file.items() if value is not None}
    found = {}
    for member, own in known.items():
        others = [value.total_seconds() for other, value in known.items() if other != member]
        if len(others) < 2:
            continue
        middle = timedelta(seconds=median(others))
        if own * TIMES_OTHERS < middle:
            found[member] = Speed.FAST
        elif own > TIMES_OTHERS * middle:
            found[member] = Speed.SLOW
    return found


def drifts(finished: Sequence[Finished], *, step: float) -> dict[int, Drift]:
    """For each member with enough files read by others too: how the own mark minus the others' mean moved with the order.

    A straight line through the differences in the order of handing in, by least squares. `step` is the scale's.
    """
    by_file: dict[int, dict[int, float]] = defaultdict(dict)
    for one in finished:
        by_file[one.submission][one.member] = one.mark
    differences: dict[int, list[float]] = defaultdict(list)
    for one in sorted(finished, key=lambda one: (one.at, one.submission)):
        others = [mark for member, mark in by_file[one.submission].items() if member != one.member]
        if others:
            differences[one.member].append(one.mark - fmean(others))
    return {
        member: _drift(values, step=step) for member, values in differences.items() if len(values) >= FEWEST_FOR_DRIFT
    }


def _drift(values: list[float], *, step: float) -> Drift:
    n = len(values)
    middle, mean = (n - 1) / 2, fmean(values)
    spread = sum((at - middle) ** 2 for at in range(n))
    slope = sum((at - middle) * (value - mean) for at, value in enumerate(values)) / spread
    rest = sum((value - mean - slope * (at - middle)) ** 2 for at, value in enumerate(values)) / (n - 2)
    change = slope * (n - 1)
    # Values on one line have no rest; any slope of theirs is certain.
    is_certain = abs(slope) > DRIFT_T * sqrt(rest / spread)
    return Drift(change, n, is_certain and abs(change) >= DRIFT_STEPS * step)
