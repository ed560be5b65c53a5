"""Ties that were found, not declared: one page for the committee's chair and for the secretariat, each in their own room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain.assessments import CONFLICT_KIND_NAMES, ConflictKind
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.suspicions import GROUND_NAMES, Ground
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.queries import suspicions as queries
from awardapp.queries import titles
from awardapp.services import suspicions as services
from awardapp.web import access


@dataclass(frozen=True, slots=True)
class Typed:
    """A decision that was refused: which suspicion, what was typed, and why it was not taken."""

    suspicion_id: int
    reason: str
    why: str


def may_decide(member_user_id: int, *, of_chair: bool) -> bool:
    """Whether the signed-in person decides on this member's ties, as services.suspicions.decide has it."""
    standing = access.standing()
    if member_user_id == access.actor().id:
        return False
    return standing.chairs(Role.COMMITTEE) or (of_chair and standing.has(Role.SECRETARIAT))


def show(template: str, *, typed: Typed | None = None, status: int = 200) -> tuple[str, int]:
    """The page, in the room whose template this is."""
    cycle = access.cycle()
    decision = request.args.get("show", "open")
    decision = decision if decision in queries.DECISIONS else "open"
    rows, page = queries.listed(
        cycle, reader=access.actor(), decision=decision, page=request.args.get("page", 1, type=int)
    )
    body = render_template(
        template,
        cycle=cycle,
        rows=rows,
        titles=titles.of([row[2].id for row in rows]),
        named=queries.named_notes([row[0] for row in rows]),
        kind_words=lambda kind: _(CONFLICT_KIND_NAMES[ConflictKind(kind)]),
        page=page,
        decision=decision,
        counts=queries.counts(cycle, access.actor()),
        ground_words=lambda ground: _(GROUND_NAMES[Ground(ground)]),
        may_decide=may_decide,
        is_open=cycle.phase.position <= CyclePhase.COMMITTEE.position,
        typed=typed,
    )
    return body, status


def look(*, back: str) -> Any:
    """Look for ties now."""
    new = services.look(actor=access.actor(), cycle=access.cycle(), now=clock.now())
    db.session.commit()
    flash(
        ngettext("%(n)s new tie was found.", "%(n)s new ties were found.", new) if new else _("Nothing new was found."),
        "success",
    )
    return redirect(back, 303)


def decide(suspicion_id: int, template: str, *, back: str) -> Any:
    """Confirm or dismiss one; a refusal keeps the reason that was typed."""
    suspicion = queries.of_cycle(access.cycle(), suspicion_id)
    act, reason = request.form.get("act"), request.form.get("reason", "").replace("\x00", "")
    if act not in ("confirm", "dismiss"):
        abort(404)
    if suspicion is None:
        raise IllegalTransition(services.GONE)
    try:
        services.decide(
            actor=access.actor(), suspicion=suspicion, confirm=act == "confirm", reason=reason, now=clock.now()
        )
    except (NotPermitted, IllegalTransition):
        raise
    except RuleViolation as error:
        db.session.rollback()
        return show(template, typed=Typed(suspicion_id, reason, explain(error)), status=422)
    db.session.commit()
    flash(_("Confirmed: the file is closed to this member.") if act == "confirm" else _("Dismissed."), "success")
    return redirect(back, 303)
