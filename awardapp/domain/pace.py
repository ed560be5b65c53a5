"""How long the files left will take somebody, told from how long the last ones took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

LONGEST_FILE = timedelta(minutes=90)  # between two files finished further apart than this there was a break
FEWEST_FILES = 3  # gaps needed before anything is said
LAST_FILES = 20  # the pace of now, not that of the first day


@dataclass(frozen=True, slots=True)
class Estimate:
    """`per_file` and `left`: time of reading, breaks left out. `days`: left of the committee's time, today included; None
    where its end is not set or past. `a_day`: files a day to be done in time.
    """

    per_file: timedelta
    left: timedelta
    days: int | None
    a_day: int | None


def time_per_file(finished: Sequence[datetime]) -> timedelta | None:
    """The middle one of the times between files finished one after the other, latest ones; None where too few are known."""
    ordered = sorted(finished)[-LAST_FILES - 1 :]
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    worked = [gap.total_seconds() for gap in gaps if timedelta() < gap <= LONGEST_FILE]
    return timedelta(seconds=median(worked)) if len(worked) >= FEWEST_FILES else None


def estimate(finished: Sequence[datetime], *, left: int, today: date, until: date | None) -> Estimate | None:
    """The time that `left` files will take; None when none is left or the pace is not known yet."""
    per_file = time_per_file(finished)
    if left < 1 or per_file is None:
        return None
    days = (until - today).days + 1 if until is not None and until >= today else None
    return Estimate(per_file, left * per_file, days, None if days is None else -(-left // days))
