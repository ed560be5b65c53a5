"""The secretariat as second person: the list of what the committee's chair asks to lock, and sealing it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from awardapp.domain.people import Role
from awardapp.queries import locking as queries
from awardapp.web import access, fresh_password, locking
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp

_TEMPLATE = "secretariat/shortlist_lock.html"


def _form() -> locking.SealForm:
    form = locking.SealForm()
    form.speak()
    return form


def _here() -> str:
    return url_for("secretariat.shortlist_lock", cycle_slug=access.cycle().slug)


@bp.get("/shortlist-lock")
@requires(Role.SECRETARIAT)
def shortlist_lock() -> Any:
    """Exactly what will be sealed, or that nothing waits."""
    return locking.second_page(_TEMPLATE, _form(), queries.open_request(access.cycle()))


@bp.post("/shortlist-lock")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def seal_shortlist() -> Any:
    """Seal the shortlist as second person."""
    request = queries.open_request(access.cycle())
    overview = url_for("secretariat.overview", cycle_slug=access.cycle().slug)
    return locking.seal(_TEMPLATE, _form(), request, back=_here(), done=overview)


@bp.post("/shortlist-lock/decline")
@requires(Role.SECRETARIAT)
def decline_lock() -> Any:
    """Send the request back to the chair: nothing is sealed."""
    return locking.withdraw(back=_here())
