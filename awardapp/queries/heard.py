"""Who has heard what: for each city of a cycle the letters about its files and to its people, and who has heard nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from awardapp.extensions import db
from awardapp.models import Bounce, City, Cycle, Delegate, Notification, Submission, User, WorkStatus


@dataclass(frozen=True, slots=True)
class CityHeard:
    """A city with its letters by what became of them; `last_at`: when the last one was taken by a mail server."""

    city: City
    sent: int
    waiting: int
    failed: int
    last_at: datetime | None


def _of_city(cycle: Cycle) -> ColumnElement[bool]:
    """Whether a letter is the business of the city at hand: about a file of it, or to somebody who acts for it about none."""
    about = Notification.submission_id.in_(
        select(Submission.id).where(Submission.city_id == City.id, Submission.cycle_id == cycle.id).correlate(City)
    )
    people = select(Delegate.user_id).where(Delegate.city_id == City.id).correlate(City)
    to_its_people = and_(Notification.submission_id.is_(None), Notification.recipient_id.in_(people))
    return and_(Notification.cycle_id == cycle.id, or_(about, to_its_people))


def cities(
    cycle: Cycle, *, text: str = "", kind: str = "", only_silent: bool = False, offset: int = 0, limit: int = 50
) -> tuple[list[CityHeard], int]:
    """Cities that take part in the cycle by name, and how many the filter leaves. Two queries.

    With `kind` letters of that kind alone are counted; with `only_silent` the cities to which none was delivered.
    """
    own = _of_city(cycle)
    if kind:
        own = and_(own, Notification.kind == kind)

    def number(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return select(func.count()).select_from(Notification).where(own, *where).correlate(City).scalar_subquery()

    delivered = and_(Notification.status == WorkStatus.DONE, Notification.bounced_at.is_(None))
    query = select(City).where(City.id.in_(select(Submission.city_id).where(Submission.cycle_id == cycle.id)))
    if text:
        query = query.where(or_(City.name_en.icontains(text, autoescape=True), City.name_zh.contains(text)))
    if only_silent:
        query = query.where(number(delivered) == 0)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    last = select(func.max(Notification.done_at)).where(own, delivered).correlate(City).scalar_subquery()
    rows = db.session.execute(
        query.add_columns(
            number(delivered),
            number(Notification.status.in_([WorkStatus.DRAFT, WorkStatus.QUEUED, WorkStatus.LEASED])),
            number(or_(Notification.status == WorkStatus.DEAD, Notification.bounced_at.is_not(None))),
            last,
        )
        .order_by(City.name_en, City.id)
        .offset(offset)
        .limit(limit)
    )
    return [CityHeard(*row) for row in rows], total


def of_city(cycle: Cycle, city: City) -> Sequence[tuple[Notification, str | None]]:
    """Every letter that is a city's business in this cycle, the newest first, with the number of the file. One query."""
    rows = db.session.execute(
        select(Notification, Submission.ref)
        .select_from(City)
        .join(Notification, _of_city(cycle))
        .outerjoin(Submission, Submission.id == Notification.submission_id)
        .options(joinedload(Notification.recipient))
        .where(City.id == city.id)
        .order_by(Notification.id.desc())
        .limit(500)
    )
    return [(row, ref) for row, ref in rows]


@dataclass(frozen=True, slots=True)
class PersonHeard:
    """Somebody who acts for a city, with the letters delivered to them and the last one's instant."""

    person: User
    delivered: int
    last_at: datetime | None
    is_doubtful: bool


def people_of(cycle: Cycle, city: City) -> list[PersonHeard]:
    """Those who act for the city now, also those who have heard nothing. One query."""
    delivered = and_(Notification.status == WorkStatus.DONE, Notification.bounced_at.is_(None))
    rows = db.session.execute(
        select(
            User,
            func.sum(case((delivered, 1), else_=0)),
            func.max(case((delivered, Notification.done_at))),
            doubtful(User.email),
        )
        .join(Delegate, Delegate.user_id == User.id)
        .outerjoin(Notification, and_(Notification.recipient_id == User.id, Notification.cycle_id == cycle.id))
        .where(Delegate.city_id == city.id, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None))
        .group_by(User.id)
        .order_by(User.name, User.id)
    )
    return [PersonHeard(person, int(n or 0), last, bool(doubt)) for person, n, last, doubt in rows]


def doubtful(address: ColumnElement[str] | object) -> ColumnElement[bool]:
    """Whether a letter to an address came back for good and nobody has made sure of it since."""
    return (
        select(Bounce.id)
        .where(Bounce.address == address, Bounce.is_permanent.is_(True), Bounce.settled_at.is_(None))
        .exists()
    )


def doubtful_among(addresses: Collection[str]) -> set[str]:
    """Which of these addresses are doubtful. One query."""
    return set(
        db.session.scalars(
            select(Bounce.address).where(
                Bounce.address.in_(addresses), Bounce.is_permanent.is_(True), Bounce.settled_at.is_(None)
            )
        )
    )
