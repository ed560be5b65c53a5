"""The queue's filter as it stands in the address: read from it, and put into every link that stays under it."""

from __future__ import annotations

from typing import Any

from flask import request

from awardapp import clock, places
from awardapp.domain.cycles import intake_is_open
from awardapp.queries import check_queue
from awardapp.queries.check_queue import HANDS, MARKS, SORTS, STATES, Asking, Line, Wanted
from awardapp.web import access

_NAMES = ("state", "theme", "region", "country", "language", "mark", "hand", "q", "sort")


def asking() -> Asking:
    """Who looks at which queue, now."""
    cycle = access.cycle()
    is_open = intake_is_open(cycle.phase, deadline_at=cycle.deadline_at, now=clock.now())
    return Asking(cycle, access.actor().id, is_open)


def _one_of(name: str, known: tuple[str, ...], otherwise: str = "") -> str:
    value = request.args.get(name, "")
    return value if value in known else otherwise


def _countries() -> tuple[str, ...] | None:
    """The countries that the region or the country of the address stands for; None where it names neither."""
    country, region = request.args.get("country", "").upper(), request.args.get("region", "")
    if country:
        return (country,)
    if region:
        return tuple(code for code, one in places.countries().items() if one.region == region)
    return None


def wanted() -> Wanted:
    """The filter of the address; what it does not know it ignores."""
    return Wanted(
        state=_one_of("state", STATES, "waiting"),
        theme=request.args.get("theme", ""),
        countries=_countries(),
        language=_one_of("language", ("en", "zh", "both")),
        mark=_one_of("mark", MARKS),
        hand=_one_of("hand", HANDS),
        text=request.args.get("q", "").strip()[:200],
        sort=_one_of("sort", SORTS, "received"),
    )


def filters() -> dict[str, Any]:
    """The filter for a link, as it was typed."""
    return {name: request.args[name] for name in _NAMES if request.args.get(name)}


def line() -> Line:
    """The whole queue under the filter of the address."""
    return check_queue.line(asking(), wanted())
