"""The outbox: which letters a filter leaves, how they lie in groups, and which contradict what is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, null, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from awardapp.domain.letters import KINDS, Flag
from awardapp.extensions import db
from awardapp.models import (
    AttemptOutcome,
    City,
    Cycle,
    Delegate,
    DeliveryAttempt,
    Notification,
    Submission,
    User,
    WorkStatus,
)

FINAL = (WorkStatus.DONE, WorkStatus.DISCARDED)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; an empty value narrows nothing. `text` is part of a recipient's name or address,
    `flagged` asks for letters with an open contradiction (True) or without one (False)."""

    status: WorkStatus | None = None
    kind: str = ""
    group: str = ""
    language: str = ""
    city_id: int | None = None
    text: str = ""
    flagged: bool | None = None
    letter_id: int | None = None

    @property
    def is_narrow(self) -> bool:
        return self != Filter()


def flag(now: datetime) -> ColumnElement[str | None]:
    """Why a letter that has not gone should not go, as a column; NULL when nothing speaks against it."""
    row, other, file, acting = Notification, aliased(Notification), aliased(Submission), aliased(Delegate)
    same_file = (
        exists().where(other.submission_id == row.submission_id, other.status != WorkStatus.DISCARDED).correlate(row)
    )
    opposite = or_(
        false(),
        *(
            and_(row.kind == name, same_file.where(other.kind.in_(kind.opposites)))
            for name, kind in KINDS.items()
            if kind.opposites
        ),
    )
    untrue = or_(
        false(),
        *(
            and_(
                row.kind == name,
                exists()
                .where(file.id == row.submission_id, file.status.not_in(sorted(kind.true_while)))
                .correlate(row),
            )
            for name, kind in KINDS.items()
            if kind.true_while
        ),
    )
    newer = (
        exists()
        .where(
            other.kind == row.kind,
            other.recipient_id == row.recipient_id,
            other.cycle_id == row.cycle_id,
            func.coalesce(other.submission_id, 0) == func.coalesce(row.submission_id, 0),
            other.id > row.id,
            other.status != WorkStatus.DISCARDED,
        )
        .correlate(row)
    )
    superseded = and_(row.kind.in_([name for name, kind in KINDS.items() if kind.newest_counts]), newer)
    acts = (
        exists()
        .where(
            acting.user_id == row.recipient_id,
            acting.ended_at.is_(None),
            file.id == row.submission_id,
            acting.city_id == file.city_id,
        )
        .correlate(row)
    )
    return case(
        (row.status.in_(FINAL), null()),
        (opposite, literal(Flag.OPPOSITE.value)),
        (untrue, literal(Flag.UNTRUE.value)),
        (superseded, literal(Flag.SUPERSEDED.value)),
        (row.expires_at <= now, literal(Flag.EXPIRED.value)),
        (
            and_(row.status == WorkStatus.DRAFT, row.submission_id.is_not(None), ~acts),
            literal(Flag.GONE.value),
        ),
        else_=null(),
    )


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether a letter has a contradiction that nobody let pass."""
    found = flag(now)
    return and_(found.is_not(None), func.coalesce(Notification.dismissed_flag, "") != found)


def narrowed(cycle: Cycle, wanted: Filter, *, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of a filter."""
    where: list[ColumnElement[bool]] = [Notification.cycle_id == cycle.id]
    if wanted.status is not None:
        where.append(Notification.status == wanted.status)
    if wanted.kind:
        where.append(Notification.kind == wanted.kind)
    if wanted.group:
        where.append(Notification.group_key == wanted.group)
    if wanted.letter_id is not None:
        where.append(Notification.id == wanted.letter_id)
    if wanted.city_id is not None:
        where.append(Notification.submission_id.in_(select(Submission.id).where(Submission.city_id == wanted.city_id)))
    people = select(User.id)
    if wanted.language:
        where.append(Notification.recipient_id.in_(people.where(User.language == wanted.language)))
    if wanted.text:
        found = or_(
            User.name.icontains(wanted.text, autoescape=True), User.email.icontains(wanted.text, autoescape=True)
        )
        where.append(Notification.recipient_id.in_(people.where(found)))
    if wanted.flagged is not None:
        where.append(is_open(now) if wanted.flagged else ~is_open(now))
    return where


def count(cycle: Cycle, wanted: Filter, *, now: datetime) -> int:
    """How many letters the filter leaves. One query."""
    query = select(func.count()).select_from(Notification).where(*narrowed(cycle, wanted, now=now))
    return db.session.scalar(query) or 0


