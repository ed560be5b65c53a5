"""Presentations: the draft that the secretariat plans with, the timetable as it was published, and the day itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, defer, joinedload, selectinload

from awardapp import places
from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.presentations import Measures
from awardapp.extensions import db
from awardapp.models import (
    City,
    Cycle,
    Presentation,
    PresentationPlan,
    PresentationSession,
    Publication,
    Submission,
    TimetableSession,
    TimetableSlot,
)

_WITH_CITY = joinedload(Presentation.submission).options(
    joinedload(Submission.city), joinedload(Submission.theme), defer(Submission.answers)
)


def plan_of(cycle: Cycle) -> PresentationPlan | None:
    """The cycle's presentations as a whole, None before anything was planned."""
    return db.session.execute(
        select(PresentationPlan).where(PresentationPlan.cycle_id == cycle.id)
    ).scalar_one_or_none()


def sessions(cycle: Cycle) -> Sequence[PresentationSession]:
    """The sessions of the draft in the order of their beginnings."""
    return db.session.scalars(
        select(PresentationSession)
        .options(joinedload(PresentationSession.theme))
        .where(PresentationSession.cycle_id == cycle.id, PresentationSession.dropped_at.is_(None))
        .order_by(PresentationSession.starts_at, PresentationSession.number)
    ).all()


def session(cycle: Cycle, number: int) -> PresentationSession | None:
    """One session of the draft by its number; None for one that was dropped."""
    return db.session.execute(
        select(PresentationSession).where(
            PresentationSession.cycle_id == cycle.id,
            PresentationSession.number == number,
            PresentationSession.dropped_at.is_(None),
        )
    ).scalar_one_or_none()


def measures(one: PresentationSession) -> Measures:
    """How a session is divided."""
    return Measures(one.starts_at, one.talk_minutes, one.question_minutes, one.break_minutes, one.places)


def presentations(cycle: Cycle) -> Sequence[Presentation]:
    """The presentations of a cycle by the name of the city, with their presenters. Two queries."""
    return db.session.scalars(
        select(Presentation)
        .join(Presentation.submission)
        .join(Submission.city)
        .options(
            contains_eager(Presentation.submission).options(
                contains_eager(Submission.city), joinedload(Submission.theme), defer(Submission.answers)
            ),
            selectinload(Presentation.presenters),
        )
        .where(Presentation.cycle_id == cycle.id)
        .order_by(City.name_en, Presentation.id)
    ).all()


def presentation(cycle: Cycle, ref: str) -> Presentation | None:
    """A presentation by the reference of its submission."""
    return db.session.execute(
        select(Presentation)
        .join(Submission, Submission.id == Presentation.submission_id)
        .options(_WITH_CITY)
        .where(Presentation.cycle_id == cycle.id, Submission.ref == ref)
    ).scalar_one_or_none()


def of_submission(submission: Submission) -> Presentation | None:
    """The presentation of a submission, None where it has none."""
    return db.session.execute(
        select(Presentation).options(_WITH_CITY).where(Presentation.submission_id == submission.id)
    ).scalar_one_or_none()


def presents(submission: Submission) -> bool:
    """Whether a presentation of this submission is being prepared: one of the public shortlist. One query."""
    return db.session.scalar(select(Presentation.id).where(Presentation.submission_id == submission.id)) is not None


@dataclass(frozen=True, slots=True)
class CityZone:
    """The time zone of a city; `is_assumed`: the gazetteer does not know the place, and this is its country's main one."""

    key: str
    is_assumed: bool


