"""The notes of a meeting: each saves itself (JSON), all of them with a plain form, every earlier state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.extensions import db
from awardapp.i18n import explain, name_key, zone
from awardapp.i18n import gettext as _
from awardapp.models import Deliberation, Submission
from awardapp.queries import deliberations as queries
from awardapp.services import ballots, deliberation_notes
from awardapp.services.deliberation_notes import NotesChanged
from awardapp.web import access
from awardapp.web.deliberations.seat import meeting_or_404, seat
from awardapp.web.forms import BaseForm

WHOLE = "meeting"  # stands for the notes on the meeting as a whole where a city's reference stands


def _cities(meeting: Deliberation) -> dict[str, Submission | None]:
    """What the person may write on, in the page's order: the meeting, then the finalists without a tie of theirs."""
    cities = ballots.finalists(meeting.cycle)
    closed = seat().closed(cities)
    ordered = sorted((one for one in cities if one.id not in closed), key=lambda one: name_key(one.city))
    return {WHOLE: None, **{one.ref: one for one in ordered}}


def _stored(meeting: Deliberation, cities: Mapping[str, Submission | None]) -> dict[str, str]:
    present = queries.notes(meeting)
    found = {}
    for ref, city in cities.items():
        note = present.get(city.id if city is not None else None)
        found[ref] = note.text if note is not None else ""
    return found


def page(number: int) -> Any:
    """Every note of the meeting, to be written on."""
    return _page(meeting_or_404(number, kept=True))


def _page(
    meeting: Deliberation,
    typed: Mapping[str, str] | None = None,
    form: BaseForm | None = None,
    changed: Collection[str] = (),
    status: int = 200,
) -> tuple[str, int]:
    cities = _cities(meeting)
    stored = _stored(meeting, cities)
    page = render_template(
        "deliberations/notes.html",
        cycle=access.cycle(),
        seat=seat(),
        meeting=meeting,
        cities=cities,
        stored=stored,
        shown={**stored, **(typed or {})},
        bases={ref: digest(text) for ref, text in stored.items()},
        changed=changed,
        form=form or BaseForm(formdata=None),
        writing=access.cycle().phase is CyclePhase.JURY,
    )
    return page, status


def _save(meeting: Deliberation, city: Submission | None, text: str, base: str) -> str:
    return deliberation_notes.save_notes(
        actor=access.actor(), meeting=meeting, submission=city, text=text, base=base, now=clock.database_now()
    )


def save_all(number: int) -> Any:
    """Save every note that was changed; what somebody else changed meanwhile: 409 with both texts, the others are kept."""
    meeting = meeting_or_404(number, kept=True)
    cities, form = _cities(meeting), BaseForm()
    typed = {ref: request.form[f"notes-{ref}"] for ref in cities if f"notes-{ref}" in request.form}
    if not form.validate_on_submit() or not typed:
        return _page(meeting, typed, form, status=422)
    changed = []
    for ref, text in typed.items():
        try:
            _save(meeting, cities[ref], text, request.form.get(f"base-notes-{ref}", ""))
        except NotesChanged as error:
            form.refuse(error)
            changed.append(ref)
        except NotPermitted:
            raise
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
            return _page(meeting_or_404(number, kept=True), typed, form, status=422)
    db.session.commit()
    if changed:
        return _page(meeting, typed, form, changed, 409)
    flash(_("The notes are kept."), "success")
    return redirect(seat().url("deliberation_notes", number=number), 303)


def save_one(number: int, ref: str) -> tuple[Response, int]:
    """Save one note. 200 {saved, base}; 409 {problem, stored, base}: something else is stored; 403 or 422 {problem}."""
    meeting = meeting_or_404(number, kept=True)
    cities = _cities(meeting)
    if ref not in cities:
        abort(404)
    now = clock.database_now()
    try:
        base = _save(meeting, cities[ref], request.form.get("value", ""), request.form.get("base", ""))
    except NotesChanged as error:
        db.session.rollback()
        return jsonify(problem=explain(error), stored=error.stored, base=digest(error.stored)), 409
    except RuleViolation as error:
        db.session.rollback()
        return jsonify(problem=explain(error)), 403 if isinstance(error, NotPermitted) else 422
    db.session.commit()
    saved = _("Saved at %(time)s", time=now.astimezone(zone()).strftime("%H:%M:%S"))
    return jsonify(saved=saved, base=base), 200


def state(number: int) -> Response:
    """The notes as they are kept, for a window that was in the background."""
    meeting = meeting_or_404(number, kept=True)
    texts = {f"notes-{ref}": text for ref, text in _stored(meeting, _cities(meeting)).items()}
    return jsonify(marks={}, texts=texts, bases={name: digest(text) for name, text in texts.items()})


def earlier(number: int, ref: str) -> Any:
    """Every state the notes on a city, or on the meeting, had."""
    meeting = meeting_or_404(number, kept=True)
    cities = _cities(meeting)
    if ref not in cities:
        abort(404)
    return render_template(
        "deliberations/earlier.html",
        cycle=access.cycle(),
        seat=seat(),
        meeting=meeting,
        city=cities[ref],
        states=queries.note_states(meeting, cities[ref]),
    )
