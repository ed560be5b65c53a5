"""The largest total: an exact minimum-cost flow, by successive shortest paths on the contracted graph.

Start: every submission takes its best readers, loads ignored; that is optimal for its own loads. Then each
reading too many (or too few) at a member is moved along a shortest path, which keeps the assignment optimal
at every step (successive shortest paths: Busacker & Gowen 1960; Ahuja, Magnanti & Orlin 1993, section 9.7). A
last node stands for "all readings"; arcs to and from it express that a member's load may lie anywhere between
`least` and `most`.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.exchange import FAR, Bools, Exchange, Ints, Step, shortest


class Blocked(SelectionError):
    """The loads cannot be kept; `members` (positions) are all full and their submissions cannot go
    elsewhere."""

    def __init__(self, members: list[int]) -> None:
        super().__init__("blocked", "no assignment keeps the largest loads", members=members)
        self.members = members


def best_readers(value: Ints, allowed: Bools, wanted: Ints) -> Bools:
    """The unconstrained best: for each submission its `wanted` most valued allowed members (members x
    submissions)."""
    worth = np.where(allowed, value, -FAR)
    order = np.argsort(-worth, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(value.shape[1])[None, :], axis=1)
    chosen: Bools = (rank < wanted[:, None]) & allowed
    return np.ascontiguousarray(chosen.T)


def load_arcs(state: Exchange) -> Ints:
    """The contracted graph with the node "all readings" last."""
    size = len(state.loads)
    arcs = np.full((size + 1, size + 1), FAR, dtype=np.int64)
    arcs[:size, :size] = state.drop
    flow = np.clip(state.loads, state.least, state.most)
    arcs[:size, size][flow < state.most] = 0
    arcs[size, :size][flow > state.least] = 0
    return arcs


def _imbalance(state: Exchange) -> Ints:
    """Readings too many (+) or too few (-) at each member and, last, at the node of all readings."""
    over = state.loads - np.clip(state.loads, state.least, state.most)
    return np.append(over, -over.sum())


def balance(state: Exchange) -> list[tuple[int, int]]:
    """Bring every load within its bounds at the least loss of value.

    Returns the members whose least load had to give way, with the load they reach instead. Raises Blocked
    when the largest loads cannot be kept.
    """
    gave_way: list[tuple[int, int]] = []
    while True:
        excess = _imbalance(state)
        if not excess.any():
            return gave_way
        distance, before = shortest(load_arcs(state), excess > 0)
        ends = np.flatnonzero((excess < 0) & (distance < FAR // 2))
        if not len(ends):
            if distance[-1] >= FAR // 2:
                raise Blocked(_smallest_block(state, excess))
            for member in np.flatnonzero(excess[:-1] < 0).tolist():
                gave_way.append((member, int(state.loads[member])))
                state.least[member] = state.loads[member]
            continue
        used: set[int] = set()
        steps: list[Step] = []
        for end in ends[np.lexsort((ends, distance[ends]))].tolist():
            path = _path(before, end)
            if used.isdisjoint(path):
                # every path of the tree is tight for the potentials `distance`, so paths that share no member can
                # all be used at once and the assignment stays optimal for its loads
                used.update(node for node in path if node < len(state.loads))
                steps += [(int(state.via[hop]), *hop) for hop in pairwise(path) if max(hop) < len(state.loads)]
        state.apply(steps)


def _path(before: Ints, end: int) -> list[int]:
    """The nodes of the tree from a source to `end`."""
    path = [end]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1]


def _smallest_block(state: Exchange, excess: Ints) -> list[int]:
    """Of the overloaded members, the one whose readings reach the fewest others, with all it reaches."""
    arcs = load_arcs(state)
    blocks: list[list[int]] = []
    for member in np.flatnonzero(excess > 0).tolist():
        distance, _ = shortest(arcs, np.arange(len(arcs)) == member)
        blocks.append(np.flatnonzero(distance < FAR // 2).tolist())
    return min(blocks, key=lambda block: (len(block), block))


def dual_prices(value: Ints, state: Exchange) -> Ints:
    """A price per member that proves the total optimal, for the assignment of `state` measured by `value`.

    With prices u, no assignment can total more than sum_p (the wanted largest of value[p, r] - u[r]) + sum_r
    (u[r] x most[r] if u[r] > 0 else u[r] x least[r]); linear programming duality gives prices for which this
    equals the optimum.
    """
    none = np.zeros(len(value), dtype=np.int64)
    plain = Exchange(value, state.allowed, state.held, base=none, least=state.least, most=state.most)
    potential, _ = shortest(load_arcs(plain), np.ones(len(plain.loads) + 1, dtype=np.bool_))
    prices: Ints = potential[-1] - potential[:-1]
    return prices


def dual_bound(value: Ints, allowed: Bools, wanted: Ints, *, least: Ints, most: Ints, prices: Ints) -> int:
    """The upper bound of `dual_prices`, recomputed from nothing but the input and the prices."""
    worth = np.where(allowed, value - prices[None, :], -FAR)
    worth = -np.sort(-worth, axis=1)
    taken = np.arange(worth.shape[1])[None, :] < wanted[:, None]
    return int(worth[taken].sum()) + int(np.where(prices > 0, prices * most, prices * least).sum())
