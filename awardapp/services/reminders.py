"""Reminders on a schedule: written once per slot, to those who are not done, in their language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from awardapp.domain import reminders as rules
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.letters import BALLOT_REMINDER, DRAFT_WAITING, READING_REMINDER
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Notification, Reminder, Submission, User
from awardapp.queries import ballots as ballot_queries
from awardapp.queries import people as people_queries
from awardapp.queries import progress as progress_queries
from awardapp.services import audit, health
from awardapp.services.notifications import notify

KINDS = tuple(rules.REMINDER_NAMES)


def schedule_of(cycle: Cycle) -> Sequence[Reminder]:
    """The cycle's lines, by kind, the earliest reminder first. One query."""
    return db.session.scalars(
        select(Reminder).where(Reminder.cycle_id == cycle.id).order_by(Reminder.kind, Reminder.hours_before.desc())
    ).all()


def instant_of(cycle: Cycle, kind: str) -> datetime | None:
    """The instant a kind of reminder counts back from; None while the cycle does not have it."""
    return rules.dates_of(
        deadline_at=cycle.deadline_at,
        committee_to=cycle.committee_to,
        ceremony_on=cycle.ceremony_on,
        time_zone=cycle.time_zone,
    ).of(kind)


def propose(*, actor: User, cycle: Cycle, now: datetime) -> int:
    """Put the proposed schedule in force, letters going at once; lines there are stay. Returns how many were added."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    there = {(line.kind, line.hours_before) for line in schedule_of(cycle)}
    missing = [pair for pair in rules.PROPOSED if pair not in there]
    for kind, hours in missing:
        _add(cycle, kind, hours, goes_at_once=True, actor=actor, now=now)
    audit.record(
        actor=actor,
        action="reminders.propose",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"lines": len(missing)},
    )
    return len(missing)


def add(*, actor: User, cycle: Cycle, kind: str, hours_before: int, goes_at_once: bool, now: datetime) -> None:
    """A line of the schedule. Raises NotPermitted, RuleViolation for an unknown kind, an impossible time or a second line."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if kind not in KINDS:
        raise RuleViolation(N_("Choose a reminder."), field="kind")
    if not 1 <= hours_before <= rules.MOST_HOURS:
        raise RuleViolation(N_("Between an hour and 28 days before."), field="hours_before")
    if any((line.kind, line.hours_before) == (kind, hours_before) for line in schedule_of(cycle)):
        raise RuleViolation(N_("This reminder is on the schedule already."), field="hours_before")
    _add(cycle, kind, hours_before, goes_at_once=goes_at_once, actor=actor, now=now)
    audit.record(
        actor=actor,
        action="reminders.add",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"kind": kind, "hours_before": hours_before, "goes_at_once": goes_at_once},
    )


def remove(*, actor: User, cycle: Cycle, reminder_id: int, now: datetime) -> None:
    """Take a line off the schedule; letters it wrote stay. Raises NotPermitted. A line that is gone is gone."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    db.session.execute(delete(Reminder).where(Reminder.id == reminder_id, Reminder.cycle_id == cycle.id))
    audit.record(
        actor=actor,
        action="reminders.remove",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"line": reminder_id},
    )


def _add(cycle: Cycle, kind: str, hours: int, *, goes_at_once: bool, actor: User, now: datetime) -> None:
    db.session.add(
        Reminder(
            cycle_id=cycle.id,
            kind=kind,
            hours_before=hours,
            goes_at_once=goes_at_once,
            written_by=actor.id,
            written_at=now,
        )
    )
    db.session.flush()


def write_due(cycle: Cycle, *, now: datetime) -> int:
    """Write the cycle's reminders whose slot has come, each slot once. Returns the letters written."""
    written = 0
    lines = schedule_of(cycle)
    for kind in KINDS:
        if cycle.phase is not rules.PHASES[kind]:
            continue
        instant = instant_of(cycle, kind)
        own = {line.id: line for line in lines if line.kind == kind}
        come, chosen = rules.due(
            [(line.id, line.hours_before, line.written_at) for line in own.values()], instant=instant, now=now
        )
        claimed = {one for one, slot in come if health.claim_slot(f"reminder:{one}", slot=slot, now=now)}
        if chosen is not None and instant is not None and chosen[0] in claimed:
            written += _write(cycle, kind, own[chosen[0]], slot=chosen[1], instant=instant, now=now)
    return written


def with_schedule() -> Sequence[Cycle]:
    """The cycles that have a schedule and are in a phase that something may be reminded of."""
    return db.session.scalars(
        select(Cycle)
        .where(Cycle.id.in_(select(Reminder.cycle_id)), Cycle.phase.in_(set(rules.PHASES.values())))
        .order_by(Cycle.id)
    ).all()


def _write(cycle: Cycle, kind: str, line: Reminder, *, slot: datetime, instant: datetime, now: datetime) -> int:
    common = {
        "now": now,
        "cycle": cycle,
        "group": f"{kind}:{slot.isoformat()}",
        "expires_at": instant,
        "goes_at_once": line.goes_at_once,
    }
    cause, written = f"reminder:{line.id}:{slot.isoformat()}", 0
    if kind == DRAFT_WAITING:
        for submission, people in _cities_with_drafts(cycle):
            for person in people:
                values = {"deadline_at": instant.isoformat()}
                notify(
                    kind,
                    recipient=person,
                    cause=f"{cause}:submission:{submission.id}",
                    submission=submission,
                    context=values,
                    **common,  # type: ignore[arg-type] # one dict for three calls
                )
                written += 1
        return written
    for person, context in _readers_behind(cycle) if kind == READING_REMINDER else _without_ballot(cycle):
        notify(kind, recipient=person, cause=cause, context=context, **common)  # type: ignore[arg-type] # see above
        written += 1
    return written


def _cities_with_drafts(cycle: Cycle) -> list[tuple[Submission, Sequence[User]]]:
    drafts = db.session.scalars(
        select(Submission)
        .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.DRAFT)
        .order_by(Submission.id)
    ).all()
    people = people_queries.delegates_by_city([draft.city_id for draft in drafts])
    return [(draft, people.get(draft.city_id, [])) for draft in drafts]


def _readers_behind(cycle: Cycle) -> list[tuple[User, dict[str, int]]]:
    behind = [one for one in progress_queries.members(cycle) if one.left > 0]
    people = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(b.user_id for b in behind)))}
    return [(people[one.user_id], {"left": one.left, "total": one.total}) for one in behind]


def _without_ballot(cycle: Cycle) -> list[tuple[User, dict[str, int]]]:
    states = ballot_queries.states(cycle)
    return [(m.user, {}) for m in people_queries.members(cycle, Role.JUROR) if not states[m.id].is_settled]


def is_done(row: Notification) -> bool:
    """Whether what a reminder reminds of was done since it was written; asked again when it is sent."""
    if row.kind == DRAFT_WAITING:
        status = db.session.scalar(select(Submission.status).where(Submission.id == row.submission_id))
        return status != SubmissionStatus.DRAFT
    cycle = db.session.get_one(Cycle, row.cycle_id)
    if row.kind == READING_REMINDER:
        return not any(one.user_id == row.recipient_id and one.left > 0 for one in progress_queries.members(cycle))
    if row.kind == BALLOT_REMINDER:
        return not any(person.id == row.recipient_id for person, _ in _without_ballot(cycle))
    return False
