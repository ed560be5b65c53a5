"""A member's private notes on passages. Posted by a script they are answered with the list alone, otherwise with the page."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.queries import sheets as sheet_queries
from awardapp.services import notes
from awardapp.services.sheets import NotAssigned
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import review_page, room
from awardapp.web.committee.blueprint import bp
from awardapp.web.forms import whole_number


def _by_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _answer(ref: str, done: str) -> Any:
    db.session.commit()
    if not _by_script():
        flash(done, "success")
        return redirect(room.url("assess", ref=ref, _anchor="notes"))
    member, reading = review_page.own_file(ref)
    listed = render_template(
        "committee/_notes.html",
        cycle=access.cycle(),
        submission=reading.submission,
        notes=review_page.notes_list(member, reading, review_page.section_names(access.cycle())),
        open=room.scoring_is_open(),
    )
    return jsonify(list=listed, done=done)


def _refused(ref: str, error: RuleViolation) -> Any:
    if isinstance(error, NotAssigned):
        abort(404)
    db.session.rollback()
    if _by_script():
        return jsonify(problem=explain(error)), 403 if isinstance(error, NotPermitted) else 422
    if isinstance(error, NotPermitted):
        raise error
    member, reading = review_page.own_file(ref)
    return review_page.show(member, reading, status=422, note_problem=explain(error), note_typed=request.form)


@bp.post("/submissions/<ref>/notes")
@requires(Role.COMMITTEE)
def add_note(ref: str) -> Any:
    """Note something on a passage of the file."""
    member = room.member()
    section, _dot, language = request.form.get("place", "").rpartition(".")
    try:
        notes.add(
            actor=access.actor(),
            member=member,
            ref=ref,
            section=section,
            language=language,
            start=whole_number(request.form.get("start")) or 0,
            quote=request.form.get("quote", "").replace("\x00", ""),
            text=request.form.get("text", "").replace("\x00", "").replace("\r\n", "\n"),
            now=clock.database_now(),
        )
    except RuleViolation as error:
        return _refused(ref, error)
    return _answer(ref, _("Noted."))


@bp.post("/submissions/<ref>/notes/<int:note_id>")
@requires(Role.COMMITTEE)
def change_note(ref: str, note_id: int) -> Any:
    """Write a note anew, or throw it away (`act` "remove")."""
    member, reading = review_page.own_file(ref, with_content=False)
    note = sheet_queries.note(member, reading.submission.id, note_id)
    if note is None or review_page.is_barred(member, reading):
        abort(404)
    text = request.form.get("text", "").replace("\x00", "").replace("\r\n", "\n")
    try:
        if request.form.get("act") == "remove":
            notes.remove(actor=access.actor(), member=member, note=note)
            return _answer(ref, _("The note is gone."))
        notes.change(actor=access.actor(), member=member, note=note, text=text, now=clock.database_now())
    except RuleViolation as error:
        return _refused(ref, error)
    return _answer(ref, _("Noted."))
