"""The groups by which the balance of a list of cities is looked at, and the rules that bind a shortlist to them.

What is not known of a file (no population given, no income group) puts it in no group: it is counted as not known and no rule
counts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from awardapp.domain.errors import N_, RuleViolation

# By these a cycle can cap the shortlist or ask for a minimum; every file is in one group of each, or in none.
PARTITIONS = ("region", "country", "theme", "size", "income")
# By these the balance is shown; a file may be in several goals.
LENSES = ("region", "size", "income", "theme", "goal", "newcomer")
TIE_RULES = ("criteria", "median", "recusals")  # the draw comes after whichever of them a cycle uses
MOST_RULES = 8

# City size by people living there, after the classes of the United Nations' World Urbanization Prospects: lowest first.
SIZE_BANDS: tuple[tuple[str, int], ...] = (
    ("under_500k", 0),
    ("500k_1m", 500_000),
    ("1m_5m", 1_000_000),
    ("5m_10m", 5_000_000),
    ("over_10m", 10_000_000),
)
INCOME_GROUPS = ("low", "lower_middle", "upper_middle", "high")
SEEN_BEFORE, NOT_SEEN = "seen", "not_seen"  # a country among the cities known from earlier cycles


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Of the shortlist, at least `least` and at most `most` (None: no limit) from `group` of `partition`; group None
    means every group of the partition that has candidates."""

    partition: str
    group: str | None = None
    least: int = 0
    most: int | None = None

    def __str__(self) -> str:
        bounds = [f"at least {self.least}"] if self.least else []
        bounds += [f"at most {self.most}"] if self.most is not None else []
        return f"{' and '.join(bounds) or 'no limit'} of {self.partition} {self.group or '(each)'}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file for the balance of a list: its group in each partition that is known, its goals, and whether
    its country was seen in an earlier cycle."""

    groups: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[int, ...] = ()
    seen_before: bool = False

    def of(self, lens: str) -> tuple[str, ...]:
        """The groups the file counts in when looked at by `lens`; empty when that is not known."""
        if lens == "goal":
            return tuple(str(goal) for goal in self.goals)
        if lens == "newcomer":
            return (SEEN_BEFORE if self.seen_before else NOT_SEEN,)
        return (self.groups[lens],) if lens in self.groups else ()


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A group and how many files of each list are in it; `group` "" counts those of which it is not known."""

    group: str
    counts: tuple[int, ...]


def balance(facts: Mapping[str, Facts], lists: Sequence[Sequence[str]], lens: str) -> list[BalanceRow]:
    """How the files of each list spread over the groups of a lens, by group name; the not known last, only if there are."""
    groups = sorted({group for ids in lists for one in ids for group in facts[one].of(lens)})
    counted = [{group: 0 for group in ["", *groups]} for _ in lists]
    for at, ids in enumerate(lists):
        for one in ids:
            for group in facts[one].of(lens) or ("",):
                counted[at][group] += 1
    rows = [BalanceRow(group, tuple(own[group] for own in counted)) for group in groups]
    unknown = tuple(own[""] for own in counted)
    return [*rows, BalanceRow("", unknown)] if any(unknown) else rows


def size_band(population: float | None) -> str | None:
    """The band of a city of so many people; None when the number is not known."""
    if population is None or population <= 0:
        return None
    return [name for name, least in SIZE_BANDS if population >= least][-1]


def check_group_rules(rules: Sequence[GroupRule], *, size: int) -> None:
    """Refuse rules on the shortlist that say nothing or that nobody could keep, whoever hands in. Raises RuleViolation."""
    if len(rules) > MOST_RULES:
        raise RuleViolation(N_("At most %(n)d rules on groups."), field="group_rules", n=MOST_RULES)
    seen = set()
    for rule in rules:
        if rule.partition not in PARTITIONS or (rule.partition, rule.group) in seen:
            raise RuleViolation(N_("Each rule on groups names another group."), field="group_rules")
        seen.add((rule.partition, rule.group))
        if rule.least < 0 or (rule.most is not None and (rule.most < 0 or rule.most < rule.least)):
            raise RuleViolation(N_("A group's lowest number cannot exceed its highest."), field="group_rules")
        if rule.least == 0 and rule.most is None:
            raise RuleViolation(N_("A rule on a group needs a lowest or a highest number."), field="group_rules")
        if rule.least > size:
            raise RuleViolation(N_("A group cannot be given more places than there are."), field="group_rules")
    for partition in PARTITIONS:
        if sum(rule.least for rule in rules if rule.partition == partition and rule.group) > size:
            raise RuleViolation(N_("The lowest numbers together exceed the places."), field="group_rules")


def check_tie_order(order: Sequence[str]) -> None:
    """Refuse unknown or repeated tie rules. Raises RuleViolation."""
    if len(set(order)) != len(order) or not set(order) <= set(TIE_RULES):
        raise RuleViolation(N_("Each tie rule can be used once."), field="tie_order")
