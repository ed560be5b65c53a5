"""The speaking clock: one page for the whole screen, the same for the moderator, the jury and the people who present.

It counts from the server's instant and follows by a 304 poll each second; without a script it says when the time is up.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, current_app, jsonify, render_template, request, url_for

from awardapp import clock as instants
from awardapp.domain.errors import N_
from awardapp.domain.speaking_clock import Clock, Part
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, TimetableSlot
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.queries.presentations import Sitting
from awardapp.services import presentation_floor
from awardapp.web import access
from awardapp.web.submissions.scope import own_submission

PARTS: dict[Part, str] = {
    Part.WAITING: N_("Not begun"),
    Part.TALK: N_("Presentation"),
    Part.QUESTIONS: N_("Questions"),
    Part.ENDED: N_("Ended"),
}


def key_of(*facts: object) -> str:
    """A word that changes when any of the facts does; keyed, since they could be guessed."""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, repr(facts).encode(), hashlib.sha256).hexdigest()[:24]


def answer(key: str) -> Any:
    """The key as JSON; 304 to whoever has it already."""
    response = jsonify(key=key)
    response.set_etag(key)
    return response.make_conditional(request)


@dataclass(frozen=True, slots=True)
class Face:
    """What the clock shows: a presentation of the session, or none when all are over."""

    slot: TimetableSlot | None
    clock: Clock
    now: datetime

    @property
    def part(self) -> str:
        return _(PARTS[self.clock.part])

    @property
    def left(self) -> int:
        """Whole seconds left of the present part; negative when the time is over."""
        return int(self.clock.left(self.now).total_seconds())

    @property
    def words(self) -> str:
        """What is left as the clock writes it: 7:00, +0:35 when it is over."""
        seconds = abs(self.left)
        return f"{'+' if self.left < 0 else ''}{seconds // 60}:{seconds % 60:02}"


def face(sitting: Sitting, clocks: Mapping[int, Clock]) -> Face:
    """The clock of a session now."""
    slot = presentation_floor.current(sitting, dict(clocks))
    return Face(slot, clocks[slot.presentation_id] if slot is not None else Clock(Part.ENDED), instants.now())


def sitting_or_404(cycle: Cycle, number: int) -> Sitting:
    """The published session of the address, or 404."""
    found = queries.sitting(cycle, number)
    if found is None:
        abort(404)
    return found


def _show(cycle: Cycle, sitting: Sitting, *, state_url: str, back: str) -> str:
    return render_template(
        "presentations/clock.html",
        cycle=cycle,
        sitting=sitting,
        face=face(sitting, day_queries.clocks(sitting.slots)),
        key=_key(sitting),
        state_url=state_url,
        back=back,
    )


def _key(sitting: Sitting) -> str:
    return key_of("clock", sitting.session.session_id, *day_queries.beat(sitting.session.session_id))


def page(number: int) -> str:
    """The clock, from the secretariat's or the jury's room."""
    cycle, room = access.cycle(), request.blueprint
    return _show(
        cycle,
        sitting_or_404(cycle, number),
        state_url=url_for(f"{room}.presentation_clock_state", cycle_slug=cycle.slug, number=number),
        back=url_for(f"{room}.presentations", cycle_slug=cycle.slug),
    )


def state(number: int) -> Any:
    """Whether the clock has changed."""
    return answer(_key(sitting_or_404(access.cycle(), number)))


def _of_city(ref: str) -> Sitting:
    submission = own_submission(ref, files=False)
    presentation = queries.of_submission(submission)
    found = queries.appointed(presentation) if presentation is not None else None
    if found is None or found.is_off:
        abort(404)
    return sitting_or_404(submission.cycle, found.session.session.number)


def city_page(ref: str) -> str:
    """The clock of the session in which the city presents."""
    sitting = _of_city(ref)
    return _show(
        own_submission(ref, files=False).cycle,
        sitting,
        state_url=url_for("submissions.presentation_clock_state", ref=ref),
        back=url_for("submissions.presentation", ref=ref),
    )


def city_state(ref: str) -> Any:
    """Whether the clock has changed."""
    return answer(_key(_of_city(ref)))
