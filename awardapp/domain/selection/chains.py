"""Exchange chains: raise the weakest panels at the least cost.

A chain gives submission p a better reader b instead of a; b hands a submission q1 to c, and so on, until
somebody with room, or a, takes the last one. No touched submission may end below its target (or lower, when
it is below already).
"""

from __future__ import annotations

import numpy as np

from awardapp.domain.selection.cycles import regain
from awardapp.domain.selection.exchange import FAR, Exchange, Ints, Step

OTHERS = 3  # submissions a chain may touch besides the one it is for
PASSES, PATIENT = 2, 20  # over the submissions that could not be raised at once; for the level that is proven
ROUNDS = 8  # halvings of the interval in which a level is sought
TRIES = 6  # ends tried when the cheapest chain would touch a submission twice


def _chain(state: Exchange, submission: int, need: int) -> list[Step] | None:
    """The cheapest chain after which the panel of `submission` is worth at least `need`; None when there is
    none."""
    readers = state.panel(submission)
    count, size = len(readers), len(state.loads)
    if not count:
        return None
    loss = state.value[submission, readers][:, None] - state.free[submission][None, :]
    reach = np.where(state.sums[submission] - loss >= need, np.minimum(loss, FAR), FAR)
    if (reach >= FAR).all():
        return None
    room = np.broadcast_to(state.loads < state.most, (count, size)).copy()
    room[state.loads[readers] <= state.least[readers]] = False
    room[np.arange(count), readers] = True  # the chain may come back to the member it started from
    layers, behind = [reach], []
    for _ in range(OTHERS):
        through = layers[-1][:, :, None] + state.drop[None, :, :]
        best = through.argmin(axis=1)
        layers.append(np.minimum(np.take_along_axis(through, best[:, None, :], axis=1)[:, 0, :], FAR))
        behind.append(best)
    lengths = np.stack(layers)
    lengths[:, ~room] = FAR
    flat = lengths.reshape(-1)
    nearest = np.argpartition(flat, min(TRIES, len(flat) - 1))[:TRIES]
    for end in nearest[np.lexsort((nearest, flat[nearest]))].tolist():
        if flat[end] >= FAR // 2:
            return None
        layer, rest = divmod(end, count * size)
        row, member = divmod(rest, size)
        steps: list[Step] = []
        while layer:
            origin = int(behind[layer - 1][row, member])
            steps.append((int(state.via[origin, member]), origin, member))
            member, layer = origin, layer - 1
        steps.append((submission, int(readers[row]), member))
        if len({step[0] for step in steps}) == len(steps):
            return steps
    return None


def _raise(state: Exchange, submission: int, target: int) -> bool:
    """Chains for one submission until it reaches its target; larger steps are preferred. False when it does
    not."""
    while state.sums[submission] < target:
        now = int(state.sums[submission])
        for need in (target, now + (target - now + 1) // 2, now + 1):
            steps = _chain(state, submission, need)
            if steps is not None:
                state.apply(steps)
                break
        else:
            return False
    return True


def lift(state: Exchange, least_total: int, *, every: bool = True, passes: int = PASSES) -> bool:
    """Bring every submission to its target in `state.targets`, the weakest first.

    False (with the state left half-way) when the total falls below `least_total` or, if `every`, when some
    cannot be brought there; otherwise those stay where chains could bring them.
    """
    waiting = _below(state)
    for _ in range(passes):  # the moves of the others may open a way for one that failed
        left: list[int] = []
        for submission in waiting:
            if not _raise(state, submission, state.target(submission)):
                left.append(submission)
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


def climb(state: Exchange, start: int, ceiling: int, own_best: Ints, *, unit: int) -> int:
    """Raise the weakest panel as far as chains reach, from `start` up to `ceiling`.

    Leaves `state` at the assignment found and returns the level. The ceiling is tried first: it is often
    reached.
    """
    first = state.snapshot()
    low, high, kept, goal = start, ceiling, first, ceiling
    for _ in range(ROUNDS):
        if high - low < unit:
            break
        state.restore(kept, np.minimum(np.int64(goal), own_best))
        if lift(state, -int(FAR), passes=PATIENT if goal == ceiling else PASSES):
            low, kept = goal, state.snapshot()
        else:
            high = goal
        goal = low + (high - low) // 2
    if low > start and low < ceiling:
        # once more from the optimum straight to the level found: often a cheaper way to the same level
        state.restore(first, np.minimum(np.int64(low), own_best))
        if lift(state, -int(FAR)) and state.total() > int(kept.sums.sum()):
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
