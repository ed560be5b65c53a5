"""A session of the site: begun after somebody has shown who they are, and where it leads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from flask import g, session, url_for
from flask_login import login_user

from awardapp.domain.people import Role
from awardapp.domain.second_factors import Factor
from awardapp.models import User
from awardapp.queries import people as people_queries
from awardapp.services import half_sign_ins, sign_ins

Act = Callable[[], None]

_ROOMS = {
    Role.SECRETARIAT: "secretariat.overview",
    Role.COMMITTEE: "committee.queue",
    Role.JUROR: "jury.index",
    Role.ADVISER: "advice.queue",
    Role.OBSERVER: "observer.process",
}


def local_path(target: str | None) -> str | None:
    """The target if it is a path of this site, else None: a sign-in must not lead to somebody else's page."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def room_of(user: User) -> str:
    """Where a person's work is: the room of their role in the newest cycle, else the city's desk."""
    memberships = people_queries.memberships_of(user)
    if memberships:
        newest = [m for m in memberships if m.cycle_id == memberships[0].cycle_id]
        member = min(newest, key=lambda m: list(_ROOMS).index(m.role))
        return url_for(_ROOMS[member.role], cycle_slug=member.cycle.slug)
    return url_for("submissions.index")


def _cleared(user: User) -> None:
    """Nothing of an earlier session goes over, except the language chosen on the page."""
    chosen = session.get("language")
    session.clear()
    g.pop("csrf_token", None)  # of the earlier session; a page rendered in this request gets the new one's
    if chosen and chosen != user.language:
        session["language"] = chosen


def begin(user: User, *, now: datetime, factor: Factor = Factor.PASSWORD) -> None:
    """A fresh session for this person, made with a factor."""
    _cleared(user)
    login_user(user)
    session["sign_in"] = sign_ins.begin(user, now=now, factor=factor)


def begin_half(user: User, *, now: datetime) -> None:
    """The password was right and a second factor is asked for: no session yet, only the right to answer."""
    _cleared(user)
    session["half_sign_in"] = half_sign_ins.begin(user, now=now)
    session["half_of"] = user.id


__all__ = ["Act", "Factor", "begin", "begin_half", "local_path", "room_of"]