def state(cycle: Cycle, wanted: Filter, *, now: datetime) -> str:
    """Which letters the filter leaves and in whose words, as a short text that changes with either. One query."""
    ids, words = Notification.id, func.coalesce(Notification.words_id, 0)
    query = select(func.count(), func.max(ids), func.sum(ids), func.max(words), func.sum(words))
    found = db.session.execute(query.where(*narrowed(cycle, wanted, now=now))).one()
    return "-".join(str(number or 0) for number in found)


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter of the list with what stands against it, if anything, and whether that was let pass."""

    row: Notification
    flag: Flag | None
    ref: str | None

    @property
    def is_open(self) -> bool:
        return self.flag is not None and self.row.dismissed_flag != self.flag


def page(cycle: Cycle, wanted: Filter, *, offset: int, limit: int, now: datetime) -> list[Listed]:
    """Letters with their recipients, the newest first. One query."""
    rows = db.session.execute(
        select(Notification, flag(now), Submission.ref)
        .outerjoin(Submission, Submission.id == Notification.submission_id)
        .options(joinedload(Notification.recipient))
        .where(*narrowed(cycle, wanted, now=now))
        .order_by(Notification.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Listed(row, Flag(found) if found else None, ref) for row, found, ref in rows]


def flag_of(row: Notification, *, now: datetime) -> Flag | None:
    """What stands against one letter now. One query."""
    found = db.session.scalar(select(flag(now)).where(Notification.id == row.id))
    return Flag(found) if found else None


@dataclass(frozen=True, slots=True)
class Group:
    """Drafts of one cause: about how many files, to how many people, since when; how many contradict something."""

    key: str
    kind: str
    files: int
    letters: int
    flagged: int
    edited: int
    since: datetime


def groups(cycle: Cycle, *, now: datetime) -> list[Group]:
    """The drafts that wait, by cause, the longest waiting first. One query."""
    rows = db.session.execute(
        select(
            Notification.group_key,
            Notification.kind,
            func.count(Notification.submission_id.distinct()),
            func.count(),
            func.sum(case((is_open(now), 1), else_=0)),
            func.count(Notification.words_id),
            func.min(Notification.created_at),
        )
        .where(Notification.cycle_id == cycle.id, Notification.status == WorkStatus.DRAFT)
        .group_by(Notification.group_key, Notification.kind)
        .order_by(func.min(Notification.created_at), Notification.group_key)
    )
    return [Group(*row) for row in rows]


def by_status(cycle: Cycle) -> dict[WorkStatus, int]:
    """How many letters of the cycle stand in each state. One query."""
    rows = db.session.execute(
        select(Notification.status, func.count()).where(Notification.cycle_id == cycle.id).group_by(Notification.status)
    )
    return {status: n for status, n in rows}


@dataclass(frozen=True, slots=True)
class Doubts:
    """What became of letters after the mail server took them: bounced, and sent again though the first may have gone."""

    bounced: int
    maybe_doubled: int


def doubts(cycle: Cycle) -> Doubts:
    """Counted over the cycle's letters. Two queries.

    A letter may have gone twice when an attempt ended without a word (its process died, or the server broke off while
    taking it) and a later one was accepted. Both carry the same Message-ID.
    """
    bounced = select(func.count()).where(Notification.cycle_id == cycle.id, Notification.bounced_at.is_not(None))
    return Doubts(
        bounced=db.session.scalar(bounced) or 0,
        maybe_doubled=db.session.scalar(maybe_doubled().where(Notification.cycle_id == cycle.id)) or 0,
    )


def maybe_doubled() -> Select[int]:
    """The number of letters that may have gone twice; see `doubts`."""
    first, later = DeliveryAttempt, aliased(DeliveryAttempt)
    return (
        select(func.count(first.notification_id.distinct()))
        .join(Notification, Notification.id == first.notification_id)
        .join(later, (later.notification_id == first.notification_id) & (later.id > first.id))
        .where(
            or_(first.outcome.is_(None), first.outcome == AttemptOutcome.BROKEN_OFF),
            later.outcome == AttemptOutcome.SENT,
        )
    )


def kinds(cycle: Cycle) -> list[str]:
    """The kinds of letters the cycle has, in alphabetical order."""
    return list(
        db.session.scalars(
            select(Notification.kind).where(Notification.cycle_id == cycle.id).distinct().order_by(Notification.kind)
        )
    )


def cities(cycle: Cycle) -> Sequence[City]:
    """The cities about whose files letters were written, by name. One query."""
    return db.session.scalars(
        select(City)
        .where(
            City.id.in_(
                select(Submission.city_id)
                .join(Notification, Notification.submission_id == Submission.id)
                .where(Notification.cycle_id == cycle.id)
            )
        )
        .order_by(City.name_en, City.id)
    ).all()


def one(cycle: Cycle, letter_id: int) -> Notification | None:
    """One letter of the cycle with its recipient, attempts and bounces."""
    return db.session.execute(
        select(Notification)
        .options(
            selectinload(Notification.recipient),  # not a join: its row may be locked next
            selectinload(Notification.words),
            selectinload(Notification.attempts_made),
            selectinload(Notification.bounces),
        )
        .where(Notification.cycle_id == cycle.id, Notification.id == letter_id)
    ).scalar_one_or_none()


def related(row: Notification) -> Sequence[Notification]:
    """The letter this one repeats and those that repeat it, oldest first."""
    first = row.resend_of or row.id
    return db.session.scalars(
        select(Notification)
        .where(or_(Notification.id == first, Notification.resend_of == first), Notification.id != row.id)
        .order_by(Notification.id)
    ).all()
