"""The jury's meetings behind closed doors: opened and closed, who is there, and for which cities they are out of the room.

A juror with a tie to a city is out of the room for it, written down by itself for everybody who is there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_winners, require
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Deliberation,
    DeliberationAbsence,
    DeliberationAttendance,
    Membership,
    User,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import deliberations as queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, ballots
from awardapp.services.locks import lock_row

WAYS = ("room", "remote")
OVER = N_("This meeting of the jury is over.")


def leads(actor: User, meeting: Deliberation) -> bool:
    """Whether the person keeps the meeting: the chair, the deputy, or the clerk named for it."""
    leading = {
        one.user_id for one in (meeting.chair, meeting.deputy, meeting.clerk) if one is not None and not one.ended_at
    }
    return actor.id in leading


def open_meeting(
    *, actor: User, cycle: Cycle, deputy: Membership | None, clerk: Membership | None, now: datetime
) -> Deliberation:
    """The chair opens a meeting, and is there from its beginning. `deputy` decides on cities the chair has a tie with.

    Raises NotPermitted, IllegalTransition in another phase or while another meeting goes on, RuleViolation.
    """
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    meetings = queries.meetings(cycle)
    if any(one.closed_at is None for one in meetings):
        raise IllegalTransition(N_("A meeting of the jury is open already."))
    chair = people_queries.membership(actor, cycle, Role.JUROR)
    if chair is None or chair.conflicts_declared_at is None:
        raise RuleViolation(N_("Declare your conflicts of interest first."))
    if deputy is not None:
        _check_deputy(deputy, chair)
    if clerk is not None and (clerk.cycle_id != cycle.id or clerk.role is not Role.SECRETARIAT):
        raise RuleViolation(N_("The clerk is somebody of the secretariat."), field="clerk")
    meeting = Deliberation(
        cycle_id=cycle.id,
        number=1 + len(meetings),
        chair_id=chair.id,
        deputy_id=deputy.id if deputy else None,
        clerk_id=clerk.id if clerk else None,
        opened_at=now,
        opened_by=actor.id,
    )
    db.session.add(meeting)
    db.session.flush()
    db.session.add(
        DeliberationAttendance(deliberation_id=meeting.id, membership_id=chair.id, how="room", arrived_at=now)
    )
    db.session.flush()
    _note_ties(actor, meeting, now=now)
    note(actor, meeting, "open", now=now, deputy=meeting.deputy_id, clerk=meeting.clerk_id)
    return meeting


def _check_deputy(deputy: Membership, chair: Membership) -> None:
    if deputy.cycle_id != chair.cycle_id or deputy.role is not Role.JUROR or deputy.ended_at or deputy.id == chair.id:
        raise RuleViolation(N_("The deputy is another member of the jury."), field="deputy")
    if deputy.conflicts_declared_at is None:
        raise RuleViolation(_UNDECLARED, field="deputy", name=deputy.user.name)


_UNDECLARED = N_("%(name)s has not declared conflicts of interest yet and cannot take part.")


def name_deputy(*, actor: User, meeting: Deliberation, deputy: Membership, now: datetime) -> None:
    """The chair names another deputy while the meeting goes on. Raises NotPermitted, IllegalTransition, RuleViolation."""
    still_open(meeting)
    require(meeting.chair.user_id == actor.id)
    _check_deputy(deputy, meeting.chair)
    meeting.deputy_id = deputy.id
    db.session.flush()
    db.session.expire(meeting, ["deputy"])
    note(actor, meeting, "deputy", now=now, member=deputy.id)


def close_meeting(*, actor: User, meeting: Deliberation, now: datetime) -> None:
    """The chair, or the clerk, ends the meeting; everybody leaves. Raises NotPermitted, IllegalTransition when it is over."""
    still_open(meeting)
    require(leads(actor, meeting))
    _note_ties(actor, meeting, now=now)
    meeting.closed_at, meeting.closed_by = now, actor.id
    db.session.execute(
        update(DeliberationAttendance)
        .where(DeliberationAttendance.deliberation_id == meeting.id, DeliberationAttendance.left_at.is_(None))
        .values(left_at=now)
    )
    note(actor, meeting, "close", now=now)


def arrive(*, actor: User, meeting: Deliberation, member: Membership, how: str, now: datetime) -> None:
    """Note that a juror is there, in the room or remotely; said once more it changes how. Jurors say it of themselves too.

    Raises NotPermitted, RuleViolation, IllegalTransition.
    """
    still_open(meeting)
    _for_whom(actor, meeting, member)
    if how not in WAYS:
        raise RuleViolation(N_("Choose whether the juror is in the room or remote."))
    if member.conflicts_declared_at is None:
        raise RuleViolation(_UNDECLARED, name=member.user.name)
    there = queries.present(meeting).get(member.id)
    if there is not None and there.how == how:
        return
    if there is not None:
        there.left_at = now
        db.session.flush()
    db.session.add(DeliberationAttendance(deliberation_id=meeting.id, membership_id=member.id, how=how, arrived_at=now))
    db.session.flush()
    _note_ties(actor, meeting, now=now)
    note(actor, meeting, "arrive", now=now, member=member.id, how=how)


def leave(*, actor: User, meeting: Deliberation, member: Membership, now: datetime) -> None:
    """Note that a juror has left. Raises NotPermitted, IllegalTransition."""
    still_open(meeting)
    _for_whom(actor, meeting, member)
    there = queries.present(meeting).get(member.id)
    if there is None:
        return
    there.left_at = now
    note(actor, meeting, "leave", now=now, member=member.id)


def _for_whom(actor: User, meeting: Deliberation, member: Membership) -> None:
    require(member.user_id == actor.id or leads(actor, meeting))
    if member.cycle_id != meeting.cycle_id or member.role is not Role.JUROR or member.ended_at is not None:
        raise NotPermitted(N_("Only members of the jury take part in its meetings."))


def _note_ties(actor: User, meeting: Deliberation, *, now: datetime) -> None:
    """Write down for everybody who is there which cities they are out of the room for, besides what is written down."""
    cities = ballots.finalists(meeting.cycle)
    known = {(one.membership_id, one.submission_id) for one in queries.absences(meeting)}
    for there in queries.present(meeting).values():
        tied = assessment_queries.conflicts(there.membership, cities)
        for city in cities:
            if city.id in tied and (there.membership_id, city.id) not in known:
                db.session.add(
                    DeliberationAbsence(
                        deliberation_id=meeting.id,
                        submission_id=city.id,
                        membership_id=there.membership_id,
                        noted_by=actor.id,
                        noted_at=now,
                    )
                )
    db.session.flush()


def still_open(meeting: Deliberation) -> None:
    """Lock the meeting's row. Raises IllegalTransition when it is over."""
    lock_row(meeting)
    if meeting.closed_at is not None or meeting.cycle.phase is not CyclePhase.JURY:
        raise IllegalTransition(OVER)


def note(actor: User, meeting: Deliberation, verb: str, *, now: datetime, **details: Any) -> None:
    """Record an act of the meeting."""
    db.session.flush()
    audit.record(
        actor=actor,
        action=f"deliberation.{verb}",
        object=f"deliberation:{meeting.id}",
        cycle_id=meeting.cycle_id,
        now=now,
        details=details,
    )
