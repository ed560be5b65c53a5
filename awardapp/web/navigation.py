"""What every page shows around its content: where a person can go, in which language, as whom."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from awardapp.domain.errors import N_
from awardapp.domain.people import Role
from awardapp.i18n import gettext, language
from awardapp.web import access
from awardapp.web.auth import idle


def _rooms() -> list[tuple[str, str, bool]]:
    """The signed-in person's rooms, by role and cycle, as (label, address, is current)."""
    memberships = access.memberships()
    links: list[tuple[str, str]] = []
    if access.city_ids() or not memberships:
        links.append((gettext("My submissions"), url_for("submissions.index")))
    several = len({m.cycle_id for m in memberships}) > 1
    rooms = {
        Role.SECRETARIAT: (gettext("Secretariat"), "secretariat.overview"),
        Role.COMMITTEE: (gettext("Technical committee"), "committee.queue"),
        Role.JUROR: (gettext("Jury"), "jury.index"),
        Role.ADVISER: (gettext("Advice"), "advice.queue"),
        Role.OBSERVER: (gettext("Observers"), "observer.process"),
    }
    for member in memberships[:6]:
        label, endpoint = rooms[member.role]
        name = f"{label} · {member.cycle.name_zh if language() == 'zh' else member.cycle.name_en}" if several else label
        links.append((name, url_for(endpoint, cycle_slug=member.cycle.slug)))
    return [(label, url, _is_current(url)) for label, url in links]


def _is_current(url: str) -> bool:
    return request.path == url or request.path.startswith(url.rstrip("/") + "/")


def init_app(app: Flask) -> None:
    """Give templates the navigation and what they need on every page."""

    @app.context_processor
    def around() -> dict[str, Any]:
        user_menu: list[tuple[str, str]] = []
        nav = [
            (gettext(words), url, _is_current(url))
            for words, url in (
                (N_("Case bank"), url_for("casebank.index")),
                (N_("Results"), url_for("public.announcements")),
            )
        ]
        if current_user and current_user.is_authenticated:
            nav = _rooms() + nav
            user_menu = [(gettext("Your account"), url_for("auth.account"))]
            own = next((m.cycle.slug for m in access.memberships() if m.role is Role.SECRETARIAT), None)
            if own is not None:
                user_menu.append((gettext("Freeze everything"), url_for("secretariat.site_freeze", cycle_slug=own)))
        return {
            "nav": nav,
            "user_menu": user_menu,
            "support_email": current_app.config["SUPPORT_EMAIL"],
            "idle_attributes": idle.attributes,
        }
