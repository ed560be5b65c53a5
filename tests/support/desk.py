"""What the tests of the city's desk do again and again: open, save, upload, hand in."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from awardapp import clock
from awardapp.extensions import db
from awardapp.models import Attachment, Cycle, Submission
from tests.support.pages import Browser, Page


def at(submission: Submission, path: str = "") -> str:
    return f"/submissions/{submission.ref}{path}"


def close(cycle: Cycle) -> None:
    """The deadline is this very instant: it is exclusive, so it is over."""
    cycle.deadline_at = clock.now()
    db.session.commit()


def save(desk: Browser, submission: Submission, page: Page | None = None, **changes: Any) -> Page:
    page = page or desk.get(at(submission, "/edit"))
    return desk.submit(page, "/edit", holding="edit_version", **changes)


def jpeg(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def upload(desk: Browser, submission: Submission, *files: tuple[bytes, str]) -> Page:
    page = desk.get(at(submission, "/files"))
    sent = [(io.BytesIO(data), name) for data, name in files]
    return desk.submit(page, "/files", press="Upload", files=sent)


def download(desk: Browser, submission: Submission, attachment: Attachment) -> TestResponse:
    """The bytes as they come, not read as a page."""
    db.session.commit()
    return desk.client.get(at(submission, f"/files/{attachment.sha256}"))


def attachments(submission: Submission) -> list[Attachment]:
    return list(
        db.session.scalars(
            select(Attachment)
            .where(Attachment.submission_id == submission.id, Attachment.removed_at.is_(None))
            .order_by(Attachment.id)
        )
    )


def text_of(page: Page, name: str) -> str:
    """What stands in a text field of the page."""
    area = [a for a in page.all("textarea", name=name)]
    return (
        "".join(area[0].itertext()).removeprefix("\n") if area else page.all("input", name=name)[0].get("value") or ""
    )


def hand_in(desk: Browser, submission: Submission) -> Page:
    return desk.submit(desk.get(at(submission, "/submit")), "/submit", declaration="y")
