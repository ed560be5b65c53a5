"""Moving readings between members: the residual graph of an assignment, contracted to the members.

An arc b -> c means "one submission read by b is read by c instead"; its length is the cheapest such loss of
value, under the rule that no submission falls below its floor and no panel breaks its group rule. With few members and
many submissions this graph is small and dense, so shortest paths are a few numpy operations. All figures are whole and
every tie is broken by position, so the same input gives the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from awardapp.domain.selection.panels import Bools, Ints, Narrow, PanelCaps

FAR = np.int32(1 << 29)  # longer than any path of real values (at most a million each); twice it still fits

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
    submissions) the pairs chosen, `base` the value of pairs given beforehand, `caps` the group rule of the panels,
    `targets` the panel sums to be kept or reached.
    """

    def __init__(
        self,
        value: Ints | Narrow,
        allowed: Bools,
        held: Bools,
        *,
        base: Ints,
        least: Ints,
        most: Ints,
        caps: PanelCaps | None = None,
    ) -> None:
        self.value = value.astype(np.int32)
        self.allowed = allowed
        self.base = base
        self.least = least.copy()
        self.most = most
        self.caps = caps
        self.targets: Ints | None = None
        self._arcs = np.full((value.shape[1], value.shape[1]), FAR, dtype=np.int32)
        self._restore(Snapshot(held, base + np.where(held.T, value, 0).sum(axis=1), held.sum(axis=1)))

    def _restore(self, shot: Snapshot) -> None:
        self.held = shot.held.copy()
        self.sums = shot.sums.copy()
        self.loads = shot.loads.astype(np.int64)
        self.free = np.where(self.allowed & ~self.held.T, self.value, -FAR)
        self.counts = self.caps.counts(self.held.T) if self.caps is not None else None
        self._stale = np.ones(self.value.shape[1], dtype=np.bool_)

    def snapshot(self) -> Snapshot:
        """A copy of the present assignment."""
        return Snapshot(self.held.copy(), self.sums.copy(), self.loads.copy())

    def restore(self, shot: Snapshot, targets: Ints | None) -> None:
        """Back to an earlier assignment, under new targets."""
        self.targets = targets
        self._restore(shot)

    def _losses(self, member: int, goals: list[int] | None = None) -> tuple[Ints, Narrow]:
        """What a member reads, and what each of it would lose with each other member (or with `goals` only)."""
        reading = np.flatnonzero(self.held[member])
        free = self.free[reading] if goals is None else self.free[reading[:, None], np.array(goals)[None, :]]
        loss = self.value[reading, member][:, None] - free
        if self.targets is not None:
            slack = np.clip(self.sums[reading] - self.targets[reading], 0, FAR)
            loss[loss > slack[:, None]] = FAR
        if self.caps is not None and self.counts is not None:
            barred = self.caps.full_for(reading, np.full(len(reading), member), self.counts)
            loss[barred if goals is None else barred[:, goals]] = FAR
        return reading, loss

    def arcs(self, members: Iterable[int] | None = None) -> Narrow:
        """The lengths of all arcs, up to date for those that leave `members` (all by default)."""
        wanted = np.flatnonzero(self._stale).tolist() if members is None else [m for m in members if self._stale[m]]
        for member in wanted:
            _, loss = self._losses(member)
            self._arcs[member] = np.minimum(loss.min(axis=0, initial=FAR), FAR)
            self._stale[member] = False
        return self._arcs

    def ways(self, origin: int, goal: int) -> list[int]:
        """The submissions that the arc from one member to another may move, all at the arc's length."""
        reading, loss = self._losses(origin, [goal])
        found: list[int] = reading[loss[:, 0] == loss[:, 0].min()].tolist()
        return found

    def via(self, origin: int, goal: int) -> int:
        """The submission that the arc from one member to another would move."""
        return self.ways(origin, goal)[0]

    def panel(self, submission: int) -> Ints:
        """The members chosen for one submission."""
        return np.flatnonzero(self.held[:, submission])

    def entries(self, submission: int) -> tuple[Ints, Narrow]:
        """The readers of one submission, and what the panel would lose if each other member took a reader's place."""
        readers = self.panel(submission)
        loss = self.value[submission, readers][:, None] - self.free[submission][None, :]
        if self.caps is not None and self.counts is not None and len(readers):
            loss[self.caps.full_for(np.full(len(readers), submission), readers, self.counts)] = FAR
        return readers, np.minimum(loss, FAR)

    def floor(self) -> Ints:
        """The targets, or what keeps nothing."""
        return np.full(len(self.sums), -int(FAR), dtype=np.int64) if self.targets is None else self.targets

    def target(self, submission: int) -> int:
        """The target of one submission."""
        return -int(FAR) if self.targets is None else int(self.targets[submission])

    def total(self) -> int:
        """The value of everything, given pairs included."""
        return int(self.sums.sum())

    def apply(self, steps: list[Step]) -> None:
        """Carry out a chain: each step takes a submission from one member and gives it to another."""
        for submission, origin, goal in steps:
            self._stale[self.held[:, submission]] = True
            self._stale[goal] = True
            self.held[origin, submission] = False
            self.held[goal, submission] = True
            self.free[submission, origin] = self.value[submission, origin]
            self.free[submission, goal] = -FAR
            self.sums[submission] += self.value[submission, goal] - self.value[submission, origin]
            self.loads[origin] -= 1
            self.loads[goal] += 1
            if self.caps is not None and self.counts is not None:
                self.counts[submission, self.caps.group[submission, origin]] -= 1
                self.counts[submission, self.caps.group[submission, goal]] += 1


def shortest(arcs: Narrow, sources: Bools) -> tuple[Narrow, Ints]:
    """Bellman-Ford from all `sources` at once on a dense matrix without negative cycles: distances and
    predecessors."""
    distance = np.where(sources, np.int32(0), FAR)
    before = np.full(len(arcs), -1, dtype=np.int64)
    moved = np.flatnonzero(sources)
    for _ in range(len(arcs)):
        through = distance[moved, None] + arcs[moved]
        shorter = through.min(axis=0, initial=FAR)
        better = np.flatnonzero((shorter < distance) & (shorter < FAR // 2))
        if not len(better):
            break
        distance[better] = shorter[better]
        before[better] = moved[through[:, better].argmin(axis=0)]
        moved = better
    return distance, before
