"""What the secretariat sees of a whole cycle: its lists, its people, its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assignment,
    City,
    Cycle,
    Delegate,
    Membership,
    Notification,
    OneTimeLink,
    RulesVersion,
    Submission,
    SubmissionVersion,
    Theme,
    User,
    WorkStatus,
)
from awardapp.queries.titles import THEME_ID, TITLE_EN, TITLE_ZH

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Where a list stands: number of this page and of all, first and last row shown, all rows (from 1)."""

    number: int
    pages: int
    first: int
    last: int
    total: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * PER_PAGE


def page_of(total: int, number: int) -> Page:
    """The page of this number, or the nearest there is."""
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(number, 1), pages)
    first = (number - 1) * PER_PAGE
    return Page(number, pages, min(first + 1, total), min(first + PER_PAGE, total), total)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of submissions is narrowed to; an empty value narrows nothing."""

    status: SubmissionStatus | None = None
    theme: str = ""
    country: str = ""
    language: str = ""  # "en", "zh" or "both": languages the title is written in
    text: str = ""


def _narrowed(cycle: Cycle, wanted: Filter) -> Select[int]:
    handed_in = Submission.version > 0
    query = select(Submission.id).join(City, City.id == Submission.city_id).where(Submission.cycle_id == cycle.id)
    if wanted.status is not None:
        query = query.where(Submission.status == wanted.status)
    if wanted.theme:
        query = query.join(Theme, Theme.id == THEME_ID).where(Theme.key == wanted.theme, handed_in)
    if wanted.country:
        query = query.where(City.country == wanted.country)
    # An unfinished text belongs to its city alone: nothing of it can be searched for.
    has = {"en": TITLE_EN != "", "zh": TITLE_ZH != ""}
    if wanted.language in has:
        query = query.where(has[wanted.language], handed_in)
    elif wanted.language == "both":
        query = query.where(*has.values(), handed_in)
    if wanted.text:
        titles = or_(
            TITLE_EN.icontains(wanted.text, autoescape=True),
            TITLE_ZH.icontains(wanted.text, autoescape=True),
        )
        query = query.where(
            or_(
                Submission.ref.icontains(wanted.text, autoescape=True),
                City.name_en.icontains(wanted.text, autoescape=True),
                City.name_zh.icontains(wanted.text, autoescape=True),
                and_(handed_in, titles),
            )
        )
    return query


_LAST_FIRST = (Submission.submitted_at.is_(None), Submission.submitted_at.desc(), Submission.id.desc())


def _listed() -> Select[*tuple[Any, ...]]:
    handed_in = Submission.version > 0
    return (
        select(
            Submission.ref,
            Submission.status,
            Submission.version,
            Submission.is_late,
            Submission.submitted_at,
            TITLE_EN.label("title_en"),
            TITLE_ZH.label("title_zh"),
            City.name_en.label("city_en"),
            City.name_zh.label("city_zh"),
            City.country,
            case((handed_in, Theme.key)).label("theme_key"),
            case((handed_in, Theme.name_en)).label("theme_en"),
            case((handed_in, Theme.name_zh)).label("theme_zh"),
        )
        .join(City, City.id == Submission.city_id)
        .outerjoin(Theme, Theme.id == THEME_ID)
        .order_by(*_LAST_FIRST)
    )


def submissions(cycle: Cycle, wanted: Filter, *, page: int) -> tuple[Sequence[Row[*tuple[Any, ...]]], Page]:
    """A page of the cycle's submissions, the last handed in first, drafts after them. Two queries."""
    found = _narrowed(cycle, wanted)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    at = page_of(total, page)
    # The page's ids first: titles and themes as handed in are looked for on its rows alone.
    shown = found.order_by(*_LAST_FIRST).limit(PER_PAGE).offset(at.offset).subquery()
    rows = db.session.execute(_listed().where(Submission.id.in_(select(shown.c.id)))).all()
    return rows, at


def all_submissions(cycle: Cycle, wanted: Filter) -> Sequence[Row[*tuple[Any, ...]]]:
    """The same list whole, for a file. One query."""
    return db.session.execute(_listed().where(Submission.id.in_(_narrowed(cycle, wanted).scalar_subquery()))).all()


def countries_of(cycle: Cycle) -> Sequence[str]:
    """The countries and regions of the cycle's submissions, by code."""
    return db.session.scalars(
        select(City.country)
        .join(Submission, Submission.city_id == City.id)
        .where(Submission.cycle_id == cycle.id)
        .distinct()
        .order_by(City.country)
    ).all()


