"""Writing feedback: each text saves itself (JSON), the whole page with a plain form, earlier states."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain import feedback as rules
from awardapp.domain.answers import digest
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.feedback import FeedbackChanged
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.queries import feedback as queries
from awardapp.services import feedback as service
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import feedback_page, room
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.feedback_page import Typed
from awardapp.web.committee.reading import saved_words
from awardapp.web.forms import BaseForm


def _names() -> list[str]:
    return rules.inputs(criterion.key for criterion in access.cycle().criteria)


@bp.get("/feedback/<ref>")
@requires(Role.COMMITTEE)
def feedback_of(ref: str) -> Any:
    """What the readers said beside the texts for the city."""
    return feedback_page.page(ref)


@bp.post("/feedback/<ref>")
@requires(Role.COMMITTEE)
def save_feedback(ref: str) -> Any:
    """Save all texts; what somebody else changed meanwhile: 409 with both."""
    submission, _person = feedback_page.own_entry(ref)
    names, form = _names(), BaseForm()
    values = {name: request.form[name].replace("\r\n", "\n") for name in names if name in request.form}
    bases = {name: request.form.get(f"base-{name}", "") for name in names}
    try:
        if not form.validate_on_submit():
            return feedback_page.page(ref, Typed(values, form), status=422)
        service.save(actor=access.actor(), submission=submission, values=values, bases=bases, now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        changed = error.names if isinstance(error, FeedbackChanged) else ()
        return feedback_page.page(ref, Typed(values, form, changed), status=409 if changed else 422)
    db.session.commit()
    flash(_("The text is saved."), "success")
    return redirect(room.url("feedback_of", ref=ref), 303)


@bp.post("/feedback/<ref>/texts/<name>")
@requires(Role.COMMITTEE)
def save_feedback_text(ref: str, name: str) -> tuple[Response, int]:
    """Save one text. 200 {saved, base}; 409 {problem, stored, base}: something else is stored; 403 or 422 {problem}."""
    if name not in _names():
        abort(404)
    submission, _person = feedback_page.own_entry(ref)
    value, base, now = request.form.get("value", "").replace("\r\n", "\n"), request.form.get("base", ""), clock.now()
    try:
        service.save(actor=access.actor(), submission=submission, values={name: value}, bases={name: base}, now=now)
    except FeedbackChanged as error:
        db.session.rollback()
        text = feedback_page.values_of(submission)[name]
        return jsonify(problem=explain(error), stored=text, base=digest(text)), 409
    except RuleViolation as error:
        db.session.rollback()
        return jsonify(problem=explain(error)), 403 if isinstance(error, NotPermitted) else 422
    db.session.commit()
    return jsonify(saved=saved_words(now), base=digest(value)), 200


@bp.get("/feedback/<ref>/texts")
@requires(Role.COMMITTEE)
def feedback_text_state(ref: str) -> Response:
    """The texts as they are stored now, for a window that was in the background."""
    submission, _person = feedback_page.own_entry(ref)
    return jsonify(feedback_page.state_of(feedback_page.values_of(submission)))


@bp.get("/feedback/<ref>/changes")
@requires(Role.COMMITTEE)
def feedback_changes(ref: str) -> Any:
    """Every state the texts had."""
    submission, _person = feedback_page.own_entry(ref)
    feedback = queries.of_submission(submission.id)
    found = queries.changes(feedback) if feedback is not None else []
    return render_template(
        "committee/feedback_changes.html",
        cycle=access.cycle(),
        submission=submission,
        changes=[(change, feedback_page.input_words(change.name)) for change in found],
    )
