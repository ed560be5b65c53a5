"""Groups of a list, what is not known of a file, and rules on groups that nobody could keep."""

from __future__ import annotations

import pytest

from awardapp import places
from awardapp.domain.balance import (
    BalanceRow,
    Facts,
    GroupRule,
    balance,
    check_group_rules,
    check_tie_order,
    size_band,
)
from awardapp.domain.cycles import Rules
from awardapp.domain.errors import RuleViolation


@pytest.mark.parametrize(
    ("people", "band"),
    [
        (None, None),
        (0, None),
        (1, "under_500k"),
        (499_999, "under_500k"),
        (500_000, "500k_1m"),
        (1_000_000, "1m_5m"),
        (9_999_999, "5m_10m"),
        (24_000_000, "over_10m"),
    ],
)
def test_a_city_is_in_the_band_of_its_population_and_in_none_when_that_is_not_known(
    people: int | None, band: str | None
) -> None:
    assert size_band(people) == band


FACTS = {
    "a": Facts({"region": "asia", "size": "1m_5m"}, goals=(3, 11), seen_before=True),
    "b": Facts({"region": "africa"}, goals=()),
    "c": Facts({"region": "asia"}, goals=(11,)),
}


def test_a_balance_counts_each_list_by_group_and_says_what_is_not_known() -> None:
    lists = (["a", "b", "c"], ["a", "b"])
    assert balance(FACTS, lists, "region") == [BalanceRow("africa", (1, 1)), BalanceRow("asia", (2, 1))]
    assert balance(FACTS, lists, "size") == [BalanceRow("1m_5m", (1, 1)), BalanceRow("", (2, 1))]
    assert balance(FACTS, lists, "goal") == [
        BalanceRow("11", (2, 1)),
        BalanceRow("3", (1, 1)),
        BalanceRow("", (1, 1)),
    ]
    assert balance(FACTS, lists, "newcomer") == [BalanceRow("not_seen", (2, 1)), BalanceRow("seen", (1, 1))]


@pytest.mark.parametrize(
    "rules",
    [
        (GroupRule("continent", None, 1),),
        (GroupRule("region"),),
        (GroupRule("region", "asia", 3, 2),),
        (GroupRule("region", "asia", 16),),
        (GroupRule("region", "asia", 8), GroupRule("region", "africa", 8)),
        (GroupRule("region", None, 1), GroupRule("region", None, 0, 5)),
        tuple(GroupRule("region", str(n), 1) for n in range(9)),
    ],
)
def test_rules_on_groups_that_say_nothing_or_cannot_be_kept_are_refused(rules: tuple[GroupRule, ...]) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_group_rules(rules, size=15)
    assert refused.value.field == "group_rules"


def test_rules_of_a_cycle_keep_their_group_rules_and_tie_order_when_stored_and_read_back() -> None:
    rules = Rules(
        group_rules=(GroupRule("region", None, 0, 4), GroupRule("size", "under_500k", 2)), tie_order=("median",)
    )
    assert Rules.from_json(rules.to_json()) == rules
    assert Rules.from_json({}).group_rules == ()
    for order in (("age",), ("median", "median")):
        with pytest.raises(RuleViolation):
            check_tie_order(order)


def test_income_groups_are_the_world_banks_and_none_is_made_up() -> None:
    assert [places.income_group(code) for code in ("ET", "KE", "CN", "DE", "na")] == [
        "low",
        "lower_middle",
        "upper_middle",
        "high",
        "upper_middle",
    ]
    assert places.income_group("VE") is None
    assert places.income_group("VA") is None
