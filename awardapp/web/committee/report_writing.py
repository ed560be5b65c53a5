"""Writing the report: each text saves itself (JSON), the whole page with a plain form, earlier states, the files of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.answers import digest
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.report import CASE_INPUTS, GOALS, WHOLE_INPUTS, ReportChanged
from awardapp.extensions import db
from awardapp.i18n import LANGUAGE_NAMES, explain
from awardapp.i18n import gettext as _
from awardapp.models import ReportChange
from awardapp.queries import reports as queries
from awardapp.services import committee_report
from awardapp.web import access, judges, previews
from awardapp.web import report as overview
from awardapp.web.access import requires
from awardapp.web.committee import report_page, room
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.reading import saved_words
from awardapp.web.committee.report_page import Typed
from awardapp.web.forms import BaseForm


def _posted(names: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of a posted page and the digests of what it had shown; ticked goals as one text."""
    values = {name: request.form.get(name, "").replace("\r\n", "\n") for name in names if name in request.form}
    if GOALS in names and f"base-{GOALS}" in request.form:
        values[GOALS] = " ".join(request.form.getlist(GOALS))
    return values, {name: request.form.get(f"base-{name}", "") for name in names}


def _one(save: Callable[..., Any], stored: Callable[[], dict[str, str]], name: str) -> tuple[Response, int]:
    """Save one input. 200 {saved, base}; 409 {problem, stored, base}: something else is stored; 403 or 422 {problem}."""
    value, base = request.form.get("value", "").replace("\r\n", "\n"), request.form.get("base", "")
    now = clock.now()
    try:
        save({name: value}, {name: base}, now)
    except ReportChanged as error:
        db.session.rollback()
        text = stored()[name]
        return jsonify(problem=explain(error), stored=text, base=digest(text)), 409
    except RuleViolation as error:
        db.session.rollback()
        return jsonify(problem=explain(error)), 403 if isinstance(error, NotPermitted) else 422
    db.session.commit()
    return jsonify(saved=saved_words(now), base=digest(value)), 200


def _all(save: Callable[..., Any], show: Callable[..., tuple[str, int]], names: tuple[str, ...], back: str) -> Any:
    """Save the whole page; what somebody else changed meanwhile: 409 with both texts."""
    values, bases = _posted(names)
    form = BaseForm()
    try:
        if not form.validate_on_submit():
            return show(Typed(values, form), status=422)
        save(values, bases, clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        changed = error.names if isinstance(error, ReportChanged) else ()
        return show(Typed(values, form, changed), status=409 if changed else 422)
    db.session.commit()
    flash(_("The text is saved."), "success")
    return redirect(back, 303)


def _save_case(ref: str) -> Callable[..., Any]:
    def save(values: dict[str, str], bases: dict[str, str], now: Any) -> Any:
        return committee_report.save_case(
            actor=access.actor(), cycle=access.cycle(), ref=ref, values=values, bases=bases, now=now
        )

    return save


def _save_whole(values: dict[str, str], bases: dict[str, str], now: Any) -> Any:
    return committee_report.save_whole(actor=access.actor(), cycle=access.cycle(), values=values, bases=bases, now=now)


@bp.get("/report/cases/<ref>")
@requires(Role.COMMITTEE)
def report_case(ref: str) -> Any:
    """The file on the left, what the report says of it on the right."""
    return report_page.case(ref)


@bp.post("/report/cases/<ref>")
@requires(Role.COMMITTEE)
def save_report_case(ref: str) -> Any:
    """Save all texts of a case."""
    report_page.own_case(ref)
    return _all(
        _save_case(ref),
        lambda typed, status: report_page.case(ref, typed, status=status),
        CASE_INPUTS,
        room.url("report_case", ref=ref),
    )


@bp.post("/report/cases/<ref>/texts/<name>")
@requires(Role.COMMITTEE)
def save_case_text(ref: str, name: str) -> tuple[Response, int]:
    """Save one text of a case."""
    if name not in CASE_INPUTS:
        abort(404)
    decision, _person = report_page.own_case(ref)
    return _one(_save_case(ref), lambda: report_page.case_values(decision), name)


@bp.get("/report/cases/<ref>/texts")
@requires(Role.COMMITTEE)
def case_text_state(ref: str) -> Response:
    """The texts of a case as they are stored now, for a window that was in the background."""
    decision, _person = report_page.own_case(ref)
    return jsonify(report_page.state_of(report_page.case_values(decision)))


@bp.get("/report/text")
@requires(Role.COMMITTEE)
def report_text() -> Any:
    """Opening and closing. Chair only."""
    room.chair_only()
    return report_page.whole()


@bp.post("/report/text")
@requires(Role.COMMITTEE)
def save_report_text() -> Any:
    """Save opening and closing."""
    room.chair_only()
    overview.entered()
    return _all(
        _save_whole,
        lambda typed, status: report_page.whole(typed, status=status),
        WHOLE_INPUTS,
        room.url("report_text"),
    )


@bp.post("/report/text/texts/<name>")
@requires(Role.COMMITTEE)
def save_whole_text(name: str) -> tuple[Response, int]:
    """Save one text of opening and closing."""
    room.chair_only()
    if name not in WHOLE_INPUTS:
        abort(404)
    overview.entered()
    return _one(_save_whole, report_page.whole_values, name)


@bp.get("/report/text/texts")
@requires(Role.COMMITTEE)
def whole_text_state() -> Response:
    """Opening and closing as they are stored now."""
    room.chair_only()
    overview.entered()
    return jsonify(report_page.state_of(report_page.whole_values()))


def _words(change: ReportChange) -> str:
    """Which text a change was of, e.g. "Summary, English"."""
    if change.name == GOALS:
        return _("Sustainable Development Goals")
    part, _underscore, code = change.name.rpartition("_")
    return f"{_(overview.PART_NAMES[part])}, {LANGUAGE_NAMES[code]}"


@bp.get("/report/cases/<ref>/changes")
@requires(Role.COMMITTEE)
def report_case_changes(ref: str) -> Any:
    """Every state the texts of a case had."""
    decision, _person = report_page.own_case(ref)
    found = queries.changes(access.cycle(), decision.submission_id)
    return render_template(
        "report/changes.html",
        cycle=access.cycle(),
        changes=[(change, _words(change)) for change in found],
        submission=decision.submission,
        back=room.url("report_case", ref=ref),
    )


@bp.get("/report/text/changes")
@requires(Role.COMMITTEE)
def report_text_changes() -> Any:
    """Every state that opening and closing had. Chair only."""
    room.chair_only()
    overview.entered()
    found = queries.changes(access.cycle(), None)
    return render_template(
        "report/changes.html",
        cycle=access.cycle(),
        changes=[(change, _words(change)) for change in found],
        submission=None,
        back=room.url("report_text"),
    )


@bp.get("/report/cases/<ref>/files/<sha256>")
@requires(Role.COMMITTEE)
def report_file(ref: str, sha256: str) -> Any:
    """A file of a case that this person writes on."""
    return judges.attachment(report_page.version_of(ref), sha256)


@bp.get(f"/report/cases/<ref>/files/<sha256>{previews.ROUTE}")
@requires(Role.COMMITTEE)
def report_preview(ref: str, sha256: str, page: int, size: str) -> Any:
    """A picture of such a file."""
    return judges.picture(report_page.version_of(ref), sha256, page, size)
