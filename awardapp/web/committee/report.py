"""The committee's report in the committee's room: how far it is, who writes which case, its documents."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.services import committee_report
from awardapp.web import access
from awardapp.web import report as page
from awardapp.web.access import requires
from awardapp.web.committee import report_page, room
from awardapp.web.committee.blueprint import bp
from awardapp.web.forms import whole_number

_ROOM = page.Room("committee")


@bp.get("/report")
@requires(Role.COMMITTEE)
def report() -> Any:
    """What is written of the report and what is missing; for members only the cases they were named for."""
    return page.show(_ROOM)


@bp.post("/report/cases/<ref>/writers")
@requires(Role.COMMITTEE)
def name_rapporteur(ref: str) -> Any:
    """Name a member to write on a case, or with `act` "end" take it back. Chair only."""
    room.chair_only()
    is_end = request.form.get("act") == "end"
    change = committee_report.end_rapporteur if is_end else committee_report.name_rapporteur
    member_id = whole_number(request.form.get("member"))
    try:
        change(actor=access.actor(), cycle=access.cycle(), ref=ref, member_id=member_id or 0, now=clock.database_now())
    except NotPermitted:
        abort(404)
    except RuleViolation as error:
        db.session.rollback()
        return report_page.writers(ref, problem=explain(error), status=422)
    db.session.commit()
    flash(_("The member no longer writes on this case.") if is_end else _("The member is named."), "success")
    return redirect(room.url("report_writers", ref=ref), 303)


@bp.get("/report/cases/<ref>/writers")
@requires(Role.COMMITTEE)
def report_writers(ref: str) -> Any:
    """Who writes on a case, and who can be named. Chair only."""
    room.chair_only()
    return report_page.writers(ref)


@bp.post("/report/documents")
@requires(Role.COMMITTEE)
def order_report() -> Any:
    """Have the documents of an edition made."""
    return page.order(_ROOM)


@bp.get("/report/documents.json")
@requires(Role.COMMITTEE)
def report_state() -> Response:
    """How far the documents are."""
    return page.state(_ROOM)


@bp.get("/report/documents/<any(en, zh, both):edition>.<any(pdf, docx):ending>")
@requires(Role.COMMITTEE)
def report_document(edition: str, ending: str) -> Response:
    """A finished document."""
    return page.document(edition, ending)
