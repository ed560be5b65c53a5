"""What is about to be opened and frozen, and the act of opening it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template
from wtforms import BooleanField

from awardapp import clock
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.services import scores_opening, selections
from awardapp.web import access
from awardapp.web.calibration.room import Room
from awardapp.web.calibration.words import method_words
from awardapp.web.forms import BaseForm
from awardapp.web.secretariat.rule_words import value_words


class OpeningForm(BaseForm):
    """The chair's word that these are the rules."""

    sure = BooleanField(N_("These are the rules to be used. The opening is recorded and cannot be undone."))

    def speak(self) -> OpeningForm:
        """Put the words into the reader's language."""
        self.sure.label.text = _("These are the rules to be used. The opening is recorded and cannot be undone.")
        return self


def page(room: Room, form: OpeningForm | None = None, status: int = 200) -> tuple[str, int]:
    """The page before the opening; for the chair with the form that opens."""
    cycle = access.cycle()
    done, left = scores_opening.handed_in(cycle), scores_opening.readings_left(cycle)
    body = render_template(
        "calibration/opening.html",
        cycle=cycle,
        room=room,
        done=done,
        left=left,
        problem=scores_opening.problem(cycle, handed_in=done, left=left),
        here_words=None,
        form=form or OpeningForm().speak(),
        method=method_words(cycle.rules.calibration),
        tie_order=value_words("tie_order", cycle.rules.tie_order),
        group_rules=value_words("group_rules", cycle.rules.group_rules),
        commitment=selections.tie_commitment(cycle) if cycle.tie_seed else None,
        may_open=access.standing().chairs(Role.COMMITTEE) and room.is_chairs,
    )
    return body, status


def open_scores(room: Room) -> Any:
    """Open the scores, after the chair said so on the page that tells what this means."""
    form = OpeningForm().speak()
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have read the rules."), field="sure")
        scores_opening.open_scores(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return page(room, form, 422)
    db.session.commit()
    flash(_("The scores are open. The rules by which they are computed are frozen."), "success")
    return redirect(room.url("calibration"), 303)
