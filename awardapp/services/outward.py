"""What becomes visible with an announcement: the addresses that will exist, those that will read otherwise, the files.

Paths only, without a host; what is built by the worker afterwards has no digest yet. None of the new ones answers before the
publication; a test asks every one of them before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awardapp.domain.announcements import AnnouncementKind, Stage
from awardapp.domain.certificates import PLACEHOLDER
from awardapp.models import Announcement
from awardapp.services import selections


def address(announcement: Announcement) -> str:
    """The announcement's own page; the letters carry the same address."""
    path = f"/announcements/{announcement.cycle.slug}/{announcement.kind.value}"
    return f"{path}/{announcement.award_key}" if announcement.award_key else path


def planned(announcement: Announcement, sealed: Mapping[str, Any]) -> dict[str, Any]:
    """Under "pages" the new addresses, under "changed" those that will read otherwise, under "files" what can be taken away."""
    slug = announcement.cycle.slug
    return {
        "pages": [
            address(announcement),
            f"{address(announcement)}.json",
            *(f"/certificates/{one['code']}" for one in sealed.get("certificates", ()) if one["code"] != PLACEHOLDER),
            *_receipts(announcement, sealed),
        ],
        "changed": ["/", "/announcements", f"/cycles/{slug}", "/cycles", "/feed.xml", "/sitemap.xml"],
        "files": _files(announcement, sealed),
    }


def _receipts(announcement: Announcement, sealed: Mapping[str, Any]) -> list[str]:
    """Where the receipts of the ballots are found once the winners are public."""
    path = f"/records/{announcement.cycle.slug}/{announcement.kind.value}"
    return [f"{path}/receipt", f"{path}/receipts.json"] if sealed.get("receipts") is not None else []


def _files(announcement: Announcement, sealed: Mapping[str, Any]) -> list[dict[str, Any]]:
    base = address(announcement)
    found: list[dict[str, Any]] = [
        {"what": "press kit", "address": f"{base}/press-kit.zip", "sha256": None, "size": None},
        *(
            {"what": "picture", "address": f"{base}/picture-{code}.png", "sha256": None, "size": None}
            for code in ("en", "zh")
        ),
    ]
    if announcement.cycle.rules.publish_score_table and sealed["record_sha256"]:
        stage = Stage.JURY if announcement.kind is AnnouncementKind.WINNERS else Stage.COMMITTEE
        selection = selections.selection_of(announcement.cycle, stage)
        found.append(
            {
                "what": "record",
                "address": f"/records/{announcement.cycle.slug}/{announcement.kind.value}.json",
                "sha256": sealed["record_sha256"],
                "size": len((selection.record or "").encode()) if selection is not None else 0,
            }
        )
    return found
