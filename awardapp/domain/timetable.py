"""Who presents when: an exact assignment of finalists to slots.

The aims, each as long as the ones before it lose nothing: the fewest presentations at night, the least deep in the night, the
most in the session of their theme, the least outside comfortable hours. With equal sums the order of references decides, so
the same plan gives the same timetable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.presentations import Hour, discomfort, hour_of, night_depth


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finalist: its reference, the zone of its city, the key of its theme ("" for none)."""

    ref: str
    zone: str
    theme: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a session; the session's theme is "" where any theme fits."""

    session: int
    position: int
    starts_at: datetime
    length: timedelta
    theme: str

    @property
    def key(self) -> tuple[int, int]:
        return self.session, self.position


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """What a timetable costs; compared aim by aim."""

    at_night: int = 0  # presentations
    depth: int = 0  # minutes deep in the night, all together
    off_theme: int = 0  # presentations in the session of another theme
    unthemed: int = 0  # presentations in a session without a theme
    discomfort: int = 0  # minutes outside comfortable hours, all together

    def __add__(self, other: Price) -> Price:
        return Price(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __sub__(self, other: Price) -> Price:
        return Price(*(a - b for a, b in zip(self.parts, other.parts, strict=True)))

    @property
    def parts(self) -> tuple[int, int, int, int, int]:
        return self.at_night, self.depth, self.off_theme, self.unthemed, self.discomfort


def price_of(candidate: Candidate, slot: Slot) -> Price:
    """What it costs to let one finalist present in one slot."""
    depth = night_depth(slot.starts_at, slot.length, candidate.zone)
    return Price(
        at_night=int(depth > 0),
        depth=depth,
        off_theme=int(bool(slot.theme) and slot.theme != candidate.theme),
        unthemed=int(not slot.theme),
        discomfort=discomfort(slot.starts_at, slot.length, candidate.zone),
    )


def total(candidates: Mapping[str, Candidate], placed: Mapping[str, Slot]) -> Price:
    """What a whole timetable costs; `placed` by reference."""
    return sum((price_of(candidates[ref], slot) for ref, slot in placed.items()), Price())


@dataclass(frozen=True, slots=True)
class Night:
    """A finalist who presents at night. `none_by_day`: no slot of any session is by day for it; otherwise its day slots are
    needed by others who would else present at night.
    """

    ref: str
    slot: Slot
    none_by_day: bool


def nights(candidates: Mapping[str, Candidate], placed: Mapping[str, Slot], slots: Sequence[Slot]) -> list[Night]:
    """Who presents at night in a timetable, and whether another one could spare it."""
    found = []
    for ref, slot in sorted(placed.items()):
        zone = candidates[ref].zone
        if hour_of(slot.starts_at, slot.length, zone) is Hour.NIGHT:
            none = all(hour_of(one.starts_at, one.length, zone) is Hour.NIGHT for one in slots)
            found.append(Night(ref, slot, none))
    return found


def propose(
    candidates: Sequence[Candidate], slots: Sequence[Slot], *, kept: Mapping[str, Slot] | None = None
) -> dict[str, Slot]:
    """The best timetable, by reference. `kept`: finalists who stay where they are.

    Raises RuleViolation when there are fewer slots than finalists.
    """
    kept = dict(kept or {})
    taken = {slot.key for slot in kept.values()}
    rows = sorted((one for one in candidates if one.ref not in kept), key=lambda one: one.ref)
    columns = sorted((one for one in slots if one.key not in taken), key=lambda one: (one.starts_at, one.key))
    if len(columns) < len(rows):
        raise RuleViolation(
            N_("There are %(slots)d free slots for %(cities)d presentations. Add a session, or make room in one."),
            slots=len(columns),
            cities=len(rows),
        )
    if not rows:
        return kept
    # Whole numbers in which every aim outweighs all that come after it.
    bases = (len(rows) + 1, len(rows) * 24 * 60 + 1, len(rows) + 1, len(rows) + 1, len(rows) * 48 * 60 + 1)
    costs = [[_weighed(price_of(row, column), bases) for column in columns] for row in rows]
    return kept | {row.ref: columns[at] for row, at in zip(rows, least_cost(costs), strict=True)}


def _weighed(price: Price, bases: Sequence[int]) -> int:
    value = 0
    for part, base in zip(price.parts, bases, strict=True):
        value = value * base + part
    return value


def least_cost(costs: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row in an assignment of least total cost; at least as many columns as rows.

    The Hungarian method with row and column prices, O(rows² · columns), in whole numbers of any size.
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    row_price, column_price = [0] * (rows + 1), [0] * (columns + 1)
    row_at = [0] * (columns + 1)  # the row that holds a column; 0 for none, rows count from 1
    for row in range(1, rows + 1):
        row_at[0] = row
        way = [0] * (columns + 1)
        slack: list[int | None] = [None] * (columns + 1)
        done = [False] * (columns + 1)
        here = 0
        while row_at[here]:
            done[here] = True
            delta, nearest = None, 0
            for column in range(1, columns + 1):
                if done[column]:
                    continue
                reduced = costs[row_at[here] - 1][column - 1] - row_price[row_at[here]] - column_price[column]
                known = slack[column]
                if known is None or reduced < known:
                    slack[column], way[column], known = reduced, here, reduced
                if delta is None or known < delta:
                    delta, nearest = known, column
            step = delta or 0
            for column in range(columns + 1):
                if done[column]:
                    row_price[row_at[column]] += step
                    column_price[column] -= step
                elif column:
                    known = slack[column]
                    slack[column] = None if known is None else known - step
            here = nearest
        while here:
            row_at[here] = row_at[way[here]]
            here = way[here]
    found = [0] * rows
    for column in range(1, columns + 1):
        if row_at[column]:
            found[row_at[column] - 1] = column - 1
    return found
