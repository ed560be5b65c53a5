"""The assignment on bare arrays: total, weakest panel, tail, in that order, each with its proof or its price.

Affinities are whole millionths. Equal values are taken in an order drawn from the seed and the ids, and every step is in
whole numbers, so the answer depends neither on the order of the input nor on the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from awardapp.domain.selection.chains import climb, lift_tail
from awardapp.domain.selection.exchange import Exchange
from awardapp.domain.selection.flow import Blocked, balance, dual_bound, dual_prices
from awardapp.domain.selection.panels import Bools, Ints, PanelCaps, best_readers
from awardapp.domain.selection.prices import balancing_prices


@dataclass(frozen=True, slots=True)
class Problem:
    """Ids in sorted order; `affinity` and `allowed` submissions x members; `given` the pairs that stay (not
    allowed again); `wanted` readings still to be found; `least` and `most` readings still to be given to each
    member; `caps` the group rule of the panels, given pairs already counted."""

    submissions: tuple[str, ...]
    members: tuple[str, ...]
    affinity: Ints
    allowed: Bools
    given: Bools
    wanted: Ints
    least: Ints
    most: Ints
    caps: PanelCaps | None = None
    price: Fraction = Fraction(1, 100)
    beta: Fraction = Fraction(9, 10)
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """`held` members x submissions, given pairs excluded; sums in millionths; `gave_way` (member, readings
    reached) where the least load could not be kept; `prices` prove `best_total` (see flow.dual_prices)."""

    held: Bools
    sums: Ints
    own_best: Ints
    best_total: int
    total_after_weakest: int
    prices: Ints
    tail_level: int
    gave_way: tuple[tuple[int, int], ...]


def drawn_order(seed: str, ids: Sequence[str]) -> Ints:
    """The positions of the ids in the order of SHA-256(seed | id): the order in which equal values are taken."""
    keys = [hashlib.sha256(f"{seed}|{one}".encode()).digest() for one in ids]
    return np.array(sorted(range(len(ids)), key=lambda at: (keys[at], ids[at])), dtype=np.int64)


def _reordered(problem: Problem, rows: Ints, columns: Ints) -> Problem:
    """The same problem with submissions and members in another order."""
    both = np.ix_(rows, columns)
    caps = problem.caps
    return replace(
        problem,
        submissions=tuple(problem.submissions[at] for at in rows.tolist()),
        members=tuple(problem.members[at] for at in columns.tolist()),
        affinity=problem.affinity[both],
        allowed=problem.allowed[both],
        given=problem.given[both],
        wanted=problem.wanted[rows],
        least=problem.least[columns],
        most=problem.most[columns],
        caps=PanelCaps(caps.group[both], caps.most[rows]) if caps is not None else None,
    )


def own_best_panels(problem: Problem) -> Ints:
    """For each submission the value of the best panel it could have if it were alone."""
    chosen = best_readers(problem.affinity, problem.allowed, problem.wanted, problem.caps)
    sums: Ints = np.where(chosen.T | problem.given, problem.affinity, 0).sum(axis=1)
    return sums


def solve(problem: Problem, *, reached: Callable[[str], None] = lambda _stage: None) -> Solution:
    """Solve; every submission is known to have enough allowed members. Raises flow.Blocked when loads cannot
    be kept.

    1. The exact largest total. 2. Exchange chains for the weakest panel. 3. Chains for the tail: the largest
    T with every panel at least min(T, beta x its own best panel) that leaves at least (1 - price) of the best
    total. `reached` is told "total", "weakest" and "tail" when each is done.
    """
    rows = drawn_order(f"{problem.seed}|submission", problem.submissions)
    columns = drawn_order(f"{problem.seed}|member", problem.members)
    try:
        found = _solve(_reordered(problem, rows, columns), reached)
    except Blocked as blocked:
        raise Blocked(sorted(int(columns[at]) for at in blocked.members)) from None
    back, across = np.argsort(rows), np.argsort(columns)
    return replace(
        found,
        held=np.ascontiguousarray(found.held[np.ix_(across, back)]),
        sums=found.sums[back],
        own_best=found.own_best[back],
        prices=found.prices[across],
        gave_way=tuple(sorted((int(columns[at]), load) for at, load in found.gave_way)),
    )


def _solve(problem: Problem, reached: Callable[[str], None]) -> Solution:
    value, caps = problem.affinity, problem.caps
    base = np.where(problem.given, value, 0).sum(axis=1)
    start_prices = balancing_prices(
        value, problem.allowed, problem.wanted, least=problem.least, most=problem.most, caps=caps
    )
    held = best_readers(value - start_prices, problem.allowed, problem.wanted, caps)
    state = Exchange(value, problem.allowed, held, base=base, least=problem.least, most=problem.most, caps=caps)
    gave_way = balance(state, start_prices)
    best = state.total()
    prices = dual_prices(value, state)
    proven = int(base.sum()) + dual_bound(
        value, problem.allowed, problem.wanted, least=state.least, most=problem.most, prices=prices, caps=caps
    )
    if proven != best:
        raise ArithmeticError(f"total {best} is not the proven optimum {proven}")
    reached("total")

    own_best = own_best_panels(problem)
    after_weakest, tail = best, 0
    if len(problem.submissions):
        climb(state, int(state.sums.min()), int(own_best.min()), own_best)
        after_weakest = state.total()
        reached("weakest")
        floor_total = best - int(best * problem.price)
        near = own_best * problem.beta.numerator // problem.beta.denominator
        tail = lift_tail(state, near, floor_total)
    reached("tail")
    return Solution(
        held=state.held,
        sums=state.sums,
        own_best=own_best,
        best_total=best,
        total_after_weakest=after_weakest,
        prices=prices,
        tail_level=tail,
        gave_way=tuple(gave_way),
    )
