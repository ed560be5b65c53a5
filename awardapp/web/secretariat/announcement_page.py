"""What the pages of an announcement show: its name, its lines, its letters, what becomes visible, how long until then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Outcome
from awardapp.domain.certificates import CERTIFICATE_NAMES, CertificateKind
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext, pick
from awardapp.models import Announcement, Cycle
from awardapp.queries import notifications as outbox
from awardapp.services import outward, snapshots
from awardapp.web.secretariat.letter_words import letter_name


def kind_name(cycle: Cycle, kind: AnnouncementKind, award_key: str) -> str:
    """What is announced, never who: this stands in titles and in the audit log's neighbourhood."""
    if kind is AnnouncementKind.SHORTLIST:
        return _("Shortlist and deserving cities")
    if kind is AnnouncementKind.WINNERS:
        return _("Winners")
    award = snapshots.award_of(cycle, award_key)
    return pick(award, "name") if award is not None else award_key


def public_address(announcement: Announcement) -> str:
    """Where everybody reads it once it is published; the letters carry the same address."""
    return url_for(
        "public.announcement",
        cycle_slug=announcement.cycle.slug,
        kind=announcement.kind.value,
        award_key=announcement.award_key or None,
    )


@dataclass(frozen=True, slots=True)
class Mailing:
    """The letters of one kind that go out with the announcement."""

    kind: str
    name: str
    cities: int
    people: int
    by_language: dict[str, int]
    silent: list[str]  # references of submissions nobody would be written to


@dataclass(frozen=True, slots=True)
class Content:
    """What would be published or was: the lines by group, and the letters."""

    lines: list[dict[str, Any]]
    groups: list[tuple[str, list[dict[str, Any]]]]
    planned: list[dict[str, Any]]
    mailings: list[Mailing]
    certificates: list[tuple[str, int]]
    pages: list[str]
    changed: list[str]
    files: list[dict[str, Any]]
    record_sha256: str | None

    @property
    def people(self) -> int:
        return sum(mailing.people for mailing in self.mailings)


def content_of(announcement: Announcement) -> Content:
    """The sealed content, or for a draft what would be sealed now."""
    told = announcement.snapshot or snapshots.content(announcement)
    outside = told if "pages" in told else outward.planned(announcement, told)
    counted = Counter(one["kind"] for one in told.get("certificates", ()))
    return Content(
        told["lines"],
        _groups(announcement.cycle, told["lines"]),
        told["letters"],
        _mailings(told["letters"]),
        [(_(CERTIFICATE_NAMES[CertificateKind(kind)]), n) for kind, n in counted.items()],
        outside["pages"],
        outside["changed"],
        outside["files"],
        told["record_sha256"],
    )


def _groups(cycle: Cycle, lines: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    headings = {
        Outcome.WINNER: _("Winners"),
        Outcome.SHORTLISTED: _("Shortlisted"),
        Outcome.DESERVING: _("Deserving"),
    }
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        outcome = Outcome(line["outcome"])
        heading = headings.get(outcome) or kind_name(cycle, AnnouncementKind.SPECIAL, line["award_key"])
        groups.setdefault(heading, []).append(line)
    return list(groups.items())


def _mailings(planned: Sequence[dict[str, Any]]) -> list[Mailing]:
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for letter in planned:
        by_kind.setdefault(letter["kind"], []).append(letter)
    found = []
    for kind, letters in by_kind.items():
        reach = outbox.reach(letter["submission"] for letter in letters)
        silent = [letter["ref"] for letter in letters if letter["submission"] in reach.silent]
        found.append(Mailing(kind, letter_name(kind), len(letters), reach.people, reach.by_language, silent))
    return found


def is_at_once(announcement: Announcement, *, now: datetime) -> bool:
    """Whether the second release publishes it in the same moment."""
    return announcement.embargo_until is None or announcement.embargo_until <= now


def left(announcement: Announcement, *, now: datetime) -> str:
    """How long until the instant, in words; "" when none is set or it has passed."""
    if announcement.status is AnnouncementStatus.PUBLISHED or is_at_once(announcement, now=now):
        return ""
    span: timedelta = (announcement.embargo_until or now) - now
    hours, rest = divmod(int(span.total_seconds()), 3600)
    days, hours = divmod(hours, 24)
    if days:
        return ngettext("one day", "%(n)s days", days) + " " + ngettext("one hour", "%(n)s hours", hours)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def url(endpoint: str, announcement: Announcement, **values: Any) -> str:
    """The address of a view of one announcement."""
    return url_for(
        f"secretariat.{endpoint}", cycle_slug=announcement.cycle.slug, announcement_id=announcement.id, **values
    )
