"""Outcomes, and when they may leave the seal.

A result is published only by copying an approved snapshot into the publication tables; before that moment there is nothing
outside the seal to leak. Two different people of the secretariat release it, bound to the digest of the snapshot.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation

RELEASES_NEEDED = 2
SNAPSHOT_VERSION = 2  # 1 named neither the people of a letter nor pages, files and certificates


class Stage(StrEnum):
    """Who decided: the technical committee, the jury, or whoever a special award names."""

    COMMITTEE = "committee"
    JURY = "jury"
    SPECIAL = "special"


class Outcome(StrEnum):
    SHORTLISTED = "shortlisted"
    DESERVING = "deserving"
    WINNER = "winner"
    SPECIAL = "special"


OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.SHORTLISTED: N_("Shortlisted"),
    Outcome.DESERVING: N_("Deserving"),
    Outcome.WINNER: N_("Winner"),
    Outcome.SPECIAL: N_("Special award"),
}


class AnnouncementKind(StrEnum):
    SHORTLIST = "shortlist"
    WINNERS = "winners"
    SPECIAL = "special"


class RehearsedPart(StrEnum):
    """What two secretaries go through with placeholder names before the day."""

    PAGE = "page"
    LETTERS = "letters"
    CERTIFICATES = "certificates"
    RELEASE = "release"


class AnnouncementStatus(StrEnum):
    """`scheduled` means released by two people and waiting for its instant."""

    DRAFT = "draft"
    SEALED = "sealed"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


def digest(snapshot: dict[str, Any]) -> str:
    """SHA-256 of a snapshot, over sorted compact JSON: the thing that two people release."""
    data = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(data).hexdigest()


def check_release(status: AnnouncementStatus, *, shown_sha256: str, sealed_sha256: str | None) -> None:
    """Refuse a release of something other than what is sealed now. Raises IllegalTransition."""
    if status is not AnnouncementStatus.SEALED:
        raise IllegalTransition(N_("Only a sealed announcement can be released."))
    if shown_sha256 != sealed_sha256:
        raise IllegalTransition(
            N_("The announcement was changed after you opened this page. Read the new version before you release it.")
        )


def set_digest(parts: Sequence[tuple[int, str | None]], *, embargo_until: datetime | None) -> str:
    """What people release when several announcements go together: their ids and digests in the order of publication."""
    return digest(
        {
            "embargo_until": embargo_until.isoformat() if embargo_until else None,
            "announcements": [{"id": number, "sha256": sha256} for number, sha256 in parts],
        }
    )


def is_released(releases: Iterable[tuple[int, str]], *, sealed_sha256: str | None) -> bool:
    """Whether enough different people released exactly this snapshot; `releases` are (user id, digest)."""
    people = {user_id for user_id, sha256 in releases if sha256 == sealed_sha256}
    return sealed_sha256 is not None and len(people) >= RELEASES_NEEDED


def check_publishable(
    status: AnnouncementStatus,
    *,
    releases: Iterable[tuple[int, str]],
    sealed_sha256: str | None,
    embargo_until: datetime | None,
    now: datetime,
) -> None:
    """Refuse to publish before two releases of this very snapshot, or before the embargo's instant."""
    if status is not AnnouncementStatus.SCHEDULED:
        raise IllegalTransition(N_("This announcement is not waiting for its publication."))
    if not is_released(releases, sealed_sha256=sealed_sha256):
        raise NotPermitted(N_("Two people must release an announcement."))
    if embargo_until is not None and now < embargo_until:
        raise RuleViolation(N_("The embargo has not ended."))


def shortlist_problems(*, undecided: int, shortlisted: int, deserving: int, size: int, deserving_max: int) -> list[str]:
    """Message ids of what keeps a shortlist from being locked."""
    problems = []
    if undecided:
        problems.append(N_("Some submissions have not been checked for validity yet."))
    if shortlisted == 0:
        problems.append(N_("Nothing is shortlisted."))
    if shortlisted > size:
        problems.append(N_("More submissions are shortlisted than the rules allow."))
    if deserving > deserving_max:
        problems.append(N_("More submissions are named deserving than the rules allow."))
    return problems
