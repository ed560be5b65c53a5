"""Presentations of the shortlisted: how sessions are measured, which hour it is for whom, what may happen to materials and
questions. When who presents is proposed in timetable.py; the clock in the hall is speaking_clock.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation

NIGHT_FROM, NIGHT_TO = 22, 7  # local hours; nobody should present between them
DAY_FROM, DAY_TO = 8, 20  # local hours that are comfortable for everybody
PRESENTERS = 2
MOST_MATERIALS = 5  # files of one presentation at a time
LONGEST_QUESTION = 1000  # characters
MOST_PLACES, LONGEST_TALK, LONGEST_BREAK = 30, 120, 240  # per session; minutes

PHASES_OF_PLANNING = (CyclePhase.SHORTLIST_PUBLIC, CyclePhase.JURY)


class Hour(StrEnum):
    """How good an hour is to present at, where somebody is."""

    DAY = "day"
    EDGE = "edge"  # early or late, but not at night
    NIGHT = "night"


class MaterialState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    CHANGE = "change"


class QuestionState(StrEnum):
    QUEUED = "queued"
    ASKED = "asked"
    ANSWERED = "answered"
    LEFT_OUT = "left_out"
    TAKEN_BACK = "taken_back"  # by who put it, before it was asked


# What a moderator may make of a question; a question that was left out may be taken up again.
QUESTION_STEPS: dict[QuestionState, tuple[QuestionState, ...]] = {
    QuestionState.QUEUED: (QuestionState.ASKED, QuestionState.LEFT_OUT, QuestionState.TAKEN_BACK),
    QuestionState.ASKED: (QuestionState.ANSWERED, QuestionState.LEFT_OUT, QuestionState.QUEUED),
    QuestionState.ANSWERED: (),
    QuestionState.LEFT_OUT: (QuestionState.QUEUED,),
    QuestionState.TAKEN_BACK: (),
}


def check_question_step(now: QuestionState, to: QuestionState) -> None:
    """Raise IllegalTransition where a question cannot become that."""
    if to not in QUESTION_STEPS[now]:
        raise IllegalTransition(N_("This question is in another state by now. Look at the queue again."))


@dataclass(frozen=True, slots=True)
class Measures:
    """When a session begins and how it is divided, in minutes; the break follows every presentation but the last."""

    starts_at: datetime
    talk: int
    questions: int
    pause: int
    places: int

    @property
    def each(self) -> timedelta:
        """One presentation with its questions."""
        return timedelta(minutes=self.talk + self.questions)

    def slot(self, position: int) -> datetime:
        """When the presentation at this position begins; 1 is the first."""
        return self.starts_at + (self.each + timedelta(minutes=self.pause)) * (position - 1)

    def ends_at(self, presentations: int | None = None) -> datetime:
        """When the session is over with so many presentations, by default with all it has room for."""
        return self.slot(max(1, self.places if presentations is None else presentations)) + self.each


def check_measures(measures: Measures) -> None:
    """Raise RuleViolation for a session nobody could hold, at the field that is wrong."""
    if not 1 <= measures.talk <= LONGEST_TALK:
        raise RuleViolation(N_("A presentation has from 1 to %(n)d minutes."), field="talk_minutes", n=LONGEST_TALK)
    if not 0 <= measures.questions <= LONGEST_TALK:
        raise RuleViolation(N_("Questions have from 0 to %(n)d minutes."), field="question_minutes", n=LONGEST_TALK)
    if not 0 <= measures.pause <= LONGEST_BREAK:
        raise RuleViolation(N_("A break has from 0 to %(n)d minutes."), field="break_minutes", n=LONGEST_BREAK)
    if not 1 <= measures.places <= MOST_PLACES:
        raise RuleViolation(N_("A session has room for 1 to %(n)d presentations."), field="places", n=MOST_PLACES)


def _of_day(local: datetime) -> int:
    return local.hour * 60 + local.minute


def night_minutes(starts_at: datetime, length: timedelta, zone: str) -> int:
    """How many minutes of a presentation lie in the night of a place, by its wall clock at each minute (so that a change to
    or from summer time is right).
    """
    info = ZoneInfo(zone)
    minutes = int(length.total_seconds() // 60)
    found = 0
    for minute in range(max(1, minutes)):
        hour = (starts_at + timedelta(minutes=minute)).astimezone(info).hour
        found += hour >= NIGHT_FROM or hour < NIGHT_TO
    return found


def night_depth(starts_at: datetime, length: timedelta, zone: str) -> int:
    """How bad a presentation's hour is where the city is: 0 by day, else the minutes from the nearest edge of the night to the
    moment of the presentation that lies deepest in it (02:30 is the deepest hour of a night from 22 to 7).
    """
    if not night_minutes(starts_at, length, zone):
        return 0
    info = ZoneInfo(zone)
    worst = 1
    for moment in (starts_at, starts_at + length / 2, starts_at + length - timedelta(minutes=1)):
        at = _of_day(moment.astimezone(info))
        since, until = (at - NIGHT_FROM * 60) % 1440, (NIGHT_TO * 60 - at) % 1440
        if since < (NIGHT_TO - NIGHT_FROM) % 24 * 60:
            worst = max(worst, min(since + 1, until))
    return worst


def discomfort(starts_at: datetime, length: timedelta, zone: str) -> int:
    """Minutes by which a presentation begins before, or ends after, the comfortable hours of a place."""
    info = ZoneInfo(zone)
    begin, end = starts_at.astimezone(info), (starts_at + length).astimezone(info)
    late = _of_day(end) if end.date() == begin.date() else _of_day(end) + 1440
    return max(0, DAY_FROM * 60 - _of_day(begin), late - DAY_TO * 60)


def hour_of(starts_at: datetime, length: timedelta, zone: str) -> Hour:
    """How good the hour is: night if any minute lies in the night."""
    if night_minutes(starts_at, length, zone):
        return Hour.NIGHT
    return Hour.EDGE if discomfort(starts_at, length, zone) else Hour.DAY


@dataclass(frozen=True, slots=True)
class AwakeHour:
    """An hour of a day in the award's zone, and how many of the cities could present in it by day or at least not at night."""

    hour: int
    by_day: int
    awake: int


def awake_hours(on: date, zones: Sequence[str], *, award_zone: str) -> list[AwakeHour]:
    """For each hour of a day of the award: for how many of these places it is no night. Helps to choose when sessions begin."""
    found = []
    for hour in range(24):
        at = datetime.combine(on, time(hour), tzinfo=ZoneInfo(award_zone))
        kinds = [hour_of(at, timedelta(minutes=30), zone) for zone in zones]
        found.append(AwakeHour(hour, kinds.count(Hour.DAY), len(kinds) - kinds.count(Hour.NIGHT)))
    return found


def check_planning(phase: CyclePhase) -> None:
    """Raise IllegalTransition unless presentations can be planned: from the public shortlist to the jury's lock."""
    if phase not in PHASES_OF_PLANNING:
        raise IllegalTransition(
            N_("Presentations are planned while the shortlist is public and the jury has not decided yet.")
        )


def materials_are_open(*, until: datetime | None, has_change: bool, begins_at: datetime | None, now: datetime) -> bool:
    """Whether a city can upload: until the instant for everybody and, where something is to be changed, until it begins."""
    if until is None or now < until:
        return begins_at is None or now < begins_at
    return has_change and begins_at is not None and now < begins_at
