"""Giving each valid submission its readers: the draft, computed, thrown away or computed again. See assignment_release."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.selection.canonical import dumps
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.profiles import AssignmentPlan
from awardapp.domain.selection.reassigning import (
    AssignmentInputs,
    AssignmentStep,
    Change,
    GivenPair,
    changed,
    compute,
    pairs_digest,
)
from awardapp.domain.selection.rounds import contenders
from awardapp.extensions import db
from awardapp.models import (
    Assignment,
    AssignmentChange,
    AssignmentDraft,
    Cycle,
    DraftState,
    Membership,
    Submission,
    User,
    WorkStatus,
)
from awardapp.queries import people as people_queries
from awardapp.queue import TaskName, enqueue_after_commit
from awardapp.services import audit, suspicions, work
from awardapp.services.assignment_conflicts import conflicts
from awardapp.services.assignment_inputs import (
    Gathered,
    gather,
    inputs_of,
    unfinished,
)
from awardapp.services.locks import lock_row

__all__ = [
    "AT_ONCE",
    "bound_load",
    "changes_of",
    "conflicts",
    "discard",
    "live_draft",
    "next_round",
    "propose",
    "recompute",
    "run",
    "steps",
]

log = logging.getLogger(__name__)

AT_ONCE = 20_000  # pairs of submission and member up to which a draft is computed while the page waits

TOO_EARLY = N_("Files are assigned once the committee's phase has begun.")


def live_draft(cycle: Cycle) -> AssignmentDraft | None:
    """The one draft that is being computed or worked on."""
    return db.session.scalars(
        select(AssignmentDraft).where(AssignmentDraft.cycle_id == cycle.id, AssignmentDraft.live.is_(True))
    ).one_or_none()


def next_round(cycle: Cycle) -> int | None:
    """The number of the later round that could be drafted next, None before the first release and after the last round."""
    last = db.session.scalar(
        select(AssignmentDraft.round)
        .where(AssignmentDraft.cycle_id == cycle.id, AssignmentDraft.state == DraftState.RELEASED)
        .order_by(AssignmentDraft.id.desc())
        .limit(1)
    )
    return last + 1 if last is not None and last < cycle.rules.rounds else None


def propose(
    *, actor: User, cycle: Cycle, now: datetime, opens_round: bool = False, relieves: bool = False
) -> AssignmentDraft:
    """Compute a draft assignment, or have the worker compute a large one; an earlier draft is thrown away.

    Released readings stay and are built upon. With `opens_round` the next later round is drafted; with `relieves` members
    without files take over files that nobody has opened. A draft whose rules cannot be met is kept as impossible, with
    what blocks. Raises NotPermitted, IllegalTransition in another phase, RuleViolation when a declaration is missing or
    a later round would begin too early.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(TOO_EARLY)
    silent = [m.user.name for m in people_queries.members(cycle, Role.COMMITTEE) if m.conflicts_declared_at is None]
    if silent:
        raise RuleViolation(
            N_("These members have not declared their conflicts of interest yet: %(names)s."), names=", ".join(silent)
        )
    if opens_round:
        _check_round(cycle)
    suspicions.find(cycle, now=now)
    _throw_away(cycle)
    try:
        gathered = gather(cycle, opens_round=opens_round, relieves=relieves)
    except SelectionError as error:
        raise RuleViolation(N_("No assignment is possible under these rules: %(why)s"), why=str(error)) from error
    draft = AssignmentDraft(
        cycle_id=cycle.id,
        round=gathered.inputs.number,
        opens_round=opens_round,
        live=True,
        inputs=dumps(gathered.inputs.to_json()).decode(),
        inputs_sha256=gathered.inputs.digest,
        figures={"causes": gathered.causes},
        created_by=actor.id,
        created_at=now,
    )
    db.session.add(draft)
    db.session.flush()
    audit.record(
        actor=actor,
        action="assignment.propose",
        object=f"assignment_draft:{draft.id}",
        cycle_id=cycle.id,
        now=now,
        details={"round": draft.round, "inputs_sha256": draft.inputs_sha256},
    )
    if len(gathered.inputs.submissions) * len(gathered.inputs.members) <= AT_ONCE:
        run(draft, now=now, gathered=gathered)
    else:
        enqueue_after_commit(TaskName.COMPUTE_ASSIGNMENT, draft.id)
    return draft


