"""What the same ballots would have given under the other rules: told after the vote, and no further than they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from awardapp.domain.selection.jury import METHODS, Ballot, Finalist, JuryRules, count

__all__ = ["under_other_rules"]


def under_other_rules(
    finalists: Sequence[Finalist], ballots: Sequence[Ballot], rules: JuryRules
) -> dict[str, tuple[str, ...] | None]:
    """The winners each other method would have given; shown after the vote only.

    None where the ballots do not tell: an order says nothing of how many a juror would have approved, and marks given for
    themselves are no shares of a number of points. Marks and points do give an order, with equals.
    """
    ordered = [_in_order(one, rules.method) for one in ballots]
    found: dict[str, tuple[str, ...] | None] = {}
    for method in METHODS:
        if method == rules.method:
            continue
        tells = method in ("schulze", "borda") and rules.method != "approval"
        found[method] = count(finalists, ordered, replace(rules, method=method)).winners if tells else None
    return found


def _in_order(ballot: Ballot, method: str) -> Ballot:
    """What the ballot says as an order; finalists that got no points come after all others, as equals."""
    if method not in ("score", "points"):
        return ballot
    levels = sorted({mark for mark in ballot.scores.values() if mark or method == "score"}, reverse=True)
    ranking = tuple(tuple(sorted(one for one, mark in ballot.scores.items() if mark == level)) for level in levels)
    return replace(ballot, ranking=ranking, scores={})
