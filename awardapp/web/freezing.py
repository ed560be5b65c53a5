"""The freeze around every request: every change refused while it holds, and a banner on every page.

What somebody typed into a form that is refused is shown again; scripts that save by themselves keep the text and try later.
The button and the lifting are the secretariat's (web/secretariat/freeze.py).
"""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from awardapp.domain.freezing import OPEN_ENDPOINTS
from awardapp.errors import page
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Freeze
from awardapp.services import freezes
from awardapp.web import access

log = logging.getLogger(__name__)


def _is_frozen() -> bool:
    """Whether the site is frozen; of somebody signed in it was read with the sign-in."""
    person = g.get("person")
    return person.is_frozen if person is not None else freezes.is_frozen()


def _refuse_changes() -> tuple[str, int] | tuple[Response, int] | None:
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in (None, "static") or not _is_frozen():
        return None
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    db.session.rollback()
    problem = _("Everything is frozen at the moment: nothing can be saved or sent. Reading goes on.")
    if access.wants_json():
        return jsonify(kind="frozen", problem=problem), 423
    return page(423, problem)


def _banner() -> Freeze | None:
    """The freeze to be shown on this page."""
    person = g.get("person")
    if person is not None and not person.is_frozen and request.endpoint not in OPEN_ENDPOINTS:
        return None
    try:
        return freezes.current()
    except SQLAlchemyError as error:  # a page that tells of a broken database must not break for want of its banner
        db.session.rollback()
        log.warning("banner not known: error=%s", type(error).__name__)
        return None


def init_app(app: Flask) -> None:
    """Refuse changes while frozen, after the origin of a request was checked; and give every page its banner."""
    app.before_request(_refuse_changes)
    app.jinja_env.globals["freeze_banner"] = _banner
