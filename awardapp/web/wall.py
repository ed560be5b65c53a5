"""The wall on pages: whatever shows figures of a vote, or what the media chose, is marked with `behind_wall`.

A juror who asks while the jury is open is told why nothing is shown, and that is noted in the log before the answer leaves. A
test asks every address as jurors in every role, with figures that cannot be missed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request

from awardapp import clock
from awardapp.domain import wall
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Cycle
from awardapp.services import wall as services
from awardapp.web import access
from awardapp.web.looks import short_write

View = TypeVar("View", bound=Callable[..., Any])

MARK = "award_wall"


def behind_wall(view: View) -> View:
    """Keep jurors of the cycle out while the jury is open, in whatever role they come. Below `requires`, which loads both."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        check()
        return view(*args, **kwargs)

    setattr(guarded, MARK, True)
    return cast(View, guarded)


def check() -> None:
    """Refuse a juror while the wall stands, and note it. Raises WallStands (403)."""
    cycle = access.cycle()
    try:
        wall.check(cycle.phase, is_juror=access.standing().has(Role.JUROR))
    except wall.WallStands:
        with short_write():
            services.note_refusal(
                actor=access.actor(), cycle=cycle, page=request.endpoint or "", now=clock.database_now()
            )
        raise


def note_look(cycle: Cycle, what: str) -> None:
    """Note that the signed-in person opens figures or a decision from outside, before they are shown."""
    if request.method in ("GET", "HEAD"):
        with short_write():
            services.note_look(actor=access.actor(), cycle=cycle, what=what, now=clock.database_now())
        return
    services.note_look(actor=access.actor(), cycle=cycle, what=what, now=clock.database_now())
    db.session.commit()
