"""Pictures of files: claim the row, copy the file beside, draw in a caged process, store, note."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from awardapp import clock, filekinds, storage
from awardapp.domain.files import kind_of
from awardapp.extensions import db
from awardapp.models import Blob, Preview
from awardapp.queue import TaskName, send
from awardapp.services import work

log = logging.getLogger(__name__)

_MOST_NUDGED = 20  # at a time: a hundred files of a deadline hour must not fill the queue again every ten seconds


@shared_task(name=TaskName.BUILD_PREVIEW.value)
def build_preview(preview_id: int) -> str:
    """Make the pictures of one file, once; "skipped" when somebody has it or it is done."""
    row = work.claim(Preview, preview_id, now=clock.now())
    if row is None:
        db.session.rollback()
        return "skipped"
    blob = db.session.get_one(Blob, row.sha256)
    kind = kind_of(blob.media_type)
    db.session.commit()  # nothing is held while pictures are drawn
    try:
        drawn = _drawn(blob.sha256, kind.key if kind else "")
    except FileNotFoundError as error:
        log.error("file without bytes: sha256=%s", blob.sha256)
        work.give_up(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "failed"
    except (OSError, SoftTimeLimitExceeded) as error:
        log.warning("preview delayed: preview=%s error=%s", preview_id, error)
        work.try_later(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "later"
    row.pages = drawn.pages
    row.page_count = drawn.page_count
    work.finish(row, now=clock.now())
    db.session.commit()
    return "built" if drawn.pages else "empty"


def _drawn(sha256: str, kind: str) -> filekinds.Drawn:
    """Draw and store; what a file cannot be drawn of within the limits stays without pictures. Twice gives the same."""
    with tempfile.TemporaryDirectory(prefix="award-preview-") as folder:
        original = Path(folder) / "original"
        storage.copy_to(storage.blob_key(sha256), original)
        drawn = filekinds.draw(original, kind, Path(folder))
        for page in range(1, len(drawn.pages) + 1):
            for size in filekinds.SIZES:
                storage.put(storage.preview_key(sha256, page, size), Path(folder) / f"{page}-{size}.webp")
    return drawn


@shared_task(name=TaskName.SWEEP_PREVIEWS.value)
def sweep() -> int:
    """Nudge the workers about the pictures that are due. Returns how many files' it asked for."""
    work.bury_exhausted(Preview, now=clock.now())
    db.session.commit()
    ids = work.due(Preview, now=clock.now(), limit=_MOST_NUDGED)
    db.session.commit()
    for preview_id in ids:
        send(TaskName.BUILD_PREVIEW, preview_id)
    return len(ids)
