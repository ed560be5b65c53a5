"""What the form's script asks for: saving one input, who else is here, and where one stands after signing in again.

All answers are JSON. Without script the buttons of the form do the same (editing.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort, get_template_attribute, jsonify, render_template, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from awardapp import clock, presence
from awardapp.domain.eligibility import Problem
from awardapp.domain.errors import RuleViolation
from awardapp.domain.forms import CITY_DATA, SOURCE_LANGUAGE
from awardapp.extensions import db, reading
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.queries import writing as queries
from awardapp.queries.writing import Glance, LastSave
from awardapp.services import inputs, plausibility, submissions, writing
from awardapp.web import access
from awardapp.web.forms import whole_number
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.reading import origin_notes
from awardapp.web.submissions.scope import due, own_submission, why_closed

Answer = Response | tuple[Response, int]

_WINDOW = re.compile(r"[\w-]{1,40}")


def as_typed(value: Any) -> str | list[str]:
    """A stored value as the form's control holds it."""
    return [str(one) for one in value] if isinstance(value, list) else "" if value is None else str(value)


def _told(save: LastSave | None) -> dict[str, Any]:
    """Who saved last, and when."""
    if save is None:
        return {"by": "", "at": None, "you": False}
    return {"by": save.by, "at": save.at.isoformat(), "you": save.user_id == access.actor().id}


def _origins(submission: Submission, name: str) -> dict[str, Any]:
    """What is to be said now beside the two texts of a paired field: a save may put the other one out of date."""
    field = submission.form.field_of(name)
    if field is None or not field.is_paired:
        return {}
    provenance = inputs.provenance_in(inputs.content_of(submission), field)
    words = origin_notes(provenance)
    return {"pair": field.key, "notes": {one: words[one] if one == provenance.other else "" for one in words}}


def told_problems(found: Sequence[Problem]) -> list[tuple[str, str]]:
    """What is missing or too long, as (input, sentence)."""
    return [(problem.field, _(problem.msgid, **problem.params)) for problem in found]


def _questions(submission: Submission) -> str:
    """What looks odd about the figures, as the page shows it."""
    shown = get_template_attribute("_macros/questions.html", "figure_questions")
    return str(shown(plausibility.questions_of(submission), submission.form)).strip()


def missing(submission: Submission, *, now: datetime) -> dict[str, Any]:
    """Everything that is missing before the file can be handed in, and what looks odd about its figures."""
    return {
        "missing": told_problems(submissions.problems(submission, now=now)),
        "questions": _questions(submission),
    }


def _missing_at(submission: Submission, name: str, *, now: datetime) -> dict[str, Any]:
    """The same of the field that was just saved: `of` are its inputs. A note on two texts is no matter of that."""
    field = submission.form.field_of(name)
    if field is None or name not in field.inputs:
        return {}
    if field.key == SOURCE_LANGUAGE:  # in which language texts are asked for first
        return missing(submission, now=now)
    told: dict[str, Any] = {
        "of": field.inputs, "missing": told_problems(submissions.problems(submission, now=now, field=field)),
    }  # fmt: skip
    return {**told, "questions": _questions(submission)} if field.key in CITY_DATA else told


@bp.post("/<ref>/inputs/<name>")
@access.signed_in
def save_input(ref: str, name: str) -> Answer:
    """Store one input. Another text stored meanwhile comes back with the refusal; nothing is overwritten."""
    found = writing.begin(actor=access.actor(), ref=ref)
    if found is None:
        abort(404)
    try:
        saved = writing.save_input(
            actor=access.actor(),
            submission=found.submission,
            standing=found.standing,
            name=name,
            text=request.form.getlist("value"),
            base=request.form.get("base", ""),
            over="over" in request.form,
            now=found.now,
        )
        db.session.commit()
    except writing.InputChanged as error:
        db.session.rollback()
        digest = inputs.digest(error.stored)
        return jsonify(kind="changed", value=as_typed(error.stored), digest=digest, **_told(error.last)), 409
    except RuleViolation as error:
        db.session.rollback()
        if error.field is None:
            return jsonify(kind="closed", problem=explain(error)), 403
        return jsonify(kind="refused", problem=explain(error)), 422
    told = {**_origins(found.submission, name), **_missing_at(found.submission, name, now=found.now)}
    return jsonify(value=as_typed(saved.value), digest=saved.digest, **told)


@bp.post("/<ref>/presence")
@access.signed_in
def note_presence(ref: str) -> Answer:
    """Note that this window is open, and at which field; tell who else is here and what happened since. Stores nothing."""
    user, window = access.actor(), request.form.get("window", "")
    since = whole_number(request.form.get("since")) or 0
    with reading():
        found = queries.glance(user, ref)
        if found is None or not _WINDOW.fullmatch(window):
            abort(404)
        news = queries.saves(found.id, since=since) if found.number > since else []
        db.session.commit()  # nothing was changed; the person need not be read again
    if "leave" in request.form:
        presence.leave(found.id, window)
        return jsonify(others=[], changes=[], since=found.number)
    others = presence.note(found.id, window, user_id=user.id, name=user.name, field=request.form.get("field", "")[:80])
    return jsonify(
        others=[{"name": one.name, "field": one.field, "you": one.user_id == user.id} for one in others],
        changes=[{"name": save.name, "digest": save.digest, **_told(save)} for save in news],
        since=found.number,
        file=file_state(found),
    )


def file_state(found: Glance) -> dict[str, Any]:
    """What may change in another window while the form is open: whether it was handed in, withdrawn or sent back; its lists."""
    return {"state": f"{found.status}:{found.version}", "files": found.files, "partners": found.partners}


def standing(submission: Submission) -> dict[str, Any]:
    """Whether the text can be changed now, and until when; the same for the page and for its script."""
    now = clock.database_now()
    until = due(submission)
    return {
        "closed": why_closed(submission, now=now),
        "until": until.isoformat() if until else None,
        "now": now.isoformat(),
    }


@bp.get("/<ref>/writing")
@access.signed_in
def writing_state(ref: str) -> Answer:
    """Who is signed in, with the token for further saves; and the inputs asked for, as they are stored."""
    submission = own_submission(ref, files=False)
    form = submission.form
    asked = [name for name in request.args.get("inputs", "").split() if form.field_of(name) is not None]
    values = {name: inputs.value_of(submission, name) for name in asked}
    return jsonify(
        person=access.actor().id,
        token=generate_csrf(),
        values={name: {"value": as_typed(value), "digest": inputs.digest(value)} for name, value in values.items()},
        **missing(submission, now=clock.now()),
        **standing(submission),
    )


@bp.get("/<ref>/signed-in")
@access.signed_in
def signed_in_again(ref: str) -> str:
    """Where somebody arrives who signed in again in a second window: the first one goes on by itself."""
    return render_template("submissions/signed_in_again.html", submission=own_submission(ref, files=False))
