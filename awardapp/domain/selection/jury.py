"""From the jurors' ballots to an order of the finalists.

Default: the Schulze order of the jurors' rankings (Schulze, "A new monotonic, clone-independent, reversal
symmetric, and Condorcet-consistent single-winner election method", Social Choice and Welfare 36, 2011). A
juror gives no information on a finalist on whom he or she is recused: pairs with it are left out for that
juror. Ties are resolved by Borda, then by the committee's calibrated mean, then by the public draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from awardapp.domain.selection.affinity import repeated
from awardapp.domain.selection.draws import draw_key
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.scores import rounded

__all__ = [
    "METHODS",
    "Ballot",
    "Finalist",
    "JuryResult",
    "JuryRules",
    "Standing",
    "count",
]

METHODS = ("schulze", "borda", "approval", "score", "points")
STRENGTHS = ("winning votes", "margins")

Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Finalist:
    """A shortlisted submission with the committee's calibrated mean, which breaks a tie of the jury."""

    id: str
    committee_mean: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ballot:
    """One juror's ballot. `ranking`: groups of equals, best first (a finalist left out comes after all those
    named); `approved` and `scores` (whole units, or points given out) for the methods that need them. `recused`:
    finalists on which the juror says nothing. `abstained`: the whole ballot is empty on purpose."""

    juror: str
    ranking: tuple[tuple[str, ...], ...] = ()
    approved: tuple[str, ...] = ()
    scores: Mapping[str, int] = field(default_factory=dict)
    recused: tuple[str, ...] = ()
    abstained: bool = False

    def speaks(self, method: str) -> bool:
        """Whether the ballot says something under the method; an empty one counts as an abstention."""
        said = {
            "approval": bool(self.approved), "score": bool(self.scores), "points": bool(self.scores),
        }.get(method, bool(self.ranking))  # fmt: skip
        return said and not self.abstained


