"""Computing large assignments: claim the draft, compute with nothing held, store what came out."""

from __future__ import annotations

import logging

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import update

from awardapp import clock
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.reassigning import compute
from awardapp.extensions import db
from awardapp.models import AssignmentDraft, DraftState
from awardapp.queue import TaskName, send
from awardapp.services import assignments, work
from awardapp.services.assignment_inputs import inputs_of

log = logging.getLogger(__name__)


@shared_task(name=TaskName.COMPUTE_ASSIGNMENT.value)
def compute_assignment(draft_id: int) -> str:
    """Compute one draft, once; "skipped" when somebody has it, it is done, or it was thrown away."""
    draft = work.claim(AssignmentDraft, draft_id, now=clock.now())
    if draft is None or draft.state is not DraftState.COMPUTING:
        db.session.rollback()
        return "skipped"
    inputs = inputs_of(draft)
    db.session.commit()  # nothing is held while it is computed

    def reached(stage: str) -> None:
        db.session.execute(update(AssignmentDraft).where(AssignmentDraft.id == draft_id).values(stage=stage))
        db.session.commit()

    problem: SelectionError | None = None
    try:
        plan = compute(inputs, reached=reached)
    except SelectionError as error:
        problem = error
    except SoftTimeLimitExceeded:
        log.warning("assignment takes too long: draft=%s", draft_id)
        work.give_up(draft, error="the computation did not end in time", now=clock.now())
        db.session.commit()
        return "failed"
    if not assignments.still_wanted(draft):
        db.session.rollback()
        return "void"
    if problem is not None:
        assignments.impossible(draft, problem, now=clock.now())
    else:
        assignments.store(draft, inputs, plan, now=clock.now())
    db.session.commit()
    return "computed"


@shared_task(name=TaskName.SWEEP_ASSIGNMENTS.value)
def sweep() -> int:
    """Nudge the workers about every draft that waits. Returns how many."""
    work.bury_exhausted(AssignmentDraft, now=clock.now())
    db.session.commit()
    ids = work.due(AssignmentDraft, now=clock.now(), limit=20)
    db.session.commit()
    for draft_id in ids:
        send(TaskName.COMPUTE_ASSIGNMENT, draft_id)
    return len(ids)
