"""Keeping a meeting: who comes and goes, who stands in for the chair, who is out of the room for a city."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from awardapp import clock
from awardapp.i18n import gettext as _
from awardapp.services import deliberation_notes, deliberations
from awardapp.web import access
from awardapp.web.deliberations.seat import act, finalist_named, juror_named, meeting_or_404, seat


def arrive(number: int) -> Any:
    """Somebody is there."""
    meeting, member = meeting_or_404(number), juror_named()

    def do() -> str:
        deliberations.arrive(
            actor=access.actor(),
            meeting=meeting,
            member=member,
            how=request.form.get("how", ""),
            now=clock.database_now(),
        )
        return _("%(name)s is present.", name=member.user.name)

    return act(meeting, do)


def leave(number: int) -> Any:
    """Somebody leaves."""
    meeting, member = meeting_or_404(number), juror_named()

    def do() -> str:
        deliberations.leave(actor=access.actor(), meeting=meeting, member=member, now=clock.database_now())
        return _("%(name)s has left.", name=member.user.name)

    return act(meeting, do)


def deputy(number: int) -> Any:
    """Another deputy. Chair only."""
    if not seat().is_chair:
        abort(404)
    meeting, member = meeting_or_404(number), juror_named()

    def do() -> str:
        deliberations.name_deputy(actor=access.actor(), meeting=meeting, deputy=member, now=clock.database_now())
        return _("%(name)s is the deputy now.", name=member.user.name)

    return act(meeting, do)


def note_out(number: int) -> Any:
    """Write down by hand that a juror is out of the room for a city."""
    meeting = meeting_or_404(number, kept=True)
    member, submission = juror_named(), finalist_named(request.form.get("ref"))

    def do() -> str:
        deliberation_notes.note_out(
            actor=access.actor(),
            meeting=meeting,
            member=member,
            submission=submission,
            reason=request.form.get("reason", ""),
            now=clock.database_now(),
        )
        return _("Noted: %(name)s is out of the room for this city.", name=member.user.name)

    return act(meeting, do)


def undo_out(number: int) -> Any:
    """Take back what was noted by mistake."""
    meeting = meeting_or_404(number, kept=True)
    member, submission = juror_named(), finalist_named(request.form.get("ref"))

    def do() -> str:
        deliberation_notes.undo_out(
            actor=access.actor(), meeting=meeting, member=member, submission=submission, now=clock.database_now()
        )
        return _("Taken back: %(name)s was noted by mistake.", name=member.user.name)

    return act(meeting, do)
