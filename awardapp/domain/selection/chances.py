"""How likely each submission is among the first K, by draws from the model (not a bootstrap of the
reviews)."""

from __future__ import annotations

import numpy as np

from awardapp.domain.selection.models import Floats
from awardapp.domain.selection.panels import Ints
from awardapp.domain.selection.streams import Stream

BLOCK = 1 << 20  # normal numbers held at once


def times_in_first(quality: Floats, deviation: Floats, first: int, draws: int, seed: str) -> Ints:
    """In how many of `draws` draws of quality + deviation x normal each submission is among the `first`
    highest.

    Uniform numbers of a stream seeded by `seed` become normal through the inverse distribution function. A chance
    of 1 when there are no more than `first`.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is slow to import and only this needs it

    count = len(quality)
    if count <= first:
        return np.full(count, draws, dtype=np.int64)
    stream = Stream(f"chances|{seed}")
    within = np.zeros(count, dtype=np.int64)
    done = 0
    while done < draws:
        rows = min(max(BLOCK // count, 1), draws - done)
        drawn = quality[None, :] + deviation[None, :] * ndtri(stream.uniforms(rows, count))
        top = np.argpartition(-drawn, first - 1, axis=1)[:, :first]
        within += np.bincount(top.reshape(-1), minlength=count)
        done += rows
    return within
