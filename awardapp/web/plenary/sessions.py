"""The committee's sessions: which there were, and opening another one."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.permissions import can_see_scores
from awardapp.domain.plenary import AGENDA_WORDS, MAJORITY_WORDS, QUORUM_WORDS, Agenda, Majority, Quorum
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.queries import plenary_room as queries
from awardapp.queries.selections import submissions_by_pseudonym
from awardapp.services import plenary as services
from awardapp.web import access
from awardapp.web.forms import BaseForm, whole_number
from awardapp.web.plenary.leading import act
from awardapp.web.plenary.seat import seat

BESIDES = 30  # files below the line that can be picked too


class SessionForm(BaseForm):
    """How the session is held, and what it debates."""

    deputy = SelectField(N_("Deputy"), choices=[], validate_choice=False)
    clerk = SelectField(N_("Clerk"), choices=[], validate_choice=False)
    kind = RadioField(N_("Agenda"), choices=[], default=Agenda.LINE.value)
    picked = SelectMultipleField(N_("Files"), choices=[], validate_choice=False)
    quorum = RadioField(N_("Quorum"), choices=[], default=Quorum.HALF.value)
    majority = RadioField(N_("Majority"), choices=[], default=Majority.CAST.value)
    is_secret = BooleanField(N_("Secret votes: only the counts are kept"))

    def speak(self) -> SessionForm:
        """Put the words into the reader's language, and the people of this cycle into the lists."""
        cycle = access.cycle()
        for field in (self.deputy, self.clerk, self.kind, self.picked, self.quorum, self.majority, self.is_secret):
            field.label.text = _(str(field.label.text))
        people = [one for one in queries.members(cycle) if not one.is_chair and one.conflicts_declared_at is not None]
        self.deputy.choices = [("", _("Choose …")), *((str(one.id), one.user.name) for one in people)]
        self.clerk.choices = [("", _("None")), *((str(one.id), one.user.name) for one in queries.clerks(cycle))]
        self.kind.choices = [(kind.value, _(words)) for kind, words in AGENDA_WORDS.items()]
        self.quorum.choices = [(rule.value, _(words)) for rule, words in QUORUM_WORDS.items()]
        self.majority.choices = [(rule.value, _(words)) for rule, words in MAJORITY_WORDS.items()]
        return self


def _may_open() -> bool:
    return can_see_scores(access.standing()) and access.cycle().phase is CyclePhase.COMMITTEE


def index() -> Any:
    """The sessions so far and, for the chair and the secretariat, the form that opens one."""
    return _page()


def _page(form: SessionForm | None = None, status: int = 200) -> tuple[str, int]:
    cycle, own = access.cycle(), seat()
    sessions = queries.sessions(cycle)
    places = services.ranked(cycle) if _may_open() else []
    can_open = bool(places) and all(one.closed_at is not None for one in sessions)
    if can_open and form is None:
        form = SessionForm(formdata=None)
        mine = next((one for one in queries.clerks(cycle) if one.user_id == access.actor().id), None)
        if own.is_clerk and mine is not None:
            form.clerk.data = str(mine.id)
    page = render_template(
        "plenary/sessions.html",
        cycle=cycle,
        seat=own,
        sessions=sessions,
        form=form.speak() if form is not None and can_open else None,
        may_open=_may_open(),
        pickable=_pickable(places) if can_open else [],
        ties=queries.undecided_ties(cycle) if can_open else 0,
    )
    return page, status


def _pickable(places: list[tuple[str, str]]) -> list[tuple[str, int, str, str, str]]:
    """The files that can be picked: pseudonym, place, outcome, city, title; no names where the reader has a tie."""
    best = sum(outcome != "none" for _name, outcome in places) + BESIDES
    names = [name for name, _outcome in places[:best]]
    files = submissions_by_pseudonym(access.cycle(), names)
    closed = seat().closed(list(files.values()))
    found = []
    for place, (name, outcome) in enumerate(places[:best], 1):
        if name in files:
            is_closed = files[name].id in closed
            city = "" if is_closed else pick(files[name].city, "name")
            title = _("A file you have a tie with") if is_closed else pick(files[name], "title")
            found.append((name, 0 if is_closed else place, "" if is_closed else outcome, city, title))
    return found


def begin() -> Any:
    """Open a session."""
    seat()
    if not can_see_scores(access.standing()):
        abort(404)
    form = SessionForm().speak()
    cycle = access.cycle()
    people = {str(one.id): one for one in (*queries.members(cycle), *queries.clerks(cycle))}
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        services.open_session(
            actor=access.actor(),
            cycle=cycle,
            deputy=people.get(form.deputy.data),
            clerk=people.get(form.clerk.data),
            kind=Agenda(form.kind.data),
            picked=frozenset(request.form.getlist("picked")),
            quorum=Quorum(form.quorum.data),
            majority=Majority(form.majority.data),
            is_secret=bool(form.is_secret.data),
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form, 422)
    db.session.commit()
    flash(_("The session is open. Members find it in their room."), "success")
    return redirect(seat().url("plenary_room"), 303)


def close() -> Any:
    """End the open session."""
    number = whole_number(request.form.get("session"))

    def do(session: Any) -> str:
        if session.number != number:
            abort(404)
        services.close_session(actor=access.actor(), session=session, now=clock.database_now())
        return _("The session is closed. Its minutes are below.")

    answer = act(do)
    return redirect(seat().url("plenary"), 303) if getattr(answer, "status_code", 0) == 303 else answer
