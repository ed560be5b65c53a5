"""Looking at many things at once: how many of those that stand out may be false.

Benjamini & Hochberg, "Controlling the false discovery rate", J. R. Statist. Soc. B 57 (1995).
"""

from __future__ import annotations

from collections.abc import Sequence

FALSE_ALARMS = 0.05


def discoveries(chances: Sequence[float], level: float = FALSE_ALARMS) -> list[bool]:
    """Which of the tests stand when the share of false ones among them is held at `level`."""
    order = sorted(range(len(chances)), key=lambda at: chances[at])
    last = max(
        (rank for rank, at in enumerate(order, 1) if chances[at] <= level * rank / len(chances)),
        default=0,
    )
    stand = set(order[:last])
    return [at in stand for at in range(len(chances))]
