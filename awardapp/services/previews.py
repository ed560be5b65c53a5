"""The pictures by which files are shown: asked for once per stored file, made by a worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from awardapp.domain.files import kind_of
from awardapp.extensions import db
from awardapp.models import Preview
from awardapp.queue import TaskName, enqueue_after_commit


def request(sha256: str, media_type: str, *, now: datetime) -> None:
    """Ask for the pictures of a stored file, unless they were asked for before or none can be made of its kind."""
    kind = kind_of(media_type)
    if kind is None or not kind.is_drawn:
        return
    if db.session.scalar(select(Preview.id).where(Preview.sha256 == sha256)) is not None:
        return
    preview = Preview(sha256=sha256, created_at=now)
    db.session.add(preview)
    db.session.flush()
    enqueue_after_commit(TaskName.BUILD_PREVIEW, preview.id)
