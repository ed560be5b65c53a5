"""How the committee's reading goes: one page for the committee's chair and for the secretariat, each in their own room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain import signs
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation
from awardapp.domain.pace import time_per_file
from awardapp.domain.signs import Drift, Speed
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import Cycle
from awardapp.queries import progress as queries
from awardapp.queries.progress import MemberProgress
from awardapp.services import progress as services
from awardapp.web import access


@dataclass(frozen=True, slots=True)
class Line:
    """One member with what may be worth a question."""

    member: MemberProgress
    per_file: timedelta | None
    speed: Speed | None
    drift: Drift | None
    can_remind: bool


def lines(cycle: Cycle) -> list[Line]:
    """The committee's members with their pace and drift. Two queries."""
    finished = queries.finished(cycle)
    members = queries.members(cycle)
    per_file = {one.member_id: time_per_file([f.at for f in finished if f.member == one.member_id]) for one in members}
    speeds, drifts, now = signs.speeds(per_file), signs.drifts(finished, step=cycle.rules.scale_step), clock.now()
    return [
        Line(
            one,
            per_file[one.member_id],
            speeds.get(one.member_id),
            drifts.get(one.member_id),
            one.left > 0 and (one.reminded_at is None or now - one.reminded_at >= services.PAUSE),
        )
        for one in members
    ]


def show(template: str, *, problem: str | None = None, status: int = 200, **values: Any) -> tuple[str, int]:
    """The page, in the room whose template this is."""
    cycle = access.cycle()
    members = lines(cycle)
    page = render_template(
        template,
        cycle=cycle,
        lines=members,
        done=sum(line.member.done for line in members),
        total=sum(line.member.total for line in members),
        days_left=(cycle.committee_to - clock.now().date()).days + 1 if cycle.committee_to else None,
        scoring=cycle.phase is CyclePhase.COMMITTEE,
        frozen_at=cycle.scoring_frozen_at,
        problem=problem,
        **values,
    )
    return page, status


def remind(template: str, *, back: str, **values: Any) -> Any:
    """Write to the members ticked, or show the page again with the reason why nobody could be reminded."""
    try:
        told = services.remind(
            actor=access.actor(),
            cycle=access.cycle(),
            member_ids=frozenset(request.form.getlist("member", type=int)),
            now=clock.now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        return show(template, problem=explain(error), status=422, **values)
    db.session.commit()
    flash(ngettext("%(n)s member is reminded.", "%(n)s members are reminded.", told), "success")
    return redirect(back, 303)


def stop(*, back: str) -> Any:
    """Stop scoring for everybody."""
    services.freeze(actor=access.actor(), cycle=access.cycle(), now=clock.now())
    db.session.commit()
    flash(_("Scoring is stopped. Members can read, but change nothing."), "success")
    return redirect(back, 303)


def resume(*, back: str) -> Any:
    """Let scoring go on."""
    services.unfreeze(actor=access.actor(), cycle=access.cycle(), now=clock.now())
    db.session.commit()
    flash(_("Scoring goes on."), "success")
    return redirect(back, 303)
