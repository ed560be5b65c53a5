"""Ranking by the published order, and the proposal of shortlisted and deserving submissions under group
rules.

Order: calibrated score (fixed to 10^-6), then by `tie_order`: mean of the first criterion, then the next
ones; median of the assessments; fewer members recused; at last the public draw (`draws`), so that no tie is
left to chance unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise

from awardapp.domain.selection.affinity import repeated
from awardapp.domain.selection.calibration import Calibration
from awardapp.domain.selection.draws import draw_key
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.group_rules import GroupRule, choose, without_each
from awardapp.domain.selection.scores import rounded

__all__ = [
    "TIE_ORDER",
    "Candidate",
    "GroupRule",
    "Place",
    "Proposal",
    "ShortlistRules",
    "Tie",
    "candidates",
    "propose",
    "rank",
    "ties_of",
    "with_outcomes",
]

TIE_ORDER = ("criteria", "median", "recusals", "draw")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One submission to be ranked. `groups` maps a partition ("region", "theme") to the submission's group in
    it."""

    id: str
    calibrated: Decimal
    criterion_means: tuple[Fraction, ...] = ()
    median: Fraction = Fraction(0)
    recusals: int = 0
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShortlistRules:
    """`tie_order` after the calibrated score; the draw always comes last. Group rules bind the shortlist
    only."""

    shortlist_size: int = 15
    deserving_max: int = 30
    tie_order: tuple[str, ...] = TIE_ORDER
    group_rules: tuple[GroupRule, ...] = ()
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A rank from 1. `decided_by` is the rule that put it below the one before it: "score", "criterion 1",
    "median", "recusals", "draw"; "" for the first. `outcome`: "shortlisted", "deserving" or "none"."""

    place: int
    id: str
    calibrated: Decimal
    decided_by: str
    outcome: str = "none"


@dataclass(frozen=True, slots=True)
class Tie:
    """Submissions with the same calibrated score, in the order the tie rules gave them; `rules` between
    neighbours. `at_line`: the end of the shortlist or of the deserving lies inside the tie ("shortlist",
    "deserving" or "")."""

    ids: tuple[str, ...]
    rules: tuple[str, ...]
    at_line: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """`places` is everybody in rank order; `shortlisted` and `deserving` in rank order. `came_in` and
    `went_out` compare the shortlist with plain ranking; `price` is the points lost per place because of the
    group rules; `explanation` is sentences."""

    places: tuple[Place, ...]
    shortlisted: tuple[str, ...]
    deserving: tuple[str, ...]
    ties: tuple[Tie, ...]
    came_in: tuple[str, ...]
    went_out: tuple[str, ...]
    price: Decimal
    explanation: tuple[str, ...]


def candidates(
    calibration: Calibration,
    *,
    recusals: Mapping[str, int] | None = None,
    groups: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Candidate, ...]:
    """The candidates of a calibration; unscored submissions are none. `recusals` and `groups` are by
    submission."""
    return tuple(
        Candidate(
            id=one.submission,
            calibrated=one.calibrated,
            criterion_means=one.criterion_means,
            median=one.median,
            recusals=(recusals or {}).get(one.submission, 0),
            groups=(groups or {}).get(one.submission, {}),
        )
        for one in calibration.submissions
    )


def _tie_keys(one: Candidate, tie_order: Sequence[str], seed: str) -> list[tuple[str, Fraction | str]]:
    """The comparisons between equal scores in order, each with its name; smaller comes first."""
    keys: list[tuple[str, Fraction | str]] = []
    for name in (*tie_order, "draw"):
        if name == "criteria":
            keys += [(f"criterion {at}", -value) for at, value in enumerate(one.criterion_means, 1)]
        elif name == "median":
            keys.append(("median", -one.median))
        elif name == "recusals":
            keys.append(("recusals", Fraction(one.recusals)))
        else:
            keys.append(("draw", draw_key(seed, one.id)))
    return keys


def _check(entrants: Sequence[Candidate], tie_order: Sequence[str]) -> None:
    unknown = [name for name in tie_order if name not in TIE_ORDER]
    if unknown:
        raise BadInput("tie order", f"unknown tie rule {listed(unknown)}; known: {', '.join(TIE_ORDER)}")
    twice = repeated([one.id for one in entrants])
    if twice:
        raise BadInput("duplicate", f"candidate given more than once: {listed(twice)}", ids=twice)
    if len({len(one.criterion_means) for one in entrants}) > 1:
        raise BadInput("criteria", "the candidates have means of unlike numbers of criteria")
    odd = sorted(one.id for one in entrants if not one.calibrated.is_finite())
    if odd:
        raise BadInput("not a number", f"the calibrated score is not a number: {listed(odd)}", ids=odd)


def rank(entrants: Sequence[Candidate], *, tie_order: tuple[str, ...] = TIE_ORDER, seed: str) -> tuple[Place, ...]:
    """Everybody in order, each place with the rule that decided it. Raises BadInput for duplicates."""
    _check(entrants, tie_order)
    places: list[Place] = []
    by_score = sorted(entrants, key=lambda one: one.calibrated, reverse=True)
    for _, run in groupby(by_score, key=lambda one: one.calibrated):
        for one, decided in _in_order(list(run), tie_order, seed):
            places.append(Place(len(places) + 1, one.id, one.calibrated, decided if places else ""))
    return tuple(places)


def _in_order(run: Sequence[Candidate], tie_order: Sequence[str], seed: str) -> list[tuple[Candidate, str]]:
    """Candidates of one score in order, each with the rule that put it below the one before; the first by its score. Only
    where there are several are the tie rules asked."""
    if len(run) == 1:
        return [(run[0], "score")]
    keyed = sorted(
        ((_tie_keys(one, tie_order, seed), one) for one in run), key=lambda pair: [value for _, value in pair[0]]
    )
    found = [(keyed[0][1], "score")]
    for (before, _), (keys, one) in pairwise(keyed):
        found.append((one, next(name for (name, mine), (_, other) in zip(keys, before, strict=True) if mine != other)))
    return found


def propose(entrants: Sequence[Candidate], rules: ShortlistRules) -> Proposal:
    """The shortlist of the largest total score that keeps the group rules, and the next best as deserving.

    With fewer candidates than places everybody is in, and the explanation says so. Raises ImpossibleRules,
    naming the clashing rules, when no shortlist keeps them.
    """
    if rules.shortlist_size < 0 or rules.deserving_max < 0:
        raise BadInput("rules", "the sizes of the shortlist and of the deserving cannot be negative")
    places = rank(entrants, tie_order=rules.tie_order, seed=rules.seed)
    by_id = {one.id: one for one in entrants}
    ordered = [by_id[place.id] for place in places]
    size = min(rules.shortlist_size, len(ordered))
    groups = [one.groups for one in ordered]
    points = [one.calibrated for one in ordered]
    picked = choose(points, groups, rules.group_rules, size)
    plain = list(range(size))
    shortlisted = [ordered[at].id for at in picked]
    rest = [one.id for at, one in enumerate(ordered) if at not in set(picked)]
    deserving = rest[: rules.deserving_max]
    lost = sum((points[at] for at in plain), Decimal(0)) - sum((points[at] for at in picked), Decimal(0))
    came_in = tuple(ordered[at].id for at in picked if at >= size)
    went_out = tuple(ordered[at].id for at in plain if at not in set(picked))
    explanation = []
    if size < rules.shortlist_size:
        explanation.append(f"only {size} candidates for {rules.shortlist_size} places: all are shortlisted")
    if came_in:
        explanation.append(f"under the group rules {listed(came_in)} came in and {listed(went_out)} went out")
        explanation += without_each(
            points, groups, rules.group_rules, size=size, picked=picked, ids=[one.id for one in ordered]
        )
    return Proposal(
        places=with_outcomes(places, shortlisted, deserving),
        shortlisted=tuple(shortlisted),
        deserving=tuple(deserving),
        ties=ties_of(places, size, size + len(deserving)),
        came_in=came_in,
        went_out=went_out,
        price=rounded(Fraction(lost) / size) if size else Decimal("0.000000"),
        explanation=tuple(explanation),
    )


def with_outcomes(places: Sequence[Place], shortlisted: Sequence[str], deserving: Sequence[str]) -> tuple[Place, ...]:
    """The places, each with the list it is on."""
    outcome = dict.fromkeys(shortlisted, "shortlisted") | dict.fromkeys(deserving, "deserving")
    return tuple(replace(one, outcome=outcome.get(one.id, "none")) for one in places)


def ties_of(places: Sequence[Place], shortlist_end: int, deserving_end: int) -> tuple[Tie, ...]:
    """Runs of equal calibrated scores, and whether a line falls inside."""
    runs: list[list[Place]] = [[one] for one in places[:1]]
    for before, one in pairwise(places):
        if one.calibrated == before.calibrated:
            runs[-1].append(one)
        else:
            runs.append([one])
    found = []
    for run in runs:
        if len(run) < 2:
            continue
        line = ""
        if run[0].place <= shortlist_end < run[-1].place:
            line = "shortlist"
        elif run[0].place <= deserving_end < run[-1].place:
            line = "deserving"
        found.append(Tie(tuple(one.id for one in run), tuple(one.decided_by for one in run[1:]), line))
    return tuple(found)
