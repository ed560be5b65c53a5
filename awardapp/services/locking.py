"""A lock by two people: one asks to seal exactly what is shown, a second person seals it; any change in between voids it.

The committee's shortlist and the jury's winners are locked alike. What differs (who may ask, what keeps it open, the bytes
that would be sealed) is said once each, as a `Lock`: services/shortlist_lock.py and services/jury_lock.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.locking import RequestState, check_second_person
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.domain.selection import record
from awardapp.extensions import db
from awardapp.models import Cycle, LockRequest, Selection, User
from awardapp.queries import locking as queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, observers, selections
from awardapp.services.locks import lock_row

NONE_ASKED = N_("No lock is asked for.")
CHANGED = N_("Something changed after you opened the list. Read it once more.")


class Build(Protocol):
    """The canonical bytes that would be sealed now. `log_root` is the hash of an entry of the log: the record says with it
    which log it follows. Raises RuleViolation where what was shown is not what the rows give now.
    """

    def __call__(self, cycle: Cycle, selection: Selection, *, log_root: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Lock:
    """What is particular to the lock of one stage."""

    stage: Stage
    role: Role  # whose chair asks, and whose members can be named as second person
    during: CyclePhase
    after: CyclePhase
    verbs: str  # actions of the log begin with it
    nothing: str  # msgid: there is nothing open to lock
    other_member: str  # msgid: who else can be named
    problems: Callable[[Cycle], list[str]]  # msgids of what keeps it open
    build: Build


def open_selection(lock: Lock, cycle: Cycle) -> Selection:
    """The selection that can be locked. Raises IllegalTransition."""
    selection = selections.selection_of(cycle, lock.stage)
    if selection is None or selection.locked_at is not None or cycle.phase is not lock.during:
        raise IllegalTransition(lock.nothing)
    return selection


def digest_now(lock: Lock, cycle: Cycle, selection: Selection) -> str:
    """The digest of everything that a lock would seal now, whatever else happens in the log. Raises RuleViolation."""
    return record.digest(lock.build(cycle, selection, log_root=""))


def holds(lock: Lock, cycle: Cycle, request: LockRequest) -> bool:
    """Whether a request would still seal what it was asked for."""
    selection = selections.selection_of(cycle, lock.stage)
    if selection is None or selection.locked_at is not None or cycle.phase is not lock.during:
        return False
    return _bytes(lock, cycle, selection, request) is not None


def _bytes(lock: Lock, cycle: Cycle, selection: Selection, request: LockRequest) -> bytes | None:
    """The record as asked for, None when it would come out otherwise by now, or who asked is not in the chair any more."""
    asker = people_queries.membership(request.asker, cycle, lock.role)
    if asker is None or not asker.is_chair or lock.problems(cycle):
        return None
    try:
        data = lock.build(cycle, selection, log_root=request.log_root)
    except RuleViolation:
        return None
    return data if record.digest(data) == request.record_sha256 else None


def ask(*, actor: User, lock: Lock, cycle: Cycle, shown_sha256: str, named: User | None, now: datetime) -> LockRequest:
    """The chair asks for the lock of exactly what `digest_now` gave when the list was shown; nothing is sealed yet.

    Any secretary of the cycle can confirm it, and the member of the committee or the jury `named`. The password was asked
    for by the caller. Raises NotPermitted, IllegalTransition without an open proposal or with a request that still holds,
    StaleVersion when something changed since the list was shown, RuleViolation with what is missing.
    """
    require(people_queries.standing(actor, cycle).chairs(lock.role) and cycle.phase is lock.during)
    lock_row(cycle)
    selection = open_selection(lock, cycle)
    _end_earlier(actor, lock, cycle, now=now)
    found = lock.problems(cycle)
    if found:
        raise RuleViolation(found[0])
    if named is not None and (named.id == actor.id or people_queries.membership(named, cycle, lock.role) is None):
        raise RuleViolation(lock.other_member, field="second")
    if digest_now(lock, cycle, selection) != shown_sha256:
        raise StaleVersion(CHANGED)
    root = audit.head()
    request = LockRequest(
        cycle_id=cycle.id,
        stage=lock.stage,
        state=RequestState.OPEN,
        live=True,
        record_sha256=record.digest(lock.build(cycle, selection, log_root=root)),
        log_root=root,
        asked_by=actor.id,
        asked_at=now,
        named_id=named.id if named is not None else None,
    )
    db.session.add(request)
    db.session.flush()
    _record(lock, request, "ask_lock", actor=actor, now=now, log_root=root)
    return request


def _end_earlier(actor: User, lock: Lock, cycle: Cycle, *, now: datetime) -> None:
    """An earlier request that became void makes way for a new one."""
    earlier = queries.open_request(cycle, lock.stage)
    if earlier is None:
        return
    if holds(lock, cycle, earlier):
        raise IllegalTransition(N_("The lock is asked for already and waits for its second person."))
    _end(lock, earlier, RequestState.VOID, "void_lock", actor=actor, now=now)


def withdraw(*, actor: User, lock: Lock, cycle: Cycle, now: datetime) -> None:
    """Take the request back: the chair, or whoever was to confirm it. Raises NotPermitted, IllegalTransition."""
    standing = people_queries.standing(actor, cycle)
    lock_row(cycle)
    request = queries.open_request(cycle, lock.stage)
    if request is None:
        raise IllegalTransition(NONE_ASKED)
    require(standing.chairs(lock.role) or standing.has(Role.SECRETARIAT) or actor.id == request.named_id)
    _end(lock, request, RequestState.WITHDRAWN, "withdraw_lock", actor=actor, now=now)


def confirm(*, actor: User, lock: Lock, cycle: Cycle, shown_sha256: str, now: datetime) -> Selection | None:
    """The second person seals it: the record is written, the phase ends, the observers are told the digest.

    None when anything it would seal has changed since it was asked for: the request is void then, and nothing is sealed.
    The password was asked for by the caller. Raises NotPermitted for anybody but a second person, IllegalTransition without
    an open request, StaleVersion when another request was shown.
    """
    standing = people_queries.standing(actor, cycle)
    require(standing.has(Role.SECRETARIAT) or standing.has(lock.role))
    lock_row(cycle)
    request = queries.open_request(cycle, lock.stage)
    if request is None:
        raise IllegalTransition(NONE_ASKED)
    check_second_person(
        asked_by=request.asked_by,
        named=request.named_id,
        actor=actor.id,
        is_secretary=standing.has(Role.SECRETARIAT),
        members=[actor.id] if standing.has(lock.role) else [],
    )
    selection = open_selection(lock, cycle)
    if shown_sha256 != request.record_sha256:
        raise StaleVersion(CHANGED)
    data = _bytes(lock, cycle, selection, request)
    if data is None:
        _end(lock, request, RequestState.VOID, "void_lock", actor=actor, now=now)
        return None
    selections.seal(selection, data, actor=actor, now=now)
    cycle.phase = lock.after
    _end(lock, request, RequestState.CONFIRMED, "lock", actor=actor, now=now, asked_by=request.asked_by)
    observers.tell_digest(cycle, selection, log_root=request.log_root, now=now)
    return selection


def _end(
    lock: Lock, request: LockRequest, state: RequestState, verb: str, *, actor: User, now: datetime, **details: Any
) -> None:
    request.state = state
    request.live = None
    request.ended_by = actor.id
    request.ended_at = now
    db.session.flush()
    _record(lock, request, verb, actor=actor, now=now, **details)


def _record(lock: Lock, request: LockRequest, verb: str, *, actor: User, now: datetime, **details: Any) -> None:
    audit.record(
        actor=actor,
        action=f"{lock.verbs}.{verb}",
        object=f"cycle:{request.cycle_id}",
        cycle_id=request.cycle_id,
        now=now,
        details={"request": request.id, "record_sha256": request.record_sha256, **details},
    )
