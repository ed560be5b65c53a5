"""The committee in session, as it stands now: who may be in the room, who is there, the agenda, the votes on a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, defer, joinedload

from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    City,
    Cycle,
    Membership,
    PlenaryAbsence,
    PlenaryAttendance,
    PlenaryBallot,
    PlenaryItem,
    PlenaryNote,
    PlenarySession,
    PlenaryTurn,
    PlenaryVote,
    Submission,
    SubmissionVersion,
    Suspicion,
    User,
)
from awardapp.queries import assessments as assessment_queries

_RECUSED = "recused"


def _people(*paths: str) -> list[object]:
    return [joinedload(getattr(PlenarySession, path)).joinedload(Membership.user) for path in paths]


def open_session(cycle: Cycle) -> PlenarySession | None:
    """The session that is going on, None between sessions."""
    return db.session.execute(
        select(PlenarySession)
        .options(*_people("chair", "deputy", "clerk"))  # type: ignore[arg-type] # loader options; SQLAlchemy's type for them is private
        .where(PlenarySession.cycle_id == cycle.id, PlenarySession.closed_at.is_(None))
    ).scalar_one_or_none()


def sessions(cycle: Cycle) -> Sequence[PlenarySession]:
    """All sessions of a cycle, the first one first."""
    return db.session.scalars(
        select(PlenarySession)
        .options(*_people("chair", "deputy", "clerk"))  # type: ignore[arg-type] # see above
        .where(PlenarySession.cycle_id == cycle.id)
        .order_by(PlenarySession.number)
    ).all()


def session_of(cycle: Cycle, number: int) -> PlenarySession | None:
    """One session by its number."""
    return next((one for one in sessions(cycle) if one.number == number), None)


def members(cycle: Cycle) -> Sequence[Membership]:
    """The committee's members now, by name."""
    return db.session.scalars(
        select(Membership)
        .join(User)
        .options(contains_eager(Membership.user))
        .where(Membership.cycle_id == cycle.id, Membership.role == Role.COMMITTEE, Membership.ended_at.is_(None))
        .order_by(User.name, Membership.id)
    ).all()


def clerks(cycle: Cycle) -> Sequence[Membership]:
    """Whoever of the secretariat can keep the minutes, by name."""
    return db.session.scalars(
        select(Membership)
        .join(User)
        .options(contains_eager(Membership.user))
        .where(Membership.cycle_id == cycle.id, Membership.role == Role.SECRETARIAT, Membership.ended_at.is_(None))
        .order_by(User.name, Membership.id)
    ).all()


def _asides(member_id: InstrumentedAttribute[int] | int, submission_ids: Collection[int]) -> ColumnElement[bool]:
    """Whether a submission of the statement is closed to a member by a recusal or by a tie nobody has decided on."""
    recused = select(Assessment.id).where(
        Assessment.submission_id == Submission.id,
        Assessment.membership_id == member_id,
        Assessment.status == _RECUSED,
    )
    suspected = select(Suspicion.id).where(
        Suspicion.submission_id == Submission.id, Suspicion.membership_id == member_id, Suspicion.decision.is_(None)
    )
    return and_(Submission.id.in_(submission_ids), or_(recused.exists(), suspected.exists()))


def closed_to(member: Membership, submissions: Sequence[Submission]) -> set[int]:
    """Ids of the submissions for which this member is out of the room: a tie, a recusal, or a tie found and not yet decided
    on. Three queries.
    """
    ids = [submission.id for submission in submissions]
    aside = db.session.scalars(select(Submission.id).where(_asides(member.id, ids)))
    return {*assessment_queries.conflicts(member, submissions), *aside}


def out_of_room(cycle: Cycle, submission: Submission) -> set[int]:
    """Ids of the memberships of the committee that are out of the room for this file. Some two queries a member, so only
    where something is decided.
    """
    people = members(cycle)
    tied = {one.id for one in people if assessment_queries.conflicts(one, [submission])}
    aside = db.session.scalars(
        select(Membership.id)
        .select_from(Membership)
        .join(Submission, Submission.id == submission.id)
        .where(Membership.id.in_([one.id for one in people]), _asides(Membership.id, [submission.id]))
    )
    return tied | set(aside)


def undecided_ties(cycle: Cycle) -> int:
    """How many ties that were found wait for the chair's decision: each keeps a member out of the room."""
    return (
        db.session.scalar(select(func.count()).where(Suspicion.cycle_id == cycle.id, Suspicion.decision.is_(None))) or 0
    )


def present(session: PlenarySession) -> dict[int, PlenaryAttendance]:
    """Who is there now, by membership id, with name; nobody whose role has ended meanwhile. One query."""
    rows = db.session.scalars(
        select(PlenaryAttendance)
        .join(PlenaryAttendance.membership)
        .options(contains_eager(PlenaryAttendance.membership).joinedload(Membership.user))
        .where(
            PlenaryAttendance.session_id == session.id,
            PlenaryAttendance.left_at.is_(None),
            Membership.ended_at.is_(None),
        )
        .order_by(PlenaryAttendance.id)
    )
    return {row.membership_id: row for row in rows}


def is_present(session: PlenarySession, member: Membership) -> PlenaryAttendance | None:
    """The member's attendance while it lasts."""
    return db.session.execute(
        select(PlenaryAttendance).where(
            PlenaryAttendance.session_id == session.id,
            PlenaryAttendance.membership_id == member.id,
            PlenaryAttendance.left_at.is_(None),
        )
    ).scalar_one_or_none()


