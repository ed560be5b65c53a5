"""Exchange chains: raise the weakest panels at the least cost.

A chain gives submission p a better reader b instead of a; b hands a submission q1 to c, and so on, until
somebody with room, or a, takes the last one. No touched submission may end below its target (or lower, when
it is below already).
"""

from __future__ import annotations

import numpy as np

from awardapp.domain.selection.cycles import regain
from awardapp.domain.selection.exchange import FAR, Exchange, Step
from awardapp.domain.selection.panels import Ints

OTHERS = 3  # submissions a chain may touch besides the one it is for
PASSES, PATIENT = 2, 20  # over the submissions that could not be raised at once; for the level that is proven
LARGE = 1_000_000  # pairs from which nobody waits for so many passes
NO_LEAST = -(1 << 62)  # a total no assignment falls below
ROUNDS = 8  # halvings of the interval in which a level is sought
BEAM = 64  # members from which a chain is followed further; a smaller committee is searched whole
TRIES = 6  # ends tried when the cheapest chain would touch a submission twice


def _chain(state: Exchange, submission: int, need: int) -> list[Step] | None:
    """The cheapest chain after which the panel of `submission` is worth at least `need`; None when there is
    none."""
    readers, loss = state.entries(submission)
    if not len(readers):
        return None
    reach = np.where(state.sums[submission] - loss >= need, loss, FAR)
    if (reach >= FAR).all():
        return None
    room = np.broadcast_to(state.loads < state.most, reach.shape).copy()
    room[state.loads[readers] <= state.least[readers]] = False
    room[np.arange(len(readers)), readers] = True  # the chain may come back to the member it started from
    layers, ways = [reach], []
    for _ in range(OTHERS):
        near = _near(layers[-1])
        arcs = state.arcs(near.tolist())[near]
        ways.append(near)
        through = (layers[-1][:, near, None] + arcs[None, :, :]).min(axis=1, initial=FAR)
        layers.append(np.minimum(through, FAR))
    lengths = np.stack(layers)
    lengths[:, ~room] = FAR
    flat = lengths.reshape(-1)
    for _ in range(TRIES):
        end = int(flat.argmin())
        if flat[end] >= FAR // 2:
            return None
        layer, row, member = (int(one) for one in np.unravel_index(end, lengths.shape))
        steps: list[Step] = []
        while layer:
            layer -= 1
            near = ways[layer]
            origin = int(near[(layers[layer][row, near] + state.arcs([])[near, member]).argmin()])
            steps.append((state.via(origin, member), origin, member))
            member = origin
        steps.append((submission, int(readers[row]), member))
        if len({step[0] for step in steps}) == len(steps):
            return steps
        flat[end] = FAR
    return None


def _near(lengths: Ints) -> Ints:
    """The members a chain goes on from: all, or in a large committee the cheapest to reach."""
    shortest = lengths.min(axis=0)
    within = np.flatnonzero(shortest < FAR // 2)
    if len(within) > BEAM:
        within = np.sort(within[np.argsort(shortest[within], kind="stable")[:BEAM]])
    return within


def _raise(state: Exchange, submission: int, target: int) -> bool:
    """Chains for one submission until it reaches its target; larger steps are preferred. False when it does
    not."""
    while state.sums[submission] < target:
        now = int(state.sums[submission])
        smallest = _chain(state, submission, now + 1)
        if smallest is None:  # most that are asked cannot be raised at all, and one search tells it
            return False
        larger = (need for need in (target, now + (target - now + 1) // 2) if need > now + 1)
        found = (_chain(state, submission, need) for need in larger)
        state.apply(next((steps for steps in found if steps is not None), smallest))
    return True


def lift(state: Exchange, least_total: int, *, every: bool = True, passes: int = PASSES) -> bool:
    """Bring every submission to its target in `state.targets`, the weakest first.

    False (with the state left half-way) when the total falls below `least_total` or, if `every`, when some
    cannot be brought there; otherwise those stay where chains could bring them.
    """
    waiting = _below(state)
    for turn in range(passes):  # the moves of the others may open a way for one that failed
        left: list[int] = []
        for submission in waiting:
            if not _raise(state, submission, state.target(submission)):
                left.append(submission)
                if every and turn == passes - 1:
                    return False  # nothing comes after that could bring it there
            if state.total() < least_total:
                return False
        if len(left) in (0, len(waiting)):
            waiting = left
            break
        waiting = left
    return not (waiting and every)


def _below(state: Exchange) -> list[int]:
    """The submissions below their target, the weakest first."""
    if state.targets is None:
        return []
    low = np.flatnonzero(state.sums < state.targets)
    weakest_first: list[int] = low[np.lexsort((low, state.sums[low]))].tolist()
    return weakest_first


def climb(state: Exchange, start: int, ceiling: int, own_best: Ints) -> int:
    """Raise the weakest panel as far as chains reach, from `start` up to `ceiling`.

    Leaves `state` at the assignment found and returns the level. The ceiling is tried first: it is often
    reached.
    """
    first = state.snapshot()
    low, high, kept, goal = start, ceiling, first, ceiling
    for _ in range(ROUNDS):
        if high <= low:
            break
        state.restore(kept, np.minimum(np.int64(goal), own_best))
        if lift(state, NO_LEAST, passes=PATIENT if goal == ceiling and state.value.size < LARGE else PASSES):
            low, kept = goal, state.snapshot()
        else:
            high = goal
        goal = low + (high - low) // 2
    if low > start and low < ceiling:
        # once more from the optimum straight to the level found: often a cheaper way to the same level
        state.restore(first, np.minimum(np.int64(low), own_best))
        if lift(state, NO_LEAST) and state.total() > int(kept.sums.sum()):
            kept = state.snapshot()
    state.restore(kept, np.minimum(np.int64(low), own_best))
    regain(state)
    return low


def lift_tail(state: Exchange, near_best: Ints, least_total: int) -> int:
    """The largest T for which chains towards min(T, near_best) for every panel stay within the price.

    The targets of `state` (the weakest panel's level) are kept throughout. A panel that no chain can raise to
    T stays where it is. Returns T.
    """
    floor = state.floor()
    low, high = int(floor.min()), int(near_best.max())
    kept, goal = state.snapshot(), high
    for _ in range(ROUNDS if state.total() >= least_total else 0):
        if high <= low:
            break
        state.restore(kept, np.maximum(floor, np.minimum(np.int64(goal), near_best)))
        if lift(state, least_total, every=False):
            low, kept = goal, state.snapshot()
        else:
            high = goal
        goal = low + (high - low) // 2
    reached = np.minimum(kept.sums, np.maximum(floor, np.minimum(np.int64(low), near_best)))
    state.restore(kept, reached)
    regain(state)
    return low
