"""In which room a page of the calibration stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from awardapp.domain.people import Role
from awardapp.i18n import gettext as _
from awardapp.models import Membership
from awardapp.services.selections import Inputs
from awardapp.web import access


@dataclass(frozen=True, slots=True)
class Room:
    """The blueprint of the chair's or of the secretariat's room."""

    name: str

    @property
    def is_chairs(self) -> bool:
        return self.name == "committee"

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of a page of this room."""
        return url_for(f"{self.name}.{endpoint}", cycle_slug=access.cycle().slug, **values)

    def tabs(self, current: str) -> list[tuple[str, str, bool, None]]:
        """The pages of the calibration as (words, address, is this one, no count)."""
        pages = (
            (_("Every file"), "calibration"),
            (_("Members"), "calibration_members"),
            (_("Agreement"), "calibration_agreement"),
            (_("Questions"), "calibration_questions"),
        )
        return [(words, self.url(endpoint), endpoint == current, None) for words, endpoint in pages]

    def barred(self, data: Inputs) -> frozenset[str]:
        """Pseudonyms of the files the signed-in chair may not judge: their marks and reasons stay closed to the chair."""
        if not self.is_chairs:
            return frozenset()
        own = access.membership(Role.COMMITTEE).pseudonym
        return frozenset(conflict.submission for conflict in data.conflicts if conflict.member == own)


def names(data: Inputs) -> Mapping[str, str]:
    """Members' names by pseudonym."""
    return {member.pseudonym: member.user.name for member in data.members}


def member_of(data: Inputs, pseudonym: str) -> Membership | None:
    """The member of this pseudonym."""
    return next((member for member in data.members if member.pseudonym == pseudonym), None)
