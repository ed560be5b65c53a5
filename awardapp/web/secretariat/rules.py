"""The rules of the cycle: as they hold now, how they came about, and changing them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Criterion
from awardapp.queries import secretariat as queries
from awardapp.rulebook import load_rules
from awardapp.services import cycles, group_rules, rule_versions
from awardapp.services.selections import tie_commitment
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.balance_words import rule_words
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.rule_forms import ChangeForm, CriterionForm, DatesForm, NumbersForm, WeightsForm
from awardapp.web.secretariat.rule_words import DATE_NAMES, NAMES, date_words, differences, value_words

# The groups in which the page tells the numbers; every rule is in one of them (asked by a test).
GROUPS: tuple[tuple[str, ...], ...] = (
    ("shortlist_size", "deserving_max", "group_rules", "tie_order", "winners_max", "prize_usd"),
    (
        "reviews_per_submission",
        "further_rounds",
        "panel_languages",
        "one_per_region",
        "level_loads",
        "load_least",
        "load_most",
        "theme_weight",
        "language_weight",
        "open_zero_affinity",
        "tail_price",
        "tail_beta",
        "scale_min",
        "scale_max",
        "scale_step",
        "calibration",
        "quorum_finished",
        "quorum_present",
        "bar_own_country",
        "hide_names_from_committee",
        "others_after_own",
        "publish_score_table",
        "certificates_deserving",
        "certificates_public",
        "feedback_means",
    ),
    (
        "jury_method",
        "jury_equal_places",
        "jury_strength",
        "pair_quorum",
        "jury_approvals_most",
        "jury_scale_min",
        "jury_scale_max",
        "jury_scale_step",
        "jury_trim",
        "jury_points",
        "jury_points_most",
    ),
    (
        "languages",
        "both_languages_required",
        "file_kinds",
        "max_files",
        "max_file_bytes",
        "max_total_bytes",
        "letters_at_once",
    ),
    ("vote_ballots_per_person_per_day", "vote_choices"),
)


@bp.get("/rules")
@requires(Role.SECRETARIAT)
def rules() -> str:
    cycle = access.cycle()
    stored = cycle.rules.to_json()
    versions = queries.rules_versions(cycle)
    changes = {
        newer.number: differences(older.content, newer.content, zone=cycle.time_zone)
        for (newer, _who), (older, _) in pairwise(versions)
    }
    return render_template(
        "secretariat/rules.html",
        cycle=cycle,
        is_fixed=not cycle.phase.is_before(CyclePhase.COMMITTEE),
        problems=cycles.problems_before_opening(cycle, now=clock.now()) if cycle.phase is CyclePhase.DRAFT else [],
        impossible=[rule_words(one) for one in group_rules.impossible(cycle)]
        if cycle.phase is CyclePhase.SCREENING
        else [],
        groups=[[(_(NAMES[name]), value_words(name, stored[name])) for name in group] for group in GROUPS],
        dates=[
            (_(words), date_words(name, getattr(cycle, name), cycle.time_zone)) for name, words in DATE_NAMES.items()
        ],
        total_weight=sum(c.weight for c in cycle.criteria),
        weights_note=load_rules().weights_note,
        form=cycle.form_data,
        versions=versions,
        changes=changes,
        commitment=tie_commitment(cycle),
    )


def changed(form: ChangeForm, template: str, change: Callable[[], Any], **values: Any) -> Response | tuple[str, int]:
    """Validate, change, and go back to the rules; on a refusal show the form again with everything typed."""
    cycle, code = access.cycle(), 422
    stale: list[Any] = []
    if form.validate_on_submit():
        before = rule_versions.content(cycle)
        try:
            change()
        except StaleVersion as error:
            db.session.rollback()
            db.session.refresh(cycle)
            form.refuse(error)
            stale, code = _since(form.seen.data), 409
            form.seen.data, form.seen.raw_data = cycle.rules_version, None
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
        else:
            told = len(differences(before, rule_versions.content(cycle), zone=cycle.time_zone))
            db.session.commit()
            if told:
                flash(_("Saved as version %(n)s of the rules.", n=cycle.rules_version), "success")
            else:
                flash(_("Nothing differs from what was stored; no new version was made."))
            return redirect(url_for(".rules", cycle_slug=cycle.slug), 303)
    return render_template(f"secretariat/{template}", cycle=cycle, form=form, stale=stale, **values), code


def _since(seen: int) -> list[Any]:
    """What others changed since the version a form was filled in from."""
    cycle = access.cycle()
    versions = {version.number: version for version, _name in queries.rules_versions(cycle)}
    if seen not in versions:
        return []
    return differences(versions[seen].content, versions[cycle.rules_version].content, zone=cycle.time_zone)


def page(template: str, form: ChangeForm, **values: Any) -> str:
    return render_template(f"secretariat/{template}", cycle=access.cycle(), form=form, stale=[], **values)


@bp.get("/rules/numbers")
@requires(Role.SECRETARIAT)
def rule_numbers() -> str:
    return page("rule_numbers.html", NumbersForm.of(access.cycle()), groups=GROUPS)


@bp.post("/rules/numbers")
@requires(Role.SECRETARIAT)
def change_numbers() -> Response | tuple[str, int]:
    form = NumbersForm.of(access.cycle())

    def change() -> None:
        cycles.change_rules(
            actor=access.actor(),
            cycle=access.cycle(),
            rules=form.rules(),
            reason=form.reason.data,
            now=clock.database_now(),
            seen=form.seen.data,
        )

    return changed(form, "rule_numbers.html", change, groups=GROUPS)


@bp.get("/rules/dates")
@requires(Role.SECRETARIAT)
def rule_dates() -> str:
    return page("rule_dates.html", DatesForm.of(access.cycle()))


@bp.post("/rules/dates")
@requires(Role.SECRETARIAT)
def change_dates() -> Response | tuple[str, int]:
    form = DatesForm.of(access.cycle())

    def change() -> None:
        cycles.change_dates(
            actor=access.actor(),
            cycle=access.cycle(),
            reason=form.reason.data,
            now=clock.database_now(),
            seen=form.seen.data,
            **form.dates(access.cycle()),
        )

    return changed(form, "rule_dates.html", change)


@bp.get("/rules/weights")
@requires(Role.SECRETARIAT)
def rule_weights() -> str:
    return page("rule_weights.html", WeightsForm.of(access.cycle()), weights_note=load_rules().weights_note)


@bp.post("/rules/weights")
@requires(Role.SECRETARIAT)
def change_weights() -> Response | tuple[str, int]:
    form = WeightsForm.of(access.cycle())
    return changed(
        form,
        "rule_weights.html",
        lambda: _change_criteria(form, form.values(access.cycle())),
        weights_note=load_rules().weights_note,
    )


def _criterion(key: str) -> Criterion:
    found = next((c for c in access.cycle().criteria if c.key == key), None)
    if found is None:
        abort(404)
    return found


@bp.get("/rules/criteria/<key>")
@requires(Role.SECRETARIAT)
def rule_criterion(key: str) -> str:
    criterion = _criterion(key)
    return page("rule_criterion.html", CriterionForm.of(access.cycle(), criterion), criterion=criterion)


@bp.post("/rules/criteria/<key>")
@requires(Role.SECRETARIAT)
def change_criterion(key: str) -> Response | tuple[str, int]:
    criterion = _criterion(key)
    form = CriterionForm.of(access.cycle(), criterion)
    return changed(
        form,
        "rule_criterion.html",
        lambda: _change_criteria(form, [form.values(criterion)]),
        criterion=criterion,
    )


def _change_criteria(form: ChangeForm, values: list[dict[str, Any]]) -> None:
    cycles.change_criteria(
        actor=access.actor(),
        cycle=access.cycle(),
        criteria=values,
        reason=form.reason.data,
        now=clock.database_now(),
        seen=form.seen.data,
    )
