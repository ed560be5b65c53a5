"""The minutes of the committee's sessions: who was there, each file with who was out of the room, the votes as counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from awardapp.domain.plenary import Count
from awardapp.extensions import db
from awardapp.models import (
    City,
    Cycle,
    Membership,
    PlenaryAbsence,
    PlenaryAttendance,
    PlenaryBallot,
    PlenaryItem,
    PlenarySession,
    PlenaryTurn,
    PlenaryVote,
    Submission,
    User,
)
from awardapp.queries.plenary_room import members, notes_of, sessions


@dataclass(frozen=True, slots=True)
class Attended:
    """Somebody who was there: in the room or remotely, from and until."""

    name: str
    how: str
    arrived_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class VoteMinutes:
    """A vote as it was counted. `choices`: by name, for an open vote; None of a secret one."""

    number: int
    question: str
    words: str
    is_secret: bool
    again_because: str | None
    presided: str
    opened_at: datetime
    closed_at: datetime
    count: Count
    choices: Sequence[tuple[str, str, bool]] | None  # name, choice, keyed in by the clerk


@dataclass(frozen=True, slots=True)
class TurnMinutes:
    """The committee at a file, from and until, with who held the gavel ("" for nobody)."""

    begun_at: datetime
    ended_at: datetime | None
    presided: str


@dataclass(frozen=True, slots=True)
class FileMinutes:
    """One file of a session: when, who was out of the room, what was noted, what was voted. No turn: it was not reached."""

    submission_id: int
    ref: str
    title_en: str
    title_zh: str
    city_en: str
    city_zh: str | None
    turns: Sequence[TurnMinutes]
    out_of_room: Sequence[str]
    votes: Sequence[VoteMinutes]
    notes: str


@dataclass(frozen=True, slots=True)
class SessionMinutes:
    """One session with its files in the order in which they were first taken up, those not reached at the end."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    chair: str
    deputy: str
    clerk: str | None
    is_secret: bool
    quorum: str
    majority: str
    members: int
    attendance: Sequence[Attended]
    files: Sequence[FileMinutes]


@dataclass(frozen=True, slots=True)
class Minutes:
    """The committee's sessions of a cycle, the first one first. Whole: what a reader with a tie may not see is the page's to
    leave out.
    """

    sessions: Sequence[SessionMinutes]

    @property
    def present(self) -> list[str]:
        """Everybody who was there in any session, by name."""
        return sorted({one.name for session in self.sessions for one in session.attendance})


def minutes(cycle: Cycle) -> Minutes:
    """The minutes of all sessions of a cycle. Eight queries whatever the number of files and votes."""
    found = sessions(cycle)
    return Minutes(_minutes(cycle, found)) if found else Minutes([])


