"""The public programme: the presentations that the public may watch, on the reader's own clock.

It reads the published timetable alone, and only once the shortlist is public.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Response, abort, render_template, request

from awardapp.queries import presentations as queries
from awardapp.queries.presentations import Sitting
from awardapp.web.access import public
from awardapp.web.auth_forms import zone_choices
from awardapp.web.presentations.calendars import of_public
from awardapp.web.presentations.shown import presenter_words
from awardapp.web.public.blueprint import bp
from awardapp.web.public.cycles import open_cycle


def _zone(award_zone: str) -> tuple[str, bool]:
    """The zone asked for, and whether something was asked that no zone is called."""
    asked = request.args.get("zone", "")
    if not asked or asked in available_timezones():
        return asked or award_zone, False
    return award_zone, True


@bp.get("/cycles/<slug>/programme")
@public
def programme(slug: str) -> str:
    """The public sessions with who presents when; 404 where there are none."""
    cycle = open_cycle(slug)
    sittings = queries.timetable(cycle, public_only=True)
    if not sittings:
        abort(404)
    zone, is_unknown = _zone(cycle.time_zone)
    return render_template(
        "public/programme.html",
        cycle=cycle,
        sittings=sittings,
        zone=zone,
        is_unknown=is_unknown,
        zones=[(choice.value, choice.label) for choice in zone_choices()],
        presenter_words=presenter_words,
        ends_at=queries.ends_at,
    )


@bp.get("/cycles/<slug>/programme.ics")
@public
def programme_calendar(slug: str) -> Response:
    """The same as a calendar file, with what was called off; 404 before there is a programme."""
    cycle = open_cycle(slug)
    sittings = queries.timetable(cycle, public_only=True, dropped=True)
    if not any(_is_on(one) for one in sittings):
        abort(404)
    return of_public(cycle, sittings)


def _is_on(one: Sitting) -> bool:
    return one.session.dropped_at is None
