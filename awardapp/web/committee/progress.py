"""The chair follows the reading."""

from __future__ import annotations

from typing import Any

from awardapp.domain.people import Role
from awardapp.web import progress as page
from awardapp.web.access import requires
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp

_TEMPLATE = "committee/progress.html"


@bp.get("/progress")
@requires(Role.COMMITTEE)
def progress() -> Any:
    """Who has read what."""
    room.chair_only()
    return page.show(_TEMPLATE)


@bp.post("/progress/remind")
@requires(Role.COMMITTEE)
def remind() -> Any:
    """Remind the members ticked."""
    room.chair_only()
    return page.remind(_TEMPLATE, back=room.url("progress"))


@bp.post("/progress/freeze")
@requires(Role.COMMITTEE)
def freeze() -> Any:
    room.chair_only()
    return page.stop(back=room.url("progress"))


@bp.post("/progress/unfreeze")
@requires(Role.COMMITTEE)
def unfreeze() -> Any:
    room.chair_only()
    return page.resume(back=room.url("progress"))
