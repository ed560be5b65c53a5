"""Feedback in the committee's room: how far it is, and the chair's approvals, one by one or many with their number repeated."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.feedback import STATE_NAMES, FeedbackState
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, ngettext
from awardapp.i18n import gettext as _
from awardapp.queries import feedback as queries
from awardapp.services import feedback as service
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import feedback_page, room
from awardapp.web.committee.blueprint import bp
from awardapp.web.forms import whole_number

PER_PAGE = 50


def _state() -> FeedbackState | None:
    """The state asked for in the address; an unknown one is none."""
    asked = request.args.get("state", "")
    return FeedbackState(asked) if asked in set(FeedbackState) else None


def _list(*, problem: str | None = None, status: int = 200) -> Any:
    cycle = access.cycle()
    person = service.access_of(access.actor(), cycle, queries.valid(cycle))
    if not person.may_enter:
        abort(404)
    without, only = person.barred, None if person.is_chair else person.own
    counts = queries.counts(cycle, without=without, only=only)
    state = _state()
    total = counts[state] if state is not None else sum(counts.values())
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    entries = queries.entries(cycle, without=without, only=only, state=state, page=page, per_page=PER_PAGE)
    return render_template(
        "committee/feedback.html",
        cycle=cycle,
        person=person,
        entries=entries,
        counts=counts,
        state=state,
        states=STATE_NAMES,
        ready=counts[FeedbackState.READY],
        closed=len(without),
        page=page,
        pages=pages,
        first=(page - 1) * PER_PAGE + 1 if total else 0,
        last=min(page * PER_PAGE, total),
        total=total,
        problem=problem,
    ), status


@bp.get("/feedback")
@requires(Role.COMMITTEE)
def feedback() -> Any:
    """Which entries have strengths and advice, and how far each is. The chair's, and of members those they were named for."""
    return _list()


@bp.post("/feedback/approval")
@requires(Role.COMMITTEE)
def approve_feedbacks() -> Any:
    """Approve everything that is ready; the number must be typed. Chair only."""
    room.chair_only()
    try:
        done = service.approve_ready(
            actor=access.actor(),
            cycle=access.cycle(),
            expected=whole_number(request.form.get("number")) or 0,
            now=clock.database_now(),
        )
    except NotPermitted:
        abort(404)
    except RuleViolation as error:
        db.session.rollback()
        return _list(problem=explain(error), status=422)
    db.session.commit()
    flash(ngettext("One text is approved.", "%(n)s texts are approved.", done), "success")
    return redirect(room.url("feedback"), 303)


@bp.post("/feedback/<ref>/approval")
@requires(Role.COMMITTEE)
def approve_feedback(ref: str) -> Any:
    """Approve the feedback on one entry as it was shown, or with `act` "withdraw" take that back. Chair only."""
    room.chair_only()
    submission, _person = feedback_page.own_entry(ref)
    now = clock.database_now()
    try:
        if request.form.get("act") == "withdraw":
            service.withdraw(actor=access.actor(), submission=submission, now=now)
            said = _("The approval is taken back.")
        else:
            shown = request.form.get("shown", "")
            service.approve(actor=access.actor(), submission=submission, shown_sha256=shown, now=now)
            said = _("The feedback is approved.")
    except NotPermitted:
        abort(404)
    except RuleViolation as error:
        db.session.rollback()
        return feedback_page.page(ref, problem=explain(error), status=422)
    db.session.commit()
    flash(said, "success")
    return redirect(room.url("feedback_of", ref=ref), 303)
