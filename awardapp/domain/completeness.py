"""Is an announcement complete: one line of the list that a secretary goes through before the seal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from awardapp.domain.errors import N_

SANE_HOURS = range(8, 22)  # in the award's zone; a result is announced while somebody can answer the telephone
LONG_AHEAD_DAYS = 60


class Verdict(StrEnum):
    """`missing` keeps it from being sealed, `doubtful` asks somebody to look, `good` is done."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at: what was found, and the key of the page on which it is mended ("" when it is good).

    `named` are references or names to look at, `about` the id of the one thing the page needs.
    """

    key: str
    verdict: Verdict
    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)
    mend: str = ""
    about: int | None = None
    named: tuple[str, ...] = ()


def at_instant(local: datetime | None, *, now: datetime, planned: date | None) -> Item:
    """What is to be said about the instant, given in the award's zone; `planned` is the day in the cycle's calendar."""
    key = "instant"
    if local is None:
        return Item(key, Verdict.GOOD, N_("It becomes public at once, with the second release."))
    if local <= now:
        return Item(
            key,
            Verdict.MISSING,
            N_("The embargo's end has passed. Set a later one, or leave it empty to publish at once."),
            mend="words",
        )
    if local.hour not in SANE_HOURS:
        return Item(
            key,
            Verdict.DOUBTFUL,
            N_("It becomes public at night in the award's zone. Is this meant?"),
            mend="words",
        )
    if planned is not None and local.date() != planned:
        return Item(
            key,
            Verdict.DOUBTFUL,
            N_("It becomes public on another day than the calendar of the cycle says. Is this meant?"),
            mend="words",
        )
    if (local - now).days > LONG_AHEAD_DAYS:
        return Item(
            key, Verdict.DOUBTFUL, N_("It becomes public in more than two months. Is this meant?"), mend="words"
        )
    return Item(key, Verdict.GOOD, N_("The instant lies ahead, by day, on the planned day."))
