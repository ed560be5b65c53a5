"""What suspected ties are found from, and the ties found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.domain.suspicions import Entry, Ground, Judge, Link, LinkKind, Place, by_city, same_person
from awardapp.extensions import db
from awardapp.models import (
    Assignment,
    City,
    CityLink,
    Cycle,
    Delegate,
    Membership,
    NamedConflict,
    Partner,
    Submission,
    Suspicion,
    User,
)
from awardapp.queries.secretariat import PER_PAGE, Page, page_of

JUDGED = (SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED, SubmissionStatus.VALID)
DECISIONS = ("open", "confirmed", "dismissed")


def place(city: City) -> Place:
    """A city as the rules look at it."""
    return Place(city.id, city.country, city.name_en, city.name_zh)


def judge(user: User) -> Judge:
    """A person as the rules look at them."""
    home = db.session.get(City, user.city_id) if user.city_id is not None else None
    acted_for = _acted_for([user.id]).get(user.id, frozenset())
    return Judge(user.name, user.country, place(home) if home is not None else None, user.organisation or "", acted_for)


def _acted_for(user_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The cities for which each of these people acted once, by person. One query."""
    found: dict[int, frozenset[int]] = {}
    for user_id, city_id in db.session.execute(
        select(Delegate.user_id, Delegate.city_id).where(
            Delegate.user_id.in_(user_ids), Delegate.confirmed_at.is_not(None), Delegate.ended_at.is_not(None)
        )
    ):
        found[user_id] = found.get(user_id, frozenset()) | {city_id}
    return found


