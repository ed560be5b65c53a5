"""What the views of this room share: the member, the room's name and address, and the two doors inside it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, url_for

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.models import Membership, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import reports as report_queries
from awardapp.web import access
from awardapp.web.declarations import Room


def member() -> Membership:
    """The signed-in person's membership of the committee of this cycle."""
    return access.membership(Role.COMMITTEE)


def url(endpoint: str, **values: object) -> str:
    """The address of a view of this room in the present cycle."""
    return url_for(f"committee.{endpoint}", cycle_slug=access.cycle().slug, **values)  # type: ignore[arg-type]


def here() -> Room:
    """The room, for the declaration of conflicts of interest."""
    return Room(_("Technical committee"), url("queue"), url("conflicts"))


def is_chair() -> bool:
    """Whether the signed-in person chairs the committee."""
    return access.standing().chairs(Role.COMMITTEE)


def chair_only() -> None:
    """Answer 404 to everybody but the chair: other members do not learn that there is a proposal."""
    if not is_chair():
        abort(404)


def barred(submissions: Sequence[Submission]) -> set[int]:
    """Ids of those the signed-in member may not judge: a tie, or stepped back from. Three queries."""
    own = member()
    return {*assessment_queries.conflicts(own, submissions), *report_queries.recused_from(own)}


def scoring_is_open() -> bool:
    """Whether members can score now."""
    return access.cycle().phase is CyclePhase.COMMITTEE and access.cycle().scoring_frozen_at is None


def discussion_is_open() -> bool:
    """Whether members can discuss now; not stopped when scoring is."""
    return access.cycle().phase is CyclePhase.COMMITTEE
