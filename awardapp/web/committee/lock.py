"""The lock of the shortlist: asked for by the chair, confirmed by a second person; the record that anybody can re-run."""

from __future__ import annotations

from typing import Any

from flask import Response, abort

from awardapp.domain.announcements import Stage
from awardapp.domain.people import Role
from awardapp.services import selections
from awardapp.web import access, fresh_password, judges, locking
from awardapp.web.access import requires
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp
from awardapp.web.locked_lists import SHORTLIST


@bp.get("/shortlist-lock")
@requires(Role.COMMITTEE)
def confirm_lock() -> Any:
    """Exactly what will be locked, or the request that waits. Chair only."""
    room.chair_only()
    return locking.ask_page(SHORTLIST, locking.ask_form(SHORTLIST))


@bp.post("/shortlist-lock")
@fresh_password.limited
@requires(Role.COMMITTEE)
def lock() -> Any:
    """Ask for the lock; a second person seals it. Chair only."""
    room.chair_only()
    return locking.ask(SHORTLIST, locking.ask_form(SHORTLIST), back=room.url("confirm_lock"))


@bp.post("/shortlist-lock/withdraw")
@requires(Role.COMMITTEE)
def withdraw_lock() -> Any:
    """Take the request back. Chair only."""
    room.chair_only()
    return locking.withdraw(SHORTLIST, back=room.url("confirm_lock"))


@bp.app_template_global()
def lock_waits_for_me() -> bool:
    """Whether the chair named the signed-in member as second person of a lock that waits. One query, while one can wait."""
    return locking.waits_for_me(SHORTLIST)


@bp.get("/shortlist-lock/second")
@requires(Role.COMMITTEE)
def second_lock() -> Any:
    """The list for the member whom the chair named as second person."""
    return locking.second_page(SHORTLIST, "committee/second_lock.html", locking.seal_form(), locking.for_me(SHORTLIST))


@bp.post("/shortlist-lock/second")
@fresh_password.limited
@requires(Role.COMMITTEE)
def seal() -> Any:
    """Seal the shortlist as second person."""
    request, queue = locking.for_me(SHORTLIST), room.url("queue")
    return locking.seal(SHORTLIST, "committee/second_lock.html", locking.seal_form(), request, back=queue, done=queue)


@bp.get("/shortlist-record")
@requires(Role.COMMITTEE)
def record() -> Response:
    """The record of the locked selection, for anybody to re-run. Chair only."""
    room.chair_only()
    selection = selections.selection_of(access.cycle(), Stage.COMMITTEE)
    if selection is None or selection.record is None:
        abort(404)
    return judges.record_response(selection.record, f"record-{access.cycle().slug}-committee.json")
