"""Groups and rules on groups in the reader's words, for the workbench, the rules of a cycle and what differs in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g

from awardapp import places
from awardapp.domain.balance import INCOME_GROUPS, NOT_SEEN, SEEN_BEFORE, SIZE_BANDS, GroupRule
from awardapp.domain.errors import N_
from awardapp.i18n import gettext as _
from awardapp.i18n import language, pick
from awardapp.models import Cycle
from awardapp.rulebook import load_rules

PARTITION_NAMES: dict[str, str] = {
    "region": N_("Region"),
    "country": N_("Country or region"),
    "theme": N_("Theme"),
    "size": N_("City size"),
    "income": N_("Income of the country"),
    "goal": N_("Sustainable Development Goal"),
    "newcomer": N_("Country in earlier cycles"),
}

EACH_NAMES: dict[str, str] = {
    "region": N_("each region"),
    "country": N_("each country or region"),
    "theme": N_("each theme"),
    "size": N_("each city size"),
    "income": N_("each income group"),
}

_SIZE_NAMES: dict[str, str] = {
    "under_500k": N_("Under 500,000 people"),
    "500k_1m": N_("500,000 to 1 million"),
    "1m_5m": N_("1 to 5 million"),
    "5m_10m": N_("5 to 10 million"),
    "over_10m": N_("10 million and more"),
}

_INCOME_NAMES: dict[str, str] = {
    "low": N_("Low income"),
    "lower_middle": N_("Lower middle income"),
    "upper_middle": N_("Upper middle income"),
    "high": N_("High income"),
}

_NEWCOMER_NAMES: dict[str, str] = {
    SEEN_BEFORE: N_("Known from an earlier cycle"),
    NOT_SEEN: N_("Not known from any: perhaps the first time"),
}

TIE_RULE_NAMES: dict[str, str] = {
    "criteria": N_("the mean of each criterion, in their published order"),
    "median": N_("the median of the assessments"),
    "recusals": N_("fewer members recused"),
}


def _themes() -> Mapping[str, str]:
    """Names of themes by key: the cycle's where the page is of a cycle, else the shipped ones."""
    cycle: Cycle | None = g.get("cycle")
    if cycle is not None:
        return {theme.key: pick(theme, "name") for theme in cycle.themes}
    return {theme.key: theme.name.zh if language() == "zh" else theme.name.en for theme in load_rules().themes}


def group_name(partition: str, group: str) -> str:
    """What a group is called; "" is said to be not known, a key that there is not is shown as it stands."""
    if not group:
        return _("Not known")
    if partition == "region":
        return next((pick(one, "name") for one in places.regions() if one.key == group), group)
    if partition == "country":
        try:
            return places.country_name(group, language())
        except places.UnknownPlace:
            return group
    if partition == "theme":
        return _themes().get(group, group)
    if partition == "goal":
        goal = next((one for one in load_rules().goals if str(one.number) == group), None)
        return f"{group} {goal.name.zh if language() == 'zh' else goal.name.en}" if goal else group
    names = {"size": _SIZE_NAMES, "income": _INCOME_NAMES, "newcomer": _NEWCOMER_NAMES}[partition]
    return _(names[group]) if group in names else group


def order_of(partition: str) -> list[str]:
    """The groups of a partition in the order in which pages list them; empty where the alphabet does."""
    return {
        "region": [one.key for one in places.regions()],
        "theme": list(_themes()),
        "size": [name for name, _least in SIZE_BANDS],
        "income": list(INCOME_GROUPS),
        "goal": [str(number) for number in range(1, 18)],
        "newcomer": [SEEN_BEFORE, NOT_SEEN],
    }.get(partition, [])


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a rule can be on, for a list of choices: (partition's name, [(value, words)]); the value is read by `read`."""
    found = []
    for partition, each in EACH_NAMES.items():
        own = [] if partition == "country" else order_of(partition)
        options = [(partition, _(each)), *((f"{partition}:{group}", group_name(partition, group)) for group in own)]
        found.append((_(PARTITION_NAMES[partition]), options))
    return found


def value_of(rule: GroupRule) -> str:
    """The value by which a list of choices knows what a rule is on."""
    return rule.partition if rule.group is None else f"{rule.partition}:{rule.group}"


def read(value: str, least: int, most: int | None) -> GroupRule:
    """The rule that a line of the form states."""
    partition, _colon, group = value.partition(":")
    return GroupRule(partition, group or None, least, most)


def rule_words(rule: GroupRule | Mapping[str, Any]) -> str:
    """A rule as a sentence's part: "at least 1 and at most 5 from each region". Also for rules as stored data."""
    one = rule if isinstance(rule, GroupRule) else GroupRule(**rule)
    if one.group is None:
        where = _(EACH_NAMES[one.partition])
    else:
        name = group_name(one.partition, one.group)
        where = name if one.partition in ("region", "country") else f"“{name}”"
    values = {"least": one.least, "most": one.most, "group": where}
    if one.most is None:
        return _("at least %(least)s from %(group)s", **values)
    if not one.least:
        return _("at most %(most)s from %(group)s", **values)
    if one.least == one.most:
        return _("exactly %(least)s from %(group)s", **values)
    return _("at least %(least)s and at most %(most)s from %(group)s", **values)


def tie_words(order: Any) -> str:
    """The tie rules in their order, with the draw that always comes last."""
    return _("; then ").join([*(_(TIE_RULE_NAMES[one]) for one in order), _("a public draw")])
