"""The chair's workbench: the proposal row by row, and a reason for each."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request
from wtforms import RadioField

from awardapp import clock
from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, pick
from awardapp.i18n import gettext as _
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import moves as move_queries
from awardapp.queries.selections import submissions_by_pseudonym
from awardapp.services import scores_opening, selections, shortlist_lock
from awardapp.services import shortlist as shortlist_service
from awardapp.web import access, judges
from awardapp.web.access import requires
from awardapp.web.committee import plenary_decision, room
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.proposal import decidable, explanation, matches, rows, tie_rule, ties_at_line
from awardapp.web.committee.queue import page_range
from awardapp.web.forms import BaseForm, LongText, MaxLength

PER_PAGE = 50
VIEWS = ("all", "shortlisted", "deserving", "moved", "unwritten")


class DecisionForm(BaseForm):
    """The outcome of one submission, the reason in both languages, and why it was moved by hand."""

    outcome = RadioField(N_("Outcome"), choices=[])
    reason_en = LongText(N_("Reason"), validators=[MaxLength(5000)])
    reason_zh = LongText(N_("Reason"), validators=[MaxLength(5000)])
    move_reason = LongText(N_("Reason for moving it by hand"), validators=[MaxLength(2000)])

    def speak(self) -> DecisionForm:
        """Put the words into the reader's language."""
        self.outcome.label.text = _("Outcome")
        self.outcome.choices = [
            ("shortlisted", _("Shortlisted")),
            ("deserving", _("Deserving")),
            ("none", _("Neither")),
        ]
        self.move_reason.label.text = _("Reason for moving it by hand")
        return self


@bp.get("/shortlist")
@requires(Role.COMMITTEE)
def shortlist() -> Any:
    """The proposal as a table, what is still missing, and the one next step. Chair only."""
    room.chair_only()
    cycle = access.cycle()
    if not scores_opening.are_open(cycle):
        return redirect(room.url("calibration"))
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    progress = assessment_queries.progress(cycle)
    if selection is None:
        return render_template(
            "committee/shortlist.html", cycle=cycle, selection=None, progress=progress, open=room.scoring_is_open()
        )
    decisions = {d.submission.pseudonym: d for d in selections.decided(cycle, Stage.COMMITTEE)}
    moved = {move.submission.pseudonym for move in move_queries.of_cycle(cycle)}
    every = rows(selection, cycle, decisions, moved)
    view = request.args.get("view", "all")
    view = view if view in VIEWS else "all"
    chosen = [row for row in every if matches(row, view)]
    page = page_range(len(chosen), per_page=PER_PAGE)
    shown = chosen[max(0, page.first - 1) : page.last]
    submissions = submissions_by_pseudonym(cycle, [row.pseudonym for row in shown])
    return render_template(
        "committee/shortlist.html",
        cycle=cycle,
        selection=selection,
        progress=progress,
        open=room.scoring_is_open(),
        rows=shown,
        submissions=submissions,
        tie_rules={row.pseudonym: tie_rule(row.decided_by, cycle) for row in shown},
        counts={name: sum(matches(row, name) for row in every) for name in VIEWS},
        view=view,
        page=page,
        ties=ties_at_line(selection, cycle),
        written=sum(row.written for row in every),
        decided=len(decisions),
        unwritten=next((row.decision.submission.ref for row in every if row.decision and not row.written), None),
        problems=shortlist_lock.problems(cycle) if selection.locked_at is None else [],
        outdated=selection.locked_at is None and shortlist_service.is_outdated(selection),
    )


@bp.post("/shortlist/compute")
@requires(Role.COMMITTEE)
def compute() -> Any:
    """Compute the proposal from the assessments handed in, keeping reasons and moves."""
    room.chair_only()
    try:
        shortlist_service.propose(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(room.url("shortlist"))
    db.session.commit()
    flash(_("The proposal is computed from the assessments handed in until now."), "success")
    return redirect(room.url("shortlist"))


def _decision_page(ref: str, form: DecisionForm | None = None, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None:
        abort(404)
    submission, version = decidable(ref)
    decisions = {d.submission.pseudonym: d for d in selections.decided(cycle, Stage.COMMITTEE)}
    every = rows(selection, cycle, decisions)
    at = next((n for n, row in enumerate(every) if row.pseudonym == submission.pseudonym), None)
    if at is None:
        abort(404)
    row = every[at]
    around = [every[n].pseudonym if 0 <= n < len(every) else "" for n in (at - 1, at + 1)]
    neighbours = submissions_by_pseudonym(cycle, [name for name in around if name])
    if form is None:
        form = DecisionForm(formdata=None, obj=row.decision, data={"outcome": row.outcome})
        form.outcome.data = row.outcome
        form.move_reason.data = ""  # each move has a reason of its own; the earlier ones stand beside the form
        plenary_decision.prefill(form, submission)
    barred = submission.id in room.barred([submission])
    page = render_template(
        "committee/decide.html",
        cycle=cycle,
        selection=selection,
        submission=submission,
        row=row,
        tie=tie_rule(row.decided_by, cycle),
        form=form.speak(),
        barred=barred,
        content=None if barred else judges.without_contact(version.content),
        file_url=lambda file: room.url("file", ref=ref, sha256=file["sha256"]),
        explanation=None if barred else explanation(cycle, row),
        assessments=[] if barred else assessment_queries.of_submission(submission),
        moves=move_queries.of_submission(submission),
        before=neighbours.get(around[0]),
        after=neighbours.get(around[1]),
        rules=cycle.rules,
    )
    return page, status


@bp.get("/shortlist/<ref>")
@requires(Role.COMMITTEE)
def decide(ref: str) -> Any:
    """One row: what every member wrote and scored, the outcome, and the committee's reason. Chair only."""
    room.chair_only()
    return _decision_page(ref)


@bp.post("/shortlist/<ref>")
@requires(Role.COMMITTEE)
def save_decision(ref: str) -> Any:
    """Store the outcome and the reason."""
    room.chair_only()
    submission, _version = decidable(ref)
    form = DecisionForm().speak()
    if not form.validate_on_submit():
        return _decision_page(ref, form, 422)
    try:
        shortlist_service.decide(
            actor=access.actor(),
            cycle=access.cycle(),
            submission=submission,
            outcome=None if form.outcome.data == "none" else Outcome(form.outcome.data),
            reason_en=form.reason_en.data or "",
            reason_zh=form.reason_zh.data or "",
            move_reason=form.move_reason.data or "",
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _decision_page(ref, form, 422)
    db.session.commit()
    flash(_("Stored: %(title)s", title=pick(submission, "title")), "success")
    onward = request.form.get("onward", "")
    return redirect(room.url("decide", ref=onward) if onward else room.url("decide", ref=ref))
