"""From an error to a page: what happened, what was kept, what to do. Never a stack trace."""

from __future__ import annotations

import errno
import logging

from flask import Flask, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.extensions import db
from awardapp.i18n import explain, gettext
from awardapp.logs import request_id

log = logging.getLogger(__name__)

_PAGES = {403, 404, 409, 413, 423, 429, 500}


def page(code: int, message: str | None = None) -> tuple[str, int]:
    """The page for an error code. Typed text posted with the request is shown again so that it can be copied."""
    # A body over the limit was never read; looking at the form would raise the same error again.
    typed = [] if code == 413 or request.method != "POST" else _typed_texts()
    name = code if code in _PAGES else (500 if code >= 500 else 404)
    values = {"message": message, "typed": typed, "request_id": request_id.get()}
    if name == 500:
        # Not through render_template: its context (navigation, person) may be the very thing that failed.
        template = current_app.jinja_env.get_template("errors/500.html")
        return template.render(support_email=current_app.config["SUPPORT_EMAIL"], **values), code
    return render_template(f"errors/{name}.html", **values), code


def _typed_texts() -> list[tuple[str, str]]:
    """Longer texts of the posted form, by field: nothing that a person wrote is thrown away by a refusal."""
    hidden = {"csrf_token", "password", "new_password", "password_again", "current_password"}
    hidden |= {"code", "password_code", "passkey", "password_passkey"}
    try:
        return [(key, text) for key, text in request.form.items(multi=True) if key not in hidden and len(text) > 40]
    except (HTTPException, OSError):  # a body that cannot be read, or finds no room
        return []


def init_app(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(RuleViolation)
    def rule_violation(error: RuleViolation) -> tuple[str, int]:
        db.session.rollback()
        code = 403 if isinstance(error, NotPermitted) else 409
        log.info("refused: code=%s rule=%s endpoint=%s", code, type(error).__name__, request.endpoint)
        return page(code, explain(error))

    @app.errorhandler(StaleVersion)
    @app.errorhandler(IllegalTransition)
    def conflict(error: RuleViolation) -> tuple[str, int]:
        db.session.rollback()
        return page(409, explain(error))

    @app.errorhandler(CSRFError)
    def csrf_failed(error: CSRFError) -> tuple[str, int] | tuple[Response, int]:
        db.session.rollback()
        problem = gettext(
            "Your sign-in ended or this page was opened before it began. Sign in and send the page again."
        )
        if request.headers.get("Accept") == "application/json":  # a script asks for the new token and goes on
            return jsonify(kind="signed_out", problem=problem), 401
        return page(409, problem)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[str, int] | Response | HTTPException:
        db.session.rollback()
        if error.code is None or error.code < 400:
            return error
        return page(error.code)

    @app.errorhandler(SecurityError)
    def unknown_host(error: SecurityError) -> tuple[str, int, dict[str, str]]:
        # Not a page: every link on it would be made for a host that is not ours.
        return "This address is not served here.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}

    @app.errorhandler(IntegrityError)
    def taken(error: IntegrityError) -> tuple[str, int]:
        """The database kept a second row of something that exists once: somebody did the same in the same instant."""
        db.session.rollback()
        log.warning("conflict: endpoint=%s error=%s", request.endpoint, error.orig)
        return page(
            409, gettext("Somebody did the same in the same moment. Nothing of yours was stored; load the page anew.")
        )

    @app.errorhandler(OperationalError)
    def database_busy(error: OperationalError) -> tuple[str, int]:
        db.session.rollback()
        log.error("database: endpoint=%s error=%s", request.endpoint, error.orig)
        return page(
            500, gettext("The database could not be reached. Nothing was changed; please try again in a moment.")
        )

    @app.errorhandler(OSError)
    def no_room(error: OSError) -> tuple[str, int]:
        """A disk that is full while files or forms arrive; everything else of the kind is unexpected."""
        if error.errno != errno.ENOSPC:
            return unexpected(error)
        db.session.rollback()
        log.error("no space left: endpoint=%s", request.endpoint)
        return page(
            507, gettext("There is no room for what you sent at the moment. Nothing was changed; try again later.")
        )

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[str, int]:
        db.session.rollback()
        log.exception("unexpected: endpoint=%s", request.endpoint)
        return page(500)
