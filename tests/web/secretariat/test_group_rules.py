"""Rules on groups and the order of ties, set in the rules of a cycle and told apart in its history."""

from __future__ import annotations

from awardapp.domain.balance import GroupRule
from awardapp.models import Cycle
from tests.support.pages import Browser, fresh


def numbers(cycle: Cycle) -> str:
    return f"/secretariat/{cycle.slug}/rules/numbers"


def test_rules_on_groups_and_the_order_of_ties_are_set_and_readable(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(numbers(cycle))
    values = {
        "group_rules-0-of": "region",
        "group_rules-0-most": "4",
        "group_rules-1-of": "size:under_500k",
        "group_rules-1-least": "2",
        "tie_order-0": "median",
        "tie_order-1": "criteria",
        "tie_order-2": "",
        "reason": "The organisers want balance.",
    }
    saved = desk.submit(page, "", holding="shortlist_size", follow=True, **values)
    rules = fresh(Cycle, id=cycle.id).rules
    assert rules.group_rules == (GroupRule("region", None, 0, 4), GroupRule("size", "under_500k", 2))
    assert rules.tie_order == ("median", "criteria")
    words = "at most 4 from each region; at least 2 from “Under 500,000 people”"
    assert words in saved.words
    assert "the median of the assessments; then the mean of each criterion" in saved.words
    again = desk.get(numbers(cycle))
    before = fresh(Cycle, id=cycle.id).rules_version
    desk.submit(again, "", holding="shortlist_size", reason="Nothing.")
    assert fresh(Cycle, id=cycle.id).rules_version == before


def test_a_rule_that_says_nothing_is_refused_with_everything_typed_kept(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(numbers(cycle))
    values = {"group_rules-0-of": "theme", "reason": "Try."}
    refused = desk.submit(page, "", holding="shortlist_size", **values)
    assert refused.status == 422
    assert "needs a lowest or a highest number" in refused.words
    chosen = [one.get("value") for one in refused.all("option") if one.get("selected") is not None]
    assert "theme" in chosen
