"""Prices that nearly balance the loads, so that a large assignment starts close to its optimum.

A price on a member makes that member dearer to every submission. If every submission takes its best readers at these
prices, the result is optimal for the loads it has, whatever the prices are; the nearer the loads are to their bounds, the
fewer readings `flow.balance` has to move one path at a time. The prices are found by steps that grow while a load stays
on the same side of its bounds and shrink when it crosses (Riedmiller & Braun 1993), on a sample of the rows first.
They only choose the start: the optimum, and its proof, do not depend on them.
"""

from __future__ import annotations

import numpy as np

from awardapp.domain.selection.panels import Bools, Ints, PanelCaps, best_readers

SMALL = 60_000  # pairs below which starting without prices is as quick
SAMPLE = 1_500  # rows of the first search
COARSE, FINE = 50, 14  # steps on the sample, and on everything


def balancing_prices(
    value: Ints, allowed: Bools, wanted: Ints, *, least: Ints, most: Ints, caps: PanelCaps | None
) -> Ints:
    """A price per member; all 0 for a small problem."""
    prices = np.zeros(value.shape[1], dtype=np.int64)
    if value.size < SMALL:
        return prices
    step = np.full(len(prices), max(int(value.max()) // 16, 1), dtype=np.int64)
    stride = max(len(value) // SAMPLE, 1)
    if stride > 1:
        some = slice(None, None, stride)
        part = PanelCaps(caps.group[some], caps.most[some]) if caps is not None else None
        prices, step = _search(
            value[some], allowed[some], wanted[some], part, (least // stride, -(-most // stride)), prices, step, COARSE
        )
        step = np.maximum(step, int(value.max()) // 256)
    prices, _ = _search(value, allowed, wanted, caps, (least, most), prices, step, FINE if stride > 1 else COARSE)
    return prices


def _search(
    value: Ints,
    allowed: Bools,
    wanted: Ints,
    caps: PanelCaps | None,
    bounds: tuple[Ints, Ints],
    prices: Ints,
    step: Ints,
    turns: int,
) -> tuple[Ints, Ints]:
    """The prices with the least imbalance among those tried, and the steps reached."""
    least, most = bounds
    last = np.zeros(len(prices), dtype=np.int64)
    found, smallest = prices, -1
    for _ in range(turns):
        loads = best_readers(value - prices, allowed, wanted, caps).sum(axis=1)
        flow = fitting(prices, loads, least, most)
        imbalance = int(np.abs(loads - flow).sum())
        if smallest < 0 or imbalance < smallest:
            found, smallest = prices, imbalance
        side = np.sign(loads - flow)
        if not side.any():
            break
        step = np.where(side * last < 0, step // 2, np.where(side * last > 0, step * 5 // 4, step))
        step = np.maximum(step, 1)
        moved = prices + side * step
        # a price does not change its sign in one step: at 0 the load may lie anywhere between its bounds
        prices, last = np.where(prices * moved < 0, 0, moved), side
    return found, step


def fitting(prices: Ints, loads: Ints, least: Ints, most: Ints) -> Ints:
    """The load each member ought to have at its price: the largest if it is dear, the least if it is cheap."""
    flow: Ints = np.where(prices > 0, most, np.where(prices < 0, least, np.clip(loads, least, most)))
    return flow
