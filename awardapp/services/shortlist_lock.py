"""The lock of the shortlist: what keeps it open, one person's request, and the second person who seals exactly that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from awardapp.domain.announcements import Outcome, Stage, shortlist_problems
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.locking import Quorum, RequestState, check_second_person
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_shortlist, require
from awardapp.domain.selection import record
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, LockRequest, Selection, Submission, User
from awardapp.queries import locking as queries
from awardapp.queries import people as people_queries
from awardapp.queries import progress as progress_queries
from awardapp.services import audit, observers, selections, shortlist_record
from awardapp.services.locks import lock_row
from awardapp.services.shortlist import is_outdated

NOTHING_TO_LOCK = N_("There is no open proposal to lock.")


@dataclass(frozen=True, slots=True)
class Quorums:
    """The two questions of quorum; `present` is None where no plenary was held here."""

    finished: Quorum
    present: Quorum | None


def quorums(cycle: Cycle) -> Quorums:
    """How many members have finished every reading of theirs, how many were at the plenary, against the rules."""
    members = progress_queries.members(cycle)
    done, there = sum(member.left == 0 for member in members), queries.attended(cycle)
    rules = cycle.rules
    return Quorums(
        Quorum(done, len(members), rules.quorum_finished),
        None if there is None else Quorum(there, len(members), rules.quorum_present),
    )


def problems(cycle: Cycle) -> list[str]:
    """Message ids of everything that keeps the shortlist from being locked."""
    undecided = db.session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.cycle_id == cycle.id,
            Submission.status.in_([SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED]),
        )
    )
    decisions = selections.decided(cycle, Stage.COMMITTEE)
    found = shortlist_problems(
        undecided=undecided or 0,
        shortlisted=sum(d.outcome is Outcome.SHORTLISTED for d in decisions),
        deserving=sum(d.outcome is Outcome.DESERVING for d in decisions),
        size=cycle.rules.shortlist_size,
        deserving_max=cycle.rules.deserving_max,
    )
    if any(not d.reason_en.strip() or not d.reason_zh.strip() for d in decisions):
        found.append(N_("A shortlisted or deserving submission lacks its reason in one of the languages."))
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is not None and selection.result.get("unscored"):
        found.append(N_("Some valid submissions have no assessment at all."))
    if selection is not None and is_outdated(selection):
        found.append(shortlist_record.CHANGED)
    asked = quorums(cycle)
    if not asked.finished.is_met:
        found.append(N_("Too few members have finished all their readings: the quorum of the rules is not reached."))
    if asked.present is not None and not asked.present.is_met:
        found.append(N_("Too few members were at the plenary: the quorum of the rules is not reached."))
    if queries.is_sitting(cycle):
        found.append(N_("The plenary is still in session. Close it first."))
    return found


def digest_now(cycle: Cycle, selection: Selection) -> str:
    """The digest of everything that a lock would seal now, whatever else happens in the log. Raises RuleViolation."""
    return record.digest(shortlist_record.build(cycle, selection, log_root=""))


def holds(cycle: Cycle, request: LockRequest) -> bool:
    """Whether a request would still seal what it was asked for."""
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None or cycle.phase is not CyclePhase.COMMITTEE:
        return False
    return _bytes(cycle, selection, request) is not None


def _bytes(cycle: Cycle, selection: Selection, request: LockRequest) -> bytes | None:
    """The record as asked for, None when it would come out otherwise by now."""
    if problems(cycle):
        return None
    try:
        data = shortlist_record.build(cycle, selection, log_root=request.log_root)
    except RuleViolation:
        return None
    return data if record.digest(data) == request.record_sha256 else None


def _open_selection(cycle: Cycle) -> Selection:
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None or cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(NOTHING_TO_LOCK)
    return selection


def ask(*, actor: User, cycle: Cycle, shown_sha256: str, named: User | None, now: datetime) -> LockRequest:
    """The chair asks for the lock of exactly what `digest_now` gave when the list was shown; nothing is sealed yet.

    Any secretary of the cycle can confirm it, and the member of the committee `named`. The password was asked for by the
    caller. Raises NotPermitted, IllegalTransition without an open proposal or with a request that still holds, StaleVersion
    when something changed since the list was shown, RuleViolation with what is missing.
    """
    require(can_decide_shortlist(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    selection = _open_selection(cycle)
    _end_earlier(actor, cycle, now=now)
    found = problems(cycle)
    if found:
        raise RuleViolation(found[0])
    if named is not None and (named.id == actor.id or people_queries.membership(named, cycle, Role.COMMITTEE) is None):
        raise RuleViolation(N_("The second person is another member of this committee."), field="second")
    if digest_now(cycle, selection) != shown_sha256:
        raise StaleVersion(N_("Something changed after you opened the list. Read it once more."))
    root = audit.head()
    request = LockRequest(
        cycle_id=cycle.id,
        state=RequestState.OPEN,
        live=True,
        record_sha256=record.digest(shortlist_record.build(cycle, selection, log_root=root)),
        log_root=root,
        asked_by=actor.id,
        asked_at=now,
        named_id=named.id if named is not None else None,
    )
    db.session.add(request)
    db.session.flush()
    _record(request, "ask_lock", actor=actor, now=now, log_root=root)
    return request


def _end_earlier(actor: User, cycle: Cycle, *, now: datetime) -> None:
    """An earlier request that became void makes way for a new one."""
    earlier = queries.open_request(cycle)
    if earlier is None:
        return
    if holds(cycle, earlier):
        raise IllegalTransition(N_("The lock is asked for already and waits for its second person."))
    _end(earlier, RequestState.VOID, "void_lock", actor=actor, now=now)


def withdraw(*, actor: User, cycle: Cycle, now: datetime) -> None:
    """Take the request back: the chair, or whoever was to confirm it. Raises NotPermitted, IllegalTransition."""
    standing = people_queries.standing(actor, cycle)
    lock_row(cycle)
    request = queries.open_request(cycle)
    if request is None:
        raise IllegalTransition(N_("No lock is asked for."))
    require(standing.chairs(Role.COMMITTEE) or standing.has(Role.SECRETARIAT) or actor.id == request.named_id)
    _end(request, RequestState.WITHDRAWN, "withdraw_lock", actor=actor, now=now)


def confirm(*, actor: User, cycle: Cycle, shown_sha256: str, now: datetime) -> Selection | None:
    """The second person seals the shortlist: the record is written, scoring closes, the observers are told the digest.

    None when anything it would seal has changed since it was asked for: the request is void then, and nothing is sealed.
    The password was asked for by the caller. Raises NotPermitted for anybody but a second person, IllegalTransition without
    an open request, StaleVersion when another request was shown.
    """
    standing = people_queries.standing(actor, cycle)
    require(standing.has(Role.SECRETARIAT) or standing.has(Role.COMMITTEE))
    lock_row(cycle)
    request = queries.open_request(cycle)
    if request is None:
        raise IllegalTransition(N_("No lock is asked for."))
    check_second_person(
        asked_by=request.asked_by,
        named=request.named_id,
        actor=actor.id,
        is_secretary=standing.has(Role.SECRETARIAT),
        members=[actor.id] if standing.has(Role.COMMITTEE) else [],
    )
    selection = _open_selection(cycle)
    if shown_sha256 != request.record_sha256:
        raise StaleVersion(N_("Something changed after you opened the list. Read it once more."))
    data = _bytes(cycle, selection, request)
    if data is None:
        _end(request, RequestState.VOID, "void_lock", actor=actor, now=now)
        return None
    selections.seal(selection, data, actor=actor, now=now)
    cycle.phase = CyclePhase.SHORTLIST_SEALED
    _end(request, RequestState.CONFIRMED, "lock", actor=actor, now=now, asked_by=request.asked_by)
    observers.tell_digest(cycle, selection, log_root=request.log_root, now=now)
    return selection


def _end(request: LockRequest, state: RequestState, verb: str, *, actor: User, now: datetime, **details: Any) -> None:
    request.state = state
    request.live = None
    request.ended_by = actor.id
    request.ended_at = now
    db.session.flush()
    _record(request, verb, actor=actor, now=now, **details)


def _record(request: LockRequest, verb: str, *, actor: User, now: datetime, **details: Any) -> None:
    audit.record(
        actor=actor,
        action=f"shortlist.{verb}",
        object=f"cycle:{request.cycle_id}",
        cycle_id=request.cycle_id,
        now=now,
        details={"request": request.id, "record_sha256": request.record_sha256, **details},
    )
