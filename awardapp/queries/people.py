"""Who somebody is in a cycle, and who holds a role."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Boolean, Integer, String, bindparam, cast, null, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from awardapp.domain.people import Role
from awardapp.domain.permissions import Standing
from awardapp.extensions import db
from awardapp.models import City, Cycle, Delegate, Membership, Submission, User


def by_email(email: str) -> User | None:
    """The account of an address, whatever its case."""
    return db.session.execute(select(User).where(User.email == email.strip().lower())).scalar_one_or_none()


def cities_of(user: User) -> Sequence[City]:
    """The cities a person acts for now, by name."""
    return db.session.scalars(
        select(City)
        .join(Delegate)
        .where(Delegate.user_id == user.id, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None))
        .order_by(City.name_en, City.id)
    ).all()


def city_ids_of(user: User) -> frozenset[int]:
    """Ids of the cities a person acts for now."""
    return frozenset(
        db.session.scalars(
            select(Delegate.city_id).where(
                Delegate.user_id == user.id, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None)
            )
        )
    )


def delegates_of(city_id: int) -> Sequence[User]:
    """The active people who act for a city now, by id."""
    return db.session.scalars(
        select(User)
        .join(Delegate, Delegate.user_id == User.id)
        .where(
            Delegate.city_id == city_id,
            Delegate.ended_at.is_(None),
            Delegate.confirmed_at.is_not(None),
            User.disabled_at.is_(None),
        )
        .order_by(User.id)
    ).all()


def delegates_by_city(city_ids: Collection[int]) -> dict[int, list[User]]:
    """The active people who act for each of these cities now, by id. One query."""
    found: dict[int, list[User]] = {}
    for city_id, person in db.session.execute(
        select(Delegate.city_id, User)
        .join(User, User.id == Delegate.user_id)
        .where(
            Delegate.city_id.in_(city_ids),
            Delegate.ended_at.is_(None),
            Delegate.confirmed_at.is_not(None),
            User.disabled_at.is_(None),
        )
        .order_by(User.id)
    ):
        found.setdefault(city_id, []).append(person)
    return found


def registered_applicants(cycle: Cycle) -> Sequence[User]:
    """Everybody whom a change of the call concerns: the active delegates of every city, begun or not, by id. One query.

    What is invented stays apart: a demonstration tells the cities that take part in it, and any other call tells nobody
    whose city is known from demonstrations alone.
    """
    takes_part = select(Submission.city_id).where(Submission.cycle_id == cycle.id)
    real, invented = (
        select(Submission.city_id).join(Cycle, Cycle.id == Submission.cycle_id).where(Cycle.is_demonstration.is_(flag))
        for flag in (False, True)
    )
    concerned = (
        Delegate.city_id.in_(takes_part)
        if cycle.is_demonstration
        else or_(Delegate.city_id.in_(real), Delegate.city_id.not_in(invented))
    )
    acting = select(Delegate.user_id).where(concerned, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None))
    return db.session.scalars(
        select(User).where(User.id.in_(acting), User.disabled_at.is_(None)).order_by(User.id)
    ).all()


# Asked with every page of a signed-in person, so it is put together once.
_ROLES = (
    select(Membership)
    .join(Membership.cycle)
    .options(contains_eager(Membership.cycle))
    .where(Membership.user_id == bindparam("user_id"), Membership.ended_at.is_(None))
    .order_by(Cycle.year.desc(), Cycle.id.desc(), Membership.role)
)


def memberships_of(user: User) -> Sequence[Membership]:
    """A person's live roles in all cycles, the newest cycle first."""
    return db.session.scalars(_ROLES, {"user_id": user.id}).all()


def membership(user: User, cycle: Cycle, role: Role) -> Membership | None:
    """A person's live membership in one role of one cycle."""
    return db.session.execute(
        select(Membership).where(
            Membership.user_id == user.id,
            Membership.cycle_id == cycle.id,
            Membership.role == role,
            Membership.ended_at.is_(None),
        )
    ).scalar_one_or_none()


def members(cycle: Cycle, role: Role) -> Sequence[Membership]:
    """Everybody who holds a role in a cycle, by name."""
    return db.session.scalars(
        select(Membership)
        .join(User)
        .options(joinedload(Membership.user))
        .where(Membership.cycle_id == cycle.id, Membership.role == role, Membership.ended_at.is_(None))
        .order_by(User.name, Membership.id)
    ).all()


_STANDING = (
    select(Membership.role, Membership.is_chair, cast(null(), Integer))
    .where(
        Membership.user_id == bindparam("user_id"),
        Membership.cycle_id == bindparam("cycle_id"),
        Membership.ended_at.is_(None),
    )
    .union_all(
        select(cast(null(), String), cast(null(), Boolean), Delegate.city_id).where(
            Delegate.user_id == bindparam("user_id"), Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None)
        )
    )
)


def standing(user: User, cycle: Cycle | None) -> Standing:
    """The person as the rules see them in this cycle. One query."""
    if cycle is None:
        return Standing(user_id=user.id, city_ids=city_ids_of(user), roles={})
    rows = db.session.execute(_STANDING, {"user_id": user.id, "cycle_id": cycle.id}).all()
    return Standing(
        user_id=user.id,
        city_ids=frozenset(city_id for role, _is_chair, city_id in rows if role is None),
        roles={role: is_chair for role, is_chair, _city_id in rows if role is not None},
    )
