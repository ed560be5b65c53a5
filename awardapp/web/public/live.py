"""The call as it runs: how many have begun and handed in, from how many cities and countries, day by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import dates
from flask import abort, render_template

from awardapp import clock
from awardapp.domain.cycles import intake_is_open
from awardapp.i18n import language
from awardapp.models import Cycle
from awardapp.queries import live as queries
from awardapp.web.access import public
from awardapp.web.public.blueprint import bp
from awardapp.web.public.cycles import open_cycle

DAYS_SHOWN = 14


@bp.get("/cycles/<slug>/live")
@public
def live(slug: str) -> str:
    """The figures of a call, during it and afterwards; live.js fetches the page anew while it is looked at."""
    cycle = open_cycle(slug)
    if cycle.is_archive:
        abort(404)
    now = clock.now()
    found = queries.figures(cycle, now=now)
    by_day = found.received_on or found.begun_on
    return render_template(
        "public/live.html",
        cycle=cycle,
        live=found,
        is_open=intake_is_open(cycle.phase, deadline_at=cycle.deadline_at, now=now),
        days=_in_words(_last_days(cycle, now=now), by_day) if by_day else [],
        days_are_received=bool(found.received_on),
        earlier=sum(n for day, n in by_day.items() if day < _last_days(cycle, now=now)[0]),
        today=now.astimezone(ZoneInfo(cycle.time_zone)).date(),
    )


def _last_days(cycle: Cycle, *, now: datetime) -> list[date]:
    """The days up to today, or to the last one of the call once it is over, in the award's zone."""
    last = now
    if cycle.deadline_at is not None and cycle.deadline_at <= now:
        last = cycle.deadline_at - timedelta(seconds=1)
    day = last.astimezone(ZoneInfo(cycle.time_zone)).date()
    return [day - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]


def _in_words(days: list[date], counted: dict[date, int]) -> list[tuple[str, int]]:
    """Each day as the chart names it, with its number."""
    words = "M/d" if language() == "zh" else "d MMM"
    return [(dates.format_date(day, words, locale=language()), counted.get(day, 0)) for day in days]
