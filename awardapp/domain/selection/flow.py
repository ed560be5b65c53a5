"""The largest total: an exact minimum-cost flow, by successive shortest paths on the contracted graph.

Start: every submission takes its best readers at given prices (none, or those of `prices` for a large problem); that is
optimal for its own loads. Then each reading too many (or too few) at a member is moved along a shortest path, which keeps
the assignment optimal at every step (successive shortest paths: Busacker & Gowen 1960; Ahuja, Magnanti & Orlin 1993,
section 9.7). A last node stands for "all readings"; arcs to and from it express that a member's load may lie anywhere
between `least` and `most`.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.exchange import FAR, Exchange, Step, shortest
from awardapp.domain.selection.panels import Bools, Ints, Narrow, PanelCaps, best_readers
from awardapp.domain.selection.prices import fitting


class Blocked(SelectionError):
    """The loads cannot be kept; `members` (positions) are all full and their submissions cannot go
    elsewhere."""

    def __init__(self, members: list[int]) -> None:
        super().__init__("blocked", "no assignment keeps the largest loads", members=members)
        self.members = members


def load_arcs(state: Exchange, flow: Ints | None = None) -> Narrow:
    """The contracted graph with the node "all readings" last; `flow` is what each member sends there (its load)."""
    size = len(state.loads)
    flow = np.clip(state.loads, state.least, state.most) if flow is None else flow
    arcs = np.full((size + 1, size + 1), FAR, dtype=np.int32)
    arcs[:size, :size] = state.arcs()
    arcs[:size, size][flow < state.most] = 0
    arcs[size, :size][flow > state.least] = 0
    return arcs


def balance(state: Exchange, prices: Ints | None = None) -> list[tuple[int, int]]:
    """Bring every load within its bounds at the least loss of value.

    `prices` are those at which the readers of `state` are each submission's best. Returns the members whose least load had
    to give way, with the load they reach instead. Raises Blocked when the largest loads cannot be kept.
    """
    gave_way: list[tuple[int, int]] = []
    none = np.zeros_like(state.loads)
    flow = fitting(none if prices is None else prices, state.loads, state.least, state.most)
    while True:
        over = state.loads - flow
        excess = np.append(over, -over.sum())
        if not excess.any():
            return gave_way
        distance, before = shortest(load_arcs(state, flow), excess > 0)
        ends = np.flatnonzero((excess < 0) & (distance < FAR // 2))
        if not len(ends):
            if distance[-1] >= FAR // 2:
                raise Blocked(_smallest_block(state, flow, excess))
            for member in np.flatnonzero(excess[:-1] < 0).tolist():
                gave_way.append((member, int(state.loads[member])))
                state.least[member] = flow[member] = state.loads[member]
            continue
        _send(state, flow, excess, before, ends[np.lexsort((ends, distance[ends]))].tolist())


def _send(state: Exchange, flow: Ints, excess: Ints, before: Ints, ends: list[int]) -> None:
    """Use the paths of the tree to these ends, the shortest first, as long as they touch nothing in common.

    Every path of the tree is tight for the potentials `distance`, so paths that share no member and no submission can all
    be used at once and the assignment stays optimal for its loads. Where several submissions move at the same length, a
    path carries as many readings as each of its arcs, its source and its end allow.
    """
    hub = len(state.loads)
    used: set[int] = set()
    moved: set[int] = set()
    steps: list[Step] = []
    for end in ends:
        path = _path(before, end)
        if not used.isdisjoint(path):
            continue
        moves, count = _moves(state, path, _room(state, flow, excess, path), moved)
        if not count and steps:
            continue
        if not count:  # the path moves a submission twice; it is alone, so nothing else is in its way
            moves, count = _joined(state, [(state.via(*hop), *hop) for hop in pairwise(path) if hub not in hop]), 1
        used.update(node for node in path if node != hub)
        moved.update(step[0] for step in moves)
        steps += moves
        for origin, goal in pairwise(path):
            if goal == hub:
                flow[origin] += count
            elif origin == hub:
                flow[goal] -= count
    state.apply(steps)


def _moves(state: Exchange, path: list[int], most: int, moved: set[int]) -> tuple[list[Step], int]:
    """The moves of up to `most` readings along a path, no submission twice, and how many readings that is."""
    hub = len(state.loads)
    taken = set(moved)
    hops: list[list[Step]] = []
    for origin, goal in pairwise(path):
        if hub not in (origin, goal):
            free = [one for one in state.ways(origin, goal) if one not in taken][:most]
            taken.update(free)
            hops.append([(one, origin, goal) for one in free])
    count = min([most, *(len(one) for one in hops)])
    return [one[at] for one in hops for at in range(count)], count


def _room(state: Exchange, flow: Ints, excess: Ints, path: list[int]) -> int:
    """How many readings a path may carry, as far as its ends and the members' bounds tell."""
    hub = len(state.loads)
    room = [int(excess[path[0]]), -int(excess[path[-1]])]
    for origin, goal in pairwise(path):
        if goal == hub:
            room.append(int(state.most[origin] - flow[origin]))
        elif origin == hub:
            room.append(int(flow[goal] - state.least[goal]))
    return min(room)


