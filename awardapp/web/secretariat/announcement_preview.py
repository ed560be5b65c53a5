"""The public page of what is not public yet: rendered by the public view itself, as for a reader who is not signed in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, g
from markupsafe import escape

from awardapp import i18n
from awardapp.domain.announcements import AnnouncementKind, Outcome
from awardapp.models import Announcement, City, Cycle, Publication, PublishedOutcome
from awardapp.services import receipt_lists
from awardapp.web.public import results
from awardapp.web.secretariat.announcement_page import Content

_BODY = re.compile(r"<body[^>]*>")
_WORDS = ("title_en", "title_zh", "statement_en", "statement_zh")


@dataclass(frozen=True, slots=True)
class Preview:
    """A publication that is stored nowhere, with its cycle and the length of its record."""

    publication: Publication
    cycle: Cycle
    record_size: int | None


def of(announcement: Announcement, content: Content, *, at: datetime) -> Preview:
    """What publishing the announcement at this instant would store."""
    told = announcement.snapshot or {name: getattr(announcement, name) for name in _WORDS}
    record = next((file for file in content.files if file["what"] == "record"), None)
    publication = publication_of(announcement.kind, announcement.award_key, told, content.lines, at=at)
    publication.record_sha256 = content.record_sha256
    publication.receipts = receipt_lists.of(announcement)
    return Preview(publication, announcement.cycle, record["size"] if record is not None else None)


def publication_of(
    kind: AnnouncementKind,
    award_key: str,
    told: Mapping[str, Any],
    lines: Iterable[Mapping[str, Any]],
    *,
    at: datetime,
) -> Publication:
    """A publication with its lines, in no session: it cannot be stored by accident."""
    return Publication(
        kind=kind,
        award_key=award_key,
        **{name: told[name] for name in _WORDS},
        published_at=at,
        outcomes=[
            PublishedOutcome(
                position=position,
                outcome=Outcome(line["outcome"]),
                award_key=line["award_key"],
                submission_id=line["submission"],
                city_id=line["city"],
                city=City(id=line["city"], name_en=line["city_en"], name_zh=line["city_zh"], country=line["country"]),
                title_en=line["title_en"],
                title_zh=line["title_zh"],
                reason_en=line["reason_en"],
                reason_zh=line["reason_zh"],
            )
            for position, line in enumerate(lines, 1)
        ],
    )


def rendered(preview: Preview, address: str, *, language: str) -> str:
    """The page as the public view answers it at its address to somebody who is not signed in, in this language."""
    # A context of its own: what this request knows of the person who looks stays outside.
    with current_app.app_context(), current_app.test_request_context(address), i18n.speaking(language):
        g.memberships = g.city_ids = None
        return results.announcement_page(preview.publication, preview.cycle, record_size=preview.record_size)


def marked(page: str, words: str) -> str:
    """The page with one line on top that says what it is."""
    band = f'<div class="preview-band" role="note">{escape(words)}</div>'
    return _BODY.sub(lambda body: body[0] + band, page, count=1)
