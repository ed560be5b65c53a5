"""A submission frozen as it was handed in: everything a reader of the file sees, and its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from awardapp.extensions import db
from awardapp.models import Attachment, Submission, SubmissionVersion

TEXT_FIELDS = ("title_en", "title_zh", "summary_en", "summary_zh")
CONTACT_FIELDS = ("contact_name", "contact_position", "contact_email", "contact_phone")


def frozen(submission: Submission) -> dict[str, Any]:
    """The submission as a version keeps it: everything a reader of the file sees, with the files' digests."""
    return {
        "ref": submission.ref,
        "city": {
            "name_en": submission.city.name_en,
            "name_zh": submission.city.name_zh,
            "country": submission.city.country,
        },
        "theme": submission.theme.key if submission.theme else None,
        **{name: getattr(submission, name) for name in TEXT_FIELDS},
        "contact": {name.removeprefix("contact_"): getattr(submission, name) for name in CONTACT_FIELDS},
        "answers": submission.answers,
        **_joint_and_earlier(submission),
        "rules_version": submission.cycle.rules_version,
        "files": [
            {
                "filename": a.filename,
                "sha256": a.sha256,
                "size": a.blob.size,
                "media_type": a.blob.media_type,
                "caption_en": a.caption_en,
                "caption_zh": a.caption_zh,
            }
            for a in db.session.scalars(
                select(Attachment)
                .where(Attachment.submission_id == submission.id, Attachment.removed_at.is_(None))
                .order_by(Attachment.position, Attachment.id)
            )
        ],
    }


def _joint_and_earlier(submission: Submission) -> dict[str, Any]:
    """Partner cities and the earlier entry the text was taken from; nothing where there is none."""
    found: dict[str, Any] = {}
    if submission.partners:
        found["partners"] = [
            {"name_en": p.city.name_en, "name_zh": p.city.name_zh, "country": p.city.country}
            for p in submission.partners
        ]
    if submission.based_on is not None:
        cycle = submission.based_on.cycle
        found["based_on"] = {"ref": submission.based_on.ref, "cycle_en": cycle.name_en, "cycle_zh": cycle.name_zh}
    return found


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a version's content over sorted compact JSON, as printed on the receipt."""
    data = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()


def latest_version(submission: Submission) -> SubmissionVersion | None:
    """The version that counts, None before the first."""
    return db.session.execute(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.number == submission.version
        )
    ).scalar_one_or_none()
