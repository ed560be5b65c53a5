"""How long a sign-in still lives without a request, and the button that lets it live on (WCAG 2.2.1)."""

from __future__ import annotations

from flask import g, jsonify, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.second_factors import WARNING, idle_limit
from awardapp.extensions import db
from awardapp.services import sign_ins
from awardapp.web import access
from awardapp.web.auth.blueprint import bp


def attributes() -> Markup:
    """What the page of an organiser tells its script about the end of the sign-in; nothing on other pages."""
    person = g.get("person")
    if person is None or not person.is_organiser:
        return Markup("")
    limit = idle_limit(is_organiser=True)
    return Markup(' data-idle="{}" data-idle-warning="{}" data-idle-left="{}" data-idle-stay="{}"').format(
        int(limit.total_seconds()),
        int(WARNING.total_seconds()),
        url_for("auth.left"),
        url_for("auth.stay"),
    )


@bp.get("/sign-in/left")
@access.signed_in
def left() -> Response:
    """Seconds until the sign-in ends as idle. Asked by a script; asking does not count as use."""
    person = access.person_here()
    ends = person.seen_at + idle_limit(is_organiser=person.is_organiser)
    return jsonify(left=max(0, int((ends - clock.now()).total_seconds())))


@bp.post("/sign-in/stay")
@access.signed_in
def stay() -> Response:
    """Somebody is still there."""
    now = clock.now()
    sign_ins.mark_seen(token=session["sign_in"], now=now)
    db.session.commit()
    return jsonify(left=int(idle_limit(is_organiser=access.person_here().is_organiser).total_seconds()))
