"""Caps and minimums by group on a shortlist: the exact best choice, what each rule cost, and which rules
clash.

Candidates come in rank order; a choice is a list of positions. Bounds on the groups of one partition make it
a matroid: the minimums first, then down the list, skipping what is full, is the optimum. Rules that cross are
solved by the integer programme of scipy (HiGHS) on whole millionths, over those candidates alone that can
still matter, and among equal totals the better ranks are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from awardapp.domain.balance import GroupRule
from awardapp.domain.selection.errors import BadInput, ImpossibleRules, listed

__all__ = ["Effect", "GroupRule", "choose", "effects", "expand", "without_each"]

Groups = Sequence[Mapping[str, str]]

NEAR = 4  # the programme is first asked about so many times the places; seldom does anybody further down matter


@dataclass(frozen=True, slots=True)
class Effect:
    """What one rule did, found by solving again without it: who is in only because of it, who is out because
    of it (positions), and how many points of the total it cost."""

    rule: GroupRule
    came_in: tuple[int, ...]
    went_out: tuple[int, ...]
    cost: Decimal


def expand(rules: Sequence[GroupRule], groups: Groups) -> tuple[GroupRule, ...]:
    """One rule per named group; rules for every group are written out."""
    return tuple(one for bundle in _bundles(rules, groups) for one in bundle)


def _bundles(rules: Sequence[GroupRule], groups: Groups) -> list[tuple[GroupRule, ...]]:
    """For each rule as it is written the rules of named groups that it stands for."""
    found = []
    for rule in rules:
        if rule.least < 0 or (rule.most is not None and rule.most < rule.least):
            raise BadInput("group rule", f"the group rule cannot be kept by anybody: {rule}")
        present = sorted({one[rule.partition] for one in groups if rule.partition in one})
        names = present if rule.group is None else [rule.group]
        found.append(tuple(GroupRule(rule.partition, name, rule.least, rule.most) for name in names))
    return found


def choose(points: Sequence[Decimal], groups: Groups, rules: Sequence[GroupRule], size: int) -> list[int]:
    """The positions of the best `size` under the rules, in rank order.

    Raises ImpossibleRules; its `params["clash"]` are the rules that cannot hold together, as they are written.
    """
    bundles = _bundles(rules, groups)
    picked = _best(points, groups, _flat(bundles), size)
    if picked is None:
        clash = _clash(points, groups, bundles, size)
        raise ImpossibleRules(
            "impossible rules",
            f"no shortlist of {size} keeps these rules together: {listed(one for _, one in clash)}",
            rules=[str(one) for _, one in clash],
            clash=[rules[at] for at in sorted({at for at, _ in clash})],
        )
    return picked


def effects(
    points: Sequence[Decimal], groups: Groups, rules: Sequence[GroupRule], *, size: int, picked: Sequence[int]
) -> list[Effect]:
    """For each rule as it is written what it did to the choice `picked` under all of them, solved again without it."""
    bundles = _bundles(rules, groups)
    total = sum((points[at] for at in picked), Decimal(0))
    found = []
    for at, rule in enumerate(rules):
        fewer = _flat(bundles[:at] + bundles[at + 1 :])
        freely = _best(points, groups, fewer, size, known=picked)
        if freely is None:  # cannot be: what keeps all rules keeps fewer
            raise BadInput("group rule", f"without the rule {rule} there is no choice")
        found.append(
            Effect(
                rule,
                came_in=tuple(sorted(set(picked) - set(freely))),
                went_out=tuple(sorted(set(freely) - set(picked))),
                cost=sum((points[one] for one in freely), Decimal(0)) - total,
            )
        )
    return found


def without_each(
    points: Sequence[Decimal],
    groups: Groups,
    rules: Sequence[GroupRule],
    *,
    size: int,
    picked: Sequence[int],
    ids: Sequence[str],
) -> list[str]:
    """For every rule that costs something, a sentence: who would be in without it."""
    return [
        f"without the rule {one.rule}, {listed(ids[at] for at in one.went_out)} would be in "
        f"instead of {listed(ids[at] for at in one.came_in)}"
        for one in effects(points, groups, rules, size=size, picked=picked)
        if one.cost
    ]


def _flat(bundles: Sequence[Sequence[GroupRule]]) -> list[GroupRule]:
    return [one for bundle in bundles for one in bundle]


def _best(
    points: Sequence[Decimal],
    groups: Groups,
    rules: Sequence[GroupRule],
    size: int,
    *,
    known: Sequence[int] | None = None,
    total_only: bool = False,
) -> list[int] | None:
    """The best choice by the plainest way that is exact, or None. `known`: a choice that keeps the rules."""
    plain = list(range(size))
    if _keeps(plain, groups, rules):
        return plain
    if not size:
        return None
    if len({rule.partition for rule in rules}) == 1:
        return _down_the_list(groups, rules, size)
    return _programme(points, groups, rules, size, known=known, total_only=total_only)


def _keeps(picked: Sequence[int], groups: Groups, rules: Sequence[GroupRule]) -> bool:
    taken = Counter((name, group) for at in picked for name, group in groups[at].items())
    return all(
        rule.least <= taken[rule.partition, rule.group or ""] <= (len(picked) if rule.most is None else rule.most)
        for rule in rules
    )


def _down_the_list(groups: Groups, rules: Sequence[GroupRule], size: int) -> list[int] | None:
    """One partition only: the best of every group up to its minimum, then down the list, skipping what is full."""
    partition = rules[0].partition
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for rule in rules:
        if rule.group is not None:
            least[rule.group] = max(rule.least, least.get(rule.group, 0))
            if rule.most is not None:
                most[rule.group] = min(rule.most, most.get(rule.group, rule.most))
    taken: Counter[str] = Counter()
    picked: set[int] = set()
    for bounds in (least, {group: most.get(group, size) for group in {own.get(partition, "") for own in groups}}):
        for at, own in enumerate(groups):
            group = own.get(partition, "")
            if at not in picked and len(picked) < size and taken[group] < min(bounds.get(group, 0), size):
                picked.add(at)
                taken[group] += 1
    kept = all(taken[group] >= number for group, number in least.items())
    kept = kept and all(taken[group] <= number for group, number in most.items())
    return sorted(picked) if kept and len(picked) == size else None


def _programme(
    points: Sequence[Decimal],
    groups: Groups,
    rules: Sequence[GroupRule],
    size: int,
    *,
    known: Sequence[int] | None,
    total_only: bool,
) -> list[int] | None:
    """The largest total in millionths; then, the total fixed, the smallest sum of ranks, and of their squares.

    With `total_only` any choice of the largest total. None when no choice keeps the rules.
    """
    kept = _useful(groups, rules, size)
    if len(kept) < size:
        return None
    units = [int(one.scaleb(6)) for one in points]
    if known is None:
        near = [at for at in kept if at < NEAR * size]
        known = _solve(units, groups, rules, size, near, total_only=True) if len(near) >= size else None
        if known is None and len(near) < len(kept):
            known = _solve(units, groups, rules, size, kept, total_only=True)
        if known is None:
            return None
        within = _within(units, size, kept, known)
        if not set(within) <= set(near):
            known = _solve(units, groups, rules, size, within, total_only=True) or known
    else:
        within = _within(units, size, kept, known)
        known = _solve(units, groups, rules, size, within, total_only=True) or list(known)
    if total_only:
        return list(known)
    return _solve(units, groups, rules, size, _within(units, size, kept, known), total_only=False, known=known)


def _useful(groups: Groups, rules: Sequence[GroupRule], size: int) -> list[int]:
    """The candidates that can be in a choice at all: of those with the same groups as many as may be taken together."""
    partitions = sorted({rule.partition for rule in rules})
    caps: dict[tuple[str, str], int] = {}
    for rule in rules:
        if rule.most is not None and rule.group is not None:
            key = (rule.partition, rule.group)
            caps[key] = min(rule.most, caps.get(key, rule.most))
    kinds: Counter[tuple[str, ...]] = Counter()
    kept = []
    for at, own in enumerate(groups):
        kind = tuple(own.get(name, "") for name in partitions)
        limit = min([size, *(caps.get(pair, size) for pair in zip(partitions, kind, strict=True))])
        if kinds[kind] < limit:
            kept.append(at)
        kinds[kind] += 1
    return kept


def _within(units: Sequence[int], size: int, kept: Sequence[int], known: Sequence[int]) -> list[int]:
    """Of the kept those that a choice at least as good as `known` can hold: putting anybody lower down into the plain first
    `size` already costs more than `known` does."""
    spare = sum(units[:size]) - sum(units[at] for at in known)
    return [at for at in kept if at < size or units[size - 1] - units[at] <= spare]


def _solve(
    units: Sequence[int],
    groups: Groups,
    rules: Sequence[GroupRule],
    size: int,
    kept: Sequence[int],
    *,
    total_only: bool,
    known: Sequence[int] | None = None,
) -> list[int] | None:
    """The programme over the candidates in `kept` alone; `known` is a choice of the largest total, when one is known."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - slow to import, seldom needed

    base = min(units[at] for at in kept)
    worth = np.array([units[at] - base for at in kept], dtype=np.float64)
    member = np.array(
        [[float(groups[at].get(rule.partition) == rule.group) for at in kept] for rule in rules], dtype=np.float64
    )
    most = [float(size if rule.most is None else rule.most) for rule in rules]
    limits = [
        LinearConstraint(np.ones((1, len(kept))), size, size),
        LinearConstraint(member, [float(rule.least) for rule in rules], most),
    ]
    if known is not None:
        total = float(sum(units[at] - base for at in known))
        limits.append(LinearConstraint(worth[None, :], total - 0.5, np.inf))
    places = np.array(kept, dtype=np.float64)
    found = milp(
        -worth if total_only else places * 2.0**20 + places**2,
        integrality=np.ones(len(kept)),
        bounds=Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    return [kept[at] for at in np.flatnonzero(np.round(found.x) > 0.5).tolist()]


def _clash(
    points: Sequence[Decimal], groups: Groups, bundles: Sequence[Sequence[GroupRule]], size: int
) -> list[tuple[int, GroupRule]]:
    """A smallest clashing set, each with the place of the rule as it is written: first whole written rules are dropped, then
    single groups, as long as the rest still clashes."""
    clash = [(at, one) for at, bundle in enumerate(bundles) for one in bundle]
    for dropped in range(len(bundles)):
        clash = _dropped(clash, [pair for pair in clash if pair[0] == dropped], points, groups, size)
    for pair in list(clash):
        clash = _dropped(clash, [pair], points, groups, size)
    return clash


def _dropped(
    clash: list[tuple[int, GroupRule]],
    out: list[tuple[int, GroupRule]],
    points: Sequence[Decimal],
    groups: Groups,
    size: int,
) -> list[tuple[int, GroupRule]]:
    """The clash without `out` where the rest still clashes, else the clash as it was."""
    fewer = [pair for pair in clash if pair not in out]
    if fewer and _best(points, groups, [one for _, one in fewer], size, total_only=True) is None:
        return fewer
    return clash