def _check_round(cycle: Cycle) -> None:
    if next_round(cycle) is None:
        raise RuleViolation(N_("The rules name no further round of reading now."))
    left = unfinished(cycle)
    if left:
        raise RuleViolation(
            N_("A later round begins when every reading of the round before is finished; %(n)d are not."), n=left
        )


def _throw_away(cycle: Cycle) -> None:
    """The live draft, if there is one, becomes history; its pairs go."""
    for draft in db.session.scalars(
        select(AssignmentDraft).where(AssignmentDraft.cycle_id == cycle.id, AssignmentDraft.live.is_(True))
    ):
        draft.state = DraftState.DISCARDED
        draft.status = WorkStatus.DONE
        draft.live = None
    db.session.execute(delete(Assignment).where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_(None)))
    db.session.flush()


def run(draft: AssignmentDraft, *, now: datetime, gathered: Gathered | None = None) -> None:
    """Compute a draft from its own inputs and store what came out, or what blocks."""
    inputs = gathered.inputs if gathered is not None else inputs_of(draft)
    try:
        plan = compute(inputs)
    except SelectionError as error:
        impossible(draft, error, now=now)
        return
    store(draft, inputs, plan, now=now)


def still_wanted(draft: AssignmentDraft) -> bool:
    """Whether nobody threw the draft away while it was computed; locks it until the transaction ends."""
    lock_row(draft)
    return draft.state is DraftState.COMPUTING


def impossible(draft: AssignmentDraft, error: SelectionError, *, now: datetime) -> None:
    """Note that no assignment keeps the rules, and what blocks."""
    draft.state = DraftState.IMPOSSIBLE
    draft.figures = {"code": error.code, "why": str(error), "blocking": _plain(error.params)}
    work.finish(draft, now=now)


def _plain(value: Any) -> Any:
    """Tuples as lists and anything unknown as text: what JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def store(draft: AssignmentDraft, inputs: AssignmentInputs, plan: AssignmentPlan, *, now: datetime) -> None:
    """Write a computed plan: its new pairs as unreleased readings, its figures and digest."""
    files = select(Submission.pseudonym, Submission.id).where(Submission.cycle_id == draft.cycle_id)
    submission_ids = {name: row_id for name, row_id in db.session.execute(files)}
    people = select(Membership.pseudonym, Membership.id).where(Membership.cycle_id == draft.cycle_id)
    member_ids = {name: row_id for name, row_id in db.session.execute(people)}
    kept = {*inputs.fixed, *inputs.movable}
    pairs = {(pair.submission, pair.member) for pair in plan.pairs}
    db.session.add_all(
        Assignment(
            cycle_id=draft.cycle_id,
            submission_id=submission_ids[pair.submission],
            membership_id=member_ids[pair.member],
            draft_id=draft.id,
            position=position(inputs.rules.seed, pair.submission, pair.member),
            affinity=int(pair.affinity.scaleb(6)),
            reasons={"affinity": str(pair.affinity), "themes": list(pair.themes), "languages": list(pair.languages)},
            created_at=now,
        )
        for pair in plan.pairs
        if (pair.submission, pair.member) not in kept
    )
    draft.figures = {
        "causes": draft.figures.get("causes", {}),
        "total": _millionths(plan.total),
        "best_total": _millionths(plan.best_total),
        "weakest": _millionths(plan.weakest.affinity),
        "weakest_of": plan.weakest.submission,
        "weakest_bound": _millionths(plan.weakest_bound),
        "tail_level": _millionths(plan.tail_level),
        "new": len(pairs - kept),
        "fixed": len(pairs & kept),
        "moved": [list(pair) for pair in sorted(set(inputs.movable) - pairs)],
        "gave_way": [[load.member, load.readings] for load in plan.loads if load.readings < load.least],
        "bounds": {load.member: [load.least, load.most] for load in plan.loads},
        "beyond": plan.beyond,
        "zero": sum(1 for pair in plan.pairs if not pair.affinity and not pair.fixed),
        "prices": {member: _millionths(price) for member, price in plan.prices},
        "contenders": [
            [one.submission, one.times_in_first, one.draws]
            for one in (contenders(inputs.contest, [s.id for s in inputs.submissions]) if inputs.contest else ())
        ],
    }
    draft.result_sha256 = draft.figures["computed_sha256"] = pairs_digest(pairs)
    draft.state = DraftState.DRAFT
    draft.stage = "done"
    work.finish(draft, now=now)


def _millionths(value: Any) -> int:
    return int(value.scaleb(6))


def position(seed: str, submission: str, member: str) -> int:
    """The place of a file in its reader's own order, so that no city is always read last."""
    return int(hashlib.sha256(f"{seed}:{member}:{submission}".encode()).hexdigest()[:7], 16)


