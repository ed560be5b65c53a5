"""Questions that the readings raise, and what the chair writes about them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.queries import questions as queries
from awardapp.services import calibrations, questions
from awardapp.web import access
from awardapp.web.calibration.members import need_open
from awardapp.web.calibration.room import Room, names
from awardapp.web.calibration.words import QUESTION_NAMES, TIE_KIND_NAMES, question_words, signed


def page(room: Room, *, key: str = "", typed: str = "", why: str = "", status: int = 200) -> tuple[str, int]:
    """Every question with its answers, the look at ties, and earlier questions that no longer stand."""
    cycle = access.cycle()
    need_open(cycle)
    data = calibrations.inputs(cycle)
    asked = questions.ask(cycle, data)
    called = names(data)
    answers = queries.answers(cycle)
    keys = {one.key for one in asked.questions}
    is_chair = room.is_chairs and access.standing().chairs(Role.COMMITTEE)
    body = render_template(
        "calibration/questions.html",
        cycle=cycle,
        room=room,
        here_words=_("Questions"),
        asked=asked,
        rows=[
            (
                one,
                _(QUESTION_NAMES[one.kind]),
                question_words(one, called),
                answers.get(one.key, ()),
                questions.may_answer(access.actor(), one, members=data.members, is_chair=is_chair),
            )
            for one in asked.questions
        ],
        settled=[answer for question, found in answers.items() if question not in keys for answer in found],
        tie_words=lambda kind: _(TIE_KIND_NAMES[kind]),
        signed=signed,
        is_open=cycle.phase is CyclePhase.COMMITTEE,
        refused_key=key,
        typed=typed,
        why=why,
    )
    return body, status


def answer(room: Room) -> Any:
    """Keep an answer; a refusal keeps what was typed."""
    need_open(access.cycle())
    key = request.form.get("question", "")
    words = request.form.get("words", "").replace("\x00", "").replace("\r\n", "\n")
    try:
        questions.answer(actor=access.actor(), cycle=access.cycle(), key=key, words=words, now=clock.database_now())
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        return page(room, key=key, typed=words, why=explain(error), status=422)
    db.session.commit()
    flash(_("Kept with the question. No mark was changed."), "success")
    return redirect(room.url("calibration_questions"), 303)