def zone_of(presentation: Presentation) -> CityZone:
    """Where the city's clocks stand: as corrected by the secretariat, else as the gazetteer knows the place."""
    if presentation.time_zone:
        return CityZone(presentation.time_zone, False)
    city = presentation.submission.city
    known = places.known_zone(city.name_en, city.country)
    return CityZone(known or places.zones_of(city.country)[0], known is None)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A published session with its presentations in their order."""

    session: TimetableSession
    slots: list[TimetableSlot]

    @property
    def number(self) -> int:
        return self.session.session.number


def ends_at(slot: TimetableSlot) -> datetime:
    """When a published presentation with its questions is over."""
    return slot.starts_at + timedelta(minutes=slot.talk_minutes + slot.question_minutes)


_SLOTS = (
    select(TimetableSlot)
    .join(TimetableSlot.presentation)
    .join(Presentation.submission)
    .join(Submission.city)
    .options(
        contains_eager(TimetableSlot.presentation).options(
            contains_eager(Presentation.submission).options(contains_eager(Submission.city), defer(Submission.answers)),
            selectinload(Presentation.presenters),
        )
    )
    .order_by(TimetableSlot.starts_at, TimetableSlot.id)
)


def timetable(cycle: Cycle, *, public_only: bool = False, dropped: bool = False) -> list[Sitting]:
    """The timetable as it was published last, `dropped` with what was called off. Three queries.

    With `public_only` the public sessions alone, and nothing at all before the shortlist is public.
    """
    wanted = select(TimetableSession).options(joinedload(TimetableSession.session)).where(
        TimetableSession.cycle_id == cycle.id
    )  # fmt: skip
    if public_only:
        is_out = select(Publication.id).where(
            Publication.cycle_id == cycle.id, Publication.kind == AnnouncementKind.SHORTLIST
        )
        wanted = wanted.where(TimetableSession.is_public.is_(True), is_out.exists())
    if not dropped:
        wanted = wanted.where(TimetableSession.dropped_at.is_(None))
    found = db.session.scalars(wanted.order_by(TimetableSession.starts_at, TimetableSession.id)).all()
    if not found:
        return []
    slots = _SLOTS.where(TimetableSlot.session_id.in_([one.session_id for one in found]))
    if not dropped:
        slots = slots.where(TimetableSlot.dropped_at.is_(None))
    by_session: dict[int, list[TimetableSlot]] = {}
    for slot in db.session.scalars(slots):
        by_session.setdefault(slot.session_id, []).append(slot)
    return [Sitting(one, by_session.get(one.session_id, [])) for one in found]


def has_public_programme(cycle: Cycle) -> bool:
    """Whether there is a programme for the public. One query."""
    is_out = select(Publication.id).where(
        Publication.cycle_id == cycle.id, Publication.kind == AnnouncementKind.SHORTLIST
    )
    return (
        db.session.scalar(
            select(TimetableSession.id)
            .where(
                TimetableSession.cycle_id == cycle.id,
                TimetableSession.is_public.is_(True),
                TimetableSession.dropped_at.is_(None),
                is_out.exists(),
            )
            .limit(1)
        )
        is not None
    )


def sitting(cycle: Cycle, number: int) -> Sitting | None:
    """One published session by its number."""
    found = db.session.execute(
        select(TimetableSession)
        .join(TimetableSession.session)
        .options(contains_eager(TimetableSession.session))
        .where(
            TimetableSession.cycle_id == cycle.id,
            PresentationSession.number == number,
            TimetableSession.dropped_at.is_(None),
        )
    ).scalar_one_or_none()
    if found is None:
        return None
    slots = _SLOTS.where(TimetableSlot.session_id == found.session_id, TimetableSlot.dropped_at.is_(None))
    return Sitting(found, list(db.session.scalars(slots)))


@dataclass(frozen=True, slots=True)
class Appointed:
    """When and where a city presents, as it was told last."""

    slot: TimetableSlot
    session: TimetableSession

    @property
    def is_off(self) -> bool:
        return self.slot.dropped_at is not None or self.session.dropped_at is not None


def appointed(presentation: Presentation) -> Appointed | None:
    """The published slot of a presentation, also one that was called off; None before one was published. One query."""
    row = db.session.execute(
        select(TimetableSlot, TimetableSession)
        .join(TimetableSession, TimetableSession.session_id == TimetableSlot.session_id)
        .options(joinedload(TimetableSession.session))
        .where(TimetableSlot.presentation_id == presentation.id)
    ).one_or_none()
    return None if row is None else Appointed(row[0], row[1])
