"""The assignment on bare arrays: total, weakest panel, tail, in that order, each with its proof or its price.

Affinities are whole millionths. Below their unit a tie term drawn from (seed, submission, member) makes the
optimum unique in practice, so it depends neither on the order of the input nor on the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from awardapp.domain.selection.chains import climb, lift_tail
from awardapp.domain.selection.exchange import Bools, Exchange, Ints
from awardapp.domain.selection.flow import balance, best_readers, dual_bound, dual_prices

MILLION = 1_000_000
TIE_BITS = 12

NDArrayU64 = np.ndarray[tuple[int], np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Ids in sorted order; `affinity` and `allowed` submissions x members; `given` the pairs that stay (not
    allowed again); `wanted` readings still to be found; `least` and `most` readings still to be given to each
    member."""

    submissions: tuple[str, ...]
    members: tuple[str, ...]
    affinity: Ints
    allowed: Bools
    given: Bools
    wanted: Ints
    least: Ints
    most: Ints
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


def tie_terms(seed: str, submissions: Sequence[str], members: Sequence[str]) -> Ints:
    """A fixed number below 2^TIE_BITS for every pair, from SHA-256 of seed and id, mixed by SplitMix64
    (Steele, Lea & Flood 2014)."""

    def words(kind: str, ids: Sequence[str]) -> NDArrayU64:
        digests = (hashlib.sha256(f"{seed}|{kind}|{one}".encode()).digest() for one in ids)
        return np.array([int.from_bytes(digest[:8], "big") for digest in digests], dtype=np.uint64)

    mixed = words("submission", submissions)[:, None] ^ words("member", members)[None, :]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(64 - TIE_BITS)).astype(np.int64)


def own_best_panels(problem: Problem) -> Ints:
    """For each submission the value of the best panel it could have if it were alone."""
    chosen = best_readers(problem.affinity, problem.allowed, problem.wanted)
    sums: Ints = np.where(chosen.T | problem.given, problem.affinity, 0).sum(axis=1)
    return sums


def solve(problem: Problem) -> Solution:
    """Solve; every submission is known to have enough allowed members. Raises flow.Blocked when loads cannot
    be kept.

    1. The exact largest total. 2. Exchange chains for the weakest panel. 3. Chains for the tail: the largest
    T with every panel at least min(T, beta x its own best panel) that leaves at least (1 - price) of the best
    total.
    """
    readings = int(problem.wanted.sum()) + int(problem.given.sum())
    unit = 1 << (TIE_BITS + max(readings, 1).bit_length())
    value = problem.affinity * unit + tie_terms(problem.seed, problem.submissions, problem.members)
    base = np.where(problem.given, value, 0).sum(axis=1)
    held = best_readers(value, problem.allowed, problem.wanted)
    state = Exchange(value, problem.allowed, held, base=base, least=problem.least, most=problem.most)
    gave_way = balance(state)
    best = int((state.sums // unit).sum())
    prices = dual_prices(problem.affinity, state)
    given_value = int(np.where(problem.given, problem.affinity, 0).sum())
    proven = given_value + dual_bound(
        problem.affinity, problem.allowed, problem.wanted, least=state.least, most=problem.most, prices=prices
    )
    if proven != best:
        raise ArithmeticError(f"total {best} is not the proven optimum {proven}")

    own_best = own_best_panels(problem)
    after_weakest, tail = best, 0
    if len(problem.submissions):
        start, ceiling = int(state.sums.min()) // unit, int(own_best.min())
        climb(state, start * unit, ceiling * unit, own_best * unit, unit=unit)
        after_weakest = int((state.sums // unit).sum())
        floor_total = best - int(best * problem.price)
        near = own_best * problem.beta.numerator // problem.beta.denominator
        tail = lift_tail(state, near * unit, floor_total * unit) // unit
    return Solution(
        held=state.held,
        sums=state.sums // unit,
        own_best=own_best,
        best_total=best,
        total_after_weakest=after_weakest,
        prices=prices,
        tail_level=tail,
        gave_way=tuple(gave_way),
    )
