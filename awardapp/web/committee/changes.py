"""The history of a member's own assessment: every state it has had, and bringing one back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.history import Change, State, states
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, pick
from awardapp.i18n import gettext as _
from awardapp.models import Criterion, Cycle
from awardapp.queries import sheets as sheet_queries
from awardapp.services import sheets as sheet_service
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import review_page, room, sheets
from awardapp.web.committee.blueprint import bp


def _words(change: Change, state: State, cycle: Cycle, criteria: dict[int, Criterion]) -> str:
    """What a change did, e.g. "Innovation: 6 → 7.5"."""
    if change.criterion_id is not None:
        criterion = criteria.get(change.criterion_id)
        before, after = (
            sheets.mark_words(sheets.value_of(None if units is None else cycle.rules.mark(units)))
            for units in (state.before.get(change.criterion_id), change.units)
        )
        return f"{pick(criterion, 'name') if criterion else '–'}: {before} → {after}"
    return {
        "comment": _("The comment"),
        "private_note": _("The private note"),
        "submitted": _("Handed in"),
        "abstained": _("Abstained: %(reason)s", reason=change.text),
        "recused": _("Recused: %(reason)s", reason=change.text),
        "restored": _("An earlier state brought back"),
    }[change.what]


@bp.get("/submissions/<ref>/changes")
@requires(Role.COMMITTEE)
def changes(ref: str) -> Any:
    """Every state of the own sheet, the latest first."""
    member, reading = review_page.own_file(ref, with_content=False)
    if review_page.is_barred(member, reading):
        return review_page.closed(reading)
    cycle = access.cycle()
    criteria = {criterion.id: criterion for criterion in cycle.criteria}
    found = states(sheet_queries.changes(reading.assessment)) if reading.assessment else []
    marks = [
        [
            sheets.mark_words(sheets.value_of(cycle.rules.mark(state.units[c]) if c in state.units else None))
            for c in criteria
        ]
        for state in found
    ]
    told = [[_words(change, state, cycle, criteria) for change in state.changes] for state in found]
    return render_template(
        "committee/changes.html",
        cycle=cycle,
        reading=reading,
        submission=reading.submission,
        steps=list(reversed(list(zip(found, marks, told, strict=True)))),
        open=room.scoring_is_open(),
        hides_names=cycle.rules.hide_names_from_committee,
    )


@bp.post("/submissions/<ref>/changes")
@requires(Role.COMMITTEE)
def restore(ref: str) -> Any:
    """Make an earlier state the present one; the change back is kept like every other."""
    try:
        at = datetime.fromisoformat(request.form.get("at", ""))
        if at.tzinfo is None:
            raise ValueError
    except ValueError:
        abort(404)
    try:
        sheet_service.restore(actor=access.actor(), member=room.member(), ref=ref, at=at, now=clock.database_now())
    except sheet_service.NotAssigned:
        abort(404)
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(room.url("changes", ref=ref))
    db.session.commit()
    flash(_("Brought back. What stood there before is kept in the list of changes."), "success")
    return redirect(room.url("assess", ref=ref, _anchor="sheet"))