def received_by_day(cycle: Cycle, *, days: int) -> list[tuple[date, int]]:
    """How many submissions came in for the first time on each of so many days (of the award's zone), up to the one on which
    the last one did; [] when none did. Two queries.
    """
    at = SubmissionVersion.submitted_at
    is_first = and_(Submission.cycle_id == cycle.id, SubmissionVersion.number == 1)
    own = Submission.id == SubmissionVersion.submission_id
    last: datetime | None = db.session.scalar(select(func.max(at)).join(Submission, own).where(is_first))
    if last is None:
        return []
    zone = ZoneInfo(cycle.time_zone)
    shown = [last.astimezone(zone).date() - timedelta(days=back) for back in reversed(range(days))]
    begins = [datetime.combine(day, time(), zone) for day in shown]
    place = case(*((at < end, n) for n, end in enumerate(begins[1:])), else_=days - 1)
    counted = {
        n: number
        for n, number in db.session.execute(
            select(place, func.count()).join(Submission, own).where(is_first, at >= begins[0]).group_by(place)
        )
    }
    return [(day, counted.get(n, 0)) for n, day in enumerate(shown)]


def letters(cycle: Cycle) -> dict[WorkStatus, int]:
    """How many of the cycle's letters are in each state."""
    rows = db.session.execute(
        select(Notification.status, func.count()).where(Notification.cycle_id == cycle.id).group_by(Notification.status)
    )
    return {status: n for status, n in rows}


def role_counts(cycle: Cycle) -> dict[Role, tuple[int, int, int]]:
    """For each role: how many hold it, how many of them chair, how many have declared their conflicts of interest."""
    rows = db.session.execute(
        select(
            Membership.role,
            func.count(),
            func.sum(case((Membership.is_chair, 1), else_=0)),
            func.count(Membership.conflicts_declared_at),
        )
        .where(Membership.cycle_id == cycle.id, Membership.ended_at.is_(None))
        .group_by(Membership.role)
    )
    return {role: (n, chairs, declared) for role, n, chairs, declared in rows}


def reading_counts(cycle: Cycle) -> tuple[int, int]:
    """How many readings are drafted and how many are released."""
    drafted, released = db.session.execute(
        select(func.count() - func.count(Assignment.released_at), func.count(Assignment.released_at))
        .select_from(Assignment)
        .where(Assignment.cycle_id == cycle.id)
    ).one()
    return drafted, released


def rules_versions(cycle: Cycle) -> Sequence[Row[RulesVersion, str | None]]:
    """Every version of the cycle's rules with the name of who changed them, the newest first."""
    return db.session.execute(
        select(RulesVersion, User.name)
        .outerjoin(User, User.id == RulesVersion.changed_by)
        .where(RulesVersion.cycle_id == cycle.id)
        .order_by(RulesVersion.number.desc())
    ).all()


def members_of(cycle: Cycle) -> Sequence[Membership]:
    """Everybody with a role in the cycle, by role and name, chairs first."""
    return db.session.scalars(
        select(Membership)
        .join(User)
        .options(joinedload(Membership.user))
        .where(Membership.cycle_id == cycle.id, Membership.ended_at.is_(None))
        .order_by(Membership.role, Membership.is_chair.desc(), User.name, Membership.id)
    ).all()


def member(cycle: Cycle, member_id: int) -> Membership | None:
    """One live membership of this cycle."""
    return db.session.execute(
        select(Membership)
        .options(joinedload(Membership.user))
        .where(Membership.id == member_id, Membership.cycle_id == cycle.id, Membership.ended_at.is_(None))
    ).scalar_one_or_none()


def invitations_sent(cycle: Cycle) -> dict[int, datetime]:
    """When each person of the cycle who has no password yet was last sent an invitation, by user id."""
    rows = db.session.execute(
        select(OneTimeLink.user_id, func.max(OneTimeLink.created_at))
        .join(User, User.id == OneTimeLink.user_id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.cycle_id == cycle.id, User.password_hash.is_(None), OneTimeLink.purpose == "invitation")
        .group_by(OneTimeLink.user_id)
    )
    return {user_id: at for user_id, at in rows}


def delegate_requests() -> Sequence[Delegate]:
    """People who asked to act for a city that has delegates or files already, the oldest first."""
    return db.session.scalars(
        select(Delegate)
        .options(joinedload(Delegate.user), joinedload(Delegate.city))
        .where(Delegate.confirmed_at.is_(None), Delegate.ended_at.is_(None), Delegate.invited_by.is_(None))
        .order_by(Delegate.started_at, Delegate.id)
    ).all()
