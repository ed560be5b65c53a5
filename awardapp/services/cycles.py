"""Running a cycle: its rules, its dates, its phases."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from awardapp import rulebook
from awardapp.domain.cycles import MANUAL_STEPS, CyclePhase, Rules, next_phase, opening_problems, rule_changes
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion, TooLate
from awardapp.domain.form_design import form_problems
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Criterion, Cycle, SpecialAward, Submission, Theme, User
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, freezes, group_rules, people
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_all
from awardapp.services.rule_versions import begin_change, finish_change, keep_version


class NotReady(RuleViolation):
    """The call cannot open; `problems` are message ids of everything that is missing."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(N_("The call cannot open yet."))
        self.problems = problems


def create(
    *, actor: User | None, slug: str, name_en: str, name_zh: str, year: int, now: datetime, **more: Any
) -> Cycle:
    """A cycle in preparation with the shipped default rules; its creator becomes its secretariat.

    Raises RuleViolation when the address is taken.
    """
    if cycle_queries.by_slug(slug) is not None:
        raise RuleViolation(N_("There is already a cycle with this address."), field="slug")
    book = rulebook.load_rules()
    rules = Rules(
        shortlist_size=book.numbers.shortlist_size,
        deserving_max=book.numbers.deserving_max,
        winners_max=book.numbers.winners_max,
        reviews_per_submission=book.numbers.reviews_per_submission,
        scale_min=book.numbers.scale_min,
        scale_max=book.numbers.scale_max,
        scale_step=book.numbers.scale_step,
        languages=book.languages,
        prize_usd=book.numbers.prize_usd,
    )
    cycle = Cycle(
        slug=slug,
        name_en=name_en,
        name_zh=name_zh,
        year=year,
        phase=CyclePhase.DRAFT,
        time_zone=book.zone,
        rules_json=rules.to_json(),
        tie_seed=secrets.token_hex(32),
        form=book.form.to_json(),
        created_at=now,
        **more,
    )
    db.session.add(cycle)
    db.session.flush()
    for position, theme in enumerate(book.themes, 1):
        db.session.add(
            Theme(cycle_id=cycle.id, key=theme.key, name_en=theme.name.en, name_zh=theme.name.zh, position=position)
        )
    for position, c in enumerate(book.criteria, 1):
        db.session.add(
            Criterion(
                cycle_id=cycle.id,
                key=c.key,
                name_en=c.name.en,
                name_zh=c.name.zh,
                description_en=c.description.en,
                description_zh=c.description.zh,
                weight=1,
                levels=[{"mark": level.score, "en": level.text.en, "zh": level.text.zh} for level in c.levels],
                position=position,
            )
        )
    for position, award in enumerate(book.special_awards, 1):
        db.session.add(
            SpecialAward(
                cycle_id=cycle.id,
                key=award.key,
                name_en=award.name.en,
                name_zh=award.name.zh,
                description_en=award.decided.en,
                description_zh=award.decided.zh,
                decided_by=award.decided_by,
                vote=award.vote,
                candidates=award.candidates,
                places=award.places or None,
                independent=award.independent,
                gives=list(award.gives),
                position=position,
            )
        )
    db.session.flush()
    keep_version(cycle, reason="created with the shipped default rules", actor=actor, now=now)
    if actor is not None:
        people.add_role(actor, cycle=cycle, role=Role.SECRETARIAT, now=now, is_chair=True)
    audit.record(actor=actor, action="cycle.create", object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now)
    return cycle


def change_rules(
    *, actor: User, cycle: Cycle, rules: Rules, reason: str, now: datetime, seen: int | None = None
) -> int:
    """Set the cycle's numbers and choices. Returns how many differ.

    Raises NotPermitted, RuleViolation, and StaleVersion when the rules have moved on from version `seen`.
    """
    reason = begin_change(actor, cycle, reason, seen)
    rules.check()
    changes = rule_changes(cycle.rules, rules)
    if changes:
        cycle.rules_json = rules.to_json()
        finish_change(cycle, actor, reason, now, {c.name: [c.before, c.after] for c in changes})
    return len(changes)


