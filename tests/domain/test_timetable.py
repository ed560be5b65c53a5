"""The proposal of a timetable: exact, nobody at night where that can be had, themes after that, the same every time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.errors import RuleViolation
from awardapp.domain.presentations import Hour, hour_of
from awardapp.domain.timetable import Candidate, Price, Slot, least_cost, nights, propose, total

QUARTER = timedelta(minutes=15)
MORNING = datetime(2027, 3, 2, 6, tzinfo=UTC)  # 14:00 in Guangzhou, 01:00 in Bogotá
EVENING = datetime(2027, 3, 3, 14, tzinfo=UTC)  # 22:00 in Guangzhou, 09:00 in Bogotá


def slot(session: int, position: int, starts_at: datetime, theme: str = "") -> Slot:
    return Slot(session, position, starts_at + timedelta(minutes=20 * (position - 1)), QUARTER, theme)


def candidates(**zones: str) -> list[Candidate]:
    """By reference: a zone, or a zone and a theme with a slash between."""
    return [Candidate(ref, *([*zone.split("|"), ""][:2])) for ref, zone in zones.items()]


@st.composite
def tables(draw: st.DrawFn) -> list[list[int]]:
    rows = draw(st.integers(1, 5))
    columns = draw(st.integers(rows, 6))
    return [[draw(st.integers(-20, 20)) for _ in range(columns)] for _ in range(rows)]


@given(tables())
def test_the_assignment_costs_as_little_as_the_best_of_all_assignments(costs: list[list[int]]) -> None:
    found = least_cost(costs)
    every = permutations(range(len(costs[0])), len(costs))
    assert len(set(found)) == len(costs)
    assert sum(row[at] for row, at in zip(costs, found, strict=True)) == min(
        sum(row[at] for row, at in zip(costs, one, strict=True)) for one in every
    )


def test_nobody_presents_at_night_where_that_can_be_had_although_the_themes_say_otherwise() -> None:
    people = candidates(canton="Asia/Shanghai|green", bogota="America/Bogota|smart")
    slots = [slot(1, 1, MORNING, "smart"), slot(2, 1, EVENING, "green")]
    placed = propose(people, slots)
    assert {ref: one.session for ref, one in placed.items()} == {"canton": 1, "bogota": 2}
    by_ref = {one.ref: one for one in people}
    assert nights(by_ref, placed, slots) == []
    assert total(by_ref, placed).off_theme == 2


def test_where_the_hours_are_equal_each_comes_into_the_session_of_its_theme() -> None:
    people = candidates(a="Europe/Lisbon|green", b="Europe/Paris|smart", c="Europe/Madrid|")
    noon = datetime(2027, 3, 2, 12, tzinfo=UTC)
    slots = [slot(1, 1, noon, "smart"), slot(2, 1, noon, "green"), slot(3, 1, noon)]
    assert {ref: one.session for ref, one in propose(people, slots).items()} == {"a": 2, "b": 1, "c": 3}


def test_those_who_must_present_at_night_are_named_with_the_reason() -> None:
    people = candidates(wellington="Pacific/Auckland", auckland="Pacific/Auckland", quito="America/Guayaquil")
    slots = [slot(1, 1, EVENING), slot(1, 2, EVENING), slot(2, 1, MORNING)]
    placed = propose(people, slots)
    found = nights({one.ref: one for one in people}, placed, slots)
    assert [(one.ref, one.none_by_day) for one in found] == [("wellington", False)]
    alone = propose(people[2:], slots[2:])
    assert [one.none_by_day for one in nights({"quito": people[2]}, alone, slots[2:])] == [True]


def test_when_somebody_must_it_is_the_one_for_whom_the_night_is_least_deep() -> None:
    people = candidates(
        lima="America/Lima", honolulu="Pacific/Honolulu"
    )  # 01:00 and 20:00 the day before, at 06:00 UTC
    late = MORNING - timedelta(hours=1, minutes=30)  # 23:30 and 18:30
    placed = propose(people, [slot(1, 1, MORNING), slot(2, 1, late)])
    hours = {
        ref: hour_of(one.starts_at, QUARTER, z.zone) for z in people for ref, one in placed.items() if ref == z.ref
    }
    assert hours == {"lima": Hour.NIGHT, "honolulu": Hour.EDGE}
    assert placed["lima"].starts_at == late


def test_the_same_plan_gives_the_same_timetable_in_whatever_order_it_is_told() -> None:
    people = candidates(**{f"r{n}": "Europe/Paris" for n in range(7)})
    slots = [slot(1, n, datetime(2027, 3, 2, 9, tzinfo=UTC)) for n in range(1, 10)]
    assert propose(people, slots) == propose(people[::-1], slots[::-1])


def test_whoever_is_kept_stays_and_the_others_take_what_is_left() -> None:
    people = candidates(a="Europe/Paris", b="Europe/Paris")
    slots = [slot(1, n, datetime(2027, 3, 2, 9, tzinfo=UTC)) for n in (1, 2)]
    assert propose(people, slots, kept={"b": slots[0]}) == {"a": slots[1], "b": slots[0]}


def test_too_few_slots_are_refused_with_their_number() -> None:
    people = candidates(a="Europe/Paris", b="Europe/Paris")
    with pytest.raises(RuleViolation) as refused:
        propose(people, [slot(1, 1, MORNING)])
    assert refused.value.params == {"slots": 1, "cities": 2}


def test_prices_are_compared_aim_by_aim() -> None:
    assert Price(at_night=1) > Price(depth=10_000, off_theme=10_000, discomfort=10_000)
    assert Price(depth=1) > Price(off_theme=15) > Price(unthemed=15) > Price(discomfort=10_000)
    assert Price(1, 2, 3, 4, 5) - Price(1, 1, 1, 1, 1) + Price(0, 0, 0, 0, 1) == Price(0, 1, 2, 3, 5)
