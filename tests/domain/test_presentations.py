"""Hours of presentations: wall clocks with summer time, the night, the measures of a session, when files come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from awardapp.domain.errors import IllegalTransition, RuleViolation
from awardapp.domain.presentations import (
    Hour,
    Measures,
    QuestionState,
    awake_hours,
    check_measures,
    check_question_step,
    discomfort,
    hour_of,
    materials_are_open,
    night_depth,
    night_minutes,
)

QUARTER = timedelta(minutes=15)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 3, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        (utc(2, 12), "Europe/Lisbon", Hour.DAY),
        (utc(2, 7), "Europe/Lisbon", Hour.EDGE),  # seven is no night any more, but early
        (utc(2, 6, 45), "Europe/Lisbon", Hour.NIGHT),
        (utc(2, 19, 46), "Europe/Lisbon", Hour.EDGE),  # ends a minute after twenty
        (utc(2, 19, 45), "Europe/Lisbon", Hour.DAY),
        (utc(2, 21, 45), "Europe/Lisbon", Hour.EDGE),  # over at ten in the evening to the minute
        (utc(2, 21, 46), "Europe/Lisbon", Hour.NIGHT),
        (utc(2, 1, 15), "Asia/Kathmandu", Hour.EDGE),  # 07:00 by a zone of five hours and three quarters
    ],
)
def test_an_hour_is_by_day_at_the_edge_or_at_night_by_the_citys_own_clock(
    at: datetime, zone: str, expected: Hour
) -> None:
    assert hour_of(at, QUARTER, zone) is expected


def test_summer_time_on_the_day_of_the_session_decides_and_not_todays() -> None:
    assert hour_of(utc(27, 6, month=3), QUARTER, "Europe/Lisbon") is Hour.NIGHT  # 06:00, winter time's last day
    assert hour_of(utc(28, 6, month=3), QUARTER, "Europe/Lisbon") is Hour.EDGE  # 07:00, the first of summer time
    assert hour_of(utc(28, 21, 30, month=3), QUARTER, "Europe/Lisbon") is Hour.NIGHT


def test_only_the_minutes_within_the_night_count_also_over_the_edges() -> None:
    assert night_minutes(utc(2, 21, 50), QUARTER, "UTC") == 5
    assert night_minutes(utc(2, 6, 50), QUARTER, "UTC") == 10
    assert night_minutes(utc(2, 12), QUARTER, "UTC") == 0


def test_the_middle_of_the_night_is_worse_than_its_edges() -> None:
    depths = [night_depth(utc(2, hour), QUARTER, "UTC") for hour in (22, 0, 2, 4, 6, 7)]
    assert depths[0] < depths[1] < depths[2] > depths[3] > depths[4] > depths[5] == 0


def test_discomfort_is_how_early_it_begins_or_how_late_it_ends() -> None:
    assert discomfort(utc(2, 7, 20), QUARTER, "UTC") == 40
    assert discomfort(utc(2, 21), QUARTER, "UTC") == 75
    assert discomfort(utc(2, 23, 50), QUARTER, "UTC") == 245  # past midnight is late, not early
    assert discomfort(utc(2, 12), QUARTER, "UTC") == 0


def test_breaks_lie_between_presentations_and_not_after_the_last() -> None:
    measures = Measures(utc(2, 6), 7, 8, 5, 3)
    assert [measures.slot(n) for n in (1, 2, 3)] == [utc(2, 6), utc(2, 6, 20), utc(2, 6, 40)]
    assert measures.ends_at() == utc(2, 6, 55)
    assert measures.ends_at(1) == utc(2, 6, 15)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"talk": 0}, "talk_minutes"),
        ({"questions": 121}, "question_minutes"),
        ({"pause": -1}, "break_minutes"),
        ({"places": 31}, "places"),
    ],
)
def test_a_session_nobody_could_hold_is_refused_at_its_field(changed: dict[str, int], field: str) -> None:
    values = {"talk": 7, "questions": 8, "pause": 5, "places": 3, **changed}
    with pytest.raises(RuleViolation) as refused:
        check_measures(Measures(utc(2, 6), **values))
    assert refused.value.field == field


def test_the_hours_of_a_day_tell_for_how_many_cities_it_is_no_night() -> None:
    hours = awake_hours(date(2027, 3, 2), ["Asia/Shanghai", "Europe/Lisbon"], award_zone="Asia/Shanghai")
    assert [one.awake for one in hours[13:17]] == [1, 1, 2, 2]  # 15:00 in Guangzhou is 07:00 in Lisbon
    assert (hours[16].by_day, hours[3].awake) == (2, 1)


def test_a_question_goes_only_the_ways_that_there_are() -> None:
    check_question_step(QuestionState.QUEUED, QuestionState.ASKED)
    check_question_step(QuestionState.LEFT_OUT, QuestionState.QUEUED)
    for now, to in (
        (QuestionState.QUEUED, QuestionState.ANSWERED),
        (QuestionState.ANSWERED, QuestionState.QUEUED),
        (QuestionState.ASKED, QuestionState.TAKEN_BACK),
    ):
        with pytest.raises(IllegalTransition):
            check_question_step(now, to)


@pytest.mark.parametrize(
    ("until", "has_change", "begins_at", "expected"),
    [
        (None, False, None, True),
        (utc(2, 12), False, None, False),  # the instant itself is too late
        (utc(2, 12, 1), False, None, True),
        (utc(2, 12), True, utc(3, 12), True),  # something is to be changed: until it begins
        (utc(2, 12), True, utc(2, 12), False),
        (utc(9, 12), False, utc(2, 11), False),
        (None, False, utc(2, 11), False),
    ],
)
def test_files_come_until_their_instant_and_changes_until_the_presentation_begins(
    until: datetime | None, has_change: bool, begins_at: datetime | None, expected: bool
) -> None:
    assert materials_are_open(until=until, has_change=has_change, begins_at=begins_at, now=utc(2, 12)) is expected
