"""The secretariat follows the committee's reading."""

from __future__ import annotations

from typing import Any

from flask import url_for

from awardapp.domain.people import Role
from awardapp.web import access
from awardapp.web import progress as page
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp

_TEMPLATE = "secretariat/progress.html"


def _here() -> str:
    return url_for("secretariat.progress", cycle_slug=access.cycle().slug)


@bp.get("/progress")
@requires(Role.SECRETARIAT)
def progress() -> Any:
    """Who has read what."""
    return page.show(_TEMPLATE)


@bp.post("/progress/remind")
@requires(Role.SECRETARIAT)
def remind_members() -> Any:
    """Remind the members ticked."""
    return page.remind(_TEMPLATE, back=_here())


@bp.post("/progress/freeze")
@requires(Role.SECRETARIAT)
def freeze_scoring() -> Any:
    return page.stop(back=_here())


@bp.post("/progress/unfreeze")
@requires(Role.SECRETARIAT)
def unfreeze_scoring() -> Any:
    return page.resume(back=_here())
