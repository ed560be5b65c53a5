"""The time left, told from the own pace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from awardapp.domain.pace import LAST_FILES, estimate, time_per_file

START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
TODAY = date(2027, 3, 1)


def finished(*minutes: float) -> list[datetime]:
    return [START + timedelta(minutes=m) for m in minutes]


def test_nothing_is_said_before_enough_is_known() -> None:
    assert time_per_file([]) is None
    assert time_per_file(finished(0, 10, 20)) is None
    assert estimate(finished(0, 10, 20, 30), left=0, today=TODAY, until=None) is None


def test_the_pace_is_the_middle_gap_whatever_the_order_of_the_rows() -> None:
    assert time_per_file(finished(50, 0, 10, 20)) == timedelta(minutes=10)


def test_breaks_do_not_count() -> None:
    assert time_per_file(finished(0, 10, 20, 600, 610)) == timedelta(minutes=10)


def test_the_pace_is_that_of_the_last_files() -> None:
    slow = [60 * n for n in range(30)]
    fast = [slow[-1] + 5 * n for n in range(1, LAST_FILES + 2)]
    assert time_per_file(finished(*slow, *fast)) == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("until", "days", "a_day"),
    [(None, None, None), (date(2027, 2, 28), None, None), (TODAY, 1, 10), (date(2027, 3, 4), 4, 3)],
)
def test_the_calendar_says_how_many_a_day(until: date | None, days: int | None, a_day: int | None) -> None:
    found = estimate(finished(0, 12, 24, 36), left=10, today=TODAY, until=until)
    assert found is not None
    assert (found.per_file, found.left) == (timedelta(minutes=12), timedelta(hours=2))
    assert (found.days, found.a_day) == (days, a_day)
