"""The lock of the shortlist: asked for by the chair, confirmed by a second person; the record that anybody can re-run."""

from __future__ import annotations

from typing import Any

from flask import Response, abort

from awardapp.domain.announcements import Stage
from awardapp.domain.people import Role
from awardapp.models import LockRequest
from awardapp.queries import locking as queries
from awardapp.services import selections
from awardapp.web import access, fresh_password, judges, locking
from awardapp.web.access import requires
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp


def _ask_form() -> locking.AskForm:
    form = locking.AskForm()
    form.speak()
    return form


def _seal_form() -> locking.SealForm:
    form = locking.SealForm()
    form.speak()
    return form


@bp.get("/shortlist-lock")
@requires(Role.COMMITTEE)
def confirm_lock() -> Any:
    """Exactly what will be locked, or the request that waits. Chair only."""
    room.chair_only()
    return locking.ask_page(_ask_form())


@bp.post("/shortlist-lock")
@fresh_password.limited
@requires(Role.COMMITTEE)
def lock() -> Any:
    """Ask for the lock; a second person seals it. Chair only."""
    room.chair_only()
    return locking.ask(_ask_form(), back=room.url("confirm_lock"))


@bp.post("/shortlist-lock/withdraw")
@requires(Role.COMMITTEE)
def withdraw_lock() -> Any:
    """Take the request back. Chair only."""
    room.chair_only()
    return locking.withdraw(back=room.url("confirm_lock"))


@bp.app_template_global()
def lock_waits_for_me() -> bool:
    """Whether the chair named the signed-in member as second person of a lock that waits. One query, while one can wait."""
    cycle = access.cycle()
    request = queries.open_request(cycle) if queries.can_wait(cycle) else None
    return request is not None and request.named_id == access.actor().id


def _for_me() -> LockRequest:
    """The request that waits for the signed-in member, or 404: others do not learn that there is one."""
    request = queries.open_request(access.cycle())
    if request is None or request.named_id != access.actor().id:
        abort(404)
    return request


@bp.get("/shortlist-lock/second")
@requires(Role.COMMITTEE)
def second_lock() -> Any:
    """The list for the member whom the chair named as second person."""
    return locking.second_page("committee/second_lock.html", _seal_form(), _for_me())


@bp.post("/shortlist-lock/second")
@fresh_password.limited
@requires(Role.COMMITTEE)
def seal() -> Any:
    """Seal the shortlist as second person."""
    request = _for_me()
    queue = room.url("queue")
    return locking.seal("committee/second_lock.html", _seal_form(), request, back=queue, done=queue)


@bp.get("/shortlist-record")
@requires(Role.COMMITTEE)
def record() -> Response:
    """The record of the locked selection, for anybody to re-run. Chair only."""
    room.chair_only()
    selection = selections.selection_of(access.cycle(), Stage.COMMITTEE)
    if selection is None or selection.record is None:
        abort(404)
    return judges.record_response(selection.record, f"record-{access.cycle().slug}-committee.json")
