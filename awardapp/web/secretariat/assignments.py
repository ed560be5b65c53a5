"""Who reads which file: the computed draft, its panels and loads, and its release."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.queries import people as people_queries
from awardapp.queries import readings
from awardapp.services import assignments as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.submissions import country_words


@bp.get("/assignment")
@requires(Role.SECRETARIAT)
def assignments() -> str:
    return _page()


def _page(problem: str | None = None) -> str:
    cycle = access.cycle()
    only_short = request.args.get("show") == "short"
    panels, page = readings.panels(cycle, page=request.args.get("page", 1, type=int), only_short=only_short)
    loads = readings.loads(cycle)
    members = people_queries.members(cycle, Role.COMMITTEE)
    drafted, released = (sum(load[n] for load in loads.values()) for n in (0, 1))
    return render_template(
        "secretariat/assignments.html",
        cycle=cycle,
        panels=panels,
        page=page,
        only_short=only_short,
        members=members,
        loads=loads,
        drafted=drafted,
        released=released,
        told=sum(1 for m in members if loads.get(m.id, (0, 0))[0]),
        short=readings.short_of_readers(cycle),
        valid=readings.valid_count(cycle),
        silent=[m.user.name for m in members if m.conflicts_declared_at is None],
        themes={theme.key: theme for theme in cycle.themes},
        is_time=cycle.phase is CyclePhase.COMMITTEE,
        problem=problem,
        country_words=country_words,
    )


@bp.post("/assignment/propose")
@requires(Role.SECRETARIAT)
def propose_assignment() -> Response | tuple[str, int]:
    cycle = access.cycle()
    try:
        plan = services.propose(actor=access.actor(), cycle=cycle, now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        return _page(explain(error)), 422
    db.session.commit()
    flash(_("%(n)s readings are drafted. Nobody sees them until you release them.", n=len(plan.pairs)), "success")
    return redirect(url_for(".assignments", cycle_slug=cycle.slug), 303)


@bp.post("/assignment/release")
@requires(Role.SECRETARIAT)
def release_assignment() -> Response | tuple[str, int]:
    """Release the draft; the number of readings is repeated, so that nobody releases another draft than they saw."""
    cycle = access.cycle()
    drafted = sum(load[0] for load in readings.loads(cycle).values())
    if drafted and request.form.get("readings", "").strip() != str(drafted):
        return _page(
            _("Type the number of drafted readings, %(n)s, to release them. Nothing was released.", n=drafted)
        ), 422
    try:
        released = services.release(actor=access.actor(), cycle=cycle, now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        return _page(explain(error)), 422
    db.session.commit()
    flash(_("%(n)s readings are released; their members are being told.", n=released), "success")
    return redirect(url_for(".assignments", cycle_slug=cycle.slug), 303)
