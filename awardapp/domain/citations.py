"""A citation in two languages: which of the two leads, and which has to follow a change of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

LANGUAGES = ("en", "zh")
LONGEST = 5000
ONE_SITTING = timedelta(hours=1)  # a text that catches up is saved many times


@dataclass(frozen=True, slots=True)
class State:
    """The last saved text of one language. `number` counts the saves of both; `leads`: the other has to follow it."""

    text: str
    number: int
    leads: bool
    saved_at: datetime


def other(language: str) -> str:
    """The other one of the two languages."""
    return "zh" if language == "en" else "en"


def behind(states: Mapping[str, State]) -> str | None:
    """The language whose text may not say any more what the other says; None when both are in step, or one is missing."""
    for language in LANGUAGES:
        own, leading = states.get(language), states.get(other(language))
        if own and leading and own.text and leading.text and leading.leads and leading.number > own.number:
            return language
    return None


def will_lead(states: Mapping[str, State], language: str, *, now: datetime) -> bool:
    """Whether a change of this language, made now, asks the other one to follow.

    It does not while this language itself catches up: it was missing or behind, or goes on being written in the same sitting
    without a change of the other.
    """
    own, beside = states.get(language), states.get(other(language))
    if beside is None or not beside.text:
        return True  # nothing is behind yet; whatever comes beside it follows
    if own is None or not own.text or behind(states) == language:
        return False
    return own.leads or own.number < beside.number or now - own.saved_at > ONE_SITTING
