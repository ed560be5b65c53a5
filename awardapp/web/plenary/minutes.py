"""The minutes of a session as a page and as a PDF. A reader with a tie to a file reads that they were out of the room."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request

from awardapp import i18n, typesetting
from awardapp.domain.announcements import Stage
from awardapp.domain.plenary import MAJORITY_WORDS, QUORUM_WORDS, Majority, Quorum
from awardapp.extensions import limiter
from awardapp.i18n import gettext as _
from awardapp.queries import plenary as queries
from awardapp.queries import plenary_room
from awardapp.queries.plenary import FileMinutes, SessionMinutes
from awardapp.services import minutes as services
from awardapp.services import selections
from awardapp.services.minutes import verdict_words
from awardapp.web import access
from awardapp.web.downloads import disposition
from awardapp.web.plenary.screen import choice_words, question_words
from awardapp.web.plenary.seat import seat

log = logging.getLogger(__name__)


def _masked(found: SessionMinutes) -> SessionMinutes:
    """The minutes as the signed-in person may read them: of a file they have a tie with, only that they were out, and
    nothing at all where the committee did not come to it.
    """
    own = seat()
    ids = [one.submission_id for one in found.files]
    closed = own.closed(plenary_room.submissions(ids))
    if not closed:
        return found
    files = []
    for one in found.files:
        if one.submission_id not in closed:
            files.append(one)
        elif one.turns:
            files.append(_nothing_of(one))
    return replace(found, files=files)


def _nothing_of(one: FileMinutes) -> FileMinutes:
    return FileMinutes(0, "", "", "", "", "", turns=one.turns[:1], out_of_room=[], votes=[], notes="")


def _session(number: int) -> SessionMinutes:
    cycle = access.cycle()
    found = next((one for one in queries.minutes(cycle).sessions if one.number == number), None)
    if found is None:
        abort(404)
    own = seat()
    if found.closed_at is None and not own.is_clerk and not own.is_chair:
        abort(404)  # while it goes on, the screen shows what may be seen
    return _masked(found)


def _digest() -> str | None:
    """The digest of the sealed shortlist, once it is locked."""
    selection = selections.selection_of(access.cycle(), Stage.COMMITTEE)
    return selection.record_sha256 if selection is not None else None


def page(number: int) -> str:
    """The minutes of a session."""
    own = seat()
    return render_template(
        "plenary/minutes.html",
        cycle=access.cycle(),
        seat=own,
        session=_session(number),
        digest=_digest(),
        question_words=question_words,
        choice_words=choice_words,
        verdict_words=verdict_words,
        quorum_words=lambda rule: _(QUORUM_WORDS[Quorum(rule)]),
        majority_words=lambda rule: _(MAJORITY_WORDS[Majority(rule)]),
    )


def _person() -> str:
    return f"minutes:{access.actor().id}"


@limiter.limit("60 per hour", key_func=_person)
def pdf(number: int) -> Any:
    """The same on paper, in English or Chinese (?in=zh), typeset while the reader waits."""
    session, own = _session(number), seat()
    wanted = request.args.get("in", i18n.language())
    language = wanted if wanted in i18n.LANGUAGES else "en"
    try:
        data = services.pdf(access.cycle(), session, language=language, digest=_digest(), shows_names=own.shows_names)
    except typesetting.CannotTypeset:
        log.exception("minutes not typeset: cycle=%s session=%s", access.cycle().id, number)
        flash(_("The PDF could not be made just now. This page says the same and can be printed."), "warning")
        return redirect(own.url("plenary_minutes", number=number))
    answer = make_response(data)
    answer.headers["Content-Type"] = "application/pdf"
    with i18n.speaking(language):
        name = _("Minutes %(cycle)s session %(n)s", cycle=access.cycle().slug, n=number)
    answer.headers["Content-Disposition"] = disposition(f"{name}.pdf")
    return answer
