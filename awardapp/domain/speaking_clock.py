"""The speaking clock: what follows from the moderator's acts, at an instant.

The acts are kept one after the other; part, time spent and instant of the end are computed from them and nowhere stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from awardapp.domain.errors import N_, IllegalTransition


class Act(StrEnum):
    """What a moderator does with the clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    QUESTIONS = "questions"
    END = "end"
    ANEW = "anew"  # as if it had not begun: a start by mistake


class Part(StrEnum):
    WAITING = "waiting"
    TALK = "talk"
    QUESTIONS = "questions"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a presentation is. `spent`: of the present part until `since`; `since` None while paused, waiting or ended."""

    part: Part = Part.WAITING
    spent: timedelta = timedelta()
    since: datetime | None = None
    talk: timedelta = timedelta()
    questions: timedelta = timedelta()
    began_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.since is not None

    @property
    def is_paused(self) -> bool:
        return self.since is None and self.part in (Part.TALK, Part.QUESTIONS)

    @property
    def length(self) -> timedelta:
        """How long the present part is; of a presentation that waits, the talk's."""
        return self.questions if self.part is Part.QUESTIONS else self.talk

    @property
    def ends_at(self) -> datetime | None:
        """When the time of the present part is up, while it runs."""
        return None if self.since is None else self.since + self.length - self.spent

    def left(self, now: datetime) -> timedelta:
        """What is left of the present part; negative when the time is over."""
        return self.length - self.spent - (now - self.since if self.since is not None else timedelta())

    def possible(self) -> tuple[Act, ...]:
        """What the moderator can do now, the usual step first."""
        if self.part is Part.WAITING:
            return (Act.START,)
        if self.part is Part.ENDED:
            return (Act.ANEW,)
        on = Act.PAUSE if self.is_running else Act.RESUME
        if self.part is Part.TALK and self.questions:
            return (Act.QUESTIONS, on, Act.END, Act.ANEW)
        return (Act.END, on, Act.ANEW)


def after(clock: Clock, act: Act, at: datetime) -> Clock:
    """The clock after an act. Raises IllegalTransition for an act that is not possible."""
    if act not in clock.possible():
        raise IllegalTransition(N_("The clock has moved on meanwhile. Look at it again."))
    talk, questions, began = clock.talk, clock.questions, clock.began_at
    if act is Act.ANEW:
        return Clock(talk=talk, questions=questions)
    if act is Act.START:
        return Clock(Part.TALK, timedelta(), at, talk, questions, at)
    if act is Act.QUESTIONS:
        return Clock(Part.QUESTIONS, timedelta(), at, talk, questions, began)
    if act is Act.RESUME:
        return Clock(clock.part, clock.spent, at, talk, questions, began)
    spent = clock.spent + (at - clock.since if clock.since is not None else timedelta())
    if act is Act.PAUSE:
        return Clock(clock.part, spent, None, talk, questions, began)
    return Clock(Part.ENDED, spent, None, talk, questions, began, at)


def of_acts(acts: Iterable[tuple[Act, datetime]], *, talk_minutes: int, question_minutes: int) -> Clock:
    """The clock that follows from all acts, the oldest first."""
    clock = Clock(talk=timedelta(minutes=talk_minutes), questions=timedelta(minutes=question_minutes))
    for act, at in acts:
        clock = after(clock, act, at)
    return clock