@dataclass(frozen=True, slots=True)
class JuryRules:
    """`pair_quorum`: a pair of finalists compared by fewer jurors stays undecided and is named. `strength`:
    "winning votes" (Schulze's own choice) or "margins". `trim`: of "score", how many highest and lowest marks
    of each finalist are left out (0 = plain mean; fewer when there are too few marks)."""

    method: str = "schulze"
    winners_max: int = 5
    pair_quorum: int = 1
    strength: str = "winning votes"
    trim: int = 1
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in the jury's order; `decided_by` is what put it below the one before: the method, "borda",
    "committee mean" or "draw"; "" for the first. `figure` is the method's own number as text (Schulze: how
    many finalists it beats)."""

    place: int
    id: str
    decided_by: str
    figure: str


@dataclass(frozen=True, slots=True)
class JuryResult:
    """`pairwise[i][j]`: jurors who put ids[i] above ids[j] (ids sorted; for "approval" and "score" by
    approval or mark). `strongest[i][j]`: strength of the strongest path (Schulze only, else empty).
    `undecided`: pairs without quorum. `counted`: jurors whose ballot said something."""

    method: str
    order: tuple[Standing, ...]
    winners: tuple[str, ...]
    ids: tuple[str, ...]
    pairwise: Matrix
    strongest: Matrix
    undecided: tuple[tuple[str, str], ...]
    counted: tuple[str, ...]
    abstained: tuple[str, ...]
    notes: tuple[str, ...]


def _check(finalists: Sequence[Finalist], ballots: Sequence[Ballot], rules: JuryRules) -> None:
    if rules.method not in METHODS or rules.strength not in STRENGTHS:
        raise BadInput("method", f"unknown vote rule {rules.method} or strength {rules.strength}")
    if rules.winners_max < 0 or rules.pair_quorum < 0 or rules.trim < 0:
        raise BadInput("rules", "the number of winners, the quorum of a pair and the trim cannot be negative")
    twice = repeated([one.id for one in finalists])
    if twice:
        raise BadInput("duplicate", f"finalist given more than once: {listed(twice)}", ids=twice)
    twice = repeated([one.juror for one in ballots])
    if twice:
        raise BadInput("duplicate", f"juror with more than one ballot: {listed(twice)}", ids=twice)
    known = {one.id for one in finalists}
    for ballot in ballots:
        ranked = [one for group in ballot.ranking for one in group]
        said = [*ranked, *ballot.approved, *ballot.scores]
        problem = ""
        if unknown := sorted({*said, *ballot.recused} - known):
            problem = f"names unknown finalists: {listed(unknown)}"
        elif again := [*repeated(ranked), *repeated(ballot.approved)]:
            problem = f"names a finalist twice: {listed(again)}"
        elif recused := sorted(set(said) & set(ballot.recused)):
            problem = f"votes on finalists the juror is recused from: {listed(recused)}"
        elif said and ballot.abstained:
            problem = "abstains and votes at once"
        elif odd := [one for one, mark in ballot.scores.items() if isinstance(mark, bool) or not isinstance(mark, int)]:
            problem = f"has marks that are not whole: {listed(odd)}"
        if problem:
            raise BadInput("ballot", f"the ballot of {ballot.juror} {problem}", juror=ballot.juror)


def _levels(ballot: Ballot, ids: Sequence[str], method: str) -> dict[str, int]:
    """A number per finalist the juror speaks on; a higher one is preferred."""
    free = [one for one in ids if one not in ballot.recused]
    if method == "score":
        return dict(ballot.scores)
    if method == "points":
        return {one: ballot.scores.get(one, 0) for one in free}
    if method == "approval":
        return {one: int(one in ballot.approved) for one in free}
    ranks = {one: -at for at, group in enumerate(ballot.ranking) for one in group}
    return {one: ranks.get(one, -len(ballot.ranking)) for one in free}


def _compare(levels: Sequence[Mapping[str, int]], ids: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """How many jurors put row above column, and how many compared the two at all."""
    above = [[0] * len(ids) for _ in ids]
    voters = [[0] * len(ids) for _ in ids]
    for level in levels:
        for i, one in enumerate(ids):
            for j, other in enumerate(ids):
                if i != j and one in level and other in level:
                    voters[i][j] += 1
                    above[i][j] += level[one] > level[other]
    return above, voters


def _borda(above: list[list[int]], voters: list[list[int]]) -> list[Fraction]:
    """Borda points per juror: for each other finalist the share of jurors who prefer this one, ties half.
    Without recusals this is the textbook count divided by the number of jurors."""
    size = len(above)
    return [
        sum(
            (
                Fraction(2 * above[i][j] + voters[i][j] - above[i][j] - above[j][i], 2 * voters[i][j])
                for j in range(size)
                if i != j and voters[i][j]
            ),
            Fraction(0),
        )
        for i in range(size)
    ]


def _packing(above: list[list[int]]) -> int:
    """More than any number of votes."""
    return max((vote for row in above for vote in row), default=0) + 1


def _votes(link: int, above: list[list[int]], strength: str) -> int:
    """The votes of a packed link: what the paper's tables show as the strength of a path."""
    return link if strength == "margins" else link // _packing(above)


def _strongest(above: list[list[int]], strength: str) -> list[list[int]]:
    """Strengths of the strongest paths (Floyd-Warshall, as in section 2.3 of the paper). Winning votes: links
    compare by votes for, then fewer votes against; both are packed into one number."""
    size, most = len(above), _packing(above)
    path = [[0] * size for _ in range(size)]
    for i in range(size):
        for j in range(size):
            lead = above[i][j] - above[j][i]
            if lead > 0:
                path[i][j] = lead if strength == "margins" else above[i][j] * most + most - 1 - above[j][i]
    for k in range(size):
        for i in range(size):
            for j in range(size):
                if len({i, j, k}) == 3:
                    path[i][j] = max(path[i][j], min(path[i][k], path[k][j]))
    return path


def _order(
    beats: Sequence[Sequence[bool]], keys: Sequence[tuple[Fraction, Decimal, str]], method: str
) -> list[tuple[int, str]]:
    """A linear order that keeps every `beats`; among those nobody left beats, the smallest key comes
    first."""
    left = set(range(len(beats)))
    order: list[tuple[int, str]] = []
    while left:
        free = [i for i in left if not any(beats[j][i] for j in left)]
        first = min(free, key=lambda i: keys[i])
        decided = ""
        if order:
            # the one before either beats this one, or both were free and the tie keys decided
            before = order[-1][0]
            decided = method if beats[before][first] else _tie_rule(keys[before], keys[first])
        order.append((first, decided))
        left.remove(first)
    return order


