"""The cycle's schedule of reminders: who is reminded of what, how long before, at once or after approval."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.reminders import REMINDER_NAMES
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext
from awardapp.services import reminders
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, WholeNumber
from awardapp.web.secretariat.blueprint import bp


class ReminderForm(BaseForm):
    """One more line of the schedule."""

    kind = SelectField()
    hours_before = WholeNumber(validators=[InputRequired()])
    goes_at_once = BooleanField()

    @classmethod
    def of(cls) -> ReminderForm:
        form = cls()
        form.kind.label.text = _("Who is reminded")
        form.kind.choices = [SelectChoice(kind, _(words)) for kind, words in REMINDER_NAMES.items()]
        form.hours_before.label.text = _("Hours before")
        form.goes_at_once.label.text = _("The letters go at once, without approval")
        return form


def hours_words(hours: int) -> str:
    """A time before, in days where it is whole days."""
    if hours % 24 == 0 and hours > 24:
        return ngettext("%(n)s day before", "%(n)s days before", hours // 24)
    return ngettext("%(n)s hour before", "%(n)s hours before", hours)


def _page(form: ReminderForm) -> str:
    cycle = access.cycle()
    lines = []
    for line in reminders.schedule_of(cycle):
        instant = reminders.instant_of(cycle, line.kind)
        lines.append((line, instant - timedelta(hours=line.hours_before) if instant else None))
    return render_template(
        "secretariat/letters/reminders.html",
        cycle=cycle,
        form=form,
        lines=lines,
        names=REMINDER_NAMES,
        hours_words=hours_words,
        now=clock.now(),
    )


@bp.get("/letters/reminders", endpoint="reminders")
@requires(Role.SECRETARIAT)
def schedule() -> str:
    return _page(ReminderForm.of())


@bp.post("/letters/reminders")
@requires(Role.SECRETARIAT)
def add_reminder() -> Response | tuple[str, int]:
    form = ReminderForm.of()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        reminders.add(
            actor=access.actor(),
            cycle=access.cycle(),
            kind=form.kind.data,
            hours_before=form.hours_before.data,
            goes_at_once=form.goes_at_once.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form), 422
    db.session.commit()
    flash(_("The reminder is on the schedule."), "success")
    return redirect(url_for(".reminders", cycle_slug=access.cycle().slug), 303)


@bp.post("/letters/reminders/propose")
@requires(Role.SECRETARIAT)
def propose_reminders() -> Response:
    """Put the proposed schedule in force."""
    added = reminders.propose(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    db.session.commit()
    flash(ngettext("One reminder was added.", "%(n)s reminders were added.", added), "success")
    return redirect(url_for(".reminders", cycle_slug=access.cycle().slug), 303)


@bp.post("/letters/reminders/<int:reminder_id>/remove")
@requires(Role.SECRETARIAT)
def remove_reminder(reminder_id: int) -> Response:
    reminders.remove(actor=access.actor(), cycle=access.cycle(), reminder_id=reminder_id, now=clock.database_now())
    db.session.commit()
    flash(_("The reminder is off the schedule."), "success")
    return redirect(url_for(".reminders", cycle_slug=access.cycle().slug), 303)
