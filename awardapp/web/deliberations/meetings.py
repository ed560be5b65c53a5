"""The jury's meetings: which there were, opening one, the page of one while it goes on and afterwards."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template
from wtforms import SelectField

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import name_key
from awardapp.models import Deliberation, Membership
from awardapp.queries import deliberations as queries
from awardapp.queries import people as people_queries
from awardapp.services import ballots
from awardapp.services import deliberations as services
from awardapp.web import access
from awardapp.web.deliberations.seat import act, meeting_or_404, seat
from awardapp.web.forms import BaseForm


class MeetingForm(BaseForm):
    """Who stands in for the chair, and who keeps the notes."""

    deputy = SelectField(choices=[], validate_choice=False)
    clerk = SelectField(choices=[], validate_choice=False)

    def speak(self) -> MeetingForm:
        """Put the words into the reader's language, and the people of this cycle into the lists."""
        self.deputy.label.text, self.clerk.label.text = _("Deputy"), _("Clerk")
        self.deputy.choices = [("", _("None")), *((str(one.id), one.user.name) for one in deputies())]
        self.clerk.choices = [("", _("None")), *((str(one.id), one.user.name) for one in _clerks())]
        return self


def deputies() -> list[Membership]:
    """The jurors who can stand in for the chair."""
    jurors = people_queries.members(access.cycle(), Role.JUROR)
    return [one for one in jurors if not one.is_chair and one.conflicts_declared_at is not None]


def _clerks() -> list[Membership]:
    return list(people_queries.members(access.cycle(), Role.SECRETARIAT))


def _is_open() -> bool:
    return access.cycle().phase is CyclePhase.JURY


def index() -> Any:
    """The meetings so far and, for the chair, the form that opens one."""
    return _page()


def _page(form: MeetingForm | None = None, status: int = 200) -> tuple[str, int]:
    own, found = seat(), queries.meetings(access.cycle())
    may_open = own.is_chair and not own.is_secretariat and _is_open() and all(one.closed_at for one in found)
    if may_open and form is None:
        form = MeetingForm(formdata=None)
    page = render_template(
        "deliberations/meetings.html",
        cycle=access.cycle(),
        seat=own,
        meetings=found,
        form=form.speak() if form is not None and may_open else None,
    )
    return page, status


def begin() -> Any:
    """Open a meeting. Chair only."""
    if not seat().is_chair:
        abort(404)
    form = MeetingForm().speak()
    people = {str(one.id): one for one in (*deputies(), *_clerks())}
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        meeting = services.open_meeting(
            actor=access.actor(),
            cycle=access.cycle(),
            deputy=people.get(form.deputy.data or ""),
            clerk=people.get(form.clerk.data or ""),
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form, 422)
    number = meeting.number
    db.session.commit()
    return redirect(seat().url("deliberation", number=number), 303)


def show(number: int) -> Any:
    """A meeting: who is there, who is out of the room for which city."""
    own, meeting = seat(), meeting_or_404(number)
    cities = sorted(ballots.finalists(access.cycle()), key=lambda one: name_key(one.city))
    closed = own.closed(cities)
    return render_template(
        "deliberations/meeting.html",
        cycle=access.cycle(),
        seat=own,
        meeting=meeting,
        keeps=own.keeps(meeting),
        attendance=queries.attendance(meeting),
        present=queries.present(meeting),
        jurors=people_queries.members(access.cycle(), Role.JUROR),
        deputies=deputies(),
        cities=cities,
        writable=[one for one in cities if one.id not in closed],
        out=_out(meeting),
        going_on=meeting.closed_at is None and _is_open(),
        writing=_is_open(),
    )


def _out(meeting: Deliberation) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in queries.absences(meeting):
        found.setdefault(one.submission_id, []).append(one)
    return found


def close(number: int) -> Any:
    """End the meeting."""
    meeting = meeting_or_404(number, kept=True)

    def do() -> str:
        services.close_meeting(actor=access.actor(), meeting=meeting, now=clock.database_now())
        return _("The meeting is closed. Its notes can be finished until the lock.")

    return act(meeting, do)
