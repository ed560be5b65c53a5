"""Advice on the city's side: asking for it while the early date lasts, and reading what was advised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.advice import may_ask
from awardapp.domain.errors import RuleViolation
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Advice, AdviceRequest, Submission
from awardapp.queries import advice as queries
from awardapp.services import advice as services
from awardapp.web import access
from awardapp.web.advising import Line, lines_of
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import Deadline, deadline_of, own_submission


@dataclass(frozen=True, slots=True)
class Given:
    """One adviser's advice as the city reads it: without a name, with the version it is about."""

    advice: Advice
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class CityAdvice:
    """What the city's pages say about advice: whether it can be asked for (and until when), was, and what was given."""

    can_ask: bool
    early: Deadline | None
    request: AdviceRequest | None
    given: list[Given]
    can_take_back: bool = False

    def on(self, key: str) -> list[tuple[Advice, str]]:
        """The advice on one part of the form, the latest first, each with its words."""
        return [(one.advice, line.text) for one in self.given for line in one.lines if line.key == key]


def advice_of(submission: Submission, *, now: datetime, handing_in: bool = False) -> CityAdvice:
    """What to show. `handing_in`: for the page that hands in, where the file counts as in. Three queries."""
    cycle, request = submission.cycle, queries.request_of(submission)
    status = SubmissionStatus.SUBMITTED if handing_in else submission.status
    can_ask = request is None and may_ask(
        status, phase=cycle.phase, early_at=cycle.early_at, deadline_at=cycle.deadline_at, now=now
    )
    given = queries.given_on(submission) if request is not None else []
    return CityAdvice(
        can_ask,
        deadline_of(cycle.early_at, cycle=cycle, user=access.actor(), now=now) if can_ask else None,
        request,
        [Given(one, lines_of(one, submission.form)) for one in given],
        can_take_back=request is not None and not given and not queries.is_begun(submission),
    )


def ask_with_hand_in(submission: Submission, *, now: datetime) -> None:
    """Ask for advice where the box was ticked. A wish that comes too late keeps nobody from handing in."""
    if "ask_for_advice" not in request.form:
        return
    try:
        with db.session.begin_nested():
            services.ask(actor=access.actor(), submission=submission, now=now)
    except RuleViolation as error:
        flash(explain(error), "warning")


@bp.post("/<ref>/advice")
@access.signed_in
def ask_for_advice(ref: str) -> Response:
    submission = own_submission(ref)
    try:
        services.ask(actor=access.actor(), submission=submission, now=clock.arrival())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        words = _(
            "You have asked for advice. It stands here and beside your text once it is given; a letter tells you."
        )
        flash(words, "success")
    return redirect(url_for("submissions.detail", ref=ref, _anchor="advice"), 303)


@bp.post("/<ref>/advice/take-back")
@access.signed_in
def take_back_advice(ref: str) -> Response:
    submission = own_submission(ref)
    try:
        services.take_back(actor=access.actor(), submission=submission, now=clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
    else:
        db.session.commit()
        flash(_("The wish for advice is taken back. The file stays handed in."), "success")
    return redirect(url_for("submissions.detail", ref=ref), 303)
