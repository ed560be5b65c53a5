"""Reading one file and scoring it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock, i18n
from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.errors import N_, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, pick
from awardapp.i18n import gettext as _
from awardapp.models import Membership
from awardapp.queries import assessments as assessment_queries
from awardapp.queries.assessments import DONE, Reading
from awardapp.services import assessments
from awardapp.web import access, judges
from awardapp.web.access import requires
from awardapp.web.committee import room, sheets
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.sheets import AsideForm, SheetForm


def saved_words(at: datetime) -> str:
    """When something was saved, for the line under the sheet."""
    return _("Saved at %(time)s", time=at.astimezone(i18n.zone()).strftime("%H:%M:%S"))


def _own(ref: str, *, with_content: bool = True) -> tuple[Membership, Reading]:
    """The member and the file read, or 404. Raises NotPermitted before the declaration."""
    member = room.member()
    if member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    reading = assessment_queries.reading(member, ref, with_content=with_content)
    if reading is None:
        abort(404)
    return member, reading


def is_barred(member: Membership, reading: Reading) -> bool:
    """Whether the member may not see the file: a tie, or recused by the member's own act."""
    recused = reading.assessment is not None and reading.assessment.status == AssessmentStatus.RECUSED
    return recused or assessment_queries.conflict(member, reading.submission) is not None


def _page(
    member: Membership,
    reading: Reading,
    *,
    form: SheetForm | None = None,
    aside: AsideForm | None = None,
    typed: Mapping[int, float | None] | None = None,
    stale: bool = False,
    status: int = 200,
) -> tuple[str, int]:
    cycle = access.cycle()
    rules = cycle.rules
    assessment = reading.assessment
    rows = assessment_queries.criteria_with_units(cycle, assessment)
    if form is None:
        form = SheetForm(formdata=None, obj=assessment) if assessment else SheetForm(formdata=None)
    counts = assessment_queries.queue_counts(member)
    page = render_template(
        "committee/assess.html",
        cycle=cycle,
        reading=reading,
        submission=reading.submission,
        assessment=assessment,
        content=judges.without_contact(reading.version.content),
        file_url=lambda file: room.url("file", ref=reading.submission.ref, sha256=file["sha256"]),
        form=form.speak(),
        aside=aside,
        lines=sheets.lines(rows, rules, typed),
        stored=sheets.lines(rows, rules) if stale else None,
        done=sum(counts.get(state, 0) for state in DONE),
        total=sum(counts.values()),
        spread=sheets.spread(assessment_queries.own_units(member), rules),
        open=room.scoring_is_open(),
        hides_names=rules.hide_names_from_committee,
    )
    return page, status


@bp.get("/submissions/<ref>/assessment")
@requires(Role.COMMITTEE)
def assess(ref: str) -> Any:
    """The file on the left, the score sheet on the right."""
    member, reading = _own(ref)
    if is_barred(member, reading):
        return render_template(
            "committee/barred.html",
            cycle=access.cycle(),
            reading=reading,
            hides_names=access.cycle().rules.hide_names_from_committee,
        )
    return _page(member, reading)


def _record(member: Membership, reading: Reading, form: SheetForm, *, submit: bool) -> None:
    assessments.record(
        actor=access.actor(),
        member=member,
        assignment=reading.assignment,
        marks=sheets.typed_marks(request.form),
        comment=form.comment.data or "",
        private_note=form.private_note.data or "",
        edit_version=form.edit_version.data or 0,
        submit=submit,
        now=clock.database_now(),
    )
    db.session.commit()


@bp.post("/submissions/<ref>/assessment")
@requires(Role.COMMITTEE)
def save(ref: str) -> Any:
    """Save the whole sheet; `act` "next" hands it in and opens the next file. Stale: 409 with both states."""
    member, reading = _own(ref)
    form = SheetForm()
    submit = request.form.get("act") == "next"
    try:
        if not form.validate_on_submit():
            return _page(member, reading, form=form, typed=sheets.typed_marks(request.form), status=422)
        _record(member, reading, form, submit=submit)
    except StaleVersion as error:
        return _again(ref, form, error, status=409)
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        return _again(ref, form, error, status=422)
    if not submit:
        flash(_("Saved. You can go on later."), "success")
        return redirect(room.url("assess", ref=ref))
    flash(_("Handed in: %(title)s", title=pick(reading.submission, "title")), "success")
    return redirect(room.url("next_file", after=reading.assignment.position))


def _again(ref: str, form: SheetForm, error: RuleViolation, *, status: int) -> tuple[str, int]:
    """The page once more with everything that was typed. A stale sheet may be saved from here, over the stored one."""
    db.session.rollback()
    member, reading = _own(ref)
    try:
        typed = sheets.typed_marks(request.form)
    except RuleViolation:
        typed = {}
    form.refuse(error)
    stale = status == 409
    if stale and reading.assessment is not None:
        form.edit_version.raw_data = None
        form.edit_version.data = reading.assessment.edit_version
    return _page(member, reading, form=form, typed=typed, stale=stale, status=status)


@bp.post("/submissions/<ref>/scores")
@requires(Role.COMMITTEE)
def save_scores(ref: str) -> tuple[Response, int]:
    """Save what changed on the sheet while it is filled in: one mark or one text. Answers in JSON.

    200 {"saved": words, "edit_version": n, "status": …}; 409 or 422 {"problem": words}.
    """
    member, reading = _own(ref, with_content=False)
    before = reading.assessment
    texts = {
        name: request.form.get(name, getattr(before, name) if before else "").replace("\r\n", "\n").replace("\x00", "")
        for name in ("comment", "private_note")
    }
    now = clock.database_now()
    try:
        assessment = assessments.record(
            actor=access.actor(),
            member=member,
            assignment=reading.assignment,
            marks=sheets.typed_marks(request.form),
            edit_version=request.form.get("edit_version", 0, type=int),
            submit=False,
            now=now,
            **texts,
        )
    except RuleViolation as error:
        db.session.rollback()
        code = 403 if isinstance(error, NotPermitted) else 409 if isinstance(error, StaleVersion) else 422
        return jsonify(problem=explain(error)), code
    db.session.commit()
    return jsonify(saved=saved_words(now), edit_version=assessment.edit_version, status=assessment.status), 200


@bp.post("/submissions/<ref>/aside")
@requires(Role.COMMITTEE)
def step_aside(ref: str) -> Any:
    """Abstain or recuse oneself, with a reason."""
    member, reading = _own(ref)
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
        member, reading = _own(ref)
        return _page(member, reading, aside=form, status=422)
    db.session.commit()
    flash(_("You recused yourself.") if recuse else _("You abstained."), "success")
    return redirect(room.url("next_file", after=reading.assignment.position))
