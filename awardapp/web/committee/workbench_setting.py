"""A setting of the workbench as it stands in the address: read, checked, and written back. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from awardapp.domain.balance import MOST_RULES, PARTITIONS, GroupRule, check_group_rules
from awardapp.domain.cycles import CALIBRATIONS
from awardapp.domain.errors import RuleViolation
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Cycle
from awardapp.services.workbench import Setting, official
from awardapp.web import balance_words
from awardapp.web.forms import whole_number

SPARE_LINES = 2  # empty lines for further rules, below those in use
HEAVIEST, MOST_PLACES = 1000, 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form for a rule on groups, as typed."""

    of: str
    least: str
    most: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the setting to compute, what of it could not be used, the lines of the form, and the
    values of the address that make it again (none for the cycle's own rules)."""

    setting: Setting
    problems: list[str]
    lines: list[Line]
    query: dict[str, str]

    @property
    def is_official(self) -> bool:
        return not self.query


def asked(cycle: Cycle, args: Mapping[str, str]) -> Asked:
    """The setting of the address; what is missing or cannot be used is as the rules of the cycle have it."""
    own = official(cycle)
    problems: list[str] = []
    method = args.get("method", own.method)
    if method not in CALIBRATIONS:
        problems.append(_("Unknown calibration method."))
        method = own.method
    weights = {
        key: _number(args, f"w-{key}", weight, 0, HEAVIEST, problems, _("Weights"))
        for key, weight in own.weights.items()
    }
    if not any(weights.values()):
        problems.append(_("At least one criterion must count."))
        weights = dict(own.weights)
    first = _number(args, "first", own.shortlist_size, 1, MOST_PLACES, problems, _("Shortlisted"))
    further = _number(args, "further", own.deserving_max, 0, MOST_PLACES, problems, _("Deserving"))
    lines = _lines(args, own.group_rules)
    setting = Setting(method, weights, first, further, _rules(lines, first, own.group_rules, problems))
    query = {} if setting == own else _query(setting)
    spare = min(MOST_RULES - len(lines), SPARE_LINES)
    return Asked(setting, problems, [*lines, *[Line("", "", "")] * spare], query)


def _number(args: Mapping[str, str], name: str, own: int, low: int, high: int, problems: list[str], words: str) -> int:
    text = args.get(name, "").strip()
    if not text:
        return own
    value = whole_number(text)
    if value is None or not low <= value <= high:
        problems.append(
            _("%(field)s: a whole number from %(low)s to %(high)s is needed.", field=words, low=low, high=high)
        )
        return own
    return value


def _lines(args: Mapping[str, str], own: tuple[GroupRule, ...]) -> list[Line]:
    """The lines in use: those of the address when it has any, else the cycle's own rules."""
    if not any(f"of{at}" in args for at in range(1, MOST_RULES + 1)) and "method" not in args:
        return [Line(balance_words.value_of(one), str(one.least or ""), _text(one.most)) for one in own]
    found = [
        Line(args.get(f"of{at}", ""), args.get(f"least{at}", "").strip(), args.get(f"most{at}", "").strip())
        for at in range(1, MOST_RULES + 1)
    ]
    return [line for line in found if line.of and (line.least or line.most)]


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _rules(lines: list[Line], size: int, own: tuple[GroupRule, ...], problems: list[str]) -> tuple[GroupRule, ...]:
    found = []
    for line in lines:
        least, most = whole_number(line.least or "0"), whole_number(line.most)
        if least is None or (line.most and most is None) or line.of.partition(":")[0] not in PARTITIONS:
            problems.append(_("The numbers of a rule on groups are whole numbers."))
            return own
        found.append(balance_words.read(line.of, least, most))
    try:
        check_group_rules(found, size=size)
    except RuleViolation as error:
        problems.append(explain(error))
        return own
    return tuple(found)


def _query(setting: Setting) -> dict[str, str]:
    """The values of an address that asks for the setting, without what says nothing."""
    query = {"method": setting.method, "first": str(setting.shortlist_size), "further": str(setting.deserving_max)}
    query |= {f"w-{key}": str(weight) for key, weight in setting.weights.items()}
    for at, rule in enumerate(setting.group_rules, 1):
        query[f"of{at}"] = balance_words.value_of(rule)
        if rule.least:
            query[f"least{at}"] = str(rule.least)
        if rule.most is not None:
            query[f"most{at}"] = str(rule.most)
    return query
