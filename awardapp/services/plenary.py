"""A session of the committee: opened with its agenda, chair and deputy, arranged, closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_see_scores, require
from awardapp.domain.plenary import Agenda, Majority, Quorum, agenda
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Membership,
    PlenaryAttendance,
    PlenaryItem,
    PlenarySession,
    PlenaryTurn,
    Submission,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.queries import plenary_room as queries
from awardapp.queries import selections as selection_queries
from awardapp.services import selections
from awardapp.services.locks import lock_row
from awardapp.services.plenary_floor import check_deputy, end_turn, leading, look, note, told

MOST_FILES = 300


def ranked(cycle: Cycle) -> list[tuple[str, str]]:
    """The proposal as (pseudonym, proposed outcome) in rank order; empty before there is one."""
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None:
        return []
    return [(place["id"], place["outcome"]) for place in sorted(selection.result["places"], key=lambda p: p["place"])]


def open_session(
    *,
    actor: User,
    cycle: Cycle,
    deputy: Membership | None,
    clerk: Membership | None,
    kind: Agenda,
    picked: Collection[str] = (),
    quorum: Quorum = Quorum.HALF,
    majority: Majority = Majority.CAST,
    is_secret: bool = False,
    now: datetime,
) -> PlenarySession:
    """Open a session with the agenda taken from the proposal; `picked` are pseudonyms. The chair is there from the beginning
    where the chair opens it.

    Raises NotPermitted, IllegalTransition without a proposal, in another phase, or while another session goes on,
    RuleViolation without a deputy or a file.
    """
    require(can_see_scores(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))
    if queries.open_session(cycle) is not None:
        raise IllegalTransition(N_("A session of the committee is open already."))
    places = ranked(cycle)
    if not places:
        raise IllegalTransition(N_("There is no proposal to debate yet. The chair computes it first."))
    chair = next((one for one in queries.members(cycle) if one.is_chair), None)
    if chair is None:
        raise RuleViolation(N_("The committee has no chair."))
    if deputy is None:
        raise RuleViolation(
            N_("Choose a deputy, who takes the chair's place for files the chair has a tie with."), field="deputy"
        )
    check_deputy(deputy, chair_id=chair.id)
    if clerk is not None and (clerk.cycle_id != cycle.id or clerk.role is not Role.SECRETARIAT):
        raise RuleViolation(N_("The clerk is somebody of the secretariat."), field="clerk")
    names = agenda(kind, places, line=cycle.rules.shortlist_size, picked=picked)
    if not names:
        raise RuleViolation(N_("Choose at least one file."), field="picked")
    session = PlenarySession(
        cycle_id=cycle.id,
        number=1 + len(queries.sessions(cycle)),
        chair_id=chair.id,
        deputy_id=deputy.id,
        clerk_id=clerk.id if clerk else None,
        is_secret=is_secret,
        quorum=quorum.value,
        majority=majority.value,
        opened_at=now,
        opened_by=actor.id,
    )
    db.session.add(session)
    db.session.flush()
    files = selection_queries.submissions_by_pseudonym(cycle, names)
    for position, name in enumerate((name for name in names if name in files), 1):
        db.session.add(PlenaryItem(session_id=session.id, submission_id=files[name].id, position=position))
    if actor.id == chair.user_id and chair.conflicts_declared_at is not None:
        db.session.add(PlenaryAttendance(session_id=session.id, membership_id=chair.id, how="room", arrived_at=now))
    db.session.flush()
    note(look(actor, session), "open", now=now, files=len(names), deputy=deputy.id, secret=is_secret,
         quorum=quorum.value, majority=majority.value)  # fmt: skip
    return session


def close_session(*, actor: User, session: PlenarySession, now: datetime) -> None:
    """End a session: the last file is put down, everybody leaves. Raises NotPermitted, IllegalTransition while a vote is open
    or when it is over.
    """
    lock_row(session)
    if session.closed_at is not None:
        raise IllegalTransition(N_("This session of the committee is over."))
    floor = look(actor, session)
    if floor.is_out:  # or the answer would tell whether a vote is open inside
        raise NotPermitted(N_("You are out of the room for this file."))
    is_chair = floor.member is not None and floor.member.id == session.chair_id
    require(floor.is_secretary or floor.may_lead or is_chair)
    if queries.vote_open(session) is not None:
        raise IllegalTransition(N_("A vote is open. Close and count it first."))
    end_turn(floor, now=now)
    session.closed_at, session.closed_by = now, actor.id
    db.session.execute(
        update(PlenaryAttendance)
        .where(PlenaryAttendance.session_id == session.id, PlenaryAttendance.left_at.is_(None))
        .values(left_at=now)
    )
    told(floor)
    note(floor, "close", now=now)


def arrange(*, actor: User, session: PlenarySession, order: Sequence[int], now: datetime) -> None:
    """Put the agenda into this order of item ids; whatever is not named keeps its place behind. Raises NotPermitted."""
    floor = leading(actor, session)
    before = [line.item for line in queries.agenda(session)]
    wanted = {item_id: n for n, item_id in enumerate(order)}
    after = sorted(before, key=lambda item: wanted.get(item.id, len(wanted)))
    if after == before:
        return
    for position, item in enumerate(after, 1):
        item.position = position
    told(floor)
    note(floor, "agenda", now=now, order=[item.submission_id for item in after])


def add_file(*, actor: User, session: PlenarySession, submission: Submission | None, now: datetime) -> PlenaryItem:
    """Put a further valid file at the end of the agenda; one that is there already stays. Raises NotPermitted,
    RuleViolation.
    """
    floor = leading(actor, session)
    if submission is None or submission.cycle_id != session.cycle_id or submission.status is not SubmissionStatus.VALID:
        raise RuleViolation(N_("There is no valid file with this reference."), field="ref")
    lines = queries.agenda(session)
    found = next((line.item for line in lines if line.item.submission_id == submission.id), None)
    if found is not None:
        return found
    if len(lines) >= MOST_FILES:
        raise RuleViolation(N_("At most %(n)d files are on an agenda."), n=MOST_FILES)
    item = PlenaryItem(
        session_id=session.id,
        submission_id=submission.id,
        position=1 + max((line.item.position for line in lines), default=0),
    )
    db.session.add(item)
    told(floor)
    note(floor, "add_file", now=now, submission=submission.id)
    return item


def drop_file(*, actor: User, session: PlenarySession, item: PlenaryItem, now: datetime) -> None:
    """Take a file off the agenda that was not taken up yet. Raises NotPermitted, IllegalTransition."""
    floor = leading(actor, session)
    if item.session_id != session.id:
        raise NotPermitted(N_("This file is not on the agenda."))
    if db.session.scalar(select(PlenaryTurn.id).where(PlenaryTurn.item_id == item.id).limit(1)) is not None:
        raise IllegalTransition(N_("The committee has taken this file up; it stays in the minutes."))
    db.session.delete(item)
    told(floor)
    note(floor, "drop_file", now=now, submission=item.submission_id)
