"""The sheet while it is filled in: each mark and each text saves itself, and a window asks what others have saved. JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, jsonify, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.answers import digest
from awardapp.domain.assessments import SheetChanged
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.models import Assessment
from awardapp.queries import assessments as assessment_queries
from awardapp.services import sheets as sheet_service
from awardapp.services.sheets import NotAssigned
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import review_page, room, sheets
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.reading import saved_words


def _saved(assessment: Assessment, base: str, at: datetime) -> tuple[Response, int]:
    db.session.commit()
    return jsonify(saved=saved_words(at), base=base, status=assessment.status), 200


def _refused(error: RuleViolation) -> tuple[Response, int]:
    if isinstance(error, NotAssigned):
        abort(404)
    db.session.rollback()
    return jsonify(problem=explain(error)), 403 if isinstance(error, NotPermitted) else 422


@bp.post("/submissions/<ref>/marks/<int:criterion_id>")
@requires(Role.COMMITTEE)
def save_mark(ref: str, criterion_id: int) -> tuple[Response, int]:
    """Save one mark.

    200 {saved, base, status}; 409 {problem, stored, words}: another window saved this one; 403 or 422 {problem}.
    """
    member, now = room.member(), clock.now()
    try:
        mark = sheets.typed_mark(request.form.get("value"))
        assessment = sheet_service.save_mark(
            actor=access.actor(),
            member=member,
            ref=ref,
            criterion_id=criterion_id,
            mark=mark,
            base=sheets.typed_mark(request.form.get("base")),
            now=now,
        )
    except SheetChanged as error:
        db.session.rollback()
        stored = _state(ref)["marks"].get(str(criterion_id), "")
        return jsonify(problem=explain(error), stored=stored, words=sheets.mark_words(stored)), 409
    except RuleViolation as error:
        return _refused(error)
    return _saved(assessment, sheets.value_of(mark), now)


@bp.post("/submissions/<ref>/texts/<any(comment, private_note):field>")
@requires(Role.COMMITTEE)
def save_text(ref: str, field: str) -> tuple[Response, int]:
    """Save the comment or the private note. As for a mark; on 409 `stored` is the text and `base` its digest."""
    member, now = room.member(), clock.now()
    text = request.form.get("value", "").replace("\r\n", "\n").replace("\x00", "")
    base = request.form.get("base", "")
    try:
        assessment = sheet_service.save_text(
            actor=access.actor(), member=member, ref=ref, field=field, text=text, base=base, now=now
        )
    except SheetChanged as error:
        db.session.rollback()
        stored = _state(ref)["texts"][field]
        return jsonify(problem=explain(error), stored=stored, base=digest(stored)), 409
    except RuleViolation as error:
        return _refused(error)
    return _saved(assessment, digest(text), now)


def _state(ref: str) -> dict[str, Any]:
    member, reading = review_page.own_file(ref, with_content=False)
    if review_page.is_barred(member, reading):
        abort(404)
    cycle, assessment = access.cycle(), reading.assessment
    rows = assessment_queries.criteria_with_units(cycle, assessment)
    rules = cycle.rules
    return {
        "marks": {str(c.id): sheets.value_of(None if u is None else rules.mark(u)) for c, u in rows},
        "texts": {name: getattr(assessment, name) if assessment else "" for name in sheets.TEXTS},
        "bases": sheets.bases(assessment),
        "status": assessment.status if assessment else "not_opened",
    }


@bp.get("/submissions/<ref>/sheet")
@requires(Role.COMMITTEE)
def sheet_state(ref: str) -> Response:
    """The member's own sheet as it is stored now, for a window that was in the background."""
    return jsonify(_state(ref))