def _joined(state: Exchange, hops: list[Step]) -> list[Step]:
    """The moves of one path, such that no panel breaks its group rule.

    A submission moved twice may put two readers into one group's last place. In the whole graph both moves then pass the
    group's node, so what lies between them is a cycle, which on a shortest path costs nothing: the submission moves once
    instead, from its first holder to its last.
    """
    caps, counts = state.caps, state.counts
    if caps is None or counts is None:
        return hops
    for first, (submission, origin, _) in enumerate(hops):
        for last in range(len(hops) - 1, first, -1):
            if hops[last][0] != submission:
                continue
            after = counts[submission].copy()
            for at in (first, last):
                after[caps.group[submission, hops[at][1]]] -= 1
                after[caps.group[submission, hops[at][2]]] += 1
            if (after > caps.most[submission]).any():
                return _joined(state, [*hops[:first], (submission, origin, hops[last][2]), *hops[last + 1 :]])
    return hops


def _path(before: Ints, end: int) -> list[int]:
    """The nodes of the tree from a source to `end`."""
    path = [end]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1]


def _smallest_block(state: Exchange, flow: Ints, excess: Ints) -> list[int]:
    """Of the overloaded members, the one whose readings reach the fewest others, with all it reaches."""
    arcs = load_arcs(state, flow)
    blocks: list[list[int]] = []
    for member in np.flatnonzero(excess[:-1] > 0).tolist():
        distance, _ = shortest(arcs, np.arange(len(arcs)) == member)
        blocks.append(np.flatnonzero(distance < FAR // 2).tolist())
    return min(blocks, key=lambda block: (len(block), block))


def dual_prices(value: Ints, state: Exchange) -> Ints:
    """A price per member that proves the total optimal, for the assignment of `state` measured by `value`.

    With prices u, no assignment can total more than sum_p (the best panel of p by value[p, r] - u[r]) + sum_r
    (u[r] x most[r] if u[r] > 0 else u[r] x least[r]); linear programming duality gives prices for which this
    equals the optimum.
    """
    none = np.zeros(len(value), dtype=np.int64)
    plain = Exchange(value, state.allowed, state.held, base=none, least=state.least, most=state.most, caps=state.caps)
    potential, _ = shortest(load_arcs(plain), np.ones(len(plain.loads) + 1, dtype=np.bool_))
    prices: Ints = potential[-1] - potential[:-1]
    return prices


def dual_bound(
    value: Ints, allowed: Bools, wanted: Ints, *, least: Ints, most: Ints, prices: Ints, caps: PanelCaps | None = None
) -> int:
    """The upper bound of `dual_prices`, recomputed from nothing but the input and the prices."""
    worth = value - prices[None, :]
    panels = best_readers(worth, allowed, wanted, caps)
    return int(worth[panels.T].sum()) + int(np.where(prices > 0, prices * most, prices * least).sum())
