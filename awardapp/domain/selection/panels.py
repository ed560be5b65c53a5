"""Group rules on a panel that nest in the flow: of each submission's readers at most so many from one group.

Every submission has its own partition of the members into groups (the same for all when the groups are regions;
"reads the language" and "does not" when they are languages), so the rule is one more layer of nodes between a submission
and its members and the assignment stays a minimum-cost flow. "At least one reader of the language" is the same thing said
of the others: at most one fewer than the readings. Rules that cross, two partitions at once, would need an integer
programme; `assignment` refuses them by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Narrow = NDArray[np.int32]  # whole millionths of a pair, and lengths of paths: half the memory, twice the speed
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PanelCaps:
    """`group` (submissions x members) numbers each member's group for a submission, `most` (submissions x groups) is how
    many of it may still be chosen."""

    group: Ints
    most: Ints

    def counts(self, chosen: Bools) -> Ints:
        """How many of each group are chosen (`chosen`: submissions x members)."""
        found = np.zeros(self.most.shape, dtype=np.int64)
        rows, columns = np.nonzero(chosen)
        np.add.at(found, (rows, self.group[rows, columns]), 1)
        return found

    def places(self, allowed: Bools) -> Ints:
        """The largest panel each submission could have of its allowed members."""
        largest: Ints = np.minimum(self.counts(allowed), self.most).sum(axis=1)
        return largest

    def without(self, given: Bools) -> PanelCaps:
        """What is left of the caps beside pairs that stay."""
        return PanelCaps(self.group, np.maximum(self.most - self.counts(given), 0))

    def full_for(self, rows: Ints, members: Ints, counts: Ints) -> Bools:
        """Where a member may not join: the member's group is full in that row, unless a reader of the same group leaves.

        `members` are the leaving readers, one per row; the answer is rows x members.
        """
        groups = self.group[rows]
        full = np.take_along_axis(counts[rows] >= self.most[rows], groups, axis=1)
        barred: Bools = full & (groups != groups[np.arange(len(rows)), members][:, None])
        return barred


def best_readers(value: Ints | Narrow, allowed: Bools, wanted: Ints, caps: PanelCaps | None = None) -> Bools:
    """The unconstrained best: for each submission its `wanted` most valued allowed members that its caps let in.

    Members x submissions. Equal values are taken in the order of the members, on every machine. Taking the best that
    still fits is exact, since caps on the groups of one partition form a matroid.
    """
    rows, size = value.shape
    chosen = np.zeros((rows, size), dtype=np.bool_)
    most = int(wanted.max(initial=0))
    if most == 0 or size == 0:
        return np.ascontiguousarray(chosen.T)
    # the position in the low bits makes every key different, so that no sorting method can break a tie its own way
    key = np.where(allowed, value.astype(np.int64) * (1 << size.bit_length()) - np.arange(size), np.iinfo(np.int64).min)
    if caps is None and most * 8 < size:
        top = np.argpartition(key, size - most, axis=1)[:, size - most :]
        order = np.take_along_axis(top, np.argsort(-np.take_along_axis(key, top, axis=1), axis=1), axis=1)
    else:
        order = np.argsort(key, axis=1)[:, ::-1]
    if caps is None:
        taken = np.arange(order.shape[1])[None, :] < wanted[:, None]
        np.put_along_axis(chosen, order, taken, axis=1)
        return np.ascontiguousarray((chosen & allowed).T)
    left, room = wanted.copy(), caps.most.copy()
    every = np.arange(rows)
    for place in range(size):
        member = order[:, place]
        group = caps.group[every, member]
        take = (left > 0) & (room[every, group] > 0) & allowed[every, member]
        chosen[every[take], member[take]] = True
        left[take] -= 1
        room[every[take], group[take]] -= 1
    return np.ascontiguousarray(chosen.T)
