"""What a lock asks: the open request, how many members have finished, who was at the plenary."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.locking import RequestState
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle, LockRequest, Membership, PlenaryAttendance, PlenarySession


def open_request(cycle: Cycle, stage: Stage) -> LockRequest | None:
    """The request of a stage that waits for its second person, with both people."""
    return db.session.scalars(
        select(LockRequest)
        .options(joinedload(LockRequest.asker), joinedload(LockRequest.named))
        .where(LockRequest.cycle_id == cycle.id, LockRequest.stage == stage, LockRequest.live.is_(True))
    ).one_or_none()


def can_wait(cycle: Cycle, stage: Stage) -> bool:
    """Whether a request of this stage can be open at all: what pages ask before they look for one."""
    if stage is Stage.JURY:
        return cycle.phase is CyclePhase.JURY
    return cycle.phase is CyclePhase.COMMITTEE and cycle.scores_opened_at is not None


def confirmed(cycle: Cycle, stage: Stage) -> LockRequest | None:
    """The request that was sealed, with whoever asked for it."""
    return db.session.scalars(
        select(LockRequest)
        .options(joinedload(LockRequest.asker), joinedload(LockRequest.ender))
        .where(
            LockRequest.cycle_id == cycle.id,
            LockRequest.stage == stage,
            LockRequest.state == RequestState.CONFIRMED,
        )
    ).one_or_none()


def attended(cycle: Cycle) -> int | None:
    """How many of the committee's members were at a session of its plenary; None where none was held. One query."""
    members = select(Membership.id).where(
        Membership.cycle_id == cycle.id, Membership.role == Role.COMMITTEE, Membership.ended_at.is_(None)
    )
    sessions, there = db.session.execute(
        select(
            func.count(PlenarySession.id.distinct()),
            func.count(PlenaryAttendance.membership_id.distinct()).filter(PlenaryAttendance.membership_id.in_(members)),
        )
        .select_from(PlenarySession)
        .outerjoin(PlenaryAttendance, PlenaryAttendance.session_id == PlenarySession.id)
        .where(PlenarySession.cycle_id == cycle.id)
    ).one()
    return there if sessions else None


def is_sitting(cycle: Cycle) -> bool:
    """Whether a session of the plenary is open."""
    found = select(PlenarySession.id).where(PlenarySession.cycle_id == cycle.id, PlenarySession.closed_at.is_(None))
    return db.session.scalar(select(found.exists())) is True