def changes_of(draft: AssignmentDraft) -> list[AssignmentChange]:
    """The changes made by hand, in their order, with who made them."""
    return list(
        db.session.scalars(
            select(AssignmentChange)
            .options(joinedload(AssignmentChange.author))
            .where(AssignmentChange.draft_id == draft.id)
            .order_by(AssignmentChange.number)
        )
    )


def discard(*, actor: User, cycle: Cycle, now: datetime) -> None:
    """Throw the draft away; its digest and inputs are kept as history. Raises NotPermitted, RuleViolation without a draft."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    draft = live_draft(cycle)
    if draft is None:
        raise RuleViolation(N_("There is no drafted assignment."))
    _throw_away(cycle)
    audit.record(
        actor=actor,
        action="assignment.discard",
        object=f"assignment_draft:{draft.id}",
        cycle_id=cycle.id,
        now=now,
        details={"result_sha256": draft.result_sha256},
    )


def recompute(*, actor: User, cycle: Cycle, draft: AssignmentDraft, now: datetime) -> str:
    """Compute a stored draft once more from its seed and inputs, with its changes by hand; returns the digest.

    Nothing is changed; that it was done, and what came out, is recorded. Raises NotPermitted.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    step = _step(draft)
    pairs: set[GivenPair] = {(one.submission, one.member) for one in compute(step.inputs).pairs}
    found = pairs_digest(changed(pairs, step.changes))
    audit.record(
        actor=actor,
        action="assignment.recompute",
        object=f"assignment_draft:{draft.id}",
        cycle_id=cycle.id,
        now=now,
        details={"expected": draft.result_sha256, "found": found},
    )
    return found


def _step(draft: AssignmentDraft) -> AssignmentStep:
    changes = tuple(Change.from_json(one.content) for one in changes_of(draft))
    return AssignmentStep(inputs_of(draft), changes, draft.result_sha256 or "")


def steps(cycle: Cycle, *, last: AssignmentDraft | None = None) -> list[AssignmentStep]:
    """Every released draft of a cycle as the record carries it (see domain.selection.reassigning.reassign).

    With `last` those before that draft, and the draft itself, released or not.
    """
    query = (
        select(AssignmentDraft)
        .where(AssignmentDraft.cycle_id == cycle.id, AssignmentDraft.state == DraftState.RELEASED)
        .order_by(AssignmentDraft.id)
    )
    if last is not None:
        query = query.where(AssignmentDraft.id < last.id)
    drafts = [*db.session.scalars(query), *([last] if last is not None else [])]
    return [_step(draft) for draft in drafts]


def bound_load(*, actor: User, cycle: Cycle, member: Membership, least: str, most: str, now: datetime) -> None:
    """Set a member's own bounds on the number of readings, from text as typed; empty: those of the rules.

    Raises NotPermitted, RuleViolation for what is no number or contradicts itself.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    numbers: list[int | None] = []
    for text in (least, most):
        if text and not (text.isascii() and text.isdigit() and int(text) <= 1_000_000):
            raise RuleViolation(N_("A number of files is a whole number."), field="most")
        numbers.append(int(text) if text else None)
    low, high = numbers
    if low is not None and high is not None and low > high:
        raise RuleViolation(N_("The lowest load cannot exceed the highest."), field="most")
    before = [member.load_least, member.load_most]
    member.load_least, member.load_most = low, high
    db.session.flush()
    audit.record(
        actor=actor,
        action="assignment.bound_load",
        object=f"membership:{member.id}",
        cycle_id=cycle.id,
        now=now,
        details={"before": before, "after": [low, high]},
    )
