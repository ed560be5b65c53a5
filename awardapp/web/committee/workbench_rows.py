"""The workbench laid out: the ranking row by row, who crosses the lines, ties, and the balance of the lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from awardapp.domain.balance import LENSES, BalanceRow, balance
from awardapp.domain.selection.draws import draw_key
from awardapp.domain.selection.shortlist import Tie
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Cycle, Move, Submission
from awardapp.services.workbench import Bench
from awardapp.web import balance_words
from awardapp.web.committee.proposal import tie_rule

_SHORT_TITLE = 22  # characters


def labels(submissions: Sequence[Submission]) -> dict[str, str]:
    """What each file is called in a list of cities, by pseudonym: its city, with the title's beginning where a city has
    several."""
    files = Counter(one.city_id for one in submissions)
    return {
        one.pseudonym: pick(one.city, "name") + (f" ({_beginning(one)})" if files[one.city_id] > 1 else "")
        for one in submissions
    }


def _beginning(submission: Submission) -> str:
    title = pick(submission, "title")
    return title if len(title) <= _SHORT_TITLE else f"{title[:_SHORT_TITLE].rstrip(' ,:;，：；')}…"


@dataclass(frozen=True, slots=True)
class Row:
    """One submission at its rank under the setting. Scores in marks of the cycle's scale. `crosses` is "entering" or "leaving"
    where the shortlist differs from the one under the cycle's rules, "" elsewhere; `chance` is that under the cycle's rules."""

    submission: Submission
    place: int
    official_place: int | None
    raw: float
    raw_place: int
    calibrated: float
    outcome: str
    crosses: str
    chance: float | None
    tie: str
    moved: Move | None  # the last move by hand

    @property
    def gain(self) -> int:
        """Ranks won against the rules of the cycle; negative where lost."""
        return (self.official_place or self.place) - self.place


def rows(bench: Bench, cycle: Cycle, moves: list[Move]) -> list[Row]:
    """Everybody by rank under the setting."""
    low = cycle.rules.scale_min
    figures = {one.submission: one for one in bench.calibration.submissions}
    chances = {one.submission: one for one in bench.official_calibration.submissions}
    by_raw = sorted(bench.trial.places, key=lambda one: (-figures[one.id].raw_rounded, one.place))
    raw_places = {one.id: at for at, one in enumerate(by_raw, 1)}
    before = {one.id: one.place for one in bench.official.places}
    submissions = {one.pseudonym: one for one in bench.data.submissions}
    crossing = {one.id: "entering" for one in bench.swaps.entering} | {one.id: "leaving" for one in bench.swaps.leaving}
    moved = {move.submission_id: move for move in moves}  # the last of each file
    found = []
    for one in bench.trial.places:
        drawn = chances.get(one.id)
        submission = submissions[one.id]
        found.append(
            Row(
                submission,
                one.place,
                before.get(one.id),
                low + float(figures[one.id].raw_rounded),
                raw_places[one.id],
                low + float(one.calibrated),
                one.outcome,
                crossing.get(one.id, ""),
                drawn.times_in_first / drawn.draws if drawn is not None and drawn.draws > 1 else None,
                tie_rule(one.decided_by, cycle),
                moved.get(submission.id),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class TieStep:
    """One submission of a tie: what put it below the one before it, and its digest where the draw decided."""

    words: str
    pseudonym: str
    rule: str
    drawn: str


@dataclass(frozen=True, slots=True)
class TieWords:
    """A tie in words; `line` as in the proposal."""

    steps: list[TieStep]
    line: str


def ties(bench: Bench, cycle: Cycle) -> list[TieWords]:
    """The ties under the setting, those at a line first."""
    names = labels(bench.data.submissions)
    seed = bench.data.shortlist_rules.seed
    found = [TieWords(_steps(tie, names, cycle, seed), tie.at_line) for tie in bench.trial.ties]
    return sorted(found, key=lambda one: one.line == "")


def _steps(tie: Tie, names: Mapping[str, str], cycle: Cycle, seed: str) -> list[TieStep]:
    by_draw = {name for at, rule in enumerate(tie.rules) if rule == "draw" for name in tie.ids[at : at + 2]}
    return [
        TieStep(
            names[name],
            name,
            tie_rule(rule, cycle) if rule else "",
            draw_key(seed, name)[:12] if name in by_draw else "",
        )
        for name, rule in zip(tie.ids, ("", *tie.rules), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A group with how many are valid, among shortlisted and deserving, and shortlisted: under the setting, and before."""

    words: str
    valid: int
    named: int
    named_before: int
    shortlisted: int
    shortlisted_before: int


@dataclass(frozen=True, slots=True)
class Lens:
    """The balance of the lists by one thing, with what has to be said about it."""

    name: str
    words: str
    note: str
    lines: list[BalanceLine]


def lenses(bench: Bench) -> list[Lens]:
    """The balance by region, city size, income, theme, goal and country; what is not known is a line of its own."""
    lists = (
        [one.pseudonym for one in bench.data.submissions],
        bench.trial.named,
        bench.official.named,
        bench.trial.shortlisted,
        bench.official.shortlisted,
    )
    notes = {
        "size": _("By the population that the cities gave."),
        "income": _("By the World Bank's groups of July 2024."),
        "goal": _("A file counts in each goal that it names."),
        "newcomer": _(
            "The archive of six cycles names the shortlisted cities it could find, not everybody who took part: a first time "
            "cannot be proved from it."
        ),
    }
    found = []
    for lens in LENSES:
        order = balance_words.order_of(lens)
        own = balance(bench.data.facts, lists, lens)
        own.sort(key=lambda row: (row.group == "", order.index(row.group) if row.group in order else len(order)))
        lines = [_line(lens, row) for row in own]
        found.append(Lens(lens, _(balance_words.PARTITION_NAMES[lens]), notes.get(lens, ""), lines))
    return found


def _line(lens: str, row: BalanceRow) -> BalanceLine:
    valid, named, named_before, shortlisted, shortlisted_before = row.counts
    words = balance_words.group_name(lens, row.group)
    return BalanceLine(words, valid, named, named_before, shortlisted, shortlisted_before)