def judges(cycle: Cycle) -> list[tuple[Membership, Judge]]:
    """The committee's members with what is known of them. Two queries."""
    rows = db.session.execute(
        select(Membership, City)
        .join(User, User.id == Membership.user_id)
        .outerjoin(City, City.id == User.city_id)
        .options(joinedload(Membership.user))
        .where(Membership.cycle_id == cycle.id, Membership.role == Role.COMMITTEE, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    ).all()
    acted_for = _acted_for([member.user_id for member, _city in rows])
    return [
        (
            member,
            Judge(
                member.user.name,
                member.user.country,
                place(city) if city is not None else None,
                member.user.organisation or "",
                acted_for.get(member.user_id, frozenset()),
            ),
        )
        for member, city in rows
    ]


def entries(cycle: Cycle) -> list[Entry]:
    """Everything handed in that may be judged, with its cities and whom they named. Three queries."""
    places: dict[int, list[Place]] = {}
    own = (
        select(Submission.id, City)
        .join(City, City.id == Submission.city_id)
        .where(Submission.cycle_id == cycle.id, Submission.status.in_(JUDGED))
        .order_by(Submission.id)
    )
    for submission_id, city in db.session.execute(own):
        places[submission_id] = [place(city)]
    partners = (
        select(Partner.submission_id, City)
        .join(City, City.id == Partner.city_id)
        .join(Submission, Submission.id == Partner.submission_id)
        .where(Submission.cycle_id == cycle.id, Partner.removed_at.is_(None))
        .order_by(Partner.position, Partner.id)
    )
    for submission_id, city in db.session.execute(partners):
        if submission_id in places:
            places[submission_id].append(place(city))
    named: dict[int, list[str]] = {}
    rows = (
        select(NamedConflict.submission_id, NamedConflict.name)
        .join(Submission, Submission.id == NamedConflict.submission_id)
        .where(Submission.cycle_id == cycle.id, NamedConflict.withdrawn_at.is_(None))
        .order_by(NamedConflict.id)
    )
    for submission_id, name in db.session.execute(rows):
        named.setdefault(submission_id, []).append(name)
    return [Entry(n, tuple(cities), tuple(named.get(n, ()))) for n, cities in places.items()]


def links() -> dict[int, list[Link]]:
    """Every live link, by city. One query."""
    rows = db.session.execute(
        select(CityLink.city_id, CityLink.kind, CityLink.other_city_id, CityLink.network)
        .where(CityLink.ended_at.is_(None))
        .order_by(CityLink.id)
    )
    return by_city((city_id, Link(LinkKind(kind), other, network)) for city_id, kind, other, network in rows)


def known(cycle: Cycle) -> Sequence[Suspicion]:
    """Every suspicion of the cycle, decided or not, for comparing with what is found now."""
    return db.session.scalars(select(Suspicion).where(Suspicion.cycle_id == cycle.id).order_by(Suspicion.id)).all()


def _state(decision: str) -> ColumnElement[bool]:
    return Suspicion.decision.is_(None) if decision == "open" else Suspicion.decision == decision


def counts(cycle: Cycle, reader: User) -> dict[str, int]:
    """How many suspicions of members still in the committee, but the reader, are open, confirmed and dismissed. One query."""
    state = func.coalesce(Suspicion.decision, "open")
    rows = db.session.execute(
        select(state, func.count())
        .join(Membership, Membership.id == Suspicion.membership_id)
        .where(Suspicion.cycle_id == cycle.id, Membership.ended_at.is_(None), Membership.user_id != reader.id)
        .group_by(state)
    )
    found = {decision: n for decision, n in rows}
    return {decision: found.get(decision, 0) for decision in DECISIONS}


def listed(
    cycle: Cycle, *, reader: User, decision: str, page: int
) -> tuple[Sequence[Row[Suspicion, User, Submission, City, str, datetime | None]], Page]:
    """A page of suspicions with member, submission, city and the decider's name, whether it is being read. Two queries.

    Never the reader's own: which city does not want to be judged by somebody is not for that person to know.
    """
    base = (
        select(Suspicion.id)
        .join(Membership, Membership.id == Suspicion.membership_id)
        .where(
            Suspicion.cycle_id == cycle.id,
            Membership.ended_at.is_(None),
            Membership.user_id != reader.id,
            _state(decision),
        )
    )
    at = page_of(db.session.scalar(select(func.count()).select_from(base.subquery())) or 0, page)
    decider = aliased(User)
    rows = db.session.execute(
        select(Suspicion, User, Submission, City, decider.name, Assignment.released_at)
        .join(Membership, Membership.id == Suspicion.membership_id)
        .join(User, User.id == Membership.user_id)
        .join(Submission, Submission.id == Suspicion.submission_id)
        .join(City, City.id == Submission.city_id)
        .outerjoin(decider, decider.id == Suspicion.decided_by)
        .outerjoin(
            Assignment,
            (Assignment.submission_id == Suspicion.submission_id)
            & (Assignment.membership_id == Suspicion.membership_id),
        )
        .options(contains_eager(Suspicion.membership))
        .where(Suspicion.id.in_(base.scalar_subquery()))
        .order_by(User.name, City.name_en, Suspicion.id)
        .limit(PER_PAGE)
        .offset(at.offset)
    ).all()
    return rows, at


def of_cycle(cycle: Cycle, suspicion_id: int) -> Suspicion | None:
    """One suspicion of this cycle."""
    return db.session.execute(
        select(Suspicion).where(Suspicion.id == suspicion_id, Suspicion.cycle_id == cycle.id)
    ).scalar_one_or_none()


def open_pairs(cycle: Cycle) -> set[tuple[int, int]]:
    """Pairs of membership and submission with an open suspicion. One query."""
    rows = db.session.execute(
        select(Suspicion.membership_id, Suspicion.submission_id).where(
            Suspicion.cycle_id == cycle.id, Suspicion.decision.is_(None)
        )
    )
    return {(member, submission) for member, submission in rows}


def named_by(submission: Submission) -> Sequence[NamedConflict]:
    """Whom the city of a submission asked not to judge it, in the order in which they were named."""
    return db.session.scalars(
        select(NamedConflict)
        .where(NamedConflict.submission_id == submission.id, NamedConflict.withdrawn_at.is_(None))
        .order_by(NamedConflict.id)
    ).all()


def named_notes(suspicions: Collection[Suspicion]) -> dict[int, list[NamedConflict]]:
    """What the cities said of the people they named, by the id of the suspicion that rests on it. One query, or none."""
    resting = [one for one in suspicions if one.ground == Ground.NAMED_BY_CITY]
    if not resting:
        return {}
    said: dict[int, list[NamedConflict]] = {}
    for row in db.session.scalars(
        select(NamedConflict)
        .where(
            NamedConflict.submission_id.in_({one.submission_id for one in resting}),
            NamedConflict.withdrawn_at.is_(None),
        )
        .order_by(NamedConflict.id)
    ):
        said.setdefault(row.submission_id, []).append(row)
    return {
        one.id: [row for row in said.get(one.submission_id, ()) if same_person(row.name, one.words)] for one in resting
    }


def city_links(*, text: str, page: int) -> tuple[Sequence[CityLink], Page]:
    """A page of the live links, those whose cities or network hold this text. Two queries."""
    one, other = aliased(City), aliased(City)
    base = (
        select(CityLink.id)
        .join(one, one.id == CityLink.city_id)
        .outerjoin(other, other.id == CityLink.other_city_id)
        .where(CityLink.ended_at.is_(None))
    )
    if text:
        columns: Iterable[Any] = (one.name_en, one.name_zh, other.name_en, other.name_zh, CityLink.network)
        base = base.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    at = page_of(db.session.scalar(select(func.count()).select_from(base.subquery())) or 0, page)
    rows = db.session.scalars(
        select(CityLink)
        .join(one, one.id == CityLink.city_id)
        .options(joinedload(CityLink.city), joinedload(CityLink.other))
        .where(CityLink.id.in_(base.scalar_subquery()))
        .order_by(one.name_en, CityLink.id)
        .limit(PER_PAGE)
        .offset(at.offset)
    ).all()
    return rows, at
