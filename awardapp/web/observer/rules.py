"""The rules as they hold, and every version of them with its reason and what it changed."""

from __future__ import annotations

from itertools import pairwise

from flask import render_template

from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.queries import secretariat as queries
from awardapp.rulebook import load_rules
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.award_words import rule_facts
from awardapp.web.observer.blueprint import bp
from awardapp.web.secretariat.rule_words import DATE_NAMES, NAMES, date_words, differences, value_words
from awardapp.web.secretariat.rules import GROUPS


@bp.get("/rules")
@requires(Role.OBSERVER)
def rules() -> str:
    cycle = access.cycle()
    stored = cycle.rules.to_json()
    versions = queries.rules_versions(cycle)
    return render_template(
        "observer/rules.html",
        cycle=cycle,
        groups=[[(_(NAMES[name]), value_words(name, stored[name])) for name in group] for group in GROUPS],
        dates=[
            (_(words), date_words(name, getattr(cycle, name), cycle.time_zone)) for name, words in DATE_NAMES.items()
        ],
        awards=[(award, rule_facts(award)) for award in cycle.special_awards],
        total_weight=sum(c.weight for c in cycle.criteria),
        weights_note=load_rules().weights_note,
        versions=versions,
        changes={
            newer.number: differences(older.content, newer.content, zone=cycle.time_zone)
            for (newer, _who), (older, _who_before) in pairwise(versions)
        },
    )
