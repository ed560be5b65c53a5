"""Locking a shortlist: how a request for it ends, who may confirm it, and the quorum."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from awardapp.domain.errors import N_, NotPermitted


class RequestState(StrEnum):
    """An open request is confirmed, taken back, or void because what it would seal has changed."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    VOID = "void"


def check_second_person(
    *, asked_by: int, named: int | None, actor: int, is_secretary: bool, members: Collection[int]
) -> None:
    """Refuse anybody but a second person: a secretary of the cycle, or the member whom the first one named.

    Raises NotPermitted.
    """
    if actor == asked_by:
        raise NotPermitted(N_("You asked for the lock yourself. A second person must confirm it."))
    if not is_secretary and not (actor == named and actor in members):
        raise NotPermitted(N_("You are not permitted to do this."))


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many of a committee's members have done something, and how many must have."""

    count: int
    members: int
    share: int  # per cent of the members that must have

    @property
    def needed(self) -> int:
        """The least number that reaches the share: a part of a member is a whole one."""
        return -(-self.members * self.share // 100)

    @property
    def is_met(self) -> bool:
        """Whether enough have. A committee without members decides nothing."""
        return self.members > 0 and self.count >= self.needed
