"""Ending letters that are not service mail: by the personal address in each, with one click, or on one's account."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.letters import TOPIC_NAMES, Topic
from awardapp.extensions import csrf, db
from awardapp.i18n import gettext as _
from awardapp.models import User
from awardapp.services import opt_outs
from awardapp.web import access
from awardapp.web.access import public, signed_in

bp = Blueprint("no_more_letters", __name__)


def _found(topic: str, token: str) -> tuple[User, Topic]:
    person = opt_outs.person_of(token)
    if person is None or topic not in set(Topic):
        abort(404)
    return person, Topic(topic)


@bp.get("/no-more-letters/<topic>/<token>")
@public
def ask(topic: str, token: str) -> str:
    """Shows what would end and asks; a mail scanner that opens the address changes nothing."""
    return _page(*_found(topic, token), token)


def _page(person: User, of: Topic, token: str) -> str:
    return render_template(
        "no_more_letters/ask.html",
        topic=of,
        words=TOPIC_NAMES[of],
        email=person.email,
        is_over=of in opt_outs.topics_without(person),
        address=url_for(".end", topic=of.value, token=token),
    )


@bp.post("/no-more-letters/<topic>/<token>")
@csrf.exempt  # the token in the address is the permission; a mail program's one click carries no other (RFC 8058)
@public
def end(topic: str, token: str) -> str:
    """Answers with the page itself: mail programs do not follow a redirect after their one click."""
    person, of = _found(topic, token)
    if request.form.get("again"):
        opt_outs.resume(person, of)
    else:
        opt_outs.stop(person, of, now=clock.now())
    db.session.commit()
    return _page(person, of, token)


@bp.get("/account/letters")
@signed_in
def own() -> str:
    """Which letters the signed-in person gets beside service mail."""
    return render_template(
        "no_more_letters/own.html",
        topics=[
            (topic, words, topic not in opt_outs.topics_without(access.actor())) for topic, words in TOPIC_NAMES.items()
        ],
    )


@bp.post("/account/letters")
@signed_in
def change_own() -> Response:
    wanted = request.form.getlist("topic")
    for topic in Topic:
        if topic.value in wanted:
            opt_outs.resume(access.actor(), topic)
        else:
            opt_outs.stop(access.actor(), topic, now=clock.now())
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for(".own"), 303)
