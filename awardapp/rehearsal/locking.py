"""The lock by two people: the chair asks, somebody of the secretariat confirms."""

from __future__ import annotations

from datetime import datetime

from awardapp.models import User
from awardapp.rehearsal.course import Rehearsal, present
from awardapp.services import locking, selections
from awardapp.services.locking import Lock


def ask(run: Rehearsal, lock: Lock, *, chair: User, now: datetime) -> str:
    """The chair asks for the lock. Returns the digest of what would be sealed."""
    selection = present(selections.selection_of(run.cycle, lock.stage))
    shown = locking.digest_now(lock, run.cycle, selection)
    request = locking.ask(actor=chair, lock=lock, cycle=run.cycle, shown_sha256=shown, named=None, now=now)
    run.commit()
    return request.record_sha256


def lock_by_two(run: Rehearsal, lock: Lock, *, chair: User, now: datetime) -> None:
    """The chair asks for the lock, somebody of the secretariat confirms it."""
    asked = ask(run, lock, chair=chair, now=now)
    present(locking.confirm(actor=run.secretaries[0], lock=lock, cycle=run.cycle, shown_sha256=asked, now=now))
    run.commit()
