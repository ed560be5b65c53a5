"""Special awards: who decides each, how far it is, giving those the organisers decide, taking back before the seal.

The page tells no figure of a vote and nothing the media chose: these stand on pages behind the wall.
"""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.special_awards import DecidedBy, Vote
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Decision, SpecialAward
from awardapp.queries import sealed
from awardapp.queries import vote_results as vote_queries
from awardapp.services import awards as services
from awardapp.services import snapshots, wall
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.award_words import rule_facts, vote_words
from awardapp.web.looks import note_look_at_awards
from awardapp.web.secretariat.announcement_forms import ReasonForm
from awardapp.web.secretariat.award_forms import AwardForm
from awardapp.web.secretariat.blueprint import bp


@bp.get("/awards", endpoint="awards")
@requires(Role.SECRETARIAT)
def index() -> str:
    return _page()


def _page(
    refused: AwardForm | ReasonForm | None = None, *, award: SpecialAward | None = None, decision_id: int = 0
) -> str:
    """The page; `refused` is the form that was refused, of this award and (for taking back) this decision."""
    cycle = access.cycle()
    note_look_at_awards(cycle)
    by_hand = [a for a in cycle.special_awards if a.decided_by == DecidedBy.SECRETARIAT]
    forms = {a.key: AwardForm.of(a, services.candidates(cycle, a)) for a in by_hand}
    if isinstance(refused, AwardForm) and award is not None:
        forms[award.key] = refused
    return render_template(
        "secretariat/awards/index.html",
        cycle=cycle,
        awards=cycle.special_awards,
        facts={a.key: rule_facts(a) for a in cycle.special_awards},
        given=sealed.special_decisions(cycle),
        forms=forms,
        open_for={a.key: services.why_closed(cycle, a) for a in cycle.special_awards},
        votes=[(vote, vote_words(vote)) for vote in Vote],
        states=vote_queries.states(cycle),
        waiting=vote_queries.partner_states(cycle),
        tale=wall.tale(cycle),
        take_back=refused if isinstance(refused, ReasonForm) else None,
        take_back_id=decision_id,
        new_reason=ReasonForm.of(_("Reason for taking it back"), formdata=None),
        form=refused,
    )


def award_or_404(key: str) -> SpecialAward:
    """The award of the address."""
    award = snapshots.award_of(access.cycle(), key)
    if award is None:
        abort(404)
    return award


def back() -> Response:
    """To the list of the awards."""
    return redirect(url_for("secretariat.awards", cycle_slug=access.cycle().slug), 303)


@bp.post("/awards/<key>")
@requires(Role.SECRETARIAT)
def give_award(key: str) -> Response | tuple[str, int]:
    cycle, award = access.cycle(), award_or_404(key)
    candidates = services.candidates(cycle, award)
    form = AwardForm.of(award, candidates)
    if not form.validate_on_submit():
        return _page(form, award=award), 422
    chosen = next(s for s in candidates if s.ref == form.submission.data)
    try:
        services.give(
            actor=access.actor(),
            cycle=cycle,
            award=award,
            submission=chosen,
            reason_en=form.reason_en.data,
            reason_zh=form.reason_zh.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return _page(form, award=award), 422
    db.session.commit()
    flash(_("The award is given. It stays sealed until its announcement is released."), "success")
    return back()


@bp.post("/awards/<key>/decisions/<int:decision_id>/take-back")
@requires(Role.SECRETARIAT)
def take_back_award(key: str, decision_id: int) -> Response | tuple[str, int]:
    cycle, award = access.cycle(), award_or_404(key)
    decision: Decision | None = next((d for d in services.given(award) if d.id == decision_id), None)
    if decision is None:
        abort(404)
    form = ReasonForm.of(_("Reason for taking it back"))
    if not form.validate_on_submit():
        return _page(form, award=award, decision_id=decision_id), 422
    try:
        services.take_back(
            actor=access.actor(),
            cycle=cycle,
            award=award,
            decision=decision,
            reason=form.reason.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return back()
    db.session.commit()
    flash(_("The award is taken back. The reason is in the audit log."), "success")
    return back()
