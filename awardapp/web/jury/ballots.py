"""The chair's page of who has voted: reopening a ballot, not waiting for one. Never what one says, nor when it was cast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Membership
from awardapp.queries import ballots as ballot_queries
from awardapp.queries import people as people_queries
from awardapp.services import ballot_counting, ballot_reopening, selections
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength, Required
from awardapp.web.jury import ballot_words, room
from awardapp.web.jury.blueprint import bp


class ReasonForm(BaseForm):
    """Why: kept on the record and, for a reopening, told to the juror."""

    reason = LongText(validators=[Required(), MaxLength(2000)])

    def speak(self) -> ReasonForm:
        """Put the words into the reader's language."""
        self.reason.label.text = _("Reason, for the record")
        return self


@dataclass(frozen=True, slots=True)
class Voter:
    """A juror and the state of the ballot, as far as the chair may know it."""

    member: Membership
    is_cast: bool
    on_paper: bool
    excuse: str | None
    reopened: int


def _voters() -> list[Voter]:
    found = ballot_queries.states(access.cycle())
    return [
        Voter(
            member=member,
            is_cast=found[member.id].is_cast,
            on_paper=found[member.id].on_paper,
            excuse=found[member.id].excuse,
            reopened=found[member.id].reopened,
        )
        for member in people_queries.members(access.cycle(), Role.JUROR)
    ]


def _page(voter: Voter | None = None, form: ReasonForm | None = None, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    selection = selections.selection_of(cycle, Stage.JURY)
    rules = cycle.rules.ballots
    page = render_template(
        "jury/ballots.html" if voter is None else "jury/ballot_of.html",
        cycle=cycle,
        voters=_voters() if voter is None else [],
        voter=voter,
        form=form,
        own=room.juror().id,
        rules=rules,
        method=ballot_words.method_name(rules),
        ties=ballot_words.tie_protocol(rules),
        counted=selection is not None,
        locked=selection is not None and selection.locked_at is not None,
        outdated=ballot_counting.is_outdated(selection),
        voting=room.voting_is_open(),
    )
    return page, status


@bp.get("/ballots")
@requires(Role.JUROR)
def ballots() -> Any:
    """Whose ballots are cast, missing, or not waited for. Chair only."""
    room.chair_only()
    return _page()


def _voter(juror_id: int) -> Voter:
    room.chair_only()
    found = next((v for v in _voters() if v.member.id == juror_id), None)
    if found is None:
        abort(404)
    return found


@bp.get("/ballots/<int:juror_id>")
@requires(Role.JUROR)
def ballot_of(juror_id: int) -> Any:
    """One juror's ballot from outside: reopen it, or do not wait for it. Chair only."""
    return _page(_voter(juror_id), ReasonForm(formdata=None).speak())


def _act(juror_id: int, act: Callable[..., Any], done: str, *, with_reason: bool = True) -> Any:
    voter, form = _voter(juror_id), ReasonForm().speak()
    if with_reason and not form.validate_on_submit():
        return _page(voter, form, 422)
    values = {"reason": form.reason.data} if with_reason else {}
    try:
        act(actor=access.actor(), cycle=access.cycle(), member=voter.member, now=clock.database_now(), **values)
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_voter(juror_id), form, 422)
    db.session.commit()
    flash(done, "success")
    return redirect(room.url("ballots"), 303)


@bp.post("/ballots/<int:juror_id>/reopen")
@requires(Role.JUROR)
def reopen_ballot(juror_id: int) -> Any:
    """Make one cast void, with a reason."""
    return _act(
        juror_id, ballot_reopening.reopen, _("The ballot is open again. The juror gets a letter with your reason.")
    )


@bp.post("/ballots/<int:juror_id>/excuse")
@requires(Role.JUROR)
def excuse_juror(juror_id: int) -> Any:
    """Do not wait for this ballot, with a reason."""
    return _act(juror_id, ballot_reopening.excuse, _("It is on the record. This ballot is not waited for any more."))


@bp.post("/ballots/<int:juror_id>/expect")
@requires(Role.JUROR)
def expect_juror(juror_id: int) -> Any:
    """Wait for it again."""
    return _act(juror_id, ballot_reopening.expect, _("This ballot is waited for again."), with_reason=False)
