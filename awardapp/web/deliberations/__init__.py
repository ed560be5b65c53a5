"""The jury's meetings and minutes: the same pages in the jury's room and, for the clerk, in the secretariat's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from awardapp.domain.people import Role
from awardapp.web.access import requires
from awardapp.web.deliberations import keeping, meetings, minutes, notes

_MEETING = "/deliberations/<int:number>"

# endpoint, method, rule, view
_PAGES: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("deliberations", "GET", "/deliberations", meetings.index),
    ("deliberation", "GET", _MEETING, meetings.show),
    ("close_deliberation", "POST", f"{_MEETING}/close", meetings.close),
    ("deliberation_arrive", "POST", f"{_MEETING}/arrive", keeping.arrive),
    ("deliberation_leave", "POST", f"{_MEETING}/leave", keeping.leave),
    ("deliberation_out", "POST", f"{_MEETING}/out", keeping.note_out),
    ("deliberation_undo_out", "POST", f"{_MEETING}/out/undo", keeping.undo_out),
    ("deliberation_notes", "GET", f"{_MEETING}/notes", notes.page),
    ("save_deliberation_notes", "POST", f"{_MEETING}/notes", notes.save_all),
    ("deliberation_notes_state", "GET", f"{_MEETING}/notes/state", notes.state),
    ("save_deliberation_note", "POST", f"{_MEETING}/notes/<ref>", notes.save_one),
    ("deliberation_note_states", "GET", f"{_MEETING}/notes/<ref>/earlier", notes.earlier),
    ("minutes", "GET", "/minutes", minutes.page),
    ("minutes_pdf", "GET", "/minutes.pdf", minutes.pdf),
)
# Only the chair opens a meeting and names who stands in.
_JURY: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("open_deliberation", "POST", "/deliberations", meetings.begin),
    ("deliberation_deputy", "POST", f"{_MEETING}/deputy", keeping.deputy),
)


def register(bp: Blueprint, role: Role) -> None:
    """Give a room these pages, open to holders of its role; what each may see and do is asked inside."""
    for endpoint, method, rule, view in (*_PAGES, *(_JURY if role is Role.JUROR else ())):
        bp.add_url_rule(rule, endpoint, requires(role)(view), methods=[method])
