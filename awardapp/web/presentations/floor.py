"""The moderator's page of a session: the clock, and the questions in the order in which they are put."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request

from awardapp import clock as instants
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.presentations import QuestionState
from awardapp.domain.speaking_clock import Act
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Presentation, PresentationQuestion, TimetableSlot
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.queries.presentations import Sitting
from awardapp.services import presentation_floor as services
from awardapp.web import access
from awardapp.web.forms import whole_number
from awardapp.web.presentations import clock, shown
from awardapp.web.presentations.planning import url
from awardapp.web.presentations.preparing import one_of

ACTS = {
    Act.START: lambda: _("Start the presentation"),
    Act.PAUSE: lambda: _("Pause"),
    Act.RESUME: lambda: _("Go on"),
    Act.QUESTIONS: lambda: _("Go to the questions"),
    Act.END: lambda: _("End"),
    Act.ANEW: lambda: _("Begin anew"),
}


def questions_key(questions: list[PresentationQuestion]) -> str:
    """What changes when a queue of questions does."""
    return clock.key_of([(one.id, one.state, one.position) for one in questions])


def _shown(sitting: Sitting) -> TimetableSlot | None:
    """The presentation that the page is about: the one chosen in the address, else the one the clock is at."""
    asked = request.args.get("ref")
    if asked is not None:
        chosen = [slot for slot in sitting.slots if slot.presentation.submission.ref == asked]
        if not chosen:
            abort(404)
        return chosen[0]
    clocks = day_queries.clocks(sitting.slots)
    return services.current(sitting, clocks) or (sitting.slots[-1] if sitting.slots else None)


def _key(sitting: Sitting, slot: TimetableSlot | None) -> str:
    ids = [slot.presentation_id] if slot is not None else []
    found = day_queries.questions(ids)
    session_id = sitting.session.session_id
    return clock.key_of(
        "floor", session_id, ids, *day_queries.beat(session_id), *(questions_key(q) for q in found.values())
    )


def _page(number: int, problem: str | None = None, status: int = 200, typed: str = "") -> tuple[str, int]:
    sitting = clock.sitting_or_404(access.cycle(), number)
    slot = _shown(sitting)
    clocks = day_queries.clocks(sitting.slots)
    presentation = slot.presentation if slot is not None else None
    page = render_template(
        "presentations/floor.html",
        cycle=access.cycle(),
        sitting=sitting,
        slot=slot,
        presentation=presentation,
        clocks=clocks,
        face=clock.Face(slot, clocks[slot.presentation_id], instants.now()) if slot is not None else None,
        acts=[(act.value, ACTS[act]()) for act in clocks[slot.presentation_id].possible()] if slot is not None else [],
        seen=services.acts_of(presentation) if presentation is not None else 0,
        questions=day_queries.questions([presentation.id])[presentation.id] if presentation is not None else [],
        state_words=shown.state_words,
        presenter_words=shown.presenter_words,
        parts={one: _(words) for one, words in clock.PARTS.items()},
        key=_key(sitting, slot),
        problem=problem,
        typed=typed,
        url=url,
    )
    return page, status


def show(number: int) -> Any:
    """The page; ?ref= for another presentation of the session than the one the clock is at."""
    return _page(number)


def state(number: int) -> Any:
    """Whether the page has changed."""
    sitting = clock.sitting_or_404(access.cycle(), number)
    return clock.answer(_key(sitting, _shown(sitting)))


def _back(presentation: Presentation, *, stay: bool = True) -> Any:
    found = queries.appointed(presentation)
    if found is None:
        return redirect(url("presentation", ref=presentation.submission.ref), 303)
    ref = presentation.submission.ref if stay else None
    return redirect(url("presentation_floor", number=found.session.session.number, ref=ref), 303)


def _do(presentation: Presentation, act: Any, *, stay: bool = True) -> Any:
    """Do something on the floor and go back to it, with the reason where it was refused."""
    try:
        act()
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return _back(presentation)
    db.session.commit()
    return _back(presentation, stay=stay)


def turn(ref: str) -> Any:
    """Turn the clock."""
    presentation = one_of(ref)
    wanted = request.form.get("act", "")
    if wanted not in set(Act):
        abort(422)
    return _do(
        presentation,
        lambda: services.turn_clock(
            actor=access.actor(),
            presentation=presentation,
            act=Act(wanted),
            seen=whole_number(request.form.get("seen")) or 0,
            now=instants.database_now(),
        ),
    )


def ask(ref: str) -> Any:
    """Put a question on behalf of the audience."""
    presentation = one_of(ref)
    text = request.form.get("text", "").replace("\x00", "")
    try:
        services.put_question(
            actor=access.actor(),
            presentation=presentation,
            text=text,
            source=services.AUDIENCE,
            now=instants.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        found = queries.appointed(presentation)
        if found is None or found.is_off:
            raise
        return _page(found.session.session.number, explain(error), 422, typed=text)
    db.session.commit()
    return _back(presentation)


def mark(ref: str) -> Any:
    """Move a question in the queue, or say what became of it."""
    presentation = one_of(ref)
    question = day_queries.question(presentation, whole_number(request.form.get("question")) or 0)
    if question is None:
        abort(404)
    act = request.form.get("act", "")
    places = {"up": -1, "down": 1}.get(act)
    now = instants.database_now()
    if places is not None:
        return _do(
            presentation,
            lambda: services.move_question(actor=access.actor(), question=question, places=places, now=now),
        )
    if act not in set(QuestionState):
        abort(422)
    return _do(
        presentation,
        lambda: services.mark(actor=access.actor(), question=question, state=QuestionState(act), now=now),
    )
