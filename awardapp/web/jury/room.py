"""What the views of this room share: the juror, the finalists from the publication, the room's addresses."""

from __future__ import annotations

from flask import abort, url_for

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.models import Membership, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import selections as selection_queries
from awardapp.web import access
from awardapp.web.declarations import Room


def juror() -> Membership:
    """The signed-in person's membership of the jury of this cycle."""
    return access.membership(Role.JUROR)


def cities(juror: Membership) -> tuple[list[Submission], list[Submission]]:
    """The finalists the juror may vote on, and those of cities the juror is tied to; 404 before there are any."""
    found = [f.submission for f in selection_queries.finalists(access.cycle())]
    if not found:
        abort(404)
    barred = assessment_queries.conflicts(juror, found)
    return [s for s in found if s.id not in barred], [s for s in found if s.id in barred]


def url(endpoint: str, **values: object) -> str:
    """The address of a view of this room in the present cycle."""
    return url_for(f"jury.{endpoint}", cycle_slug=access.cycle().slug, **values)  # type: ignore[arg-type]


def here() -> Room:
    """The room, for the declaration of conflicts of interest."""
    return Room(_("Jury"), url("index"), url("conflicts"))


def is_chair() -> bool:
    """Whether the signed-in person chairs the jury."""
    return access.standing().chairs(Role.JUROR)


def chair_only() -> None:
    """Answer 404 to everybody but the chair."""
    if not is_chair():
        abort(404)


def voting_is_open() -> bool:
    """Whether jurors can vote now."""
    return access.cycle().phase is CyclePhase.JURY
