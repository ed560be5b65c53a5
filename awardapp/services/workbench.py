"""The shortlist under other rules than the cycle's: computed anew for each question, stored nowhere.

What was computed is kept in the process by the digest of everything it was computed from, so that moving a cap does not
calibrate again. The inputs themselves are read each time: a kept answer can be forgotten but never out of date.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, TypeVar

from awardapp.domain.balance import GroupRule
from awardapp.domain.cycles import CALIBRATIONS
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.permissions import can_see_scores, require
from awardapp.domain.selection.calibration import Calibration, CalibrationRules, calibrate
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.outcome import recusals_of
from awardapp.domain.selection.shortlist import ShortlistRules, candidates
from awardapp.domain.selection.workbench import (
    Pair,
    Swaps,
    Trial,
    WithoutMember,
    pairs_around,
    standing,
    swaps,
    trial,
    weighed,
    without_each_member,
)
from awardapp.models import Cycle, User
from awardapp.queries import people as people_queries
from awardapp.services import scores_opening, selections

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Setting:
    """The rules that can be moved in the workbench; weights are whole numbers by criterion key, 0 leaves one out."""

    method: str
    weights: Mapping[str, int]
    shortlist_size: int
    deserving_max: int
    group_rules: tuple[GroupRule, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """The cycle's own rules and the setting tried, side by side, with everything both were computed from."""

    data: selections.Inputs
    setting: Setting
    official: Trial
    official_calibration: Calibration
    trial: Trial
    calibration: Calibration
    swaps: Swaps


@dataclass(frozen=True, slots=True)
class Pairs:
    """The ranks around the line and every pair across it; `standings` gives ranks by method."""

    above: tuple[str, ...]
    below: tuple[str, ...]
    pairs: Mapping[tuple[str, str], Pair]
    standings: Mapping[str, Mapping[str, int]]
    calibrations: Mapping[str, Calibration]
    data: selections.Inputs


def official(cycle: Cycle) -> Setting:
    """The rules of the cycle as a setting."""
    rules = cycle.rules
    return Setting(
        rules.calibration,
        {criterion.key: criterion.weight for criterion in cycle.criteria},
        rules.shortlist_size,
        rules.deserving_max,
        rules.group_rules,
    )


def look(*, actor: User, cycle: Cycle, setting: Setting) -> Bench:
    """What the setting would give beside what the rules of the cycle give.

    Raises NotPermitted, IllegalTransition before the scores are opened, RuleViolation when nothing can be computed.
    """
    data, digest = _begin(actor, cycle)
    own = official(cycle)
    found_calibration, found = _try(data, digest, own, draws=data.calibration_rules.draws)
    calibration, tried = (found_calibration, found) if setting == own else _try(data, digest, setting, draws=1)
    return Bench(data, setting, found, found_calibration, tried, calibration, swaps(found, tried))


def without_one(
    *, actor: User, cycle: Cycle, setting: Setting
) -> tuple[selections.Inputs, Trial, Sequence[WithoutMember]]:
    """The setting computed again without each member in turn. Raises like `look`."""
    data, digest = _begin(actor, cycle)
    _calibration, tried = _try(data, digest, setting, draws=1)
    scores, rules = weighed(data.scores, _rules(data.calibration_rules, setting), setting.weights)

    def compute() -> Sequence[WithoutMember]:
        return without_each_member(
            scores,
            rules,
            _shortlist_rules(data, setting),
            members=[member.pseudonym for member in data.members],
            recusals=recusals_of(data.conflicts),
            groups={name: facts.groups for name, facts in data.facts.items()},
        )

    return data, tried, _kept((digest, "without one", _key(setting)), compute)


