"""Caps and minimums by group on a shortlist: the exact best choice, what each rule cost, and which rules
clash.

Candidates come in rank order; a choice is a list of positions. Caps on the groups of one partition form a
partition matroid, so going down the list and skipping what is full is the optimum; anything else is solved by
the integer programme of scipy (HiGHS) on whole millionths, and among equal totals the better ranks are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from awardapp.domain.selection.errors import BadInput, ImpossibleRules, listed

Groups = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Of the shortlist, at least `least` and at most `most` (None: no limit) from `group` of `partition`;
    group None means every group of the partition that has candidates."""

    partition: str
    group: str | None = None
    least: int = 0
    most: int | None = None

    def __str__(self) -> str:
        bounds = [f"at least {self.least}"] if self.least else []
        bounds += [f"at most {self.most}"] if self.most is not None else []
        return f"{' and '.join(bounds) or 'no limit'} of {self.partition} {self.group or '(each)'}"


def expand(rules: Sequence[GroupRule], groups: Groups) -> tuple[GroupRule, ...]:
    """One rule per named group; rules for every group are written out."""
    found = []
    for rule in rules:
        if rule.least < 0 or (rule.most is not None and rule.most < rule.least):
            raise BadInput("group rule", f"the group rule cannot be kept by anybody: {rule}")
        present = sorted({one[rule.partition] for one in groups if rule.partition in one})
        for group in present if rule.group is None else [rule.group]:
            found.append(GroupRule(rule.partition, group, rule.least, rule.most))
    return tuple(found)


def choose(points: Sequence[Decimal], groups: Groups, rules: Sequence[GroupRule], size: int) -> list[int]:
    """The positions of the best `size` under the rules, in rank order. Raises ImpossibleRules."""
    picked = _best(points, groups, rules, size)
    if picked is None:
        clash = _clash(points, groups, rules, size)
        raise ImpossibleRules(
            "impossible rules",
            f"no shortlist of {size} keeps these rules together: {listed(clash)}",
            rules=[str(rule) for rule in clash],
        )
    return picked


def _best(
    points: Sequence[Decimal], groups: Groups, rules: Sequence[GroupRule], size: int, *, total_only: bool = False
) -> list[int] | None:
    """The best choice by the plainest way that is exact, or None."""
    if not rules:
        return list(range(size))
    if all(rule.least == 0 for rule in rules) and len({rule.partition for rule in rules}) == 1:
        return _down_the_list(groups, rules, size)
    return _programme(points, groups, rules, size, total_only=total_only)


def _down_the_list(groups: Groups, rules: Sequence[GroupRule], size: int) -> list[int] | None:
    partition = rules[0].partition
    caps: dict[str, int] = {}
    for rule in rules:
        if rule.most is not None and rule.group is not None:
            caps[rule.group] = min(rule.most, caps.get(rule.group, rule.most))
    taken: Counter[str] = Counter()
    picked: list[int] = []
    for at, own in enumerate(groups):
        group = own.get(partition, "")
        if len(picked) < size and taken[group] < caps.get(group, size):
            picked.append(at)
            taken[group] += 1
    return picked if len(picked) == size else None


def _programme(
    points: Sequence[Decimal], groups: Groups, rules: Sequence[GroupRule], size: int, *, total_only: bool = False
) -> list[int] | None:
    """The largest total in millionths; then, the total fixed, the smallest sum of ranks, and of their squares.

    With `total_only` any choice of the largest total. None when no choice keeps the rules.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - slow to import, seldom needed

    # of candidates with the same groups only the first `size` can ever be chosen
    kinds: Counter[tuple[str | None, ...]] = Counter()
    partitions = sorted({rule.partition for rule in rules})
    kept = []
    for at, own in enumerate(groups):
        kind = tuple(own.get(name) for name in partitions)
        if kinds[kind] < size:
            kept.append(at)
        kinds[kind] += 1
    if len(kept) < size:
        return None
    base = min(points[at] for at in kept)
    worth = np.array([int((points[at] - base).scaleb(6)) for at in kept], dtype=np.float64)
    member = np.array(
        [[float(groups[at].get(rule.partition) == rule.group) for at in kept] for rule in rules], dtype=np.float64
    )
    most = [float(size if rule.most is None else rule.most) for rule in rules]
    limits = [
        LinearConstraint(np.ones((1, len(kept))), size, size),
        LinearConstraint(member, [float(rule.least) for rule in rules], most),
    ]
    answer: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.zeros(len(kept), dtype=np.bool_)
    places = np.arange(len(kept), dtype=np.float64)
    for gain in (worth,) if total_only else (worth, -(places * 2.0**20 + places**2)):
        found = milp(
            -gain,
            integrality=np.ones(len(kept)),
            bounds=Bounds(0, 1),
            constraints=limits,
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        answer = np.round(found.x) > 0.5
        limits.append(LinearConstraint(gain[None, :], float(gain[answer].sum()) - 0.5, np.inf))
    return [kept[at] for at in np.flatnonzero(answer).tolist()]


def _clash(points: Sequence[Decimal], groups: Groups, rules: Sequence[GroupRule], size: int) -> list[GroupRule]:
    """A smallest clashing set: rules are dropped one by one as long as the rest still clashes."""
    clash = list(rules)
    for rule in rules:
        fewer = [one for one in clash if one is not rule]
        if fewer and _best(points, groups, fewer, size, total_only=True) is None:
            clash = fewer
    return clash


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
    sentences = []
    for rule in rules:
        fewer = [one for one in rules if one is not rule]
        freely = _best(points, groups, fewer, size, total_only=True)
        if freely is None or sum(points[at] for at in freely) == sum(points[at] for at in picked):
            continue
        other = choose(points, groups, fewer, size)
        gained = sorted(set(other) - set(picked))
        if gained:
            lost = sorted(set(picked) - set(other))
            sentences.append(
                f"without the rule {rule}, {listed(ids[at] for at in gained)} would be in "
                f"instead of {listed(ids[at] for at in lost)}"
            )
    return sentences
