"""What the secretariat does with the letters that wait in a rehearsal: approve what contradicts nothing, discard the rest."""

from __future__ import annotations

from datetime import datetime

from awardapp.models import WorkStatus
from awardapp.queries import outbox as queries
from awardapp.queries.outbox import Filter
from awardapp.rehearsal.course import Rehearsal
from awardapp.services import outbox


def approve(run: Rehearsal, *, now: datetime) -> int:
    """Let every draft go; returns how many. One that contradicts something by now is discarded, with the reason."""
    actor, drafts = run.secretaries[0], Filter(status=WorkStatus.DRAFT)
    ready = queries.count(run.cycle, Filter(status=WorkStatus.DRAFT, flagged=False), now=now)
    if ready:
        outbox.approve(actor=actor, cycle=run.cycle, wanted=drafts, expected=ready, now=now)
    left = queries.count(run.cycle, drafts, now=now)
    if left:
        reason = "It says what is not so any more."
        outbox.discard(actor=actor, cycle=run.cycle, wanted=drafts, reason=reason, expected=left, now=now)
    run.commit()
    return ready
