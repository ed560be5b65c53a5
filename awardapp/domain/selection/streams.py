"""Random numbers that anyone can draw again: PCG64's bits, whose stream numpy guarantees to stay as it is, from a seed."""

from __future__ import annotations

import hashlib

import numpy as np

from awardapp.domain.selection.models import Floats
from awardapp.domain.selection.panels import Ints


class Stream:
    """One stream of numbers, begun by SHA-256 of `seed`; what is drawn first stays first whatever comes after."""

    def __init__(self, seed: str) -> None:
        self._bits = np.random.PCG64(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big"))

    def uniforms(self, rows: int, columns: int) -> Floats:
        """Numbers above 0 and below 1, row by row."""
        raw = self._bits.random_raw(rows * columns).reshape(rows, columns)
        numbers: Floats = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52
        return numbers

    def picks(self, rows: int, columns: int, among: int) -> Ints:
        """Positions from 0 to `among` - 1, each as likely as the other, drawn with replacement."""
        positions: Ints = (self.uniforms(rows, columns) * among).astype(np.int64)
        return positions
