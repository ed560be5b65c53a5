"""What blocks an assignment: the submissions and members between which no arrangement exists (Hall 1935)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from awardapp.domain.selection.affinity import AffinityTable
from awardapp.domain.selection.errors import InfeasibleAssignment, listed
from awardapp.domain.selection.matching import Problem


def _reasons(table: AffinityTable, rows: Sequence[int], columns: Sequence[int]) -> str:
    """How often each kind of bar stands between these submissions and these members: "declared 3, same
    country 5"."""
    kinds = Counter(table.kinds[kind] for kind in table.kind[np.ix_(rows, columns)].reshape(-1).tolist() if kind)
    return ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))


def too_few_members(table: AffinityTable, problem: Problem) -> None:
    """Raise when a submission has fewer allowed members than readings to find."""
    short = np.flatnonzero(problem.allowed.sum(axis=1) < problem.wanted).tolist()
    if not short:
        return
    names = [problem.submissions[row] for row in short]
    lacking = [
        f"{problem.submissions[row]} needs {problem.wanted[row]} and has {int(problem.allowed[row].sum())}"
        for row in short
    ]
    reasons = _reasons(table, short, range(len(problem.members)))
    raise InfeasibleAssignment(
        "too few members",
        f"too few members may read: {listed(lacking, 5)}" + (f" (barred: {reasons})" if reasons else ""),
        submissions=names,
        members=[],
        reasons=reasons,
    )


def full_members(table: AffinityTable, problem: Problem, full: Sequence[int]) -> InfeasibleAssignment:
    """The error for a set of members that is full while submissions that depend on it still need readings.

    Every submission that cannot find its readings outside the set needs the rest from inside it; together
    they need more than the set may give. That is a proof anyone can check by counting.
    """
    inside = np.zeros(len(problem.members), dtype=np.bool_)
    inside[list(full)] = True
    need = np.maximum(problem.wanted - (problem.allowed & ~inside[None, :]).sum(axis=1), 0)
    rows = np.flatnonzero(need).tolist()
    submissions = [problem.submissions[row] for row in rows]
    members = [problem.members[at] for at in full]
    may = int(problem.most[inside].sum())
    reasons = _reasons(table, rows, np.flatnonzero(~inside).tolist())
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
    )
