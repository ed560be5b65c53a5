"""What a publication says, as plain data in both languages: the source of its JSON, its press kit and its picture for sharing.

Read from the publication tables and the published case studies alone. `preview` gives the same of a snapshot, for those
who may look under the seal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from awardapp.domain.announcements import Outcome
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.extensions import db
from awardapp.models import CaseStudy, Cycle, Publication
from awardapp.queries import announcements as queries
from awardapp.services import both_languages as both

FORMAT = "announcement-1"
MOST_PICTURES = 3  # of one city
LARGEST_PICTURE = 20_000_000  # bytes
_ORDER = {Outcome.WINNER: 0, Outcome.SHORTLISTED: 1, Outcome.DESERVING: 2, Outcome.SPECIAL: 3}
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


def of(publication: Publication, cycle: Cycle | None = None) -> dict[str, Any]:
    """What is public now. Two queries. `cycle` where the publication is stored nowhere, as in a preview under the seal."""
    lines = [
        {
            "submission": line.submission_id,
            "outcome": line.outcome.value,
            "award_key": line.award_key,
            "city_en": line.city.name_en,
            "city_zh": line.city.name_zh,
            "country": line.city.country,
            **{name: getattr(line, name) for name in ("title_en", "title_zh", "reason_en", "reason_zh")},
        }
        for line in publication.outcomes
    ]
    said = {
        name: getattr(publication, name)
        for name in ("award_key", "title_en", "title_zh", "statement_en", "statement_zh", "record_sha256")
    }
    return _content(cycle or publication.cycle, publication.kind.value, said, lines, at=publication.published_at)


def preview(cycle: Cycle, snapshot: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """What would be public if this snapshot were published at this instant. Whoever asks has had the look recorded."""
    return _content(cycle, str(snapshot["kind"]), snapshot, snapshot["lines"], at=at)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a content: which file says what is public now."""
    data = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()


def address(cycle_slug: str, kind: str, award_key: str) -> str:
    """Where the announcement is read."""
    base = str(current_app.config["BASE_URL"]).rstrip("/")
    return f"{base}/announcements/{cycle_slug}/{kind}" + (f"/{award_key}" if award_key else "")


def _content(
    cycle: Cycle, kind: str, said: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], *, at: datetime
) -> dict[str, Any]:
    lines = list(lines)
    cases = _cases({line["submission"] for line in lines})
    awards = {key: {"en": award.name_en, "zh": award.name_zh} for key, award in queries.special_awards(cycle).items()}
    return {
        "format": FORMAT,
        "address": address(cycle.slug, kind, said["award_key"]),
        "cycle": {
            "slug": cycle.slug,
            "year": cycle.year,
            "name": {"en": cycle.name_en, "zh": cycle.name_zh},
            "is_invented": cycle.is_demonstration,
        },
        "kind": kind,
        "award": {"key": said["award_key"], "name": awards.get(said["award_key"])} if said["award_key"] else None,
        "published_at": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "published_on": both.day(at, cycle),
        "title": {"en": said["title_en"], "zh": said["title_zh"]},
        "statement": {"en": said["statement_en"], "zh": said["statement_zh"]},
        "record_sha256": said["record_sha256"],
        "outcomes": [
            {
                "submission": line["submission"],  # for pages of ours; no file and no answer tells it
                "outcome": line["outcome"],
                "award": {"key": line["award_key"], "name": awards.get(line["award_key"])}
                if line["award_key"]
                else None,
                "city": {"en": line["city_en"], "zh": line["city_zh"]},
                "country": {"code": line["country"], **both.country(line["country"])},
                "title": {"en": line["title_en"], "zh": line["title_zh"]},
                "reason": {"en": line["reason_en"], "zh": line["reason_zh"]},
                "case": case.ref if (case := cases.get(line["submission"])) is not None else None,
                "pictures": _pictures(case) if case is not None else [],
            }
            for line in sorted(lines, key=_place)
        ],
    }


def _place(line: Mapping[str, Any]) -> tuple[int, str, str, int]:
    """By outcome and award, then by the city's name: there is no ranking."""
    return _ORDER[Outcome(line["outcome"])], line["award_key"], line["city_en"].casefold(), line["submission"]


def _cases(submission_ids: Collection[int]) -> dict[int, CaseStudy]:
    """The case studies that are public, by submission."""
    rows = db.session.scalars(
        select(CaseStudy).where(
            CaseStudy.submission_id.in_(submission_ids), CaseStudy.status == CaseStudyStatus.PUBLISHED
        )
    )
    return {row.submission_id: row for row in rows if row.submission_id is not None}


def _pictures(case: CaseStudy) -> list[dict[str, Any]]:
    """The first pictures that the city handed in and the case study shows to everybody."""
    found = [
        {
            "sha256": file["sha256"],
            "filename": file["filename"],
            "media_type": file["media_type"],
            "size": file["size"],
            "caption": {"en": file.get("caption_en") or "", "zh": file.get("caption_zh") or ""},
        }
        for file in case.files
        if file["media_type"] in _PICTURES and file["size"] <= LARGEST_PICTURE
    ]
    return found[:MOST_PICTURES]
