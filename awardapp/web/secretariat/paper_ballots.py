"""Ballots on paper: who votes on one, and keying it in twice by two people. Who keys one in sees only the own reading."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from wtforms import SelectField

from awardapp import clock
from awardapp.domain.ballots import Content, points_to_give
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, PaperBallot, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import ballots as ballot_queries
from awardapp.queries import people as people_queries
from awardapp.queries import selections as selection_queries
from awardapp.services import ballots, paper_ballots
from awardapp.web import access, ballot_input
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength, Required, Stripped
from awardapp.web.secretariat.blueprint import bp


class PaperForm(BaseForm):
    """Which juror votes on paper, under which number."""

    juror = SelectField()
    number = Stripped(validators=[Required(), MaxLength(paper_ballots.LONGEST_NUMBER)])

    @classmethod
    def of(cls, cycle: Cycle) -> PaperForm:
        form, states = cls(), ballot_queries.states(cycle)
        free = [
            member
            for member in people_queries.members(cycle, Role.JUROR)
            if not (states[member.id].is_cast or states[member.id].on_paper or states[member.id].excuse is not None)
        ]
        form.juror.choices = [(str(member.id), member.user.name) for member in free]
        form.juror.label.text, form.number.label.text = _("Juror"), _("Number of the paper")
        return form


class KeyingForm(BaseForm):
    """Carries the refusals of a keying; its fields are read by web.ballot_input."""


class VoidForm(BaseForm):
    """Why a paper is taken back."""

    reason = LongText(validators=[Required(), MaxLength(2000)])


def _list(form: PaperForm, status: int = 200) -> tuple[str, int]:
    cycle, papers = access.cycle(), paper_ballots.of_cycle(access.cycle())
    page = render_template(
        "secretariat/papers/list.html",
        cycle=cycle,
        form=form,
        papers=papers,
        keyings={paper.id: paper_ballots.keyings_of(paper) for paper in papers},
        voting=cycle.phase is CyclePhase.JURY,
        may=not access.standing().has(Role.JUROR),
    )
    return page, status


@bp.get("/papers")
@requires(Role.SECRETARIAT)
def papers() -> Any:
    """The jurors who vote on paper, and how far each paper is."""
    return _list(PaperForm.of(access.cycle()))


@bp.post("/papers")
@requires(Role.SECRETARIAT)
def open_paper() -> Any:
    """Note that a juror votes on paper."""
    cycle, form = access.cycle(), PaperForm.of(access.cycle())
    if not form.validate_on_submit():
        return _list(form, 422)
    member = next(m for m in people_queries.members(cycle, Role.JUROR) if str(m.id) == form.juror.data)
    try:
        paper = paper_ballots.open_paper(
            actor=access.actor(), cycle=cycle, member=member, number=form.number.data, now=clock.database_now()
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _list(form, 422)
    db.session.commit()
    flash(_("Noted: paper %(number)s.", number=paper.number), "success")
    return redirect(url_for(".paper", cycle_slug=cycle.slug, paper_id=paper.id), 303)


def _paper(paper_id: int) -> PaperBallot:
    found = db.session.get(PaperBallot, paper_id)
    if found is None or found.cycle_id != access.cycle().id or access.standing().has(Role.JUROR):
        abort(404)
    return found


def _cities(paper: PaperBallot) -> tuple[list[Submission], list[Submission]]:
    found = [f.submission for f in selection_queries.finalists(access.cycle())]
    barred = assessment_queries.conflicts(paper.membership, found)
    return [s for s in found if s.id not in barred], [s for s in found if s.id in barred]


def _page(paper: PaperBallot, form: KeyingForm | None = None, *, typed: bool = False, status: int = 200) -> Any:
    cycle, rules = access.cycle(), access.cycle().rules.ballots
    votable, barred = _cities(paper)
    present = paper_ballots.keyings_of(paper)
    me = access.actor().id
    keyed = {one.keyed_by for one in paper.keyings}
    ballot = ballots.of(paper.membership) if paper.state == "cast" and me in keyed else None
    page = render_template(
        "secretariat/papers/paper.html",
        cycle=cycle,
        paper=paper,
        form=form or KeyingForm(formdata=None),
        void_form=VoidForm(formdata=None),
        rules=rules,
        # The form is always empty: nobody is shown what somebody has read, not even the own reading of an earlier turn.
        lines=ballot_input.lines(votable, Content(), rules, raw=request.form if typed else None),
        mark_line=ballot_input.mark_line(rules),
        barred=barred,
        give=points_to_give(rules, len(votable)),
        differing=[s for s in votable if s.id in paper.differing],
        differ_abstaining=paper_ballots.ABSTENTION in paper.differing,
        present=present,
        mine=any(one.keyed_by == me for one in present),
        receipt=ballot.receipt_sha256 if ballot else None,
        open=paper.state == "open" and cycle.phase is CyclePhase.JURY,
    )
    return page, status


@bp.get("/papers/<int:paper_id>")
@requires(Role.SECRETARIAT)
def paper(paper_id: int) -> Any:
    """One paper: to be keyed in, or how it ended."""
    return _page(_paper(paper_id))


@bp.post("/papers/<int:paper_id>")
@requires(Role.SECRETARIAT)
def key_paper(paper_id: int) -> Any:
    """One person's reading of the paper; the second one is compared with the first."""
    found, form, cycle = _paper(paper_id), KeyingForm(), access.cycle()
    turn = found.turn
    try:
        content = ballot_input.typed(request.form, cycle.rules.ballots)
        paper_ballots.key_in(actor=access.actor(), cycle=cycle, paper=found, content=content, now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_paper(paper_id), form, typed=True, status=422)
    db.session.commit()
    if found.state == "cast":
        flash(_("Both readings agree. The ballot is cast."), "success")
    elif found.turn != turn:
        flash(_("The two readings differ. Both have to be made again."), "error")
    else:
        flash(_("Your reading is kept. Now a second person has to key the paper in."), "success")
    return redirect(url_for(".paper", cycle_slug=cycle.slug, paper_id=paper_id), 303)


@bp.post("/papers/<int:paper_id>/void")
@requires(Role.SECRETARIAT)
def void_paper(paper_id: int) -> Any:
    """Take a paper back, with a reason."""
    found, form, cycle = _paper(paper_id), VoidForm(), access.cycle()
    try:
        reason = form.reason.data or ""
        paper_ballots.void(actor=access.actor(), cycle=cycle, paper=found, reason=reason, now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        refused = KeyingForm(formdata=None)
        refused.refuse(error)
        return _page(_paper(paper_id), refused, status=422)
    db.session.commit()
    flash(_("The paper is taken back. The juror can vote on screen or on another paper."), "success")
    return redirect(url_for(".papers", cycle_slug=cycle.slug), 303)
