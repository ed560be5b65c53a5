"""Changing a draft by hand: made with a reason, and recorded with what it cost (see assignment_prices)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.selection.reassigning import Change, GivenPair, changed, pairs_digest
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
)
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.assignment_prices import Standing, affinities, fits, price, standing
from awardapp.services.assignments import live_draft, position
from awardapp.services.locks import lock_row


def change(
    *, actor: User, cycle: Cycle, change: Change, reason: str, now: datetime, seen: str | None = None
) -> AssignmentChange:
    """Make a change of the live draft by hand and record what it cost. `seen`: the digest of the draft it was chosen in.

    Raises NotPermitted, RuleViolation (no draft, another draft than was seen, a barred pair, no reason).
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    draft = live_draft(cycle)
    if draft is None or draft.state is not DraftState.DRAFT:
        raise RuleViolation(N_("There is no drafted assignment."))
    if seen is not None and seen != draft.result_sha256:
        raise RuleViolation(
            N_("The draft has changed since you opened this page. Look at it again; nothing was changed.")
        )
    if not change.removed and not change.added:
        raise RuleViolation(N_("Choose who is to read the file."), field="into")
    if not reason.strip():
        raise RuleViolation(N_("Say why; the reason is kept with the assignment."), field="reason")
    at = standing(draft)
    fitting = affinities(at, change)
    cost = price(at, change, fitting)
    _carry_out(draft, at, change, fitting, now=now)
    number = db.session.scalar(
        select(func.count()).select_from(AssignmentChange).where(AssignmentChange.draft_id == draft.id)
    )
    row = AssignmentChange(
        draft_id=draft.id,
        number=(number or 0) + 1,
        content=change.to_json(),
        figures={
            "total_before": cost.total_before,
            "total": cost.total,
            "weakest_before": cost.weakest_before,
            "weakest": cost.weakest,
        },
        reason=reason.strip(),
        changed_by=actor.id,
        changed_at=now,
    )
    db.session.add(row)
    draft.result_sha256 = pairs_digest(changed(at.pairs, [change]))
    draft.figures = {
        **draft.figures,
        "total": cost.total,
        "weakest": cost.weakest,
        "weakest_of": cost.weakest_of,
        "new": draft.figures["new"] + len(change.added) - len(change.removed),
    }
    db.session.flush()
    audit.record(
        actor=actor,
        action="assignment.change",
        object=f"assignment_draft:{draft.id}",
        cycle_id=cycle.id,
        reason=row.reason,
        now=now,
        details={"number": row.number, **change.to_json(), "result_sha256": draft.result_sha256},
    )
    return row


def _carry_out(
    draft: AssignmentDraft, at: Standing, change: Change, fitting: Mapping[GivenPair, int], *, now: datetime
) -> None:
    submissions = _ids(Submission, draft.cycle_id, [one for one, _ in (*change.removed, *change.added)])
    members = _ids(Membership, draft.cycle_id, [one for _, one in (*change.removed, *change.added)])
    for submission, member in change.removed:
        db.session.execute(
            delete(Assignment).where(
                Assignment.draft_id == draft.id,
                Assignment.released_at.is_(None),
                Assignment.submission_id == submissions[submission],
                Assignment.membership_id == members[member],
            )
        )
    table = fits(at.inputs, {submission for submission, _ in change.added})
    for submission, member in change.added:
        fit = table[submission][member]
        db.session.add(
            Assignment(
                cycle_id=draft.cycle_id,
                submission_id=submissions[submission],
                membership_id=members[member],
                draft_id=draft.id,
                position=position(at.inputs.rules.seed, submission, member),
                affinity=fitting[submission, member],
                by_hand=True,
                reasons={"themes": list(fit.themes), "languages": list(fit.languages)},
                created_at=now,
            )
        )
    db.session.flush()


def _ids(model: type[Submission] | type[Membership], cycle_id: int, names: Sequence[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(model.pseudonym, model.id).where(model.cycle_id == cycle_id, model.pseudonym.in_(names))
    )
    found = {name: row_id for name, row_id in rows}
    if set(names) - set(found):
        raise RuleViolation(N_("This file or member is not part of the draft."))
    return found