def turn_now(session: PlenarySession) -> PlenaryTurn | None:
    """The file at which the committee is, with city; None before the first and between two."""
    return db.session.execute(
        select(PlenaryTurn)
        .join(PlenaryItem, PlenaryItem.id == PlenaryTurn.item_id)
        .join(Submission, Submission.id == PlenaryItem.submission_id)
        .join(City, City.id == Submission.city_id)
        .options(
            contains_eager(PlenaryTurn.item)
            .contains_eager(PlenaryItem.submission)
            .options(defer(Submission.answers), contains_eager(Submission.city))
        )
        .where(PlenaryTurn.session_id == session.id, PlenaryTurn.ended_at.is_(None))
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Line:
    """A file of the agenda: whether the committee is at it, was at it, and how many votes were taken."""

    item: PlenaryItem
    is_now: bool
    was_begun: bool

    @property
    def submission(self) -> Submission:
        return self.item.submission


def agenda(session: PlenarySession) -> list[Line]:
    """The whole agenda in its order. Two queries."""
    items = db.session.scalars(
        select(PlenaryItem)
        .join(Submission, Submission.id == PlenaryItem.submission_id)
        .join(City, City.id == Submission.city_id)
        .options(
            contains_eager(PlenaryItem.submission).options(defer(Submission.answers), contains_eager(Submission.city))
        )
        .where(PlenaryItem.session_id == session.id)
        .order_by(PlenaryItem.position, PlenaryItem.id)
    ).all()
    turns = db.session.execute(
        select(PlenaryTurn.item_id, func.count(), func.count(PlenaryTurn.ended_at))
        .where(PlenaryTurn.session_id == session.id)
        .group_by(PlenaryTurn.item_id)
    )
    begun = {item_id: n != ended for item_id, n, ended in turns}
    return [Line(item, begun.get(item.id, False), item.id in begun) for item in items]


def version(submission: Submission) -> SubmissionVersion | None:
    """What was handed in last."""
    return db.session.execute(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.number == submission.version
        )
    ).scalar_one_or_none()


def votes(item: PlenaryItem) -> Sequence[PlenaryVote]:
    """The votes taken on a file in this session, in their order; the last may be open."""
    return db.session.scalars(
        select(PlenaryVote).where(PlenaryVote.item_id == item.id).order_by(PlenaryVote.number)
    ).all()


def vote_open(session: PlenarySession) -> PlenaryVote | None:
    """The vote that is open."""
    return db.session.execute(
        select(PlenaryVote).where(PlenaryVote.session_id == session.id, PlenaryVote.closed_at.is_(None))
    ).scalar_one_or_none()


def ballots(vote: PlenaryVote) -> dict[int, PlenaryBallot]:
    """The votes given so far, by membership id."""
    rows = db.session.scalars(select(PlenaryBallot).where(PlenaryBallot.vote_id == vote.id).order_by(PlenaryBallot.id))
    return {row.membership_id: row for row in rows}


def notes_of(items: Collection[int]) -> dict[int, PlenaryNote]:
    """The present notes of each of these items. One query."""
    last = (
        select(func.max(PlenaryNote.id)).where(PlenaryNote.item_id.in_(items)).group_by(PlenaryNote.item_id)
    ).scalar_subquery()
    return {note.item_id: note for note in db.session.scalars(select(PlenaryNote).where(PlenaryNote.id.in_(last)))}


def text_of(item: PlenaryItem) -> str:
    """The clerk's notes on a file as they stand."""
    note = notes_of([item.id]).get(item.id)
    return note.text if note else ""


def latest_vote(cycle: Cycle, submission: Submission) -> tuple[PlenarySession, PlenaryVote] | None:
    """The vote counted last on a submission, with its session."""
    row = db.session.execute(
        select(PlenarySession, PlenaryVote)
        .join(PlenaryVote, PlenaryVote.session_id == PlenarySession.id)
        .join(PlenaryItem, PlenaryItem.id == PlenaryVote.item_id)
        .where(
            PlenarySession.cycle_id == cycle.id,
            PlenaryItem.submission_id == submission.id,
            PlenaryVote.closed_at.is_not(None),
        )
        .order_by(PlenaryVote.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def noted_out(turn: PlenaryTurn) -> set[int]:
    """Who was written down as out of the room for this turn."""
    return set(db.session.scalars(select(PlenaryAbsence.membership_id).where(PlenaryAbsence.turn_id == turn.id)))


def submissions(ids: Collection[int]) -> Sequence[Submission]:
    """These submissions with their cities. One query."""
    return db.session.scalars(
        select(Submission)
        .options(joinedload(Submission.city), defer(Submission.answers))
        .where(Submission.id.in_(ids))
        .order_by(Submission.id)
    ).all()


def presided_for_chair(user: User, cycle: Cycle, submission: Submission) -> PlenaryVote | None:
    """The vote counted last on a file the chair is out of the room for, if this person presided over it and has no tie to the
    file: the one who then writes down what was decided. None for everybody else.
    """
    found = latest_vote(cycle, submission)
    if found is None:
        return None
    people = {one.id: one for one in members(cycle)}
    own = people.get(found[1].presided_id)
    chair = next((one for one in people.values() if one.is_chair), None)
    if own is None or own.user_id != user.id or own.is_chair or chair is None:
        return None
    if not closed_to(chair, [submission]) or closed_to(own, [submission]):
        return None
    return found[1]
