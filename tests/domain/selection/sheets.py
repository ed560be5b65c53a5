"""Assessments drawn from a model whose truth is known, as bare arrays and as sheets."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from awardapp.domain.selection.models import Ratings
from awardapp.domain.selection.scores import Assessment


def ratings(rows: Sequence[Sequence[float | None]]) -> Ratings:
    """A table with a row per submission and a column per member; None where a member did not read."""
    cells = [(p, j, value) for p, row in enumerate(rows) for j, value in enumerate(row) if value is not None]
    return Ratings(
        p=np.array([p for p, _j, _value in cells], dtype=np.int64),
        j=np.array([j for _p, j, _value in cells], dtype=np.int64),
        y=np.array([value for _p, _j, value in cells], dtype=np.float64),
        submissions=len(rows),
        members=max((len(row) for row in rows), default=0),
    )


def sheets_of(found: Ratings, criteria: int = 2) -> tuple[Assessment, ...]:
    """A sheet behind each assessment, with the same points on every criterion."""
    return tuple(
        Assessment(f"S{p:03}", f"M{j}", (Fraction(y).limit_denominator(1000),) * criteria, Fraction(y))
        for p, j, y in zip(found.p.tolist(), found.j.tolist(), found.y.tolist(), strict=True)
    )


def drawn(
    seed: int,
    *,
    submissions: int = 120,
    severity: Sequence[float] = (0.0,) * 6,
    spread: Sequence[float] = (1.0,) * 6,
    care: Sequence[float] = (0.5,) * 6,
    each: int = 3,
    together: tuple[int, int] | None = None,
) -> list[list[float | None]]:
    """A table of marks around 5: quality has deviation 1, members differ as said. `together`: two members who err alike and
    read the same files."""
    draw = random.Random(seed)
    table: list[list[float | None]] = []
    for _ in range(submissions):
        quality, shared = draw.gauss(0, 1), draw.gauss(0, 1)
        panel = draw.sample(range(len(severity)), each)
        if together and draw.random() < 0.5:
            others = [one for one in range(len(severity)) if one not in together]
            panel = [*together, *draw.sample(others, each - 2)]
        row: list[float | None] = [None] * len(severity)
        for member in panel:
            error = shared if together and member in together else draw.gauss(0, 1)
            row[member] = 5 + severity[member] + spread[member] * quality + care[member] * error
        table.append(row)
    return table
