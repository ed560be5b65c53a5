"""The outbox as the secretariat sees it: every letter of a cycle with its state, and who would be written to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from awardapp.extensions import db
from awardapp.models import Cycle, Delegate, Notification, Submission, User, WorkStatus


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; an empty value narrows nothing. `text` is part of a recipient's name or address."""

    status: WorkStatus | None = None
    kind: str = ""
    text: str = ""


def _narrowed(cycle: Cycle, wanted: Filter) -> Select[Notification]:
    query = select(Notification).where(Notification.cycle_id == cycle.id)
    if wanted.status is not None:
        query = query.where(Notification.status == wanted.status)
    if wanted.kind:
        query = query.where(Notification.kind == wanted.kind)
    if wanted.text:
        query = query.join(User, User.id == Notification.recipient_id).where(
            or_(User.name.icontains(wanted.text, autoescape=True), User.email.icontains(wanted.text, autoescape=True))
        )
    return query


def count(cycle: Cycle, wanted: Filter) -> int:
    """How many letters the filter leaves. One query."""
    return db.session.scalar(select(func.count()).select_from(_narrowed(cycle, wanted).subquery())) or 0


def page(cycle: Cycle, wanted: Filter, *, offset: int, limit: int) -> Sequence[Notification]:
    """Letters with their recipients, the newest first. One query."""
    return db.session.scalars(
        _narrowed(cycle, wanted)
        .options(joinedload(Notification.recipient))
        .order_by(Notification.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def by_status(cycle: Cycle) -> dict[WorkStatus, int]:
    """How many letters of the cycle stand in each state. One query."""
    rows = db.session.execute(
        select(Notification.status, func.count()).where(Notification.cycle_id == cycle.id).group_by(Notification.status)
    )
    return {status: n for status, n in rows}


def kinds(cycle: Cycle) -> list[str]:
    """The kinds of letters the cycle has, in alphabetical order."""
    return list(
        db.session.scalars(
            select(Notification.kind).where(Notification.cycle_id == cycle.id).distinct().order_by(Notification.kind)
        )
    )


def one(cycle: Cycle, letter_id: int) -> Notification | None:
    """One letter of the cycle with its recipient."""
    return db.session.execute(
        select(Notification)
        .options(selectinload(Notification.recipient))  # not a join: its row may be locked next
        .where(Notification.cycle_id == cycle.id, Notification.id == letter_id)
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom letters about some submissions would go to."""

    people: int
    by_language: dict[str, int]
    silent: tuple[int, ...]  # submissions whose city has no delegate to write to


def reach(submission_ids: Iterable[int]) -> Reach:
    """Count the delegates who would be written to about these submissions. One query."""
    wanted = list(submission_ids)
    rows = db.session.execute(
        select(Submission.id, User.language, func.count(User.id))
        .join(Delegate, Delegate.city_id == Submission.city_id)
        .join(User, User.id == Delegate.user_id)
        .where(
            Submission.id.in_(wanted),
            Delegate.ended_at.is_(None),
            Delegate.confirmed_at.is_not(None),
            User.disabled_at.is_(None),
        )
        .group_by(Submission.id, User.language)
    ).all()
    languages: dict[str, int] = {}
    for _submission, language, n in rows:
        languages[language] = languages.get(language, 0) + n
    reached = {submission for submission, _language, _n in rows}
    return Reach(sum(languages.values()), languages, tuple(i for i in wanted if i not in reached))
