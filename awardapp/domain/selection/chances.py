"""How likely each submission is among the first K, by draws from the model (not a bootstrap of the
reviews)."""

from __future__ import annotations

import hashlib

import numpy as np

from awardapp.domain.selection.models import Floats
from awardapp.domain.selection.panels import Ints

BLOCK = 1 << 20  # normal numbers held at once


def times_in_first(quality: Floats, deviation: Floats, first: int, draws: int, seed: str) -> Ints:
    """In how many of `draws` draws of quality + deviation x normal each submission is among the `first`
    highest.

    The random bits are PCG64's, whose stream numpy guarantees to stay as it is, seeded by SHA-256 of `seed`;
    they become normal through the inverse distribution function. A chance of 1 when there are no more than
    `first`.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is slow to import and only this needs it

    count = len(quality)
    if count <= first:
        return np.full(count, draws, dtype=np.int64)
    bits = np.random.PCG64(int.from_bytes(hashlib.sha256(f"chances|{seed}".encode()).digest()[:16], "big"))
    within = np.zeros(count, dtype=np.int64)
    done = 0
    while done < draws:
        rows = min(max(BLOCK // count, 1), draws - done)
        raw = bits.random_raw(rows * count).reshape(rows, count)
        uniform = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52
        drawn = quality[None, :] + deviation[None, :] * ndtri(uniform)
        top = np.argpartition(-drawn, first - 1, axis=1)[:, :first]
        within += np.bincount(top.reshape(-1), minlength=count)
        done += rows
    return within
