"""Who reads what: the assignment of submissions to committee members, with the reasons and the proofs.

The objective and its order (largest total, then weakest panel, then the tail within a stated price) are
described in `matching`; this module turns profiles into that problem, names what blocks an impossible one,
and explains the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from awardapp.domain.selection.affinity import NO_AFFINITY, AffinityTable, affinity_table, millionths, repeated
from awardapp.domain.selection.blocking import full_members, too_few_members
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.exchange import Ints
from awardapp.domain.selection.flow import Blocked
from awardapp.domain.selection.matching import Problem, Solution, solve
from awardapp.domain.selection.profiles import (
    AssignmentPlan,
    AssignmentRules,
    Barred,
    Conflict,
    Load,
    MemberProfile,
    Pair,
    Panel,
    SubmissionProfile,
)

__all__ = [
    "AssignmentPlan",
    "AssignmentRules",
    "Barred",
    "Conflict",
    "Load",
    "MemberProfile",
    "Pair",
    "Panel",
    "SubmissionProfile",
    "assign",
]


def assign(
    submissions: Sequence[SubmissionProfile],
    members: Sequence[MemberProfile],
    conflicts: Sequence[Conflict],
    rules: AssignmentRules,
    *,
    fixed: Sequence[tuple[str, str]] = (),
    readings: Mapping[str, int] | None = None,
) -> AssignmentPlan:
    """The best assignment under the rules; the same for the same input in any order.

    `fixed` are (submission, member) pairs that stay (work begun, an earlier round, a manual choice) and count
    towards readings and loads. `readings` overrides `rules.per_submission` for some submissions, as in a
    second round. Raises BadInput for input that makes no sense and InfeasibleAssignment, naming what blocks,
    when there is no answer.
    """
    table = affinity_table(submissions, members, conflicts, rules)
    problem = _problem(table, rules, fixed, readings or {})
    too_few_members(table, problem)
    try:
        solution = solve(problem)
    except Blocked as blocked:
        raise full_members(table, problem, blocked.members) from None
    return _plan(table, problem, solution, rules)


def _problem(
    table: AffinityTable, rules: AssignmentRules, fixed: Sequence[tuple[str, str]], readings: Mapping[str, int]
) -> Problem:
    submissions = tuple(one.id for one in table.submissions)
    members = tuple(one.id for one in table.members)
    row = {one: at for at, one in enumerate(submissions)}
    column = {one: at for at, one in enumerate(members)}
    given = np.zeros(table.affinity.shape, dtype=np.bool_)
    twice = repeated([f"{submission} / {member}" for submission, member in fixed])
    if twice:
        raise BadInput("duplicate", f"fixed pair given more than once: {listed(twice)}", pairs=twice)
    for submission, member in fixed:
        if submission not in row or member not in column:
            raise BadInput(
                "unknown", f"a fixed pair names {submission} and {member}, which are not both in the assignment"
            )
        kind = table.kinds[table.kind[row[submission], column[member]]]
        if kind not in ("", NO_AFFINITY):
            raise BadInput(
                "conflict",
                f"member {member} is fixed to submission {submission} but barred from it: {kind}",
                submission=submission,
                member=member,
                kind=kind,
            )
        given[row[submission], column[member]] = True
    unknown = sorted(set(readings) - set(row))
    if unknown:
        raise BadInput("unknown", f"readings are set for unknown submissions: {listed(unknown)}", submissions=unknown)
    total = np.array([readings.get(one, rules.per_submission) for one in submissions], dtype=np.int64)
    wanted = total - given.sum(axis=1)
    wrong = [submissions[at] for at in np.flatnonzero((total < 0) | (wanted < 0)).tolist()]
    if wrong:
        raise BadInput(
            "too many fixed",
            f"fewer readings are asked for than are fixed (or fewer than none): {listed(wrong)}",
            submissions=wrong,
        )
    if not (Fraction(0) <= Fraction(rules.price) <= 1 and Fraction(0) <= Fraction(rules.beta) <= 1):
        raise BadInput("rules", f"price and beta must be from 0 to 1: {rules.price}, {rules.beta}")
    least, most = _bounds(table.members, int(total.sum()))
    used = given.sum(axis=0)
    over = [f"{one} ({used[at]} of {most[at]})" for at, one in enumerate(members) if used[at] > most[at]]
    if over:
        raise BadInput("too many fixed", f"fixed readings exceed a member's largest load: {listed(over)}", members=over)
    return Problem(
        submissions=submissions,
        members=members,
        affinity=table.affinity,
        allowed=table.allowed & ~given,
        given=given,
        wanted=wanted,
        least=np.maximum(least - used, 0),
        most=most - used,
        price=Fraction(rules.price),
        beta=Fraction(rules.beta),
        seed=rules.seed,
    )


def _bounds(members: Sequence[MemberProfile], readings: int) -> tuple[Ints, Ints]:
    """Load bounds: as stated, else 0.9 and 1.1 of the mean load rounded outwards."""
    count = max(len(members), 1)
    lowest, highest = readings * 9 // (count * 10), -(-readings * 11 // (count * 10))
    least: list[int] = []
    most: list[int] = []
    for one in members:
        top = highest if one.most is None else one.most
        bottom = min(lowest, top) if one.least is None else one.least
        if not 0 <= bottom <= top:
            raise BadInput(
                "load", f"the load of member {one.id} must be from 0 up: least {bottom}, most {top}", member=one.id
            )
        least.append(bottom)
        most.append(max(top, bottom) if one.most is None else top)
    return np.array(least, dtype=np.int64), np.array(most, dtype=np.int64)


def _pair(table: AffinityTable, row: int, column: int, fixed: bool) -> Pair:
    submission, member = table.submissions[row], table.members[column]
    return Pair(
        submission=submission.id,
        member=member.id,
        affinity=millionths(table.affinity[row, column]),
        theme=millionths(table.theme[row, column]),
        language=millionths(table.language[row, column]),
        themes=tuple(sorted(set(submission.themes) & {name for name, weight in member.themes.items() if weight})),
        languages=tuple(sorted(set(submission.languages) & set(member.languages))),
        fixed=fixed,
    )


def _plan(table: AffinityTable, problem: Problem, solution: Solution, rules: AssignmentRules) -> AssignmentPlan:
    chosen = solution.held.T | problem.given
    rows, columns = np.nonzero(chosen)
    pairs = tuple(
        _pair(table, row, column, bool(problem.given[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    used = problem.given.sum(axis=0)
    loads = tuple(
        Load(one, int(count), int(least), int(most))
        for one, count, least, most in zip(
            problem.members, chosen.sum(axis=0), problem.least + used, problem.most + used, strict=True
        )
    )
    panels = tuple(
        Panel(
            one,
            tuple(problem.members[at] for at in np.flatnonzero(chosen[row]).tolist()),
            millionths(solution.sums[row]),
            millionths(solution.own_best[row]),
        )
        for row, one in enumerate(problem.submissions)
    )
    barred_rows, barred_columns = np.nonzero(table.kind)
    barred = tuple(
        Barred(
            problem.submissions[row],
            problem.members[column],
            table.kinds[table.kind[row, column]],
            millionths(table.affinity[row, column]),
        )
        for row, column in zip(barred_rows.tolist(), barred_columns.tolist(), strict=True)
    )
    empty = Panel("", (), millionths(0), millionths(0))
    return AssignmentPlan(
        pairs=pairs,
        barred=barred,
        loads=loads,
        panels=panels,
        total=millionths(int(solution.sums.sum())),
        best_total=millionths(solution.best_total),
        prices=tuple((one, millionths(price)) for one, price in zip(problem.members, solution.prices, strict=True)),
        weakest=min(panels, key=lambda one: (one.affinity, one.submission), default=empty),
        weakest_bound=min((one.own_best for one in panels), default=millionths(0)),
        tail_level=millionths(solution.tail_level),
        notes=_notes(problem, solution, pairs),
        seed=rules.seed,
    )


def _notes(problem: Problem, solution: Solution, pairs: Sequence[Pair]) -> tuple[str, ...]:
    notes = []
    for at, reached in solution.gave_way:
        given = int(problem.given[:, at].sum())
        notes.append(
            f"member {problem.members[at]} cannot be given {problem.least[at] + given} readings "
            f"without breaking another rule and has {reached + given}"
        )
    zero = [f"{pair.submission} / {pair.member}" for pair in pairs if not pair.affinity]
    if zero:
        notes.append(f"pairs of affinity 0 in use: {listed(zero)}")
    spent = solution.best_total - int(solution.sums.sum())
    if spent:
        weakest = solution.best_total - solution.total_after_weakest
        notes.append(
            f"of the best total {millionths(solution.best_total)}, {millionths(weakest)} was spent "
            f"on the weakest panel and {millionths(spent - weakest)} on the tail"
        )
    return tuple(notes)
