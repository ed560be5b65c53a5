"""The chair decides on ties that were found."""

from __future__ import annotations

from typing import Any

from awardapp.domain.people import Role
from awardapp.web import suspicions as page
from awardapp.web.access import requires
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp

_TEMPLATE = "committee/suspicions.html"


@bp.get("/ties")
@requires(Role.COMMITTEE)
def suspicions() -> Any:
    room.chair_only()
    return page.show(_TEMPLATE)


@bp.post("/ties/look")
@requires(Role.COMMITTEE)
def look_for_ties() -> Any:
    room.chair_only()
    return page.look(back=room.url("suspicions"))


@bp.post("/ties/<int:suspicion_id>")
@requires(Role.COMMITTEE)
def decide_suspicion(suspicion_id: int) -> Any:
    room.chair_only()
    return page.decide(suspicion_id, _TEMPLATE, back=room.url("suspicions"))
