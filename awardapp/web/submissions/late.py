"""A personal link by which somebody may hand in after the deadline. It opens nothing by itself: its person signs in."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock, emails
from awardapp.domain import lateness
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.models import LateLink
from awardapp.queries import handing_in as queries
from awardapp.services import lateness as services
from awardapp.web import access
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.scope import deadline_of


def _own_link(token: str) -> LateLink:
    """The link of the address; 404 for one that was not made here, or is somebody else's."""
    link_id = emails.read_link(token, purpose=emails.LATE)
    link = queries.link(link_id) if link_id is not None else None
    if link is None or link.user_id != access.actor().id or link.acceptance.city_id not in access.city_ids():
        abort(404)
    return link


@bp.get("/late/<token>")
@access.signed_in
def late_link(token: str) -> str:
    """What may be handed in late, and until when; or that it is over."""
    link, now = _own_link(token), clock.now()
    acceptance = link.acceptance
    closed = None
    try:
        lateness.check_link(
            acceptance.status,
            phase=acceptance.cycle.phase,
            is_revoked=link.revoked_at is not None,
            until_at=link.until_at,
            now=now,
        )
    except RuleViolation as error:
        closed = explain(error)
    return render_template(
        "submissions/late_link.html",
        token=token,
        acceptance=acceptance,
        submission=acceptance.submission,
        cycle=acceptance.cycle,
        closed=closed,
        deadline=deadline_of(link.until_at, cycle=acceptance.cycle, user=access.actor(), now=now),
    )


@bp.post("/late/<token>")
@access.signed_in
def use_late_link(token: str) -> Response:
    """To the form of the file that may come late; begun if the city had none."""
    submission = services.begin(actor=access.actor(), link=_own_link(token), now=clock.database_now())
    db.session.commit()
    return redirect(url_for("submissions.edit", ref=submission.ref), 303)
