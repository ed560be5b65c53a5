"""The list of the ballots' receipts that is published with the winners, and where a receipt stands in a published record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from awardapp.domain.announcements import AnnouncementKind, Stage
from awardapp.models import Announcement
from awardapp.services import ballot_counting, selections


def of(announcement: Announcement) -> list[str] | None:
    """The receipts that go with this announcement: of every ballot that counts, sorted; None but with the winners.

    As they stand in the sealed record: a juror whose role ends after the lock is still found.
    """
    if announcement.kind is not AnnouncementKind.WINNERS:
        return None
    selection = selections.selection_of(announcement.cycle, Stage.JURY)
    if selection is not None and selection.record is not None:
        sealed = json.loads(selection.record).get("jury", {}).get("ballots", [])
        return sorted(ballot["receipt"] for ballot in sealed if ballot.get("receipt"))
    cast = ballot_counting.all_cast(announcement.cycle)
    return sorted(ballot.receipt_sha256 for ballot in cast if ballot.receipt_sha256)


@dataclass(frozen=True, slots=True)
class Place:
    """A receipt in the record: of which ballot (by pseudonym), and whether that cast was made void by a reopening."""

    juror: str
    number: int
    is_replaced: bool


def place(record: str, receipt: str) -> Place | None:
    """Where a receipt stands in the text of a record; None where it does not."""
    ballots: list[dict[str, Any]] = json.loads(record).get("jury", {}).get("ballots", [])
    for number, ballot in enumerate(ballots, 1):
        if ballot.get("receipt") == receipt or receipt in ballot.get("replaced", []):
            return Place(ballot["juror"], number, ballot.get("receipt") != receipt)
    return None
