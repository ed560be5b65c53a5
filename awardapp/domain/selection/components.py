"""Which submissions and members are joined by assessments: offsets can be compared only inside one
component."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from awardapp.domain.selection.errors import listed

Component = tuple[tuple[str, ...], tuple[str, ...]]


def connected(pairs: Iterable[tuple[str, str]]) -> tuple[Component, ...]:
    """The components of the graph of (submission, member) pairs, the largest first, each as sorted ids."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def top(node: tuple[str, str]) -> tuple[str, str]:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for submission, member in pairs:
        left, right = ("submission", submission), ("member", member)
        parent.setdefault(left, left)
        parent.setdefault(right, right)
        parent[top(left)] = top(right)
    groups: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for node in sorted(parent):
        group = groups.setdefault(top(node), ([], []))
        group[0 if node[0] == "submission" else 1].append(node[1])
    found = [(tuple(submissions), tuple(members)) for submissions, members in groups.values()]
    return tuple(sorted(found, key=lambda one: (-len(one[0]), one)))


def joined_by_few(components: Sequence[Component], pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Sentences about parts that are not joined, and about a pair of members' only bridge."""
    notes = []
    if len(components) > 1:
        parts = "; ".join(f"{len(one[0])} submissions with {listed(one[1], 4)}" for one in components)
        notes.append(
            f"the assessments fall into {len(components)} parts that share no member and no submission ({parts}): "
            f"severity compares only inside a part; {len(components) - 1} more assessments would join them"
        )
    weak, alone = hardly_compared(pairs)
    if weak:
        notes.append(f"compared with others on one submission only, so the severity is hardly known: {listed(weak)}")
    if alone:
        notes.append(f"shares no submission with anybody, so no severity can be told: {listed(alone)}")
    return notes


def hardly_compared(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Members who share one submission only with others, and those who share none."""
    reads = Counter(submission for submission, _ in pairs)
    bridges: Counter[str] = Counter()
    for submission, member in pairs:
        bridges[member] += reads[submission] > 1
    weak = sorted(member for member, shared in bridges.items() if shared == 1)
    alone = sorted(member for member, shared in bridges.items() if shared == 0)
    return weak, alone


def bridges(components: Sequence[Component], barred: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fewest further readings (submission, member) that join the parts: one for each part beside the first, of one of
    its submissions by a member of the first part who is not barred from it, or the other way round. A part that bars leave
    no such reading for is left out.
    """
    found: list[tuple[str, str]] = []
    if not components:
        return found
    submissions, members = components[0]
    for others, readers in components[1:]:
        possible = [
            *((submission, member) for submission in others for member in members),
            *((submission, member) for submission in submissions for member in readers),
        ]
        found += [pair for pair in possible if pair not in barred][:1]
    return found
