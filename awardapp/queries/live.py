"""The running figures of an open call, as the award publishes them: submissions begun and received, cities, countries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, Submission, SubmissionVersion

FRESH_FOR = timedelta(seconds=20)
MOST_KEPT = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """So many submissions, from so many cities in so many countries and regions."""

    submissions: int
    cities: int
    countries: int


@dataclass(frozen=True, slots=True)
class Live:
    """A call's figures at an instant. What was withdrawn does not count; days are those of the award's zone."""

    at: datetime
    begun: Figures
    received: Figures
    begun_on: dict[date, int]
    received_on: dict[date, int]


_kept: dict[tuple[int, str], Live] = {}
_lock = Lock()


def figures(cycle: Cycle, *, now: datetime) -> Live:
    """The figures of a cycle, at most FRESH_FOR old. One query, or none while a process remembers them."""
    key = (cycle.id, cycle.slug)
    kept = _kept.get(key)
    if kept is not None and kept.at <= now < kept.at + FRESH_FOR:
        return kept
    counted = _counted(cycle, now=now)
    with _lock:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = counted
    return counted


def _counted(cycle: Cycle, *, now: datetime) -> Live:
    first = and_(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == 1)
    rows = db.session.execute(
        select(Submission.city_id, City.country, Submission.created_at, SubmissionVersion.submitted_at)
        .join(City, City.id == Submission.city_id)
        .outerjoin(SubmissionVersion, first)
        .where(Submission.cycle_id == cycle.id, Submission.status != SubmissionStatus.WITHDRAWN)
    ).all()
    zone = ZoneInfo(cycle.time_zone)
    received = [row for row in rows if row.submitted_at is not None]
    return Live(
        at=now.replace(microsecond=0),
        begun=_figures((row.city_id, row.country) for row in rows),
        received=_figures((row.city_id, row.country) for row in received),
        begun_on=Counter(row.created_at.astimezone(zone).date() for row in rows),
        received_on=Counter(row.submitted_at.astimezone(zone).date() for row in received),
    )


def _figures(places: Iterable[tuple[int, str]]) -> Figures:
    found = list(places)
    return Figures(len(found), len({city for city, _country in found}), len({country for _city, country in found}))
