"""Moving readings between members: the residual graph of an assignment, contracted to the members.

An arc b -> c means "one submission read by b is read by c instead"; its length is the cheapest such loss of
value, under the rule that no submission falls below its floor. With few members and many submissions this
graph is tiny and dense, so shortest paths are a few numpy operations. All figures are int64 and every tie is
broken by position, so the same input gives the same answer on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FAR = np.int64(1) << np.int64(60)  # longer than any path of real values (below 2^48 each)

Step = tuple[int, int, int]  # submission, from member, to member


@dataclass(slots=True)
class Snapshot:
    """Enough of an exchange to come back to it."""

    held: Bools
    sums: Ints
    loads: Ints


class Exchange:
    """An assignment that can be changed by chains.

    `value` (submissions x members) is what a pair counts, `allowed` where a pair may be, `held` (members x
    submissions) the pairs chosen, `base` the value of pairs given beforehand, `targets` the panel sums to be
    kept or reached.
    """

    def __init__(self, value: Ints, allowed: Bools, held: Bools, *, base: Ints, least: Ints, most: Ints) -> None:
        self.value = value
        self.allowed = allowed
        self.base = base
        self.least = least.copy()
        self.most = most
        self.targets: Ints | None = None
        self._restore(Snapshot(held.copy(), base + np.where(held.T, value, 0).sum(axis=1), held.sum(axis=1)))

    def _restore(self, shot: Snapshot) -> None:
        self.held = shot.held.copy()
        self.sums = shot.sums.copy()
        self.loads = shot.loads.astype(np.int64)
        self.free = np.where(self.allowed & ~self.held.T, self.value, -FAR)
        members = self.value.shape[1]
        self.drop = np.full((members, members), FAR, dtype=np.int64)
        self.via = np.full((members, members), -1, dtype=np.int64)
        for member in range(members):
            self._measure(member)

    def snapshot(self) -> Snapshot:
        """A copy of the present assignment."""
        return Snapshot(self.held.copy(), self.sums.copy(), self.loads.copy())

    def restore(self, shot: Snapshot, targets: Ints | None) -> None:
        """Back to an earlier assignment, under new targets."""
        self.targets = targets
        self._restore(shot)

    def _measure(self, member: int) -> None:
        """Recompute the arcs leaving one member."""
        reading = np.flatnonzero(self.held[member])
        if not len(reading):
            self.drop[member] = FAR
            return
        loss = self.value[reading, member][:, None] - self.free[reading]
        if self.targets is not None:
            slack = np.maximum(self.sums[reading] - self.targets[reading], 0)
            loss[loss > slack[:, None]] = FAR
        best = loss.argmin(axis=0)
        self.drop[member] = np.minimum(loss[best, np.arange(loss.shape[1])], FAR)
        self.via[member] = reading[best]

    def panel(self, submission: int) -> Ints:
        """The members chosen for one submission."""
        return np.flatnonzero(self.held[:, submission])

    def floor(self) -> Ints:
        """The targets, or what keeps nothing."""
        return np.full(len(self.sums), -FAR) if self.targets is None else self.targets

    def target(self, submission: int) -> int:
        """The target of one submission."""
        return int(self.floor()[submission])

    def total(self) -> int:
        """The value of everything, given pairs included."""
        return int(self.sums.sum())

    def apply(self, steps: list[Step]) -> None:
        """Carry out a chain: each step takes a submission from one member and gives it to another."""
        touched: set[int] = set()
        for submission, origin, goal in steps:
            touched.update(self.panel(submission).tolist())
            touched.add(goal)
            self.held[origin, submission] = False
            self.held[goal, submission] = True
            self.free[submission, origin] = self.value[submission, origin]
            self.free[submission, goal] = -FAR
            self.sums[submission] += self.value[submission, goal] - self.value[submission, origin]
            self.loads[origin] -= 1
            self.loads[goal] += 1
        for member in sorted(touched):
            self._measure(member)


def shortest(arcs: Ints, sources: Bools) -> tuple[Ints, Ints]:
    """Bellman-Ford from all `sources` at once on a dense matrix without negative cycles: distances and
    predecessors."""
    nodes = np.arange(len(arcs))
    distance = np.where(sources, np.int64(0), FAR)
    before = np.full(len(arcs), -1, dtype=np.int64)
    for _ in range(len(arcs)):
        through = distance[:, None] + arcs
        best = through.argmin(axis=0)
        shorter = through[best, nodes]
        better = (shorter < distance) & (shorter < FAR // 2)
        if not better.any():
            break
        distance[better] = shorter[better]
        before[better] = best[better]
    return distance, before