def change_criteria(
    *,
    actor: User,
    cycle: Cycle,
    criteria: Sequence[dict[str, Any]],
    reason: str,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Set names, descriptions, weights and levels of the cycle's criteria, by id.

    Raises NotPermitted, RuleViolation, StaleVersion (see `change_rules`).
    """
    reason = begin_change(actor, cycle, reason, seen)
    by_id = {c.id: c for c in cycle.criteria}
    before = {c.key: c.weight for c in cycle.criteria}
    for values in criteria:
        criterion = by_id.get(values["id"])
        if criterion is None:
            raise RuleViolation(N_("This criterion does not belong to the cycle."))
        if values["weight"] < 1:
            raise RuleViolation(N_("A weight is a whole number of at least 1."), field="weight")
        for name in ("name_en", "name_zh", "description_en", "description_zh", "weight", "levels"):
            if name in values:
                setattr(criterion, name, values[name])
    finish_change(cycle, actor, reason, now, {f"weight:{c.key}": [before[c.key], c.weight] for c in cycle.criteria})


def change_dates(
    *,
    actor: User,
    cycle: Cycle,
    reason: str,
    now: datetime,
    opens_at: datetime | None,
    early_at: datetime | None,
    deadline_at: datetime | None,
    committee_from: date | None = None,
    committee_to: date | None = None,
    ceremony_on: date | None = None,
    seen: int | None = None,
) -> None:
    """Set the cycle's dates before the call opens; afterwards the deadline moves only through `extend_intake`.

    Raises NotPermitted, RuleViolation, StaleVersion (see `change_rules`).
    """
    reason = begin_change(actor, cycle, reason, seen)
    if cycle.phase is not CyclePhase.DRAFT and deadline_at != cycle.deadline_at:
        raise IllegalTransition(N_("An open call's deadline is moved by an extension, which tells every applicant."))
    if opens_at is not None and deadline_at is not None and opens_at >= deadline_at:
        raise RuleViolation(N_("The call would open after its deadline."), field="deadline_at")
    values = {
        "opens_at": opens_at,
        "early_at": early_at,
        "deadline_at": deadline_at,
        "committee_from": committee_from,
        "committee_to": committee_to,
        "ceremony_on": ceremony_on,
    }
    details = {name: [getattr(cycle, name), value] for name, value in values.items() if getattr(cycle, name) != value}
    for name, value in values.items():
        setattr(cycle, name, value)
    if details:
        finish_change(cycle, actor, reason, now, details)


def problems_before_opening(cycle: Cycle, *, now: datetime) -> list[str]:
    """Message ids of everything that keeps the call from opening."""
    complete = all(c.name_en and c.name_zh and c.description_en and c.description_zh for c in cycle.criteria)
    found = opening_problems(
        opens_at=cycle.opens_at,
        deadline_at=cycle.deadline_at,
        criteria=len(cycle.criteria),
        criteria_complete=complete,
        themes=len(cycle.themes),
        themes_complete=all(theme.name_en and theme.name_zh for theme in cycle.themes),
        names_complete=bool(cycle.name_en and cycle.name_zh),
        now=now,
    )
    return found + form_problems(cycle.form_data)


def advance_phase(*, actor: User | None, cycle: Cycle, now: datetime, to: CyclePhase | None = None) -> CyclePhase:
    """Take the cycle's next step by hand, or by the clock (`actor` None). Returns the new phase.

    `to` is the phase that was asked for: a second click, or a colleague's at the same moment, never takes a second step.
    Raises NotPermitted, NotReady (opening), StaleVersion, RuleViolation when the step is not due or not by hand.
    """
    if actor is not None:
        require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if to is not None and MANUAL_STEPS.get(cycle.phase) is not to:
        raise StaleVersion(N_("The cycle has moved on meanwhile. Nothing was changed."))
    phase = next_phase(cycle.phase)
    if phase is CyclePhase.OPEN:
        problems = problems_before_opening(cycle, now=now)
        if problems:
            raise NotReady(problems)
        cycle.opened_at = now
    if phase is CyclePhase.SCREENING and cycle.deadline_at is not None and now < cycle.deadline_at:
        if not cycle.is_demonstration:
            raise RuleViolation(N_("The call closes at its deadline, not before."))
        cycle.deadline_at = now  # so that a demonstration can be walked through in an afternoon
    if phase is CyclePhase.COMMITTEE:
        waiting = db.session.scalar(
            select(Submission.id).where(Submission.cycle_id == cycle.id, Submission.status == "submitted").limit(1)
        )
        if waiting is not None:
            raise RuleViolation(N_("Some submissions have not been checked for validity yet."))
        if group_rules.impossible(cycle):  # afterwards they are fixed, and no proposal could be computed
            raise RuleViolation(
                N_("The valid submissions cannot keep all rules on groups of the shortlist. The rules page names them.")
            )
    before, cycle.phase = cycle.phase, phase
    audit.record(
        actor=actor,
        action="cycle.advance_phase",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"from": before.value, "to": phase.value},
    )
    return phase


def extend_intake(*, actor: User, cycle: Cycle, deadline_at: datetime, reason: str, now: datetime) -> int:
    """Move an open call's deadline to a later instant and tell every registered applicant. Returns the letters queued.

    The cycle's row is locked, so each submission falls clearly on one side of the change.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if cycle.phase is not CyclePhase.OPEN or cycle.deadline_at is None:
        raise TooLate(N_("Only an open call can be extended."))
    if deadline_at <= cycle.deadline_at or deadline_at <= now:
        raise RuleViolation(N_("The new deadline must be later than the present one."), field="deadline_at")
    if not reason.strip():
        raise RuleViolation(N_("Say why: the reason is public."), field="reason")
    before, cycle.deadline_at = cycle.deadline_at, deadline_at
    finish_change(cycle, actor, reason.strip(), now, {"deadline_at": [before, deadline_at]})
    return notify_all(
        "deadline_extended",
        recipients=people_queries.registered_applicants(cycle),
        cause=f"cycle:{cycle.id}:{deadline_at.isoformat()}",
        cycle=cycle,
        now=now,
        context={"deadline_at": deadline_at.isoformat(), "reason": reason.strip()},
        expires_at=deadline_at,
    )


def due_to_close(*, now: datetime) -> Sequence[Cycle]:
    """Open calls whose deadline has passed: the clock moves them to the validity check. Not those spared after a freeze."""
    return db.session.scalars(
        select(Cycle)
        .where(Cycle.phase == CyclePhase.OPEN, Cycle.deadline_at <= now, ~freezes.spared(now))
        .order_by(Cycle.id)
    ).all()