def pairs(*, actor: User, cycle: Cycle, setting: Setting) -> Pairs:
    """The pairs around the line by rank alone, under every method. Raises like `look`."""
    data, digest = _begin(actor, cycle)
    calibrations = {
        method: _calibrated(data, digest, replace(setting, method=method), draws=1) for method in CALIBRATIONS
    }
    recusals, rules = recusals_of(data.conflicts), _shortlist_rules(data, setting)
    standings = {method: standing(found, recusals, rules) for method, found in calibrations.items()}
    places = _try(data, digest, replace(setting, group_rules=()), draws=1)[1].places
    above, below, crossed = pairs_around(places, min(setting.shortlist_size, len(places)), standings)
    return Pairs(above, below, crossed, standings, calibrations, data)


def _begin(actor: User, cycle: Cycle) -> tuple[selections.Inputs, str]:
    require(can_see_scores(people_queries.standing(actor, cycle)))
    scores_opening.require_open(cycle)
    data = selections.inputs(cycle)
    if not data.scores:
        raise RuleViolation(N_("No assessment is handed in yet."))
    return data, _digest(data)


def _rules(rules: CalibrationRules, setting: Setting, *, draws: int = 1) -> CalibrationRules:
    size = max(1, setting.shortlist_size)
    return replace(rules, method=setting.method, shortlist_size=size, draws=draws)


def _shortlist_rules(data: selections.Inputs, setting: Setting) -> ShortlistRules:
    return replace(
        data.shortlist_rules,
        shortlist_size=setting.shortlist_size,
        deserving_max=setting.deserving_max,
        group_rules=setting.group_rules,
    )


def _try(data: selections.Inputs, digest: str, setting: Setting, *, draws: int) -> tuple[Calibration, Trial]:
    calibration = _calibrated(data, digest, setting, draws=draws)

    def compute() -> Trial:
        groups = {name: facts.groups for name, facts in data.facts.items()}
        entrants = candidates(calibration, recusals=recusals_of(data.conflicts), groups=groups)
        return trial(entrants, _shortlist_rules(data, setting))

    return calibration, _kept((digest, "trial", _key(setting)), compute)


def _calibrated(data: selections.Inputs, digest: str, setting: Setting, *, draws: int) -> Calibration:
    """Calibrated by the setting's method and weights. With one draw no chance is told: that is half of the time."""
    drawn = setting.shortlist_size if draws > 1 else 0  # the line matters to the chances alone

    def compute() -> Calibration:
        scores, rules = weighed(data.scores, _rules(data.calibration_rules, setting, draws=draws), setting.weights)
        return calibrate(scores, rules)

    key = (digest, "calibration", setting.method, tuple(sorted(setting.weights.items())), drawn)
    return _kept(key, compute)


def _key(setting: Setting) -> Hashable:
    return (
        setting.method,
        tuple(sorted(setting.weights.items())),
        setting.shortlist_size,
        setting.deserving_max,
        setting.group_rules,
    )


def _digest(data: selections.Inputs) -> str:
    """SHA-256 of everything that a setting is computed from, besides the setting itself."""
    parts: list[Any] = [
        [(one.submission, one.member, one.criterion, one.units) for one in data.scores],
        sorted((one.submission, one.member, one.kind) for one in data.conflicts),
        sorted((name, sorted(facts.groups.items())) for name, facts in data.facts.items()),
        data.calibration_rules,
        replace(data.shortlist_rules, group_rules=()),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


_MOST_KEPT = 48
_answers: OrderedDict[Hashable, Any] = OrderedDict()
_guard = Lock()


def _kept(key: Hashable, compute: Callable[[], Found]) -> Found:
    """The answer kept under the key, or a fresh one. Raises RuleViolation naming what is wrong with the scores."""
    with _guard:
        if key in _answers:
            _answers.move_to_end(key)
            kept: Found = _answers[key]
            return kept
    try:
        found = compute()
    except SelectionError as error:
        raise RuleViolation(N_("The selection cannot be computed: %(why)s"), why=str(error)) from error
    with _guard:
        _answers[key] = found
        while len(_answers) > _MOST_KEPT:
            _answers.popitem(last=False)
    return found


def forget() -> None:
    """Let go of every kept answer: what follows is computed anew."""
    with _guard:
        _answers.clear()
