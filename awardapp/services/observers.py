"""What the observers of a cycle are told by letter: the digest of a record, in the moment in which it is sealed."""

from __future__ import annotations

from datetime import datetime

from awardapp.domain.people import Role
from awardapp.models import Cycle, Selection
from awardapp.queries import people as people_queries
from awardapp.services.notifications import notify_all

LETTER = "record_sealed"


def tell_digest(cycle: Cycle, selection: Selection, *, log_root: str, now: datetime) -> int:
    """Write the digest of a sealed record to every observer of the cycle. Returns how many.

    The letter names nobody and no number: with it an observer can tell later whether the record is still the same.
    """
    return notify_all(
        LETTER,
        recipients=[member.user for member in people_queries.members(cycle, Role.OBSERVER)],
        cause=f"selection:{selection.id}",
        now=now,
        cycle=cycle,
        context={
            "stage": selection.stage.value,
            "record_sha256": selection.record_sha256,
            "log_root": log_root,
        },
    )
