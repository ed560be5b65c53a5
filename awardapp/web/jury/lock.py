"""The lock of the winners: asked for by the jury's chair, confirmed by a second person."""

from __future__ import annotations

from typing import Any

from awardapp.domain.people import Role
from awardapp.web import fresh_password, locking
from awardapp.web.access import requires
from awardapp.web.jury import room
from awardapp.web.jury.blueprint import bp
from awardapp.web.locked_lists import WINNERS


@bp.get("/decide-lock")
@requires(Role.JUROR)
def confirm_lock() -> Any:
    """Exactly what will be locked, or the request that waits. Chair only."""
    room.chair_only()
    return locking.ask_page(WINNERS, locking.ask_form(WINNERS))


@bp.post("/decide-lock")
@fresh_password.limited
@requires(Role.JUROR)
def lock() -> Any:
    """Ask for the lock; a second person seals it. Chair only."""
    room.chair_only()
    return locking.ask(WINNERS, locking.ask_form(WINNERS), back=room.url("confirm_lock"))


@bp.post("/decide-lock/withdraw")
@requires(Role.JUROR)
def withdraw_lock() -> Any:
    """Take the request back. Chair only."""
    room.chair_only()
    return locking.withdraw(WINNERS, back=room.url("confirm_lock"))


@bp.app_template_global()
def winners_lock_waits_for_me() -> bool:
    """Whether the jury's chair named the signed-in juror as second person of a lock that waits."""
    return locking.waits_for_me(WINNERS)


@bp.get("/decide-lock/second")
@requires(Role.JUROR)
def second_lock() -> Any:
    """The list for the juror whom the chair named as second person."""
    return locking.second_page(WINNERS, "jury/second_lock.html", locking.seal_form(), locking.for_me(WINNERS))


@bp.post("/decide-lock/second")
@fresh_password.limited
@requires(Role.JUROR)
def seal() -> Any:
    """Seal the winners as second person."""
    request, home = locking.for_me(WINNERS), room.url("index")
    return locking.seal(WINNERS, "jury/second_lock.html", locking.seal_form(), request, back=home, done=home)
