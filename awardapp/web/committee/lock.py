"""The lock of the shortlist: exactly what is sealed, and the record that lets anybody re-run it. For the chair only."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template
from wtforms import BooleanField

from awardapp import clock
from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.queries.selections import submissions_by_pseudonym
from awardapp.services import selections, shortlist_lock
from awardapp.web import access, judges
from awardapp.web.access import requires
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp
from awardapp.web.forms import BaseForm


class LockForm(BaseForm):
    """The chair's word that the list was read."""

    sure = BooleanField(N_("I have read the list above; it is final."))


def _lock_page(form: LockForm, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None:
        abort(404)
    decisions = selections.decided(cycle, Stage.COMMITTEE)
    moves = selection.result.get("moves", {})
    page = render_template(
        "committee/lock.html",
        cycle=cycle,
        form=form,
        shortlisted=[d for d in decisions if d.outcome is Outcome.SHORTLISTED],
        deserving=[d for d in decisions if d.outcome is Outcome.DESERVING],
        moves=moves,
        moved=submissions_by_pseudonym(cycle, list(moves)),
        problems=shortlist_lock.problems(cycle),
    )
    return page, status


def lock_form() -> LockForm:
    """The form with its words in the reader's language."""
    form = LockForm()
    form.sure.label.text = _("I have read the list above; it is final.")
    return form


@bp.get("/shortlist-lock")
@requires(Role.COMMITTEE)
def confirm_lock() -> Any:
    """Exactly what will be locked. Chair only."""
    room.chair_only()
    return _lock_page(lock_form())


@bp.post("/shortlist-lock")
@requires(Role.COMMITTEE)
def lock() -> Any:
    """Seal the shortlist and write its record."""
    room.chair_only()
    form = lock_form()
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have read the list."), field="sure")
        shortlist_lock.lock(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return _lock_page(form, 422)
    db.session.commit()
    flash(_("The shortlist is locked and sealed. It becomes public only through the announcement."), "success")
    return redirect(room.url("shortlist"))


@bp.get("/shortlist-record")
@requires(Role.COMMITTEE)
def record() -> Response:
    """The record of the locked selection, for anybody to re-run. Chair only."""
    room.chair_only()
    selection = selections.selection_of(access.cycle(), Stage.COMMITTEE)
    if selection is None or selection.record is None:
        abort(404)
    return judges.record_response(selection.record, f"record-{access.cycle().slug}-committee.json")
