"""The jury's pages: the timetable on each juror's own clock, what a city shows, and the queue of questions."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request

from awardapp import clock as instants
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.presentations import MaterialState
from awardapp.domain.speaking_clock import Part
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Membership, Presentation
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.services import presentation_floor as services
from awardapp.web import access, previews
from awardapp.web.forms import BaseForm, LongText, whole_number
from awardapp.web.jury import room
from awardapp.web.presentations import clock, preparing, shown
from awardapp.web.presentations.floor import questions_key


class QuestionForm(BaseForm):
    """A question to the people who present."""

    text = LongText()

    def speak(self) -> QuestionForm:
        self.text.label.text = _("Your question")
        self.text.description = _("The moderator reads it out. Nobody of the city learns that it is yours.")
        return self


def index() -> Any:
    """The published timetable on the juror's own clock, with what waits to be read."""
    juror, cycle = room.juror(), access.cycle()
    sittings = queries.timetable(cycle)
    found = [slot.presentation for sitting in sittings for slot in sitting.slots]
    files = day_queries.materials([one.id for one in found])
    accepted = {key: sum(file.state is MaterialState.ACCEPTED for file in every) for key, every in files.items()}
    return render_template(
        "presentations/jury.html",
        cycle=cycle,
        sittings=sittings,
        barred=assessment_queries.conflicts(juror, [one.submission for one in found]) if found else {},
        declared=juror.conflicts_declared_at is not None,
        clocks=day_queries.clocks([slot for sitting in sittings for slot in sitting.slots]),
        parts=clock.PARTS,
        accepted=accepted,
        zone=shown.own_zone(access.actor(), award_zone=cycle.time_zone),
        told=shown.told,
        length=lambda slot: queries.ends_at(slot) - slot.starts_at,
        presenter_words=shown.presenter_words,
        plan=queries.plan_of(cycle),
    )


def _open(ref: str) -> tuple[Membership, Presentation]:
    """The juror and a presentation on the timetable that is open to them, or 404: undeclared, or barred by a tie."""
    juror = room.juror()
    found = queries.presentation(access.cycle(), ref)
    if found is None or juror.conflicts_declared_at is None:
        abort(404)
    appointed = queries.appointed(found)
    if appointed is None or appointed.is_off:
        abort(404)
    if assessment_queries.conflict(juror, found.submission) is not None:
        abort(404)
    return juror, found


def _page(ref: str, form: QuestionForm | None = None, status: int = 200) -> tuple[str, int]:
    _juror, presentation = _open(ref)
    appointed = queries.appointed(presentation)
    if appointed is None:
        abort(404)
    files = [
        file
        for file in day_queries.materials([presentation.id])[presentation.id]
        if file.state is MaterialState.ACCEPTED
    ]
    sitting = clock.sitting_or_404(access.cycle(), appointed.session.session.number)
    turned = day_queries.clocks(sitting.slots)[presentation.id]
    page = render_template(
        "presentations/jury_one.html",
        cycle=access.cycle(),
        presentation=presentation,
        submission=presentation.submission,
        appointed=appointed,
        face=clock.Face(appointed.slot, turned, instants.now()),
        is_over=turned.part is Part.ENDED,
        files=files,
        previews=previews.shown([file.sha256 for file in files]),
        questions=day_queries.questions([presentation.id])[presentation.id],
        own=access.actor().id,
        form=(form or QuestionForm(formdata=None)).speak(),
        zone=shown.own_zone(access.actor(), award_zone=access.cycle().time_zone),
        city_zone=queries.zone_of(presentation),
        told=shown.told,
        length=queries.ends_at(appointed.slot) - appointed.slot.starts_at,
        state_words=shown.state_words,
        presenter_words=shown.presenter_words,
        key=_key(presentation),
        url=room.url,
    )
    return page, status


def _key(presentation: Presentation) -> str:
    found = queries.appointed(presentation)
    asked = day_queries.questions([presentation.id])[presentation.id]
    turned = [clock.key_of(day_queries.clocks([found.slot])[presentation.id])] if found is not None else []
    return clock.key_of("juror", presentation.id, turned, questions_key(asked))


def show(ref: str) -> Any:
    """One presentation: its slot, its people, its files, its questions."""
    return _page(ref)


def state(ref: str) -> Any:
    """Whether clock or queue have changed."""
    return clock.answer(_key(_open(ref)[1]))


def ask(ref: str) -> Any:
    """Put a question."""
    _juror, presentation = _open(ref)
    form = QuestionForm().speak()
    try:
        services.put_question(
            actor=access.actor(),
            presentation=presentation,
            text=form.text.data or "",
            source=services.JUROR,
            now=instants.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(ref, form, 422)
    db.session.commit()
    flash(_("Your question is in the queue."), "success")
    return redirect(room.url("presentation", ref=ref), 303)


def take_back(ref: str) -> Any:
    """Take back an own question that was not asked yet."""
    _juror, presentation = _open(ref)
    question = day_queries.question(presentation, whole_number(request.form.get("question")) or 0)
    if question is None or question.put_by != access.actor().id:
        abort(404)
    try:
        services.take_back(actor=access.actor(), question=question, now=instants.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(room.url("presentation", ref=ref), 303)
    db.session.commit()
    flash(_("Your question is taken back."), "success")
    return redirect(room.url("presentation", ref=ref), 303)


def _accepted(ref: str, sha256: str) -> Any:
    material = preparing.file_of(_open(ref)[1], sha256)
    if material.state is not MaterialState.ACCEPTED:
        abort(404)
    return material


def file(ref: str, sha256: str) -> Response:
    """Download a file that the secretariat accepted."""
    return preparing.sent(_accepted(ref, sha256))


def preview(ref: str, sha256: str, page: int, size: str) -> Response:
    """A picture of such a file."""
    return previews.response(_accepted(ref, sha256).sha256, page, size)
