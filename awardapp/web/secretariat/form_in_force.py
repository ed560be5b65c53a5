"""Putting the prepared changes of the submission form in force, or throwing them away."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain import form_design as design
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.services import forms as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.form_forms import InForceForm
from awardapp.web.secretariat.form_words import form_differences

Answer = str | Response | tuple[str, int]


def _in_force_page(form: InForceForm) -> str:
    cycle = access.cycle()
    edited = services.edited(cycle)
    return render_template(
        "secretariat/form/in_force.html",
        cycle=cycle,
        form=form,
        draft=services.draft_of(cycle),
        changes=form_differences(cycle.form_data, edited, zone=cycle.time_zone),
        problems=design.form_problems(edited),
        is_open=cycle.phase is not CyclePhase.DRAFT,
    )


@bp.get("/rules/form/in-force")
@requires(Role.SECRETARIAT)
def form_in_force() -> str:
    """What would change, before it does."""
    return _in_force_page(InForceForm.of(access.cycle(), services.draft_of(access.cycle())))


@bp.post("/rules/form/in-force")
@requires(Role.SECRETARIAT)
def put_form_in_force() -> Answer:
    cycle, code = access.cycle(), 422
    form = InForceForm.of(cycle, services.draft_of(cycle))
    if form.validate_on_submit():
        try:
            changes = services.put_in_force(
                actor=access.actor(),
                cycle=cycle,
                revision=form.revision.data,
                reason=form.reason.data,
                now=clock.database_now(),
            )
        except RuleViolation as error:
            db.session.rollback()
            form.form_errors.append(explain(error))
            draft = services.draft_of(cycle)
            form.revision.data, form.revision.raw_data = draft.revision if draft else 0, None
            code = 409 if isinstance(error, StaleVersion) else 422
        else:
            db.session.commit()
            if changes:
                flash(_("Saved as version %(n)s of the rules.", n=cycle.rules_version), "success")
            else:
                flash(_("Nothing differs from what was stored; no new version was made."))
            return redirect(url_for(".rule_form", cycle_slug=access.cycle().slug), 303)
    return _in_force_page(form), code


@bp.post("/rules/form/discard")
@requires(Role.SECRETARIAT)
def discard_form() -> Response:
    """Throw away what was prepared; the form in force stays as it is."""
    revision: Any = request.form.get("revision", type=int)
    services.discard(actor=access.actor(), cycle=access.cycle(), revision=revision)
    db.session.commit()
    flash(_("The prepared changes are thrown away. The form in force is as it was."), "success")
    return redirect(url_for(".rule_form", cycle_slug=access.cycle().slug), 303)
