"""The rules of the special awards: changed, added, taken out; like every rule of the cycle with a version and a reason."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import SpecialAward
from awardapp.services import snapshots
from awardapp.services import special_awards as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.award_words import rule_facts
from awardapp.web.secretariat.award_forms import AwardRuleForm, NewAwardForm, RemoveAwardForm
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.rules import changed, page


def _award(key: str) -> SpecialAward:
    award = snapshots.award_of(access.cycle(), key)
    if award is None:
        abort(404)
    return award


def _about(award: SpecialAward) -> dict[str, Any]:
    cycle = access.cycle()
    return {
        "award": award,
        "fixed": services.why_fixed(cycle, award),
        "facts": rule_facts(award),
        "removing": RemoveAwardForm.of(cycle, formdata=None),
    }


@bp.get("/rules/awards/<key>")
@requires(Role.SECRETARIAT)
def rule_award(key: str) -> str:
    award = _award(key)
    return page("rule_award.html", AwardRuleForm.of(access.cycle(), award), **_about(award))


@bp.post("/rules/awards/<key>")
@requires(Role.SECRETARIAT)
def change_award(key: str) -> Response | tuple[str, int]:
    cycle, award = access.cycle(), _award(key)
    form = AwardRuleForm.of(cycle, award)

    def change() -> None:
        services.change(
            actor=access.actor(), cycle=cycle, award=award, rule=form.rule(), reason=form.reason.data,
            seen=form.seen.data, now=clock.database_now(),
        )  # fmt: skip

    return changed(form, "rule_award.html", change, **_about(award))


@bp.get("/rules/new-award")
@requires(Role.SECRETARIAT)
def new_award() -> str:
    return page("rule_award.html", NewAwardForm.of(access.cycle()), award=None, fixed="")


@bp.post("/rules/new-award")
@requires(Role.SECRETARIAT)
def add_award() -> Response | tuple[str, int]:
    cycle = access.cycle()
    form = NewAwardForm.of(cycle)

    def add() -> None:
        services.add(
            actor=access.actor(), cycle=cycle, key=form.key.data, rule=form.rule(), reason=form.reason.data,
            seen=form.seen.data, now=clock.database_now(),
        )  # fmt: skip

    return changed(form, "rule_award.html", add, award=None, fixed="")


@bp.post("/rules/awards/<key>/remove")
@requires(Role.SECRETARIAT)
def remove_award(key: str) -> Response | tuple[str, int]:
    cycle, award = access.cycle(), _award(key)
    form = RemoveAwardForm.of(cycle)
    try:
        services.remove(
            actor=access.actor(), cycle=cycle, award=award, reason=form.reason.data or "", seen=form.seen.data or 0,
            now=clock.database_now(),
        )  # fmt: skip
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(url_for(".rule_award", cycle_slug=cycle.slug, key=key), 303)
    db.session.commit()
    flash(_("The award is taken out of the cycle. Earlier versions of the rules keep it."), "success")
    return redirect(url_for(".awards", cycle_slug=cycle.slug), 303)
