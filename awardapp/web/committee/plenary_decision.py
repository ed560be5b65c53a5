"""From a vote of the committee in session to the decision on the file: its words are put into the form, the chair decides.

On a file the chair has a tie with, whoever presided over the vote does.
"""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request
from wtforms import RadioField

from awardapp import clock
from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.plenary import CHOICE_WORDS, Choice, Count, Question
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Decision, Submission
from awardapp.queries import plenary_room as queries
from awardapp.queries import selections as selection_queries
from awardapp.services import minutes, selections, shortlist
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp
from awardapp.web.forms import BaseForm, LongText, MaxLength


def prefill(form: Any, submission: Submission) -> None:
    """With ?vote=… in the address: the outcome that was voted and, where that moves the file, the count as the reason. Nothing
    is stored. A chair with a tie to the file gets nothing.
    """
    if "vote" not in request.args or queries.closed_to(room.member(), [submission]):
        return
    found = queries.latest_vote(access.cycle(), submission)
    if found is None:
        return
    session, vote = found
    if vote.count is None:
        return
    count = Count.from_json(vote.count)
    is_place = vote.question == Question.PLACE.value and count.answer is not None
    if (is_place and count.answer != form.outcome.data) or count.answer == Choice.MOVE.value:
        at = vote.closed_at or vote.opened_at
        form.move_reason.data = minutes.decision_words(session.number, at, vote.question, vote.words, count)
    if is_place:
        form.outcome.data = count.answer


class VotedForm(BaseForm):
    """What the committee voted on a file the chair has a tie with, written down by whoever presided."""

    outcome = RadioField(N_("Outcome"), choices=[])
    move_reason = LongText(N_("Reason for moving it by hand"), validators=[MaxLength(2000)])

    def speak(self) -> VotedForm:
        """Put the words into the reader's language."""
        self.outcome.label.text, self.move_reason.label.text = _("Outcome"), _("Reason for moving it by hand")
        options = (Choice.SHORTLISTED, Choice.DESERVING, Choice.NEITHER)
        self.outcome.choices = [(one.value, _(CHOICE_WORDS[one])) for one in options]
        return self


def _file(ref: str) -> tuple[Submission, Decision | None]:
    """The file and its decision for whoever presided over the vote in the chair's place; 404 for everybody else."""
    cycle = access.cycle()
    found = selection_queries.valid_with_version(cycle, ref)
    if found is None or room.is_chair() or queries.presided_for_chair(access.actor(), cycle, found[0]) is None:
        abort(404)
    decisions = selections.decided(cycle, Stage.COMMITTEE)
    return found[0], next((one for one in decisions if one.submission_id == found[0].id), None)


def _page(ref: str, form: VotedForm | None = None, status: int = 200) -> tuple[str, int]:
    submission, decision = _file(ref)
    if form is None:
        form = VotedForm(formdata=None)
        form.outcome.data = decision.outcome.value if decision else Choice.NEITHER.value
        prefill(form, submission)
    page = render_template(
        "plenary/decision.html", cycle=access.cycle(), submission=submission, form=form.speak(), decision=decision
    )
    return page, status


@bp.get("/plenary/decision/<ref>")
@requires(Role.COMMITTEE)
def plenary_decision(ref: str) -> Any:
    """The decision on a file for the deputy who presided over its vote. The reasons for the city stay the chair's."""
    return _page(ref)


@bp.post("/plenary/decision/<ref>")
@requires(Role.COMMITTEE)
def save_plenary_decision(ref: str) -> Any:
    """Store the outcome."""
    submission, decision = _file(ref)
    form = VotedForm().speak()
    if not form.validate_on_submit():
        return _page(ref, form, 422)
    try:
        shortlist.decide(
            actor=access.actor(),
            cycle=access.cycle(),
            submission=submission,
            outcome=None if form.outcome.data == Choice.NEITHER.value else Outcome(form.outcome.data),
            reason_en=decision.reason_en if decision else "",
            reason_zh=decision.reason_zh if decision else "",
            move_reason=form.move_reason.data or "",
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(ref, form, 422)
    db.session.commit()
    flash(_("Stored: %(title)s", title=pick(submission, "title")), "success")
    return redirect(room.url("plenary"), 303)
