"""What blocks an assignment: the submissions and members between which no arrangement exists (Hall 1935)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from awardapp.domain.selection.affinity import NO_AFFINITY, NO_LANGUAGE, SAME_COUNTRY, AffinityTable
from awardapp.domain.selection.errors import InfeasibleAssignment, listed
from awardapp.domain.selection.matching import Problem
from awardapp.domain.selection.panels import Bools, Ints


def _reasons(table: AffinityTable, rows: Sequence[int], columns: Sequence[int]) -> str:
    """How often each kind of bar stands between these submissions and these members: "declared 3, same
    country 5"."""
    kinds = Counter(table.kinds[kind] for kind in table.kind[np.ix_(rows, columns)].reshape(-1).tolist() if kind)
    return ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))


def _places(problem: Problem, allowed: Bools) -> Ints:
    """The largest panel of each submission from the allowed pairs, under the group rule."""
    count: Ints = allowed.sum(axis=1) if problem.caps is None else problem.caps.places(allowed)
    return count


def too_few_members(table: AffinityTable, problem: Problem) -> None:
    """Raise when a submission has fewer allowed members than readings to find."""
    places = _places(problem, problem.allowed)
    short = np.flatnonzero(places < problem.wanted).tolist()
    if not short:
        return
    names = [problem.submissions[row] for row in short]
    lacking = [f"{problem.submissions[row]} needs {problem.wanted[row]} and has {int(places[row])}" for row in short]
    reasons = _reasons(table, short, range(len(problem.members)))
    if (problem.allowed.sum(axis=1)[short] >= problem.wanted[short]).any():
        reasons += (", " if reasons else "") + "group rule of the panels"
    raise InfeasibleAssignment(
        "too few members",
        f"too few members may read: {listed(lacking, 5)}" + (f" (barred: {reasons})" if reasons else ""),
        submissions=names,
        members=[],
        lacking={problem.submissions[row]: (int(problem.wanted[row]), int(places[row])) for row in short},
        reasons=reasons,
        kinds=_kinds(table, short, range(len(problem.members))),
        repairs=_lifted_rules(table, problem, short),
    )


def _kinds(table: AffinityTable, rows: Sequence[int], columns: Sequence[int]) -> dict[str, int]:
    kinds = Counter(table.kinds[kind] for kind in table.kind[np.ix_(rows, columns)].reshape(-1).tolist() if kind)
    return dict(sorted(kinds.items()))


def _lifted_rules(table: AffinityTable, problem: Problem, short: Sequence[int]) -> list[tuple[str, int]]:
    """The rules each of which, if it were lifted alone, would give every one of these submissions enough members.

    Only what an organiser may decide: a declared conflict is never offered. Fewer readings are always a way: the
    largest number that all of them can have.
    """
    found: list[tuple[str, int]] = []
    wanted = problem.wanted[list(short)]
    for kind in (NO_AFFINITY, NO_LANGUAGE, SAME_COUNTRY):
        lifted = problem.allowed | ((table.kind == table.kinds.index(kind)) & ~problem.given)
        if (_places(problem, lifted)[list(short)] >= wanted).all() and (lifted != problem.allowed).any():
            found.append((kind, 0))
    if problem.caps is not None and (problem.allowed.sum(axis=1)[list(short)] >= wanted).all():
        found.append(("group rule", 0))
    missing = int((wanted - _places(problem, problem.allowed)[list(short)]).max())
    return [*found, ("more members", missing)]


def full_members(table: AffinityTable, problem: Problem, full: Sequence[int]) -> InfeasibleAssignment:
    """The error for a set of members that is full while submissions that depend on it still need readings.

    Every submission that cannot find its readings outside the set needs the rest from inside it; together
    they need more than the set may give. That is a proof anyone can check by counting. The cheapest repair by
    number of readings is to let the set give as many more as are missing.
    """
    inside = np.zeros(len(problem.members), dtype=np.bool_)
    inside[list(full)] = True
    need = np.maximum(problem.wanted - _places(problem, problem.allowed & ~inside[None, :]), 0)
    rows = np.flatnonzero(need).tolist()
    submissions = [problem.submissions[row] for row in rows]
    members = [problem.members[at] for at in full]
    may = int(problem.most[inside].sum())
    outside = np.flatnonzero(~inside).tolist()
    reasons = _reasons(table, rows, outside)
    whole = len(members) == len(problem.members)
    return InfeasibleAssignment(
        "loads",
        f"{len(submissions)} submissions ({listed(submissions, 5)}) need {int(need.sum())} readings from "
        + (f"the {len(members)} members" if whole else f"members {listed(members)}")
        + f", who may give {may}"
        + (f"; the other members are barred or in use already ({reasons})" if reasons else ""),
        submissions=submissions,
        members=members,
        needed=int(need.sum()),
        available=may,
        reasons=reasons,
        kinds=_kinds(table, rows, outside),
        repairs=[("loads", int(need.sum()) - may)],
    )
