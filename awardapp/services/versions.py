"""A submission frozen as it was handed in: everything a reader of the file sees, and its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from awardapp.extensions import db
from awardapp.models import Attachment, Partner, Submission, SubmissionVersion

TEXT_FIELDS = ("title_en", "title_zh", "summary_en", "summary_zh")
CONTACT_FIELDS = ("contact_name", "contact_position", "contact_email", "contact_phone")


def frozen(submission: Submission) -> dict[str, Any]:
    """The submission as a version keeps it: everything a reader of the file sees, with the files' digests."""
    attached = db.session.scalars(
        select(Attachment)
        .where(Attachment.submission_id == submission.id, Attachment.removed_at.is_(None))
        .order_by(Attachment.position, Attachment.id)
    )
    return _content(submission, attached)


def _content(submission: Submission, attached: Iterable[Attachment]) -> dict[str, Any]:
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
            for a in attached
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


def with_unsent_changes(submission_ids: Collection[int]) -> set[int]:
    """Of these submissions those whose working text is not what was handed in last. Five queries at most, however many."""
    if not submission_ids:
        return set()
    cycle_of_earlier = joinedload(Submission.based_on).joinedload(Submission.cycle)
    rows = db.session.execute(
        select(Submission, SubmissionVersion.sha256)
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .where(Submission.id.in_(submission_ids), SubmissionVersion.number == Submission.version)
        .options(
            joinedload(Submission.city),
            joinedload(Submission.theme),
            joinedload(Submission.cycle),
            cycle_of_earlier,
            selectinload(Submission.partners).joinedload(Partner.city),
            selectinload(Submission.attachments).joinedload(Attachment.blob),
        )
    )
    return {one.id for one, digest in rows if content_digest(_content(one, one.attachments)) != digest}


def latest_version(submission: Submission) -> SubmissionVersion | None:
    """The version that counts, None before the first."""
    return db.session.execute(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.number == submission.version
        )
    ).scalar_one_or_none()
