"""Cities: who acts for them, who may decide about that, and what they took part in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload, selectinload

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    AuditEntry,
    CaseStudy,
    City,
    Cycle,
    Delegate,
    Membership,
    Publication,
    PublishedOutcome,
    SpecialAward,
    Submission,
    User,
)

_RUNNING = and_(Cycle.phase != CyclePhase.ARCHIVED, Cycle.is_archive.is_(False))
_IN_SECRETARIAT = and_(Membership.role == Role.SECRETARIAT, Membership.ended_at.is_(None))


def is_over(cycle: Cycle) -> bool:
    """Whether a cycle has ended: its secretariat decides nothing about cities any more."""
    return cycle.is_archive or cycle.phase is CyclePhase.ARCHIVED


def running_cycle_of_secretary(user: User) -> int | None:
    """The newest running cycle in whose secretariat a person is, by id; None for anybody else."""
    return db.session.scalar(
        select(Cycle.id)
        .join(Membership, Membership.cycle_id == Cycle.id)
        .where(Membership.user_id == user.id, _IN_SECRETARIAT, _RUNNING)
        .order_by(Cycle.year.desc(), Cycle.id.desc())
        .limit(1)
    )


def is_of_secretary(city_id: int, user: User) -> bool:
    """Whether a city is a matter for this person of a secretariat: it has an entry in a cycle of theirs, over or not; or no
    running cycle has one, so that nobody is nearer to it.
    """
    entries = select(Cycle.id).join(Submission, Submission.cycle_id == Cycle.id).where(Submission.city_id == city_id)
    own = entries.join(Membership, Membership.cycle_id == Cycle.id).where(
        Membership.user_id == user.id, _IN_SECRETARIAT
    )
    has_own, has_running = db.session.execute(select(own.exists(), entries.where(_RUNNING).exists())).one()
    return bool(has_own or not has_running)


@dataclass(frozen=True, slots=True)
class HandOver:
    """A change of a city's people by a secretariat: when, by whom, of which cycle, and why."""

    at: datetime
    by: str
    cycle_en: str
    cycle_zh: str
    reason: str


def hand_overs(city_id: int) -> list[HandOver]:
    """Every hand-over of a city, the latest first, from the audit log. One query."""
    rows = db.session.execute(
        select(AuditEntry.at, User.name, Cycle.name_en, Cycle.name_zh, AuditEntry.reason)
        .join(User, User.id == AuditEntry.actor_id)
        .join(Cycle, Cycle.id == AuditEntry.cycle_id)
        .where(AuditEntry.action == "city.hand_over", AuditEntry.object == f"city:{city_id}")
        .order_by(AuditEntry.id.desc())
    )
    return [HandOver(at, by, en, zh, reason or "") for at, by, en, zh, reason in rows]


def secretaries_for(city_id: int) -> Sequence[User]:
    """The active people of the secretariat of every running cycle the city takes part in; of all running ones when it takes
    part in none. By id.
    """
    people = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(Cycle, Cycle.id == Membership.cycle_id)
        .where(_IN_SECRETARIAT, _RUNNING, User.disabled_at.is_(None))
        .distinct()
        .order_by(User.id)
    )
    takes_part = exists().where(Submission.cycle_id == Cycle.id, Submission.city_id == city_id)
    return db.session.scalars(people.where(takes_part)).all() or db.session.scalars(people).all()


def live_delegate(city_id: int, user_id: int) -> Delegate | None:
    """A person's tie to a city that has not ended: acting, asking or invited."""
    return db.session.execute(
        select(Delegate).where(Delegate.city_id == city_id, Delegate.user_id == user_id, Delegate.ended_at.is_(None))
    ).scalar_one_or_none()


def delegates(city_id: int) -> Sequence[Delegate]:
    """Everybody who ever acted for the city, asked to or was invited, in the order in which it began. One query."""
    return db.session.scalars(
        select(Delegate)
        .options(joinedload(Delegate.user), joinedload(Delegate.inviter))
        .where(Delegate.city_id == city_id)
        .order_by(Delegate.started_at, Delegate.id)
    ).all()


def delegate_of(city_id: int, delegate_id: int) -> Delegate | None:
    """One of a city's delegates, requests or invitations, by id."""
    return db.session.execute(
        select(Delegate)
        .options(joinedload(Delegate.user), joinedload(Delegate.city))
        .where(Delegate.id == delegate_id, Delegate.city_id == city_id)
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A published result about the city."""

    cycle_id: int
    kind: str
    award_key: str
    outcome: str
    title_en: str
    title_zh: str
    award_en: str | None
    award_zh: str | None


def outcomes(city_id: int) -> list[Outcome]:
    """What was published about the city's submissions, from the publication tables alone. One query."""
    rows = db.session.execute(
        select(
            Publication.cycle_id,
            Publication.kind,
            Publication.award_key,
            PublishedOutcome.outcome,
            PublishedOutcome.title_en,
            PublishedOutcome.title_zh,
            SpecialAward.name_en,
            SpecialAward.name_zh,
        )
        .join(Publication, Publication.id == PublishedOutcome.publication_id)
        .outerjoin(
            SpecialAward,
            and_(SpecialAward.cycle_id == Publication.cycle_id, SpecialAward.key == PublishedOutcome.award_key),
        )
        .where(PublishedOutcome.city_id == city_id)
        .order_by(Publication.published_at.desc(), PublishedOutcome.position)
    )
    return [Outcome(*row) for row in rows]


def cases(city_id: int) -> Sequence[CaseStudy]:
    """The city's published cases in the case bank, with their cycles and awards, the newest first. Two queries."""
    return db.session.scalars(
        select(CaseStudy)
        .join(CaseStudy.cycle)
        .options(
            contains_eager(CaseStudy.cycle).options(defer(Cycle.form), defer(Cycle.rules_json)),
            selectinload(CaseStudy.awards),
            defer(CaseStudy.search_text),
            defer(CaseStudy.sections),
        )
        .where(CaseStudy.city_id == city_id, CaseStudy.status == CaseStudyStatus.PUBLISHED)
        .order_by(Cycle.year.desc(), CaseStudy.id)
    ).all()


def cities_with_delegates(
    *, cycle: Cycle | None, text: str, page: int, per_page: int
) -> tuple[list[Row[tuple[City, int, int]]], int]:
    """A page of cities by name, each with how many act for it now and how many submissions it has in the cycle, and how many
    cities there are in all: those taking part in `cycle`, or with None every city whose name has this text. Two queries.
    """
    acting = (
        select(func.count(Delegate.id))
        .join(User, User.id == Delegate.user_id)
        .where(
            Delegate.city_id == City.id,
            Delegate.ended_at.is_(None),
            Delegate.confirmed_at.is_not(None),
            User.disabled_at.is_(None),
        )
        .scalar_subquery()
    )
    own = Submission.city_id == City.id
    of_cycle = select(func.count(Submission.id)).where(own, *([Submission.cycle_id == cycle.id] if cycle else []))
    query = select(City, acting, of_cycle.scalar_subquery())
    if cycle is not None:
        query = query.where(exists().where(own, Submission.cycle_id == cycle.id))
    if text:
        query = query.where(
            or_(City.name_en.icontains(text, autoescape=True), City.name_zh.icontains(text, autoescape=True))
        )
    total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(City.id).subquery())) or 0
    rows = db.session.execute(query.order_by(City.name_en, City.id).limit(per_page).offset((page - 1) * per_page)).all()
    return list(rows), total
