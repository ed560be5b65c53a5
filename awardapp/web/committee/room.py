"""What the views of this room share: the member, the room's name and address, and the two doors inside it."""

from __future__ import annotations

from flask import abort, url_for

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.models import Membership
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


def scoring_is_open() -> bool:
    """Whether members can score now."""
    return access.cycle().phase is CyclePhase.COMMITTEE and access.cycle().scoring_frozen_at is None


def discussion_is_open() -> bool:
    """Whether members can discuss now; not stopped when scoring is."""
    return access.cycle().phase is CyclePhase.COMMITTEE
