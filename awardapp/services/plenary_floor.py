"""The floor of a session: who is there, who holds the gavel, at which file the committee is, what the clerk notes.

Whoever changes anything in a session first locks its row, so that two clicks are one after the other; what a form was filled
in from is compared with what is so now, and nothing is changed where they differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain import plenary as rules
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.extensions import db
from awardapp.models import (
    Membership,
    PlenaryAbsence,
    PlenaryAttendance,
    PlenaryItem,
    PlenaryNote,
    PlenarySession,
    PlenaryTurn,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.queries import plenary_room as queries
from awardapp.services import audit
from awardapp.services.locks import lock_row

WAYS = ("room", "remote")
LONGEST_NOTES = 50_000


class NotesChanged(StaleVersion):
    """Somebody else has written in these notes since; `stored` is what they wrote."""

    def __init__(self, stored: str) -> None:
        super().__init__(N_("Somebody else saved these notes after you opened them."))
        self.stored = stored


@dataclass(frozen=True, slots=True)
class Floor:
    """A session at this moment, as somebody who acts in it meets it."""

    session: PlenarySession
    actor: User
    is_secretary: bool
    member: Membership | None  # the actor's own place in the committee
    turn: PlenaryTurn | None
    present: Mapping[int, PlenaryAttendance]
    out: Collection[int]

    @property
    def gavel(self) -> int | None:
        """The membership that presides now; None where chair and deputy are both away or out of the room."""
        return rules.presiding(
            chair=self.session.chair_id, deputy=self.session.deputy_id, present=self.present, out=self.out
        )

    @property
    def is_out(self) -> bool:
        """Whether the actor is out of the room for the file."""
        return self.member is not None and self.member.id in self.out

    @property
    def may_lead(self) -> bool:
        """Whether the actor leads: whoever holds the gavel, or the secretariat as the clerk."""
        holds = self.member is not None and self.member.id == self.gavel
        return not self.is_out and (self.is_secretary or holds)


def look(actor: User, session: PlenarySession) -> Floor:
    """The session as it stands, with who is out of the room asked anew."""
    cycle = session.cycle
    turn = queries.turn_now(session)
    return Floor(
        session=session,
        actor=actor,
        is_secretary=people_queries.standing(actor, cycle).has(Role.SECRETARIAT),
        member=people_queries.membership(actor, cycle, Role.COMMITTEE),
        turn=turn,
        present=queries.present(session),
        out=queries.out_of_room(cycle, turn.item.submission) if turn else set(),
    )


def locked(actor: User, session: PlenarySession) -> Floor:
    """The same with the session locked. Raises IllegalTransition when it is over."""
    lock_row(session)
    if session.closed_at is not None or session.cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("This session of the committee is over."))
    return look(actor, session)


def leading(actor: User, session: PlenarySession) -> Floor:
    """The same for whoever leads. Raises NotPermitted for everybody else."""
    floor = locked(actor, session)
    if floor.is_out:
        raise NotPermitted(N_("You are out of the room for this file."))
    require(floor.may_lead)
    return floor


def check_seen(floor: Floor, seen: str) -> None:
    """Refuse what was clicked on a screen that showed another file. `seen`: its reference, "" for none."""
    now = floor.turn.item.submission.ref if floor.turn else ""
    if seen != now:
        raise StaleVersion(
            N_("The committee is at another file by now. Nothing was changed; look at the screen again.")
        )


def told(floor: Floor, *, hands_only: bool = False) -> None:
    """Let the screens know: everybody's, or the leaders' alone."""
    floor.session.hands += 1
    if not hands_only:
        floor.session.pulse += 1


def note(floor: Floor, action: str, *, now: datetime, reason: str | None = None, **details: Any) -> None:
    """Record an act of the session."""
    db.session.flush()
    audit.record(
        actor=floor.actor,
        action=f"plenary.{action}",
        object=f"plenary:{floor.session.id}",
        cycle_id=floor.session.cycle_id,
        reason=reason,
        now=now,
        details=details,
    )


def note_out(turn: PlenaryTurn, out: Collection[int], *, now: datetime) -> None:
    """Write down who is out of the room for a turn, besides those who are written down already."""
    known = set(db.session.scalars(select(PlenaryAbsence.membership_id).where(PlenaryAbsence.turn_id == turn.id)))
    for member_id in sorted(set(out) - known):
        db.session.add(PlenaryAbsence(turn_id=turn.id, membership_id=member_id, since=now))


def _for_whom(floor: Floor, member: Membership) -> None:
    """Everybody says of themselves that they come and go; the clerk and whoever holds the gavel say it of anybody."""
    is_own = floor.member is not None and floor.member.id == member.id
    require(is_own or floor.may_lead)
    if member.cycle_id != floor.session.cycle_id or member.role is not Role.COMMITTEE or member.ended_at is not None:
        raise NotPermitted(N_("Only members of the committee take part in its sessions."))


def arrive(*, actor: User, session: PlenarySession, member: Membership, how: str, now: datetime) -> None:
    """Note that a member is there, in the room or remotely; said once more it changes how. Raises NotPermitted,
    RuleViolation, IllegalTransition.
    """
    floor = locked(actor, session)
    _for_whom(floor, member)
    if how not in WAYS:
        raise RuleViolation(N_("Choose whether the member is in the room or remote."))
    if member.conflicts_declared_at is None:
        raise RuleViolation(
            N_("%(name)s has not declared conflicts of interest yet and cannot take part."), name=member.user.name
        )
    there = floor.present.get(member.id)
    if there is not None and there.how == how:
        return
    if there is not None:
        there.left_at = now
        db.session.flush()
    db.session.add(PlenaryAttendance(session_id=session.id, membership_id=member.id, how=how, arrived_at=now))
    _hand_over(actor, session)
    told(floor)
    note(floor, "arrive", now=now, member=member.id, how=how)


def leave(*, actor: User, session: PlenarySession, member: Membership, now: datetime) -> None:
    """Note that a member has left. A vote they gave stays. Raises NotPermitted, IllegalTransition."""
    floor = locked(actor, session)
    _for_whom(floor, member)
    there = floor.present.get(member.id)
    if there is None:
        return
    there.left_at = now
    _hand_over(actor, session)
    told(floor)
    note(floor, "leave", now=now, member=member.id)


def _hand_over(actor: User, session: PlenarySession) -> None:
    """The gavel goes to whoever holds it now that somebody came, left or was named."""
    db.session.flush()
    floor = look(actor, session)
    if floor.turn is not None:
        floor.turn.presided_id = floor.gavel


def name_deputy(*, actor: User, session: PlenarySession, member: Membership, now: datetime) -> None:
    """Choose another deputy: the session's chair, also while out of the room, or the clerk. Raises NotPermitted,
    RuleViolation.
    """
    floor = locked(actor, session)
    require(floor.is_secretary or (floor.member is not None and floor.member.id == session.chair_id))
    check_deputy(member, chair_id=session.chair_id)
    session.deputy_id = member.id
    db.session.flush()
    db.session.expire(session, ["deputy"])
    _hand_over(actor, session)
    told(floor)
    note(floor, "deputy", now=now, member=member.id)


def check_deputy(member: Membership, *, chair_id: int) -> None:
    """Raise RuleViolation unless this member can stand in for the chair."""
    if member.role is not Role.COMMITTEE or member.ended_at is not None or member.id == chair_id:
        raise RuleViolation(N_("The deputy is another member of the committee."), field="deputy")
    if member.conflicts_declared_at is None:
        raise RuleViolation(
            N_("%(name)s has not declared conflicts of interest yet and cannot take part."),
            name=member.user.name,
            field="deputy",
        )


def go_to(*, actor: User, session: PlenarySession, item: PlenaryItem | None, seen: str, now: datetime) -> None:
    """Take up a file of the agenda; None puts the present one down without another. Who may not be in the room for it is
    written down. `seen`: what the screen showed (`check_seen`).

    Raises NotPermitted, IllegalTransition while a vote is open, StaleVersion.
    """
    floor = leading(actor, session)
    check_seen(floor, seen)
    if queries.vote_open(session) is not None:
        raise IllegalTransition(N_("A vote is open on this file. Close and count it first."))
    if item is not None and item.session_id != session.id:
        raise NotPermitted(N_("This file is not on the agenda."))
    end_turn(floor, now=now)
    if item is not None:
        out = queries.out_of_room(session.cycle, item.submission)
        gavel = rules.presiding(chair=session.chair_id, deputy=session.deputy_id, present=floor.present, out=out)
        turn = PlenaryTurn(session_id=session.id, item_id=item.id, presided_id=gavel, begun_at=now)
        db.session.add(turn)
        db.session.flush()
        note_out(turn, out, now=now)
    told(floor)
    note(floor, "file", now=now, submission=item.submission_id if item else None)


def end_turn(floor: Floor, *, now: datetime) -> None:
    """The committee leaves the file."""
    if floor.turn is not None:
        note_out(floor.turn, floor.out, now=now)
        floor.turn.ended_at = now
        db.session.flush()


def save_notes(*, actor: User, session: PlenarySession, item: PlenaryItem, text: str, base: str, now: datetime) -> str:
    """Keep the notes of a file's debate; every state stays. `base`: digest of the text they were written from. Returns the
    digest of what is kept.

    Raises NotPermitted for whoever does not lead or has a tie to the file, NotesChanged, RuleViolation for an endless text.
    """
    floor = locked(actor, session)
    require(floor.is_secretary or floor.may_lead)
    if floor.member is not None and floor.member.id in queries.out_of_room(session.cycle, item.submission):
        raise NotPermitted(N_("You are out of the room for this file."))
    if len(text) > LONGEST_NOTES:
        raise RuleViolation(N_("This text is too long to be kept."), field="notes")
    stored = queries.text_of(item)
    if digest(stored) not in (base, digest(text)):
        raise NotesChanged(stored)
    if stored != text:
        db.session.add(PlenaryNote(item_id=item.id, text=text, saved_by=actor.id, saved_at=now))
        db.session.flush()
    return digest(text)
