"""Where the cycle stands and its one next step; taking the step; moving the deadline; starting another cycle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from babel import dates
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.cycles import MANUAL_STEPS, PHASE_NAMES, CyclePhase
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.lateness import LATE_PHASES
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, language
from awardapp.i18n import gettext as _
from awardapp.models import WorkStatus
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import people as people_queries
from awardapp.queries import sealed
from awardapp.queries import secretariat as queries
from awardapp.services import cycles
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat import announcement_page, steps
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.forms import ExtensionForm, NewCycleForm

_DAYS_SHOWN = 14
_MAY_BE_LATE = timedelta(seconds=90)  # an announcement past its instant; then somebody must look


@bp.get("/")
@requires(Role.SECRETARIAT)
def overview() -> str:
    cycle, now = access.cycle(), clock.now()
    counts = cycle_queries.counts(cycle)
    progress = assessment_queries.progress(cycle)
    problems = cycles.problems_before_opening(cycle, now=now) if cycle.phase is CyclePhase.DRAFT else []
    at = steps.standing_of(
        cycle,
        counts,
        finished=sum(done for *_member, done in progress),
        problems=len(problems),
        is_past_deadline=cycle.deadline_at is not None and cycle.deadline_at <= now,
    )
    by_status = queries.letters(cycle)
    return render_template(
        "secretariat/overview.html",
        cycle=cycle,
        counts=counts,
        step=steps.next_step(cycle, at),
        phases=steps.phase_line(cycle),
        problems=problems,
        can_extend=cycle.phase is CyclePhase.OPEN and not at.is_past_deadline,
        can_accept_late=cycle.phase in LATE_PHASES,
        can_advance=cycle.phase in MANUAL_STEPS,
        advance_words=_(steps.BUTTONS[cycle.phase]) if cycle.phase in steps.BUTTONS else "",
        days=_in_words(queries.received_by_day(cycle, days=_DAYS_SHOWN)),
        letters_waiting=by_status.get(WorkStatus.QUEUED, 0) + by_status.get(WorkStatus.LEASED, 0),
        letters_failed=by_status.get(WorkStatus.DEAD, 0),
        letters_sent=by_status.get(WorkStatus.DONE, 0),
        progress=progress,
        roles=at.roles,
        alarms=[
            (announcement_page.kind_name(cycle, one.kind, one.award_key), announcement_page.url("announcement", one))
            for one in sealed.alarms(cycle, now=now, late_after=_MAY_BE_LATE)
        ],
    )


def _in_words(received: Sequence[tuple[date, int]]) -> list[tuple[str, int]]:
    """The days as the chart names them."""
    words = "M/d" if language() == "zh" else "d MMM"
    return [(dates.format_date(day, words, locale=language()), number) for day, number in received]


@bp.get("/next-phase")
@requires(Role.SECRETARIAT)
def advance() -> str | Response:
    cycle = access.cycle()
    if cycle.phase not in MANUAL_STEPS:
        return redirect(url_for(".overview", cycle_slug=cycle.slug))
    return _advance_page([])


@bp.post("/next-phase")
@requires(Role.SECRETARIAT)
def take_next_phase() -> Response | tuple[str, int]:
    cycle, asked = access.cycle(), request.form.get("to", "")
    if cycle.phase not in MANUAL_STEPS or MANUAL_STEPS[cycle.phase] != asked:
        # A second click, or a page opened before somebody else took the step: never two steps for one wish.
        flash(
            _("The cycle is in the phase “%(phase)s” now. Nothing was changed.", phase=_(PHASE_NAMES[cycle.phase])),
            "warning",
        )
        return redirect(url_for(".overview", cycle_slug=cycle.slug), 303)
    try:
        phase = cycles.advance_phase(
            actor=access.actor(), cycle=cycle, now=clock.database_now(), to=MANUAL_STEPS[cycle.phase]
        )
    except StaleVersion as error:
        db.session.rollback()
        flash(explain(error), "warning")
        return redirect(url_for(".overview", cycle_slug=cycle.slug), 303)
    except cycles.NotReady as error:
        db.session.rollback()
        return _advance_page([_(problem) for problem in error.problems]), 422
    except RuleViolation as error:
        db.session.rollback()
        return _advance_page([explain(error)]), 422
    db.session.commit()
    flash(_("The cycle has moved on: %(phase)s.", phase=_(PHASE_NAMES[phase])), "success")
    return redirect(url_for(".overview", cycle_slug=cycle.slug), 303)


def _advance_page(problems: list[str]) -> str:
    cycle = access.cycle()
    if not problems and cycle.phase is CyclePhase.DRAFT:
        problems = [_(problem) for problem in cycles.problems_before_opening(cycle, now=clock.now())]
    return render_template(
        "secretariat/advance.html",
        cycle=cycle,
        to=MANUAL_STEPS[cycle.phase],
        to_words=_(PHASE_NAMES[MANUAL_STEPS[cycle.phase]]),
        button=_(steps.BUTTONS[cycle.phase]),
        consequences=[_(words) for words in steps.CONSEQUENCES[cycle.phase]],
        counts=cycle_queries.counts(cycle),
        problems=problems,
    )


@bp.get("/extension")
@requires(Role.SECRETARIAT)
def extension() -> str:
    return _extension_page(ExtensionForm.of(access.cycle()))


@bp.post("/extension")
@requires(Role.SECRETARIAT)
def extend() -> Response | tuple[str, int] | str:
    """First the number of people who will be told; with that number repeated the deadline moves."""
    cycle, form = access.cycle(), ExtensionForm.of(access.cycle())
    if not form.validate_on_submit():
        return _extension_page(form), 422
    told = len(people_queries.registered_applicants(cycle))
    if form.people.data != told:
        return _extension_page(form, told=told)
    try:
        queued = cycles.extend_intake(
            actor=access.actor(),
            cycle=cycle,
            deadline_at=form.last_second.data + timedelta(seconds=1),
            reason=form.reason.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _extension_page(form), 422
    db.session.commit()
    flash(_("The deadline has moved. %(n)s letters are on their way.", n=queued), "success")
    return redirect(url_for(".overview", cycle_slug=cycle.slug), 303)


def _extension_page(form: ExtensionForm, *, told: int | None = None) -> str:
    return render_template("secretariat/extension.html", cycle=access.cycle(), form=form, told=told)


@bp.get("/new-cycle")
@requires(Role.SECRETARIAT)
def new_cycle() -> str:
    return render_template("secretariat/new_cycle.html", cycle=access.cycle(), form=NewCycleForm())


@bp.post("/new-cycle")
@requires(Role.SECRETARIAT)
def create_cycle() -> Response | tuple[str, int]:
    form = NewCycleForm()
    if form.validate_on_submit():
        try:
            created = cycles.create(
                actor=access.actor(),
                slug=form.slug.data,
                name_en=form.name_en.data,
                name_zh=form.name_zh.data,
                year=form.year.data,
                now=clock.now(),
            )
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
        else:
            db.session.commit()
            flash(_("The cycle is prepared with the default rules. You are its secretariat and its chair."), "success")
            return redirect(url_for(".overview", cycle_slug=created.slug), 303)
    return render_template("secretariat/new_cycle.html", cycle=access.cycle(), form=form), 422
