"""Presentations of the shortlisted: pages of the secretariat, the jury and the city's desk, told apart by who comes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from awardapp.domain.people import Role
from awardapp.web import access, previews
from awardapp.web.presentations import (
    calendars,
    city,
    clock,
    floor,
    jury,
    planning,
    preparing,
    publishing,
    sessions,
    timetable,
)

Page = tuple[str, str, str, Callable[..., Any]]

_SESSION = "/presentations/sessions/<int:number>"
_ONE = "/presentations/of/<ref>"
_FILE = _ONE + "/files/<sha256>"

# endpoint, method, rule, view
_BOTH: tuple[Page, ...] = (
    ("presentation_clock", "GET", _SESSION + "/clock", clock.page),
    ("presentation_clock_state", "GET", _SESSION + "/clock/state", clock.state),
    ("presentations_calendar", "GET", "/presentations.ics", calendars.of_cycle),
)
_SECRETARIAT: tuple[Page, ...] = (
    ("presentations", "GET", "/presentations", planning.index),
    ("set_materials_until", "POST", "/presentations/materials-until", planning.set_materials_until),
    ("new_presentation_session", "GET", "/presentations/sessions/new", sessions.new),
    ("plan_presentation_session", "POST", "/presentations/sessions/new", sessions.plan),
    ("presentation_session", "GET", _SESSION, sessions.show),
    ("change_presentation_session", "POST", _SESSION, sessions.change),
    ("drop_presentation_session", "POST", _SESSION + "/drop", sessions.drop),
    ("propose_timetable", "POST", "/presentations/propose", timetable.propose),
    ("presentation_slots", "GET", "/presentations/slots/<ref>", timetable.slots),
    ("swap_presentations", "POST", "/presentations/slots/<ref>", timetable.swap),
    ("timetable_changes", "GET", "/presentations/publish", publishing.show),
    ("publish_timetable", "POST", "/presentations/publish", publishing.publish),
    ("presentation", "GET", _ONE, preparing.show),
    ("correct_presentation_zone", "POST", _ONE + "/zone", preparing.correct_zone),
    ("check_presentation_material", "POST", _ONE + "/materials", preparing.check),
    ("presentation_file", "GET", _FILE, preparing.file),
    ("presentation_preview", "GET", _FILE + previews.ROUTE, preparing.preview),
    ("presentation_floor", "GET", _SESSION + "/floor", floor.show),
    ("presentation_floor_state", "GET", _SESSION + "/floor/state", floor.state),
    ("turn_presentation_clock", "POST", _ONE + "/clock", floor.turn),
    ("put_audience_question", "POST", _ONE + "/questions", floor.ask),
    ("mark_presentation_question", "POST", _ONE + "/question", floor.mark),
)
_JURY: tuple[Page, ...] = (
    ("presentations", "GET", "/presentations", jury.index),
    ("presentation", "GET", _ONE, jury.show),
    ("presentation_state", "GET", _ONE + "/state", jury.state),
    ("put_presentation_question", "POST", _ONE + "/questions", jury.ask),
    ("take_back_presentation_question", "POST", _ONE + "/question", jury.take_back),
    ("presentation_file", "GET", _FILE, jury.file),
    ("presentation_preview", "GET", _FILE + previews.ROUTE, jury.preview),
)
_CITY_FILE = "/<ref>/presentation/files/<sha256>"
_CITY: tuple[Page, ...] = (
    ("presentation", "GET", "/<ref>/presentation", city.show),
    ("name_presenters", "POST", "/<ref>/presentation/presenters", city.name_presenters),
    ("add_presentation_files", "POST", "/<ref>/presentation/files", city.add_files),
    ("remove_presentation_file", "POST", _CITY_FILE + "/remove", city.remove_file),
    ("presentation_file", "GET", _CITY_FILE, city.file),
    ("presentation_preview", "GET", _CITY_FILE + previews.ROUTE, city.preview),
    ("presentation_calendar", "GET", "/<ref>/presentation.ics", calendars.of_city),
    ("presentation_clock", "GET", "/<ref>/presentation/clock", clock.city_page),
    ("presentation_clock_state", "GET", "/<ref>/presentation/clock/state", clock.city_state),
)


def register(bp: Blueprint, role: Role) -> None:
    """Give the secretariat's or the jury's room its pages."""
    for endpoint, method, rule, view in (*_BOTH, *(_JURY if role is Role.JUROR else _SECRETARIAT)):
        bp.add_url_rule(rule, endpoint, access.requires(role)(view), methods=[method])


def register_desk(bp: Blueprint) -> None:
    """Give the city's desk its pages."""
    for endpoint, method, rule, view in _CITY:
        bp.add_url_rule(rule, endpoint, access.signed_in(view), methods=[method])
