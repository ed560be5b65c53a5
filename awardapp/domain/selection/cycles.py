"""Regaining total after the weak panels were lifted: negative cycles of the exchange graph are cancelled.

A cycle of exchanges whose value sums to a gain is carried out as long as one is found (Klein 1967), with
every panel held at its target; what remains is the best total reachable by single exchanges of distinct
submissions.
"""

from __future__ import annotations

import numpy as np

from awardapp.domain.selection.exchange import FAR, Exchange, Step
from awardapp.domain.selection.flow import load_arcs
from awardapp.domain.selection.panels import Narrow

LOOK = 3  # rounds of Bellman-Ford between two looks for a cycle


def regain(state: Exchange) -> None:
    """Cancel gainful cycles under `state.targets` until none is found."""
    closed: set[tuple[int, int]] = set()
    while True:
        arcs = load_arcs(state)
        for origin, goal in closed:
            arcs[origin, goal] = FAR
        cycle = _gainful_cycle(arcs)
        if cycle is None:
            return
        size = len(state.loads)
        hops = [
            (one, other) for one, other in zip(cycle, cycle[1:] + cycle[:1], strict=True) if size not in (one, other)
        ]
        steps: list[Step] = [(state.via(*hop), *hop) for hop in hops]
        if len({step[0] for step in steps}) < len(steps):
            closed.add(hops[0])  # one submission would move twice: this way is closed until something else moves
            continue
        state.apply(steps)
        closed.clear()


def _gainful_cycle(arcs: Narrow) -> list[int] | None:
    """The nodes of a cycle of negative length in order, or None (Bellman-Ford with a look at the
    predecessors)."""
    nodes = np.arange(len(arcs))
    distance = np.zeros(len(arcs), dtype=np.int64)
    before = np.full(len(arcs), -1, dtype=np.int64)
    for turn in range(1, len(arcs) + LOOK + 1):
        through = distance[:, None] + arcs
        best = through.argmin(axis=0)
        shorter = through[best, nodes]
        better = (shorter < distance) & (shorter < FAR // 2)
        if not better.any():
            return None
        distance[better] = shorter[better]
        before[better] = best[better]
        if turn % LOOK == 0:
            cycle = _cycle_of(before.tolist())
            if (
                cycle
                and sum(int(arcs[one, other]) for one, other in zip(cycle, cycle[1:] + cycle[:1], strict=True)) < 0
            ):
                return cycle
    return None


def _cycle_of(before: list[int]) -> list[int] | None:
    """A cycle in the predecessor graph, forwards, from its smallest node; None when there is none."""
    seen = [-1] * len(before)
    for start in range(len(before)):
        node = start
        while node >= 0 and seen[node] < 0:
            seen[node] = start
            node = before[node]
        if node >= 0 and seen[node] == start:
            cycle = [node]
            while before[cycle[-1]] != node:
                cycle.append(before[cycle[-1]])
            cycle.reverse()
            first = cycle.index(min(cycle))
            return cycle[first:] + cycle[:first]
    return None
