"""What would come out under other rules: the whole ranking, the lists, what each rule cost, who crosses the line.

The same functions as the proposal's, put together so that a change of a cap does not calibrate again and so
that what every rule did can be told apart. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from awardapp.domain.balance import GroupRule
from awardapp.domain.selection.calibration import Calibration, CalibrationRules, Score, calibrate
from awardapp.domain.selection.errors import ImpossibleRules
from awardapp.domain.selection.group_rules import choose, effects
from awardapp.domain.selection.scores import rounded
from awardapp.domain.selection.shortlist import (
    Candidate,
    Place,
    ShortlistRules,
    Tie,
    candidates,
    rank,
    ties_of,
    with_outcomes,
)

WINDOW = 3  # places above and below the line that are looked at closely: 13 to 18 of 15


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule on groups did: `came_in` are on the shortlist only because of it and `went_out` off it, `price` is what
    it costs in points per place."""

    rule: GroupRule
    came_in: tuple[str, ...]
    went_out: tuple[str, ...]
    price: Decimal


@dataclass(frozen=True, slots=True)
class Trial:
    """The lists under some rules. `price` is what all rules on groups together cost, in points per place; `impossible` are
    those that no list keeps together, and then the lists are by rank alone."""

    places: tuple[Place, ...]
    shortlisted: tuple[str, ...]
    deserving: tuple[str, ...]
    ties: tuple[Tie, ...]
    price: Decimal
    effects: tuple[RuleEffect, ...]
    impossible: tuple[GroupRule, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """Shortlisted and deserving together: the 45."""
        return self.shortlisted + self.deserving


@dataclass(frozen=True, slots=True)
class Change:
    """A submission on a list under one set of rules and not under the other, with its rank under both."""

    id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Swaps:
    """Who enters and who leaves the shortlist, and the shortlisted and deserving together, by the rank they come to."""

    entering: tuple[Change, ...]
    leaving: tuple[Change, ...]
    entering_all: tuple[Change, ...]
    leaving_all: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class WithoutMember:
    """The ranking without one member's readings: who would stand at the looked-at ranks, and who would cross the line."""

    member: str
    readings: int
    window: tuple[str, ...]
    came_in: tuple[str, ...]
    went_out: tuple[str, ...]
    unread: tuple[str, ...]


def weighed(
    scores: Sequence[Score], rules: CalibrationRules, weights: Mapping[str, int]
) -> tuple[Sequence[Score], CalibrationRules]:
    """Scores and rules with other weights by criterion; a weight of 0 leaves the criterion out altogether."""
    kept = tuple(
        replace(one, weight=Fraction(weights.get(one.id, one.weight)))
        for one in rules.criteria
        if weights.get(one.id, one.weight)
    )
    if len(kept) == len(rules.criteria):
        return scores, replace(rules, criteria=kept)
    names = {one.id for one in kept}
    return [one for one in scores if one.criterion in names], replace(rules, criteria=kept)


def trial(entrants: Sequence[Candidate], rules: ShortlistRules) -> Trial:
    """Rank everybody and choose the lists, telling what each rule did. Raises BadInput."""
    places = rank(entrants, tie_order=rules.tie_order, seed=rules.seed)
    by_id = {one.id: one for one in entrants}
    ordered = [by_id[place.id] for place in places]
    points, groups = [one.calibrated for one in ordered], [one.groups for one in ordered]
    size = min(rules.shortlist_size, len(ordered))
    picked, impossible = list(range(size)), ()
    done = []
    try:
        picked = choose(points, groups, rules.group_rules, size)
        done = effects(points, groups, rules.group_rules, size=size, picked=picked)
    except ImpossibleRules as error:
        clash = error.params["clash"]
        impossible = tuple(clash) if isinstance(clash, list) else ()
    chosen = set(picked)
    shortlisted = tuple(ordered[at].id for at in picked)
    deserving = tuple(one.id for at, one in enumerate(ordered) if at not in chosen)[: rules.deserving_max]
    lost = sum(points[:size], Decimal(0)) - sum((points[at] for at in picked), Decimal(0))
    return Trial(
        places=with_outcomes(places, shortlisted, deserving),
        shortlisted=shortlisted,
        deserving=deserving,
        ties=ties_of(places, size, size + len(deserving)),
        price=_per_place(lost, size),
        effects=tuple(
            RuleEffect(
                one.rule,
                tuple(ordered[at].id for at in one.came_in),
                tuple(ordered[at].id for at in one.went_out),
                _per_place(one.cost, size),
            )
            for one in done
        ),
        impossible=impossible,
    )


def _per_place(points: Decimal, size: int) -> Decimal:
    return rounded(Fraction(points) / size) if size else Decimal("0.000000")


def swaps(before: Trial, after: Trial) -> Swaps:
    """Who crosses which line between two sets of rules."""
    old = {one.id: one.place for one in before.places}
    new = {one.id: one.place for one in after.places}

    def between(there: Sequence[str], here: Sequence[str]) -> tuple[Change, ...]:
        found = [Change(one, old[one], new[one]) for one in set(there) - set(here) if one in old and one in new]
        return tuple(sorted(found, key=lambda one: one.after))

    return Swaps(
        entering=between(after.shortlisted, before.shortlisted),
        leaving=between(before.shortlisted, after.shortlisted),
        entering_all=between(after.named, before.named),
        leaving_all=between(before.named, after.named),
    )


def around(size: int, count: int) -> tuple[int, int]:
    """The first and the last rank looked at closely: 13 and 18 around a line of 15, as far as there are so many."""
    return max(1, size - WINDOW + 1), min(count, size + WINDOW)


def without_each_member(
    scores: Sequence[Score],
    calibration_rules: CalibrationRules,
    shortlist_rules: ShortlistRules,
    *,
    members: Sequence[str],
    recusals: Mapping[str, int],
    groups: Mapping[str, Mapping[str, str]],
) -> tuple[WithoutMember, ...]:
    """Calibrate and choose again without each member in turn; a submission that only they read then has no rank.

    Members without a reading are left out, and so is one without whom nothing is left. Raises BadInput, ImpossibleRules.
    """
    whole = _lists(scores, calibration_rules, shortlist_rules, recusals, groups)
    first, last = around(min(shortlist_rules.shortlist_size, len(whole.places)), len(whole.places))
    found = []
    for member in sorted(members):
        left = [one for one in scores if one.member != member]
        if not left or len(left) == len(scores):
            continue
        other = _lists(left, calibration_rules, shortlist_rules, recusals, groups)
        ranked = [one.id for one in other.places]
        found.append(
            WithoutMember(
                member,
                len({one.submission for one in scores if one.member == member}),
                tuple(ranked[first - 1 : last]),
                came_in=tuple(one for one in other.shortlisted if one not in whole.shortlisted),
                went_out=tuple(one for one in whole.shortlisted if one not in other.shortlisted),
                unread=tuple(sorted({one.id for one in whole.places} - set(ranked))),
            )
        )
    return tuple(found)


def _lists(
    scores: Sequence[Score],
    calibration_rules: CalibrationRules,
    shortlist_rules: ShortlistRules,
    recusals: Mapping[str, int],
    groups: Mapping[str, Mapping[str, str]],
) -> Trial:
    calibration = calibrate(scores, replace(calibration_rules, draws=1))  # the chances are not asked for
    entrants = candidates(calibration, recusals=recusals, groups=groups)
    places = rank(entrants, tie_order=shortlist_rules.tie_order, seed=shortlist_rules.seed)
    by_id = {one.id: one for one in entrants}
    ordered = [by_id[place.id] for place in places]
    size = min(shortlist_rules.shortlist_size, len(ordered))
    points, rules = [one.calibrated for one in ordered], shortlist_rules.group_rules
    try:
        picked = choose(points, [one.groups for one in ordered], rules, size)
    except ImpossibleRules:
        picked = list(range(size))
    return Trial(places, tuple(ordered[at].id for at in picked), (), (), Decimal(0), (), ())


@dataclass(frozen=True, slots=True)
class Pair:
    """A submission above the line and one below it. `overtaken`: the methods under which the lower one stands higher."""

    upper: str
    lower: str
    overtaken: tuple[str, ...]


def pairs_around(
    places: Sequence[Place], size: int, standings: Mapping[str, Mapping[str, int]]
) -> tuple[tuple[str, ...], tuple[str, ...], dict[tuple[str, str], Pair]]:
    """The last ranks above the line, the first below it, and every pair across it.

    `standings` gives the rank of every submission by method.
    """
    first, last = around(size, len(places))
    above = tuple(one.id for one in places[first - 1 : size])
    below = tuple(one.id for one in places[size:last])
    pairs = {
        (upper, lower): Pair(
            upper, lower, tuple(name for name, place in standings.items() if place[lower] < place[upper])
        )
        for upper in above
        for lower in below
    }
    return above, below, pairs


def standing(calibration: Calibration, recusals: Mapping[str, int], rules: ShortlistRules) -> dict[str, int]:
    """The rank of every submission under a calibration, by the tie order and the seed of the rules."""
    entrants = candidates(calibration, recusals=recusals)
    return {one.id: one.place for one in rank(entrants, tie_order=rules.tie_order, seed=rules.seed)}
