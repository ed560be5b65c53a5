"""Votes: the chair puts a question, members answer from their own screens or the clerk keys hands in, the chair counts."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.plenary import Choice, Question
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext
from awardapp.models import PlenarySession
from awardapp.services import plenary_votes as services
from awardapp.services.minutes import verdict_words
from awardapp.web import access
from awardapp.web.forms import whole_number
from awardapp.web.plenary import screen
from awardapp.web.plenary.leading import act


def _seen() -> str:
    return request.form.get("seen", "")


def _number() -> int:
    number = whole_number(request.form.get("number"))
    if number is None:
        abort(404)
    return number


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "").replace("\r\n", "\n")


def begin() -> Any:
    """Open a vote."""

    def do(session: PlenarySession) -> str:
        question = request.form.get("question", "")
        if question not in set(Question):
            raise RuleViolation(N_("Choose the question that is put to the vote."))
        services.open_vote(
            actor=access.actor(),
            session=session,
            question=Question(question),
            words=_text("words"),
            again_because=_text("again_because"),
            seen=_seen(),
            now=clock.database_now(),
        )
        return _("The vote is open.")

    return act(do)


def cast() -> Any:
    """Vote."""

    def do(session: PlenarySession) -> str:
        choice = request.form.get("choice", "")
        services.cast(
            actor=access.actor(),
            session=session,
            seen=_seen(),
            number=_number(),
            choice=choice,
            now=clock.database_now(),
        )
        return _("Your vote: %(answer)s. You can change it until the vote is closed.", answer=_words(choice))

    return act(do)


def _words(choice: str) -> str:
    return screen.choice_words(choice) if choice in set(Choice) else ""


def hands() -> Any:
    """Key in hands that were raised."""

    def do(session: PlenarySession) -> str:
        choices = {
            int(name.removeprefix("hand-")): value
            for name, value in request.form.items()
            if name.startswith("hand-") and whole_number(name.removeprefix("hand-")) is not None
        }
        stored = services.key_in(
            actor=access.actor(),
            session=session,
            seen=_seen(),
            number=_number(),
            choices=choices,
            now=clock.database_now(),
        )
        return ngettext("One hand is keyed in.", "%(n)s hands are keyed in.", stored)

    return act(do)


def count() -> Any:
    """Close the vote and count it."""

    def do(session: PlenarySession) -> str:
        counted = services.close_vote(
            actor=access.actor(), session=session, seen=_seen(), number=_number(), now=clock.database_now()
        )
        return _("The vote is closed. %(verdict)s", verdict=verdict_words(counted))

    return act(do)