def _minutes(cycle: Cycle, found: Sequence[PlenarySession]) -> list[SessionMinutes]:
    ids = [session.id for session in found]
    names = {
        member_id: name
        for member_id, name in db.session.execute(
            select(Membership.id, User.name).join(User).where(Membership.cycle_id == cycle.id)
        )
    }
    attendance: dict[int, list[PlenaryAttendance]] = defaultdict(list)
    for there in db.session.scalars(
        select(PlenaryAttendance).where(PlenaryAttendance.session_id.in_(ids)).order_by(PlenaryAttendance.id)
    ):
        attendance[there.session_id].append(there)
    turns: dict[int, list[PlenaryTurn]] = defaultdict(list)
    for turn in db.session.scalars(select(PlenaryTurn).where(PlenaryTurn.session_id.in_(ids)).order_by(PlenaryTurn.id)):
        turns[turn.item_id].append(turn)
    absences: dict[int, set[int]] = defaultdict(set)
    for turn_id, member_id in db.session.execute(
        select(PlenaryAbsence.turn_id, PlenaryAbsence.membership_id)
        .join(PlenaryTurn, PlenaryTurn.id == PlenaryAbsence.turn_id)
        .where(PlenaryTurn.session_id.in_(ids))
    ):
        absences[turn_id].add(member_id)
    taken = _votes(ids, names)
    items = db.session.execute(
        select(PlenaryItem, Submission.ref, Submission.title_en, Submission.title_zh, City.name_en, City.name_zh)
        .join(Submission, Submission.id == PlenaryItem.submission_id)
        .join(City, City.id == Submission.city_id)
        .where(PlenaryItem.session_id.in_(ids))
        .order_by(PlenaryItem.position, PlenaryItem.id)
    ).all()
    notes = notes_of([item.id for item, *_more in items])
    files: dict[int, list[FileMinutes]] = defaultdict(list)
    for row in sorted(items, key=lambda row: turns[row[0].id][0].id if turns[row[0].id] else 1 << 60):
        item, ref, title_en, title_zh, city_en, city_zh = row
        here = turns[item.id]
        files[item.session_id].append(
            FileMinutes(
                submission_id=item.submission_id,
                ref=ref,
                title_en=title_en,
                title_zh=title_zh,
                city_en=city_en,
                city_zh=city_zh,
                turns=[TurnMinutes(t.begun_at, t.ended_at, names.get(t.presided_id or 0, "")) for t in here],
                out_of_room=_out(here, absences, attendance[item.session_id], names),
                votes=taken.get(item.id, []),
                notes=notes[item.id].text if item.id in notes else "",
            )
        )
    people = len(members(cycle))
    return [
        SessionMinutes(
            number=one.number,
            opened_at=one.opened_at,
            closed_at=one.closed_at,
            chair=one.chair.user.name,
            deputy=one.deputy.user.name,
            clerk=one.clerk.user.name if one.clerk else None,
            is_secret=one.is_secret,
            quorum=one.quorum,
            majority=one.majority,
            members=people,
            attendance=[Attended(names[a.membership_id], a.how, a.arrived_at, a.left_at) for a in attendance[one.id]],
            files=files[one.id],
        )
        for one in found
    ]


def _out(
    turns: Sequence[PlenaryTurn],
    absences: Mapping[int, Collection[int]],
    attendance: Sequence[PlenaryAttendance],
    names: Mapping[int, str],
) -> list[str]:
    """Who was in session, but out of the room for a file; whoever was not there at all is no part of it."""
    found = {
        there.membership_id
        for turn in turns
        for there in attendance
        if there.membership_id in absences[turn.id]
        and (turn.ended_at is None or there.arrived_at <= turn.ended_at)
        and (there.left_at is None or there.left_at >= turn.begun_at)
    }
    return sorted(names[one] for one in found)


def _votes(session_ids: Collection[int], names: Mapping[int, str]) -> dict[int, list[VoteMinutes]]:
    """The counted votes of these sessions by item. Two queries."""
    rows = db.session.scalars(
        select(PlenaryVote)
        .where(PlenaryVote.session_id.in_(session_ids), PlenaryVote.closed_at.is_not(None))
        .order_by(PlenaryVote.item_id, PlenaryVote.number)
    ).all()
    given: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
    for ballot in db.session.scalars(
        select(PlenaryBallot).where(
            PlenaryBallot.vote_id.in_([row.id for row in rows]), PlenaryBallot.choice.is_not(None)
        )
    ):
        given[ballot.vote_id].append((names[ballot.membership_id], ballot.choice or "", ballot.is_keyed_in))
    found: dict[int, list[VoteMinutes]] = defaultdict(list)
    for row in rows:
        if row.closed_at is None or row.count is None:  # the statement asks for counted votes alone
            continue
        found[row.item_id].append(
            VoteMinutes(
                row.number,
                row.question,
                row.words,
                row.is_secret,
                row.again_because,
                names[row.presided_id],
                row.opened_at,
                row.closed_at,
                Count.from_json(row.count),
                None if row.is_secret else sorted(given[row.id]),
            )
        )
    return found
