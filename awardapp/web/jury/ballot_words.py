"""The jury's rule in words: how to vote, how ties are decided, what decided a place, and what other rules would have given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from awardapp.domain.ballot_rules import JURY_METHODS, BallotRules, Shape
from awardapp.domain.ballots import crosses_most, points_to_give
from awardapp.i18n import format_number, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, Selection, Submission
from awardapp.queries import selections as selection_queries
from awardapp.web.secretariat.rule_words import JURY_METHOD_NAMES


def how_to_vote(rules: BallotRules, votable: int) -> str:
    """What the ballot asks of the juror."""
    match rules.shape:
        case Shape.RANKING:
            words = _(
                "Rank the cities, the best first. Up to %(n)s will win. A city you do not rank stands below all that you rank. "
                "Only you see this ballot.",
                n=rules.winners_max,
            )
            same = _("Several cities may have the same place.")
            return f"{words} {same}" if rules.equal_places else words
        case Shape.APPROVAL:
            return ngettext(
                "Cross one city that should win. Only you see this ballot.",
                "Cross the cities that should win, at most %(n)s. Only you see this ballot.",
                crosses_most(rules, votable),
            )
        case Shape.SCORE:
            return _(
                "Give every city a mark from %(low)s to %(high)s in steps of %(step)s; the higher the better. Only you see "
                "this ballot.",
                low=f"{rules.scale.low:g}", high=f"{rules.scale.high:g}", step=f"{rules.scale.step:g}",
            )  # fmt: skip
        case Shape.POINTS:
            return _(
                "Give out %(all)s points, at most %(most)s to one city. Only you see this ballot.",
                all=format_number(points_to_give(rules, votable)), most=format_number(rules.points_most),
            )  # fmt: skip


def tie_protocol(rules: BallotRules) -> list[str]:
    """The published order in which places are decided, one sentence each."""
    first = {
        "schulze": _("The comparisons of every two cities on all ballots, taken together (Schulze order)."),
        "borda": _("Points for places: for each other city the share of jurors who put this one above it (Borda)."),
        "approval": _("The share of crosses among the jurors who may vote on the city."),
        "score": ngettext(
            "The mean of the marks without the highest and the lowest one.",
            "The mean of the marks without the %(n)s highest and the %(n)s lowest.",
            rules.trim,
        )
        if rules.trim
        else _("The mean of the marks."),
        "points": _("The mean of the points among the jurors who may vote on the city."),
    }[rules.method]
    return [
        first,
        *([_("If level: points for places on all ballots (Borda).")] if rules.method != "borda" else []),
        _("If still level: the technical committee's calibrated score."),
        _("If still level: a public draw from the seed whose fingerprint is published with the rules."),
    ]


def decided_words(decided_by: str) -> str:
    """What put a city below the one before it, in words."""
    return {
        "": "",
        "schulze": _("pairs of the ballots"),
        "approval": _("fewer crosses"),
        "score": _("lower mean of the marks"),
        "points": _("fewer points"),
        "borda": _("level by the rule; decided by points for places"),
        "committee mean": _("level by the rule; decided by the committee's calibrated score"),
        "draw": _("level by the rule; decided by the public draw"),
    }.get(decided_by, decided_by)


def script_words(rules: BallotRules, votable: int) -> dict[str, Any]:
    """The sentences and numbers that ballot.js needs."""
    return {
        "saving": _("Saving …"),
        "lost": _("Not saved: the connection was lost. It is tried again."),
        "ended": _("Not saved: you are signed out. Sign in in another window; your ballot stays here."),
        "placed": _("{city}: place {n}"),
        "unranked": _("{city}: not ranked"),
        "ago": _("saved {n} s ago"),
        "agoMinutes": _("saved {n} min ago"),
        "ranked": _("{n} of {all} cities have a place."),
        "crosses": _("Crosses left: {n}"),
        "crossesOver": _("Crosses too many: {n}"),
        "marks": _("{n} of {all} cities have a mark."),
        "points": _("Points left: {n}"),
        "pointsOver": _("Points too many: {n}"),
        "most": crosses_most(rules, votable) if rules.shape is Shape.APPROVAL else points_to_give(rules, votable),
        "all": votable,
        "equal": rules.equal_places,
    }


@dataclass(frozen=True, slots=True)
class OtherRule:
    """What another rule would have given: who would enter and who leave; `tells` is false where the ballots cannot say."""

    name: str
    tells: bool
    same: bool
    entering: list[Submission]
    leaving: list[Submission]


def other_rules(cycle: Cycle, selection: Selection) -> list[OtherRule]:
    """The five under the other rules, from the count. Only where every ballot is cast and counted."""
    result = selection.result
    others = result.get("other_rules", {})
    if result.get("outdated"):
        return []
    now = result["winners"]
    cities = selection_queries.submissions_by_pseudonym(cycle, set(chain(now, *(ids or () for ids in others.values()))))
    found = []
    for method in (one for one in JURY_METHODS if one in others):
        ids = others[method]
        found.append(
            OtherRule(
                name=_(JURY_METHOD_NAMES[method]),
                tells=ids is not None,
                same=ids is not None and set(ids) == set(now),
                entering=[cities[i] for i in ids or () if i not in now],
                leaving=[cities[i] for i in now if ids is not None and i not in ids],
            )
        )
    return found


def undecided(cycle: Cycle, selection: Selection) -> list[tuple[Submission, Submission]]:
    """The pairs of cities that fewer jurors compared than the rule asks for."""
    pairs: Sequence[Sequence[str]] = selection.result.get("undecided", [])
    cities = selection_queries.submissions_by_pseudonym(cycle, set(chain(*pairs)))
    return [(cities[one], cities[other]) for one, other in pairs]


def method_name(rules: BallotRules) -> str:
    """The rule of the vote in a few words."""
    return _(JURY_METHOD_NAMES[rules.method])