def _tie_rule(before: tuple[Fraction, Decimal, str], after: tuple[Fraction, Decimal, str]) -> str:
    if before[0] != after[0]:
        return "borda"
    return "committee mean" if before[1] != after[1] else "draw"


def _marks(finalist: str, ballots: Sequence[Ballot], rules: JuryRules) -> Fraction | None:
    """The finalist's figure under "score", "approval" or "points"; None when no juror may say anything.

    Shares of those who may speak, so that being recused upon neither helps nor hurts.
    """
    if rules.method == "approval":
        free = [one for one in ballots if finalist not in one.recused]
        return Fraction(sum(finalist in one.approved for one in free), len(free)) if free else None
    if rules.method == "points":
        given = [one.scores.get(finalist, 0) for one in ballots if finalist not in one.recused]
        return Fraction(sum(given), len(given)) if given else None
    marks = sorted(one.scores[finalist] for one in ballots if finalist in one.scores)
    if not marks:
        return None
    cut = min(rules.trim, (len(marks) - 1) // 2)
    kept = marks[cut : len(marks) - cut]
    return Fraction(sum(kept), len(kept))


def count(finalists: Sequence[Finalist], ballots: Sequence[Ballot], rules: JuryRules) -> JuryResult:
    """The whole order of the finalists and the first `winners_max` of it; the same in any order of the input.

    Raises BadInput, naming juror and finalists, for ballots that make no sense. A ballot that says nothing
    counts as an abstention. With no ballot at all the committee's mean decides, and a note says so.
    """
    _check(finalists, ballots, rules)
    entrants = sorted(finalists, key=lambda one: one.id)
    ids = tuple(one.id for one in entrants)
    speaking = sorted((one for one in ballots if one.speaks(rules.method)), key=lambda one: one.juror)
    above, voters = _compare([_levels(one, ids, rules.method) for one in speaking], ids)
    undecided = [
        (ids[i], ids[j]) for i in range(len(ids)) for j in range(i + 1, len(ids)) if voters[i][j] < rules.pair_quorum
    ]
    borda = _borda(above, voters)
    keys = [
        (-points, -one.committee_mean, draw_key(rules.seed, one.id))
        for points, one in zip(borda, entrants, strict=True)
    ]
    notes = [] if speaking else ["no ballot says anything: the committee's mean gives the order"]
    strongest: list[list[int]] = []
    if rules.method == "schulze":
        held = [list(row) for row in above]
        for one, other in undecided:
            held[ids.index(one)][ids.index(other)] = held[ids.index(other)][ids.index(one)] = 0
        path = _strongest(held, rules.strength)
        beats = [[path[i][j] > path[j][i] for j in range(len(ids))] for i in range(len(ids))]
        figures = [str(sum(row)) for row in beats]
        strongest = [[_votes(link, above, rules.strength) for link in row] for row in path]
        if undecided:
            notes.append(f"compared by fewer than {rules.pair_quorum} jurors and left undecided: {_pairs(undecided)}")
    else:
        marks = list(borda) if rules.method == "borda" else [_marks(one, speaking, rules) for one in ids]
        silent = [one for one, mark in zip(ids, marks, strict=True) if mark is None]
        if silent and speaking:
            notes.append(f"no juror may say anything on {listed(silent)}, who come last")
        worth = [Fraction(-(10**9)) if mark is None else mark for mark in marks]
        beats = [[worth[i] > worth[j] for j in range(len(ids))] for i in range(len(ids))]
        figures = ["" if mark is None else str(rounded(mark)) for mark in marks]
    order = tuple(
        Standing(at, ids[i], decided, figures[i])
        for at, (i, decided) in enumerate(_order(beats, keys, rules.method), 1)
    )
    return JuryResult(
        method=rules.method,
        order=order,
        winners=tuple(one.id for one in order[: rules.winners_max]),
        ids=ids,
        pairwise=tuple(tuple(row) for row in above),
        strongest=tuple(tuple(row) for row in strongest),
        undecided=tuple(undecided),
        counted=tuple(one.juror for one in speaking),
        abstained=tuple(sorted(one.juror for one in ballots if not one.speaks(rules.method))),
        notes=tuple(notes),
    )


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return listed(f"{one} / {other}" for one, other in pairs)
