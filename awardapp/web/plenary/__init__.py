"""The committee in session: the same pages in the committee's room and, for the clerk, in the secretariat's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from awardapp.domain.people import Role
from awardapp.web import previews
from awardapp.web.access import requires
from awardapp.web.plenary import agenda, leading, minutes, screen, sessions, voting

_ATTACHMENT = "/plenary/room/<ref>/files/<sha256>"

# endpoint, method, rule, view
_PAGES: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("plenary", "GET", "/plenary", sessions.index),
    ("open_plenary", "POST", "/plenary", sessions.begin),
    ("close_plenary", "POST", "/plenary/close", sessions.close),
    ("plenary_room", "GET", "/plenary/room", screen.room),
    ("plenary_file", "GET", "/plenary/room/<ref>", screen.file),
    ("plenary_attachment", "GET", _ATTACHMENT, screen.attachment),
    ("plenary_preview", "GET", _ATTACHMENT + previews.ROUTE, screen.preview),
    ("plenary_state", "GET", "/plenary/state", screen.state),
    ("plenary_arrive", "POST", "/plenary/arrive", leading.arrive),
    ("plenary_leave", "POST", "/plenary/leave", leading.leave),
    ("plenary_deputy", "POST", "/plenary/deputy", leading.deputy),
    ("plenary_go", "POST", "/plenary/go", leading.go),
    ("plenary_notes", "GET", "/plenary/notes/<ref>", leading.notes),
    ("plenary_save_notes", "POST", "/plenary/notes/<ref>", leading.save_notes),
    ("plenary_agenda", "GET", "/plenary/agenda", agenda.show),
    ("plenary_arrange", "POST", "/plenary/agenda", agenda.arrange),
    ("plenary_vote", "POST", "/plenary/vote", voting.begin),
    ("plenary_count", "POST", "/plenary/count", voting.count),
    ("plenary_hands", "POST", "/plenary/hands", voting.hands),
    ("plenary_minutes", "GET", "/plenary/<int:number>", minutes.page),
    ("plenary_minutes_pdf", "GET", "/plenary/<int:number>/minutes.pdf", minutes.pdf),
)
# Only a member votes.
_COMMITTEE: tuple[tuple[str, str, str, Callable[..., Any]], ...] = (
    ("plenary_cast", "POST", "/plenary/cast", voting.cast),
)


def register(bp: Blueprint, role: Role) -> None:
    """Give a room these pages, open to holders of its role; what each may see and do is asked inside."""
    for endpoint, method, rule, view in (*_PAGES, *(_COMMITTEE if role is Role.COMMITTEE else ())):
        bp.add_url_rule(rule, endpoint, requires(role)(view), methods=[method])
