"""An award that follows from a vote: who receives it by the certified figures, and giving it. Behind the wall."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.special_awards import DecidedBy
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import SpecialAward
from awardapp.services import awards as award_services
from awardapp.services import count_awards as services
from awardapp.services.selections import tie_commitment
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.award_words import rule_facts, vote_words
from awardapp.web.secretariat.award_forms import CountAwardForm
from awardapp.web.secretariat.awards import award_or_404, back
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.wall import behind_wall, note_look


def _by_vote(key: str) -> SpecialAward:
    award = award_or_404(key)
    if award.decided_by != DecidedBy.VOTE_RESULT:
        abort(404)
    return award


def _page(award: SpecialAward, form: CountAwardForm | None = None, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    note_look(cycle, award.vote)
    proposal, why_not = None, ""
    try:
        proposal = services.propose(cycle, award)
    except RuleViolation as error:
        why_not = explain(error)
    closed = award_services.why_closed(cycle, award)
    given = award_services.given(award)
    body = render_template(
        "secretariat/awards/by_vote.html",
        cycle=cycle,
        award=award,
        facts=rule_facts(award),
        title=vote_words(award.vote),
        proposal=proposal,
        why_not=why_not or (_(closed) if closed else ""),
        given=given,
        form=form or (CountAwardForm.of(proposal) if proposal else None),
        commitment=tie_commitment(cycle),
    )
    return body, status


@bp.get("/awards/<voted_key>/by-vote")
@requires(Role.SECRETARIAT)
@behind_wall
def count_award(voted_key: str) -> Any:
    """Who receives the award by the certified figures."""
    return _page(_by_vote(voted_key))


@bp.post("/awards/<voted_key>/by-vote")
@requires(Role.SECRETARIAT)
@behind_wall
def give_count_award(voted_key: str) -> Any:
    cycle, award = access.cycle(), _by_vote(voted_key)
    try:
        form = CountAwardForm.of(services.propose(cycle, award))
    except RuleViolation as error:
        flash(explain(error), "error")
        return redirect(url_for(".count_award", cycle_slug=cycle.slug, voted_key=voted_key), 303)
    if not form.validate_on_submit():
        return _page(award, form, 422)
    try:
        services.give(
            actor=access.actor(),
            cycle=cycle,
            award=award,
            shown_sha256=form.shown.data or "",
            reasons={e.form.ref.data: (e.form.en.data, e.form.zh.data) for e in form.reasons},
            now=clock.database_now(),
        )
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return _page(award, form, 409 if isinstance(error, StaleVersion) else 422)
    db.session.commit()
    flash(_("The award is given. It stays sealed until its announcement is released."), "success")
    return back()
