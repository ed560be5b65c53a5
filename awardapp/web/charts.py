"""Where the marks of a small chart go, in per cent of its width or height.

The macros draw; the arithmetic is here. Positions are percentages so that a chart fits any width while its
words keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def bar_shares(values: Sequence[float | None], top: float | None = None) -> list[float]:
    """Length of each bar in per cent of the longest one, or of `top`; an unknown value has no bar."""
    longest = top if top is not None else max((value for value in values if value is not None), default=0)
    return [round(100 * max(value or 0, 0) / longest, 2) if longest > 0 else 0.0 for value in values]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: left edge, middle, width, top and height in per cent of the drawing."""

    x: float
    middle: float
    width: float
    y: float
    height: float


def column_layout(values: Sequence[float | None], *, fill: float = 0.4) -> list[Column]:
    """Columns side by side, the tallest of full height; `fill` is the part of each slot that is ink."""
    if not values:
        return []
    slot = 100 / len(values)
    width = slot * fill
    return [
        Column(
            x=round(n * slot + (slot - width) / 2, 2),
            middle=round((n + 0.5) * slot, 2),
            width=round(width, 2),
            y=round(100 - share, 2),
            height=share,
        )
        for n, share in enumerate(bar_shares(values))
    ]


@dataclass(frozen=True, slots=True)
class IntervalMarks:
    """An interval with its middle on an axis: left end, width, the dot and where nothing lies, in per cent."""

    x: float
    width: float
    dot: float
    nothing: float


def interval_marks(
    value: float, low: float | None, high: float | None, *, around: float, reach: float
) -> IntervalMarks:
    """Where an interval lies on an axis from `around` - `reach` to `around` + `reach`; what sticks out is cut."""

    def at(figure: float) -> float:
        return round(min(max(50 + 50 * (figure - around) / reach, 0), 100), 2)

    left, right = at(value if low is None else low), at(value if high is None else high)
    return IntervalMarks(left, round(right - left, 2), at(value), 50.0)
