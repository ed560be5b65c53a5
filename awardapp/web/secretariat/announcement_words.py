"""The words of the console: the list of what is complete with the pages that mend it, and what the log says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from awardapp.domain.announcements import AnnouncementKind
from awardapp.domain.completeness import Item, Verdict
from awardapp.domain.errors import N_
from awardapp.i18n import gettext as _
from awardapp.models import Announcement, AuditEntry

TONES = {Verdict.GOOD: "good", Verdict.DOUBTFUL: "attention", Verdict.MISSING: "stopped"}
VERDICTS = {Verdict.GOOD: N_("In order"), Verdict.DOUBTFUL: N_("Look at it"), Verdict.MISSING: N_("Missing")}

DEEDS: dict[str, str] = {
    "announcement.prepare": N_("began it"),
    "announcement.check": N_("checked it in full"),
    "announcement.seal": N_("sealed it"),
    "announcement.unseal": N_("opened the seal"),
    "announcement.release": N_("released it"),
    "announcement.abort": N_("stopped the publication"),
    "announcement.refuse": N_("every release lapsed: it was no longer what was sealed"),
    "announcement.publish": N_("published it"),
    "announcement.look": N_("looked at it"),
}

_SEEN = {
    "page": N_("the page"),
    "letters": N_("a letter"),
    "list": N_("the list as CSV"),
    "preview": N_("the public page as it will be"),
    "ceremony": N_("the page of those released together"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list: what was found, how it looks, and where it is mended."""

    words: str
    verdict: str
    tone: str
    named: tuple[str, ...]
    url: str
    link: str


def shown(announcement: Announcement, item: Item) -> Shown:
    """The item in the reader's language, with the way to the page that mends it."""
    url, link = _mend(announcement, item)
    return Shown(_(item.msgid, **item.params), _(VERDICTS[item.verdict]), TONES[item.verdict], item.named, url, link)


def fault(stored: Mapping[str, Any]) -> str:
    """What a full check found, as it is stored, in the reader's language."""
    msgid: str = stored["msgid"]
    return _(msgid, **stored["params"])


def _mend(announcement: Announcement, item: Item) -> tuple[str, str]:
    slug = announcement.cycle.slug
    if item.verdict is Verdict.GOOD or not item.mend:
        return "", ""
    if item.mend == "words":
        return "#words", _("Write it")
    if item.mend == "check":
        return "#check", _("Check in full")
    if item.mend == "city" and item.about is not None:
        return url_for("secretariat.city", cycle_slug=slug, city_id=item.about), _("Open the city")
    if item.mend == "submissions":
        return url_for("secretariat.submissions", cycle_slug=slug), _("Open the submissions")
    if announcement.kind is AnnouncementKind.SPECIAL:
        return url_for("secretariat.awards", cycle_slug=slug), _("Open the special awards")
    return url_for("secretariat.overview", cycle_slug=slug), _("See where the decision stands")


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the log in words; `looked` tells looks from deeds."""

    at: datetime
    who: str
    what: str
    reason: str
    looked: bool


def log(entries: Sequence[AuditEntry]) -> list[Deed]:
    """Who did what when, the newest first."""
    return [
        Deed(
            entry.at,
            entry.actor.name if entry.actor is not None else _("the clock"),
            _seen(entry.details) if entry.action == "announcement.look" else _(DEEDS.get(entry.action, entry.action)),
            entry.reason or "",
            entry.action == "announcement.look",
        )
        for entry in entries
    ]


def _seen(details: dict[str, Any]) -> str:
    what, _colon, about = str(details.get("what", "page")).partition(":")
    words = _("looked at: %(what)s", what=_(_SEEN.get(what, what)))
    return f"{words} ({about})" if about else words
