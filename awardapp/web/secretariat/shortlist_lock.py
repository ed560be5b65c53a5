"""The secretariat as second person: the list of what a chair asks to lock, and sealing it; the committee's and the jury's."""

from __future__ import annotations

from typing import Any

from flask import url_for

from awardapp.domain.people import Role
from awardapp.queries import locking as queries
from awardapp.web import access, fresh_password, locking
from awardapp.web.access import requires
from awardapp.web.locked_lists import SHORTLIST, WINNERS
from awardapp.web.locking import Listed
from awardapp.web.secretariat.blueprint import bp

_SHORTLIST = "secretariat/shortlist_lock.html"
_WINNERS = "secretariat/jury_lock.html"


def _url(endpoint: str) -> str:
    return url_for(f"secretariat.{endpoint}", cycle_slug=access.cycle().slug)


def _page(listed: Listed, template: str) -> Any:
    request = queries.open_request(access.cycle(), listed.lock.stage)
    return locking.second_page(listed, template, locking.seal_form(), request)


def _seal(listed: Listed, template: str, here: str) -> Any:
    request = queries.open_request(access.cycle(), listed.lock.stage)
    return locking.seal(listed, template, locking.seal_form(), request, back=here, done=_url("overview"))


@bp.get("/shortlist-lock")
@requires(Role.SECRETARIAT)
def shortlist_lock() -> Any:
    """Exactly what will be sealed, or that nothing waits."""
    return _page(SHORTLIST, _SHORTLIST)


@bp.post("/shortlist-lock")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def seal_shortlist() -> Any:
    """Seal the shortlist as second person."""
    return _seal(SHORTLIST, _SHORTLIST, _url("shortlist_lock"))


@bp.post("/shortlist-lock/decline")
@requires(Role.SECRETARIAT)
def decline_lock() -> Any:
    """Send the request back to the chair: nothing is sealed."""
    return locking.withdraw(SHORTLIST, back=_url("shortlist_lock"))


@bp.get("/jury-lock")
@requires(Role.SECRETARIAT)
def jury_lock() -> Any:
    """Exactly which winners will be sealed, or that nothing waits."""
    return _page(WINNERS, _WINNERS)


@bp.post("/jury-lock")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def seal_winners() -> Any:
    """Seal the winners as second person."""
    return _seal(WINNERS, _WINNERS, _url("jury_lock"))


@bp.post("/jury-lock/decline")
@requires(Role.SECRETARIAT)
def decline_jury_lock() -> Any:
    """Send the request back to the jury's chair: nothing is sealed."""
    return locking.withdraw(WINNERS, back=_url("jury_lock"))
