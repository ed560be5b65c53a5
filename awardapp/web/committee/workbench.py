"""The shortlist workbench: the ranking under other rules, what they cost, and what hangs on one member. For the chair only.

Every setting is in the address. With `X-Part` the script asks for the answer alone.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from awardapp.domain.cycles import CALIBRATIONS
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection.workbench import around
from awardapp.i18n import explain, pick
from awardapp.i18n import gettext as _
from awardapp.queries import moves as move_queries
from awardapp.services import scores_opening, selections, workbench
from awardapp.web import access, balance_words
from awardapp.web.access import requires
from awardapp.web.committee import room, workbench_rows
from awardapp.web.committee.blueprint import bp
from awardapp.web.committee.queue import page_range
from awardapp.web.committee.workbench_setting import Asked, asked
from awardapp.web.secretariat.rule_words import CALIBRATION_NAMES

PER_PAGE = 50


def wants_part() -> bool:
    """Whether the script asks for the answer alone, without the page around it."""
    return request.headers.get("X-Part") == "1"


def setting() -> Asked:
    """What the address asks for."""
    return asked(access.cycle(), request.args)


def methods() -> list[tuple[str, str]]:
    """The methods with their names."""
    return [(key, _(CALIBRATION_NAMES[key])) for key in CALIBRATIONS]


def turned_away(error: RuleViolation) -> Any:
    """Nothing can be computed: say why, on the page of the proposal."""
    if isinstance(error, NotPermitted):
        raise error
    flash(explain(error), "error")
    return redirect(room.url("shortlist"))


@bp.get("/workbench")
@requires(Role.COMMITTEE)
def laboratory() -> Any:
    """The ranking under a setting beside the one under the cycle's rules. Chair only."""
    room.chair_only()
    cycle = access.cycle()
    if not scores_opening.are_open(cycle):
        return redirect(room.url("calibration"))
    wanted = setting()
    try:
        bench = workbench.look(actor=access.actor(), cycle=cycle, setting=wanted.setting)
    except RuleViolation as error:
        return turned_away(error)
    moves = list(move_queries.of_cycle(cycle))
    every = workbench_rows.rows(bench, cycle, moves)
    page = page_range(len(every), per_page=PER_PAGE)
    return render_template(
        "committee/_lab.html" if wants_part() else "committee/workbench.html",
        cycle=cycle,
        asked=wanted,
        setting=wanted.setting,
        bench=bench,
        refs={one.pseudonym: one.ref for one in bench.data.submissions},
        labels=workbench_rows.labels(bench.data.submissions),
        chances={
            one.submission: one.times_in_first / one.draws
            for one in bench.official_calibration.submissions
            if one.draws > 1
        },
        rows=every[max(0, page.first - 1) : page.last],
        page=page,
        moves=moves,
        ties=workbench_rows.ties(bench, cycle),
        lenses=workbench_rows.lenses(bench),
        effects=[(balance_words.rule_words(one.rule), one) for one in bench.trial.effects],
        impossible=[balance_words.rule_words(one) for one in bench.trial.impossible],
        official_rules=[balance_words.rule_words(one) for one in cycle.rules.group_rules],
        tie_order=balance_words.tie_words(cycle.rules.tie_order),
        commitment=selections.tie_commitment(cycle),
        methods=methods(),
        criteria=[(criterion.key, pick(criterion, "name")) for criterion in cycle.criteria],
        choices=balance_words.choices(),
    )


@bp.get("/workbench/without-one")
@requires(Role.COMMITTEE)
def without_one() -> Any:
    """Which ranks around the line would change without each member in turn. Chair only."""
    room.chair_only()
    cycle, wanted = access.cycle(), setting()
    try:
        data, tried, found = workbench.without_one(actor=access.actor(), cycle=cycle, setting=wanted.setting)
    except RuleViolation as error:
        return turned_away(error)
    first, last = around(min(wanted.setting.shortlist_size, len(tried.places)), len(tried.places))
    return render_template(
        "committee/_without_one.html" if wants_part() else "committee/without_one.html",
        cycle=cycle,
        asked=wanted,
        labels=workbench_rows.labels(data.submissions),
        members={member.pseudonym: member.user.name for member in data.members},
        ranks=list(range(first, last + 1)),
        whole=[one.id for one in tried.places[first - 1 : last]],
        line=wanted.setting.shortlist_size,
        found=sorted(found, key=lambda one: (-len(one.came_in), one.member)),
    )
