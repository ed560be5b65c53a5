"""Planning presentations: the sessions, until when materials come, where a city's clocks stand. Nothing here is told to
anybody before the timetable is published (presentation_timetable.py).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select, update

from awardapp import places
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.presentations import Measures, check_measures, check_planning
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Presentation,
    PresentationPlan,
    PresentationSession,
    Theme,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.queries import selections as selection_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the secretariat says about a session. `theme` None: any theme fits, then the titles are needed."""

    theme: Theme | None
    title_en: str
    title_zh: str
    starts_at: datetime
    talk_minutes: int
    question_minutes: int
    break_minutes: int
    places: int
    is_public: bool
    place_en: str
    place_zh: str
    link: str
    public_link: str


def locked_plan(*, actor: User, cycle: Cycle, now: datetime) -> PresentationPlan:
    """The cycle's presentations, locked, with a row for every finalist. Raises NotPermitted, IllegalTransition."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    check_planning(cycle.phase)
    plan = queries.plan_of(cycle)
    if plan is None:
        lock_row(cycle)  # two clicks at once would both make one
        plan = queries.plan_of(cycle)
    if plan is None:
        plan = PresentationPlan(cycle_id=cycle.id, edition=0, created_at=now)
        db.session.add(plan)
        db.session.flush()
    lock_row(plan)
    _add_finalists(cycle, now=now)
    return plan


def _add_finalists(cycle: Cycle, *, now: datetime) -> None:
    finalists = selection_queries.finalists(cycle)
    if not finalists:
        raise IllegalTransition(N_("The shortlist is not public yet; until then nobody presents."))
    known = set(db.session.scalars(select(Presentation.submission_id).where(Presentation.cycle_id == cycle.id)))
    for one in finalists:
        if one.submission.id not in known:
            db.session.add(Presentation(cycle_id=cycle.id, submission_id=one.submission.id, created_at=now))
    db.session.flush()


def _check(facts: SessionFacts, cycle: Cycle) -> None:
    check_measures(
        Measures(facts.starts_at, facts.talk_minutes, facts.question_minutes, facts.break_minutes, facts.places)
    )
    if facts.theme is None and not (facts.title_en and facts.title_zh):
        raise RuleViolation(
            N_("Choose a theme, or give the session a title in both languages."),
            field="title_zh" if facts.title_en else "title_en",
        )
    if facts.theme is not None and facts.theme.cycle_id != cycle.id:
        raise RuleViolation(N_("Choose one of the themes of this cycle."), field="theme")
    for name in ("link", "public_link"):
        address = getattr(facts, name)
        if address and not _is_address(address):
            raise RuleViolation(N_("An address begins with https:// or http://."), field=name)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(c.isspace() for c in text)


def save_session(
    *, actor: User, cycle: Cycle, session: PresentationSession | None, facts: SessionFacts, now: datetime
) -> PresentationSession:
    """Plan a session, or change one of the draft; the presentations in it keep their places. Returns it.

    Raises NotPermitted, IllegalTransition, RuleViolation at the field that is wrong.
    """
    locked_plan(actor=actor, cycle=cycle, now=now)
    _check(facts, cycle)
    values = {one.name: getattr(facts, one.name) for one in fields(facts) if one.name != "theme"}
    if session is None:
        last = db.session.scalar(
            select(func.max(PresentationSession.number)).where(PresentationSession.cycle_id == cycle.id)
        )
        session = PresentationSession(
            cycle_id=cycle.id, number=(last or 0) + 1, created_by=actor.id, created_at=now, **values
        )
        db.session.add(session)
    else:
        _check_room(session, facts.places)
        for name, value in values.items():
            setattr(session, name, value)
    session.theme_id = facts.theme.id if facts.theme is not None else None
    db.session.flush()
    db.session.expire(session, ["theme"])
    audit.record(
        actor=actor,
        action="presentations.session",
        object=f"presentation_session:{session.id}",
        cycle_id=cycle.id,
        now=now,
        details={"number": session.number, "starts_at": facts.starts_at.isoformat(), "places": facts.places},
    )
    return session


def _check_room(session: PresentationSession, places_wanted: int) -> None:
    used = db.session.scalar(select(func.max(Presentation.position)).where(Presentation.session_id == session.id))
    if used is not None and places_wanted < used:
        raise RuleViolation(
            N_("%(n)d places of this session are taken. Move the presentations first."), field="places", n=used
        )


def drop_session(*, actor: User, session: PresentationSession, now: datetime) -> None:
    """Take a session out of the draft; the presentations in it have no slot until they get another one.

    Raises NotPermitted, IllegalTransition when something was presented in it.
    """
    locked_plan(actor=actor, cycle=session.cycle, now=now)
    lock_row(session)
    if session.dropped_at is not None:
        return
    held = day_queries.begun(session.cycle)
    within = set(db.session.scalars(select(Presentation.id).where(Presentation.session_id == session.id)))
    if held & within:
        raise IllegalTransition(N_("Something was presented in this session already; it stays."))
    db.session.execute(
        update(Presentation).where(Presentation.session_id == session.id).values(session_id=None, position=None)
    )
    session.dropped_at = now
    db.session.flush()
    audit.record(
        actor=actor,
        action="presentations.drop_session",
        object=f"presentation_session:{session.id}",
        cycle_id=session.cycle_id,
        now=now,
        details={"number": session.number},
    )


def set_materials_until(*, actor: User, cycle: Cycle, until: datetime | None, now: datetime) -> None:
    """Say until when materials come; None for no limit but the presentation itself. Raises NotPermitted, IllegalTransition."""
    plan = locked_plan(actor=actor, cycle=cycle, now=now)
    if plan.materials_until == until:
        return
    plan.materials_until = until
    db.session.flush()
    audit.record(
        actor=actor,
        action="presentations.materials_until",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"until": until.isoformat() if until else None},
    )


def correct_zone(*, actor: User, cycle: Cycle, presentation: Presentation, zone: str, now: datetime) -> None:
    """Say in which zone a city lies; "" for what the gazetteer knows. Raises NotPermitted, IllegalTransition, RuleViolation
    for a zone that its country does not have.
    """
    locked_plan(actor=actor, cycle=cycle, now=now)
    if zone and zone not in places.zones_of(presentation.submission.city.country):
        raise RuleViolation(N_("Choose one of the zones of the city's country."), field="zone")
    presentation.time_zone = zone or None
    db.session.flush()
    audit.record(
        actor=actor,
        action="presentations.zone",
        object=f"submission:{presentation.submission_id}",
        cycle_id=cycle.id,
        now=now,
        details={"zone": zone},
    )
