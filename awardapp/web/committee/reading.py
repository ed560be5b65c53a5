"""Reading one file and scoring it, with plain forms: the whole sheet at once, stepping aside, putting a file aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, request

from awardapp import clock
from awardapp.domain.assessments import AssessmentStatus, SheetChanged
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import pick, zone
from awardapp.models import Membership
from awardapp.queries.assessments import Reading
from awardapp.services import assessments
from awardapp.services import sheets as sheet_service
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import review_page, room, sheets
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.review_page import Typed, is_barred
from awardapp.web.committee.sheets import AsideForm, SheetForm


def saved_words(at: datetime) -> str:
    """When something was saved, for the line under the sheet."""
    return _("Saved at %(time)s", time=at.astimezone(zone()).strftime("%H:%M:%S"))


@bp.get("/submissions/<ref>/assessment")
@requires(Role.COMMITTEE)
def assess(ref: str) -> Any:
    """The file on the left, the score sheet on the right."""
    member, reading = review_page.own_file(ref)
    return review_page.closed(reading) if is_barred(member, reading) else review_page.show(member, reading)


def _record(member: Membership, reading: Reading, form: SheetForm, *, submit: bool) -> None:
    assessments.record(
        actor=access.actor(),
        member=member,
        assignment=reading.assignment,
        marks=sheets.typed_marks(request.form),
        comment=form.comment.data or "",
        private_note=form.private_note.data or "",
        seen=sheets.seen(request.form),
        submit=submit,
        now=clock.database_now(),
    )
    db.session.commit()


@bp.post("/submissions/<ref>/assessment")
@requires(Role.COMMITTEE)
def save(ref: str) -> Any:
    """Save the whole sheet; `act` "next" hands it in and opens the next file. What another window changed: 409 with both."""
    member, reading = review_page.own_file(ref)
    form = SheetForm()
    submit = request.form.get("act") == "next"
    try:
        if not form.validate_on_submit():
            typed = Typed(form, marks=sheets.typed_marks(request.form))
            return review_page.show(member, reading, typed, status=422)
        _record(member, reading, form, submit=submit)
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        return _again(ref, form, error)
    if not submit:
        flash(_("Saved. You can go on later."), "success")
        return redirect(room.url("assess", ref=ref))
    flash(_("Handed in: %(title)s", title=pick(reading.submission, "title")), "success")
    return redirect(room.url("next_file", after=reading.assignment.position))


def _again(ref: str, form: SheetForm, error: RuleViolation) -> tuple[str, int]:
    """The page once more with everything that was typed. What another window changed may be saved over from here."""
    db.session.rollback()
    member, reading = review_page.own_file(ref)
    try:
        marks = sheets.typed_marks(request.form)
    except RuleViolation:
        marks = {}
    form.refuse(error)
    changed = error.items if isinstance(error, SheetChanged) else ()
    return review_page.show(member, reading, Typed(form, marks=marks, changed=changed), status=409 if changed else 422)


@bp.post("/submissions/<ref>/aside")
@requires(Role.COMMITTEE)
def step_aside(ref: str) -> Any:
    """Abstain or recuse oneself, with a reason."""
    member, reading = review_page.own_file(ref)
    form = AsideForm()
    recuse = request.form.get("act") == "recuse"
    try:
        assessments.step_aside(
            actor=access.actor(),
            member=member,
            assignment=reading.assignment,
            status=AssessmentStatus.RECUSED if recuse else AssessmentStatus.ABSTAINED,
            reason=(form.reason.data or "")[:2000],
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        member, reading = review_page.own_file(ref)
        return review_page.show(member, reading, Typed(aside=form), status=422)
    db.session.commit()
    flash(_("You recused yourself.") if recuse else _("You abstained."), "success")
    return redirect(room.url("next_file", after=reading.assignment.position))


@bp.post("/submissions/<ref>/park")
@requires(Role.COMMITTEE)
def park(ref: str) -> Any:
    """Skip a file: it comes again after all others; `act` "back" puts it back into the order."""
    member, reading = review_page.own_file(ref, with_content=False)
    is_parked = request.form.get("act") != "back"
    sheet_service.park(actor=access.actor(), member=member, ref=ref, is_parked=is_parked, now=clock.database_now())
    db.session.commit()
    if not is_parked:
        flash(_("The file is back in your order."), "success")
        return redirect(room.url("assess", ref=ref))
    flash(_("Parked: %(title)s. It comes again after all others.", title=pick(reading.submission, "title")), "success")
    return redirect(room.url("next_file", after=reading.assignment.position, besides=ref))
