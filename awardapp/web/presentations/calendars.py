"""Calendar files: a city's own slot, the sessions of the timetable, the public programme. What was called off is in them as
cancelled, so that calendars strike it out.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, abort, current_app, request, url_for

from awardapp.domain.calendar_files import Appointment, calendar_file
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Cycle
from awardapp.queries import presentations as queries
from awardapp.queries.presentations import Appointed, Sitting
from awardapp.web import access
from awardapp.web.downloads import disposition
from awardapp.web.submissions.scope import own_submission


def _host() -> str:
    return urlsplit(str(current_app.config["BASE_URL"])).hostname or "localhost"


def absolute(endpoint: str, **values: object) -> str:
    """An address with the configured host: never the one a request claims."""
    return f"{str(current_app.config['BASE_URL']).rstrip('/')}{url_for(endpoint, **values)}"  # type: ignore[arg-type]  # values of an address


def calendar_response(appointments: list[Appointment], *, name: str, filename: str) -> Response:
    """The file."""
    response = Response(calendar_file(appointments, name=name), mimetype="text/calendar")
    response.headers["Content-Disposition"] = disposition(filename)
    return response


def session_appointment(sitting: Sitting, *, url: str, is_public: bool) -> Appointment:
    """A whole session; for the public without the address where participants join."""
    one = sitting.session
    cities = [pick(slot.presentation.submission.city, "name") for slot in sitting.slots if slot.dropped_at is None]
    join = one.public_link if is_public else one.link
    return Appointment(
        uid=f"presentation-session-{one.session_id}@{_host()}",
        sequence=one.sequence,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        changed_at=max([one.changed_at, *(slot.changed_at for slot in sitting.slots)]),
        summary=_("Presentations: %(title)s", title=pick(one, "title")),
        description="\n".join([*cities, *([join] if join else [])]),
        location=pick(one, "place"),
        url=url,
        is_cancelled=one.dropped_at is not None,
    )


def of_cycle() -> Response:
    """All sessions of the timetable, for the secretariat or a juror."""
    cycle, room = access.cycle(), request.blueprint
    sittings = queries.timetable(cycle, dropped=True)
    if not sittings:
        abort(404)
    page = absolute(f"{room}.presentations", cycle_slug=cycle.slug)
    return calendar_response(
        [session_appointment(one, url=page, is_public=False) for one in sittings],
        name=_("Presentations of %(cycle)s", cycle=pick(cycle, "name")),
        filename=f"presentations-{cycle.slug}.ics",
    )


def of_public(cycle: Cycle, sittings: list[Sitting]) -> Response:
    """The public sessions."""
    page = absolute("public.programme", slug=cycle.slug)
    return calendar_response(
        [session_appointment(one, url=page, is_public=True) for one in sittings],
        name=_("Presentations of %(cycle)s", cycle=pick(cycle, "name")),
        filename=f"programme-{cycle.slug}.ics",
    )


def of_city(ref: str) -> Response:
    """The city's own slot."""
    submission = own_submission(ref, files=False)
    presentation = queries.of_submission(submission)
    found = queries.appointed(presentation) if presentation is not None else None
    if found is None:
        abort(404)
    city = pick(submission.city, "name")
    return calendar_response(
        [_slot(found, city=city, url=absolute("submissions.presentation", ref=ref))],
        name=_("%(city)s presents", city=city),
        filename=f"presentation-{submission.ref}.ics",
    )


def _slot(found: Appointed, *, city: str, url: str) -> Appointment:
    slot, session = found.slot, found.session
    words = [
        _(
            "%(talk)s minutes to present, %(questions)s minutes for questions",
            talk=slot.talk_minutes,
            questions=slot.question_minutes,
        ),
        pick(session, "title"),
        session.link,
    ]
    return Appointment(
        uid=f"presentation-{slot.presentation_id}@{_host()}",
        sequence=slot.sequence,
        starts_at=slot.starts_at,
        ends_at=queries.ends_at(slot),
        changed_at=max(slot.changed_at, session.changed_at),
        summary=_("%(city)s presents", city=city),
        description="\n".join(filter(None, words)),
        location=pick(session, "place"),
        url=url,
        is_cancelled=found.is_off,
    )
