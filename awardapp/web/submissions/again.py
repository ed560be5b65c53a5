"""Beginning a new entry from an earlier one of the same city."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.cycles import intake_is_open
from awardapp.domain.earlier import SECTION
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, Submission
from awardapp.queries import cycles as cycle_queries
from awardapp.services import earlier
from awardapp.web import access
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import own_submission

Page = str | tuple[str, int] | Response


def _calls(submission: Submission) -> list[Cycle]:
    """The open calls of other cycles, to which this text could be handed in anew."""
    now = clock.now()
    return [
        cycle
        for cycle in cycle_queries.open_calls()
        if cycle.id != submission.cycle_id and intake_is_open(cycle.phase, deadline_at=cycle.deadline_at, now=now)
    ]


@bp.get("/<ref>/again")
@access.signed_in
def again(ref: str) -> Page:
    submission = own_submission(ref)
    return render_template("submissions/again.html", submission=submission, calls=_calls(submission))


@bp.post("/<ref>/again")
@access.signed_in
def begin_again(ref: str) -> Page:
    """A new draft with the text of this entry; a second click leads to the same draft."""
    submission = own_submission(ref)
    cycle = next((cycle for cycle in _calls(submission) if cycle.slug == request.form.get("cycle")), None)
    if cycle is None:
        flash(_("Choose an open call."), "warning")
        return render_template("submissions/again.html", submission=submission, calls=_calls(submission)), 422
    try:
        begun = earlier.begin_from(
            actor=access.actor(),
            earlier=submission,
            cycle=cycle,
            with_files="files" in request.form,
            now=clock.database_now(),
        )
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
        return redirect(url_for("submissions.again", ref=ref), 303)
    flash(_("The text is copied into a new draft. Say here what is new since then."), "success")
    return redirect(url_for("submissions.edit", ref=begun.ref, _anchor=SECTION), 303)
