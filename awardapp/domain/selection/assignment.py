"""Who reads what: the assignment of submissions to committee members, with the reasons and the proofs.

The objective and its order (largest total, then weakest panel, then the tail within a stated price) are
described in `matching`; this module turns profiles into that problem, names what blocks an impossible one,
and explains the result.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction

import numpy as np

from awardapp.domain.selection.affinity import (
    NO_AFFINITY,
    NO_LANGUAGE,
    AffinityTable,
    affinity_table,
    millionths,
    repeated,
)
from awardapp.domain.selection.blocking import full_members, too_few_members
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.flow import Blocked
from awardapp.domain.selection.matching import Problem, Solution, solve
from awardapp.domain.selection.panels import Bools, Ints, PanelCaps
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
    movable: Sequence[tuple[str, str]] = (),
    newcomers: Collection[str] = (),
    reached: Callable[[str], None] = lambda _stage: None,
) -> AssignmentPlan:
    """The best assignment under the rules; the same for the same input in any order.

    `fixed` are (submission, member) pairs that stay (work begun, an earlier round, a manual choice) and count
    towards readings and loads. `readings` overrides `rules.per_submission` for some submissions, as in a
    second round. `movable` pairs stay too, unless one of the `newcomers` (members) takes the file over. `reached` is
    told how far the computation is ("total", "weakest", "tail"). Raises BadInput for input that makes no sense and
    InfeasibleAssignment, naming what blocks, when there is no answer.
    """
    table = affinity_table(submissions, members, conflicts, rules)
    beyond = 0
    while True:
        problem = _problem(table, rules, fixed, readings or {}, movable, newcomers, beyond)
        too_few_members(table, problem)
        try:
            return _plan(table, problem, solve(problem, reached=reached), rules, beyond)
        except Blocked as blocked:
            # a bound that nobody stated, only taken from the mean, gives way before the assignment is called impossible
            is_stated = (rules.most is not None and not rules.level_loads) or all(
                one.most is not None for one in members
            )
            if is_stated or beyond > len(submissions):
                raise full_members(table, problem, blocked.members) from None
            beyond = 2 * beyond + 1


def _problem(
    table: AffinityTable,
    rules: AssignmentRules,
    fixed: Sequence[tuple[str, str]],
    readings: Mapping[str, int],
    movable: Sequence[tuple[str, str]],
    newcomers: Collection[str],
    beyond: int,
) -> Problem:
    submissions = tuple(one.id for one in table.submissions)
    members = tuple(one.id for one in table.members)
    twice = repeated([f"{submission} / {member}" for submission, member in (*fixed, *movable)])
    if twice:
        raise BadInput("duplicate", f"fixed pair given more than once: {listed(twice)}", pairs=twice)
    given, loose = _marked(table, fixed), _marked(table, movable)
    unknown = sorted(set(readings) - set(submissions)) + sorted(set(newcomers) - set(members))
    if unknown:
        raise BadInput("unknown", f"readings are set for unknown submissions: {listed(unknown)}", submissions=unknown)
    total = np.array([readings.get(one, rules.per_submission) for one in submissions], dtype=np.int64)
    short = np.flatnonzero(total > (given | loose).sum(axis=1))
    given[short] |= loose[short]  # who lacks readers gets new ones and keeps those it has
    loose[short] = False
    wanted = total - given.sum(axis=1)
    wrong = [submissions[at] for at in np.flatnonzero((total < 0) | (wanted < loose.sum(axis=1))).tolist()]
    if wrong:
        raise BadInput(
            "too many fixed",
            f"fewer readings are asked for than are fixed (or fewer than none): {listed(wrong)}",
            submissions=wrong,
        )
    if not (Fraction(0) <= Fraction(rules.price) <= 1 and Fraction(0) <= Fraction(rules.beta) <= 1):
        raise BadInput("rules", f"price and beta must be from 0 to 1: {rules.price}, {rules.beta}")
    new: Bools = np.array([one in newcomers for one in members], dtype=np.bool_)
    open_to = np.where(loose.sum(axis=1, keepdims=True) > 0, loose | new[None, :], True)
    least, most = _bounds(table.members, int(total.sum()), rules, beyond)
    used = given.sum(axis=0)
    caps = _caps(table, rules, total)
    return Problem(
        submissions=submissions,
        members=members,
        affinity=table.affinity,
        allowed=table.allowed & ~given & open_to,
        given=given,
        wanted=wanted,
        least=np.maximum(least - used, 0),
        most=np.maximum(most - used, 0),  # readings that stay are not taken back for the sake of a bound
        caps=caps.without(given) if caps is not None else None,
        price=Fraction(rules.price),
        beta=Fraction(rules.beta),
        seed=rules.seed,
    )


def _marked(table: AffinityTable, pairs: Sequence[tuple[str, str]]) -> Bools:
    """The pairs as a table; each must be known and not barred."""
    row = {one.id: at for at, one in enumerate(table.submissions)}
    column = {one.id: at for at, one in enumerate(table.members)}
    marked = np.zeros(table.affinity.shape, dtype=np.bool_)
    for submission, member in pairs:
        if submission not in row or member not in column:
            raise BadInput(
                "unknown", f"a fixed pair names {submission} and {member}, which are not both in the assignment"
            )
        kind = table.kinds[table.kind[row[submission], column[member]]]
        if kind not in ("", NO_AFFINITY, NO_LANGUAGE):
            raise BadInput(
                "conflict",
                f"member {member} is fixed to submission {submission} but barred from it: {kind}",
                submission=submission,
                member=member,
                kind=kind,
            )
        marked[row[submission], column[member]] = True
    return marked


def _caps(table: AffinityTable, rules: AssignmentRules, total: Ints) -> PanelCaps | None:
    """The group rule of the panels. Raises BadInput for two rules that cross."""
    if rules.one_per_region and rules.one_reads_language:
        raise BadInput(
            "crossing rules",
            "one member of a region at most and one reader of the language at least are two rules that cross; "
            "keep one of them, or require the language of every reader",
        )
    size = len(table.members)
    if rules.one_per_region:
        # a member whose region is not known is alone in a group
        regions = [one.region or f"?{one.id}" for one in table.members]
        number = {region: at for at, region in enumerate(dict.fromkeys(regions))}
        group = np.broadcast_to(np.array([number[one] for one in regions], dtype=np.int64), table.affinity.shape)
        return PanelCaps(group, np.ones((len(total), max(len(number), 1)), dtype=np.int64))
    if rules.one_reads_language:
        strangers = (table.language == 0).astype(np.int64)
        most = np.stack([np.full(len(total), size), np.maximum(total - 1, 0)], axis=1).astype(np.int64)
        return PanelCaps(strangers, most)
    return None


def _bounds(members: Sequence[MemberProfile], readings: int, rules: AssignmentRules, beyond: int) -> tuple[Ints, Ints]:
    """Load bounds: a member's own, else those of the rules, else 0.9 and 1.1 of the mean load rounded outwards.

    The mean is over those who do not have a smaller largest load of their own. `beyond`: by how much a largest load that
    is only taken from the mean is exceeded.
    """
    small = sorted(one.most for one in members if one.most is not None)
    count, left = len(members), readings
    for most in small:
        if count > 1 and most * count < left:
            count, left = count - 1, left - most
    count = max(count, 1)
    lowest, highest = left * 9 // (count * 10), -(-left * 11 // (count * 10))
    if rules.level_loads:
        lowest, highest = left // count, -(-left // count)
    else:
        highest = highest if rules.most is None else rules.most
    if rules.most is None or rules.level_loads:
        highest += beyond
    if not rules.level_loads:
        lowest = min(lowest, highest) if rules.least is None else rules.least
    least: list[int] = []
    most_of: list[int] = []
    for one in members:
        top = highest if one.most is None else one.most
        top = max(top, one.least or 0) if one.most is None else top
        bottom = min(lowest, top) if one.least is None else one.least
        if not 0 <= bottom <= top:
            raise BadInput(
                "load", f"the load of member {one.id} must be from 0 up: least {bottom}, most {top}", member=one.id
            )
        least.append(bottom)
        most_of.append(top)
    return np.array(least, dtype=np.int64), np.array(most_of, dtype=np.int64)


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


def _plan(
    table: AffinityTable, problem: Problem, solution: Solution, rules: AssignmentRules, beyond: int
) -> AssignmentPlan:
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
        notes=_notes(problem, solution, pairs, beyond),
        seed=rules.seed,
        beyond=beyond,
    )


def _notes(problem: Problem, solution: Solution, pairs: Sequence[Pair], beyond: int) -> tuple[str, ...]:
    notes = []
    if beyond:
        notes.append(f"the largest load taken from the mean was not enough and was exceeded by up to {beyond}")
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
