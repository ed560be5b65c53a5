"""The speaking clock follows from the moderator's acts alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from awardapp.domain.errors import IllegalTransition
from awardapp.domain.speaking_clock import Act, Clock, Part, of_acts

NOON = datetime(2027, 3, 2, 12, tzinfo=UTC)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def clock(*acts: tuple[Act, float], questions: int = 8) -> Clock:
    return of_acts([(act, NOON + minutes(n)) for act, n in acts], talk_minutes=7, question_minutes=questions)


def test_before_it_begins_the_whole_talk_is_left() -> None:
    waiting = clock()
    assert (waiting.part, waiting.left(NOON), waiting.ends_at) == (Part.WAITING, minutes(7), None)


def test_a_pause_stops_the_clock_and_the_end_moves_by_it() -> None:
    paused = clock((Act.START, 0), (Act.PAUSE, 2))
    assert paused.is_paused and paused.left(NOON + minutes(30)) == minutes(5)
    going = clock((Act.START, 0), (Act.PAUSE, 2), (Act.RESUME, 5))
    assert going.ends_at == NOON + minutes(10)
    assert going.left(NOON + minutes(6)) == minutes(4)


def test_the_time_over_counts_on() -> None:
    assert clock((Act.START, 0)).left(NOON + minutes(7.5)) == minutes(-0.5)


def test_questions_have_their_own_time_and_the_end_keeps_both_instants() -> None:
    asked = clock((Act.START, 0), (Act.PAUSE, 6), (Act.QUESTIONS, 8))
    assert (asked.part, asked.ends_at) == (Part.QUESTIONS, NOON + minutes(16))
    ended = clock((Act.START, 0), (Act.QUESTIONS, 7), (Act.END, 12))
    assert (ended.part, ended.began_at, ended.ended_at) == (Part.ENDED, NOON, NOON + minutes(12))


def test_a_start_by_mistake_can_be_undone() -> None:
    assert clock((Act.START, 0), (Act.ANEW, 1)) == clock()


def test_without_time_for_questions_the_talk_ends_the_presentation() -> None:
    assert clock((Act.START, 0), questions=0).possible() == (Act.END, Act.PAUSE, Act.ANEW)


@pytest.mark.parametrize(
    "acts",
    [
        ((Act.PAUSE, 0),),
        ((Act.START, 0), (Act.START, 1)),
        ((Act.START, 0), (Act.RESUME, 1)),
        ((Act.START, 0), (Act.END, 1), (Act.RESUME, 2)),
        ((Act.START, 0), (Act.QUESTIONS, 1), (Act.QUESTIONS, 2)),
    ],
)
def test_what_is_not_possible_is_refused(acts: tuple[tuple[Act, float], ...]) -> None:
    with pytest.raises(IllegalTransition):
        clock(*acts)
