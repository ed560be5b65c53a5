"""What a script asks before it can use a passkey: a number for one answer."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import jsonify, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.extensions import db, limiter
from awardapp.i18n import explain
from awardapp.services import half_sign_ins, passkeys
from awardapp.web import access
from awardapp.web.auth.blueprint import BY_ADDRESS, bp


def _options(purpose: str, now: datetime) -> str:
    """The browser's orders (JSON). Raises RuleViolation for a purpose that is not the asker's."""
    if purpose == "sign_in":
        return passkeys.ask_for_answer(purpose, None, now=now)
    if purpose == "second":
        user = half_sign_ins.person_of(session.get("half_sign_in"), now=now)
        if user is not None:
            return passkeys.ask_for_answer(purpose, user, now=now)
    if purpose == "fresh" and current_user.is_authenticated:
        return passkeys.ask_for_answer(purpose, access.actor(), now=now)
    if purpose == "register" and current_user.is_authenticated:
        return passkeys.ask_for_new(access.actor(), now=now)
    raise RuleViolation(N_("Your sign-in ended. Load the page anew."))


@bp.app_template_global()
def passkeys_here() -> bool:
    """Whether this page's address is the one for which passkeys are made: elsewhere a browser would not find them."""
    origin = passkeys.origin()
    return origin is not None and urlsplit(origin).netloc == request.host


@bp.post("/passkeys/challenge")
@limiter.limit(BY_ADDRESS)
@access.public
def passkey_challenge() -> Response | tuple[Response, int]:
    try:
        options = _options(request.form.get("purpose", ""), clock.database_now())
    except RuleViolation as error:
        db.session.rollback()
        return jsonify(kind="refused", problem=explain(error)), 422
    db.session.commit()
    return Response(options, mimetype="application/json", headers={"Cache-Control": "no-store"})
