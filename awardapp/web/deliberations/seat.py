"""From where somebody follows a meeting of the jury, and what they may do in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for

from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.models import Deliberation, Membership, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import deliberations as queries
from awardapp.queries import people as people_queries
from awardapp.services import ballots, deliberations
from awardapp.web import access
from awardapp.web.forms import whole_number


@dataclass(frozen=True, slots=True)
class Seat:
    """`member`: the person's own place on the jury."""

    room: str  # the blueprint
    member: Membership | None

    @property
    def is_secretariat(self) -> bool:
        """Whether the person is here for the secretariat."""
        return self.room == "secretariat"

    @property
    def is_chair(self) -> bool:
        """Whether the person chairs the jury."""
        return self.member is not None and self.member.is_chair

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of a page in this room."""
        return url_for(f"{self.room}.{endpoint}", cycle_slug=access.cycle().slug, **values)

    def keeps(self, meeting: Deliberation) -> bool:
        """Whether the person keeps this meeting: its chair, deputy or clerk."""
        return deliberations.leads(access.actor(), meeting)

    def closed(self, cities: list[Submission]) -> set[int]:
        """Ids of the cities the person is out of the room for."""
        return set(assessment_queries.conflicts(self.member, cities)) if self.member is not None else set()


def seat() -> Seat:
    """The seat of the signed-in person. A juror who has not declared is sent to the declaration by the room's first page."""
    member = people_queries.membership(access.actor(), access.cycle(), Role.JUROR)
    room = (request.blueprint or "").split(".")[0]
    if room == "jury" and (member is None or member.conflicts_declared_at is None):
        abort(404)
    return Seat(room, member)


def meeting_or_404(number: int, *, kept: bool = False) -> Deliberation:
    """A meeting of this cycle; `kept`: only for whoever keeps it."""
    found = queries.meeting(access.cycle(), number)
    if found is None or (kept and not seat().keeps(found)):
        abort(404)
    return found


def juror_named() -> Membership:
    """The juror whom a form names, or 404."""
    wanted = whole_number(request.form.get("member"))
    jurors = people_queries.members(access.cycle(), Role.JUROR)
    found = next((one for one in jurors if wanted is not None and one.id == wanted), None)
    if found is None:
        abort(404)
    return found


def finalist_named(ref: str | None) -> Submission:
    """The finalist whom a form or an address names, or 404."""
    found = next((one for one in ballots.finalists(access.cycle()) if one.ref == ref), None)
    if found is None:
        abort(404)
    return found


def act(meeting: Deliberation, do: Callable[[], str]) -> Any:
    """One act in a meeting: done, said and back to its page; refused, said and back."""
    number = meeting.number
    try:
        said = do()
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(seat().url("deliberation", number=number), 303)
    db.session.commit()
    flash(said, "success")
    return redirect(seat().url("deliberation", number=number), 303)
