"""Making press kits and pictures for sharing: claim the row, gather, make with nothing held, store under the digest, note."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from awardapp import clock, storage
from awardapp.extensions import db
from awardapp.models import PublicationFile, PublicationFileKind
from awardapp.queue import TaskName, send
from awardapp.services import publication_files, work
from awardapp.typesetting import CannotTypeset
from worker import press_kits
from worker.bags import BundleError

log = logging.getLogger(__name__)


@shared_task(name=TaskName.BUILD_PUBLICATION_FILE.value)
def build_publication_file(file_id: int) -> str:
    """Make one file, once; "skipped" when somebody has it or it is made, "void" when something else is public by now."""
    row = work.claim(PublicationFile, file_id, now=clock.now())
    if row is None:
        db.session.rollback()
        return "skipped"
    content = publication_files.wanted(row)
    if content is None:
        db.session.delete(row)  # nobody can have it any more; what replaces it has a row of its own
        db.session.commit()
        return "void"
    kind = row.kind
    db.session.commit()  # nothing is held while the file is made
    try:
        with tempfile.TemporaryDirectory(prefix="award-publication-") as folder:
            target = Path(folder) / "made"
            digest, size = _make(content, kind, target)
            key = publication_files.storage_key(kind, digest)
            storage.put(key, target)
    except (CannotTypeset, BundleError) as error:
        log.exception("publication file cannot be made: file=%s", file_id)
        work.give_up(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "failed"
    except (OSError, SoftTimeLimitExceeded) as error:
        log.warning("publication file delayed: file=%s error=%s", file_id, error)
        work.try_later(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "later"
    row.storage_key, row.sha256, row.size = key, digest, size
    work.finish(row, now=clock.now())
    db.session.commit()
    log.info("publication file made: file=%s kind=%s bytes=%s attempt=%s", file_id, kind.value, size, row.attempts)
    return "built"


def _make(content: Mapping[str, Any], kind: PublicationFileKind, target: Path) -> tuple[str, int]:
    """Make the file at the path; its SHA-256 and length in bytes."""
    if kind is PublicationFileKind.PRESS_KIT:
        return press_kits.build(content, target)
    data = publication_files.draw(content, kind)
    target.write_bytes(data)
    return sha256(data).hexdigest(), len(data)


@shared_task(name=TaskName.SWEEP_PUBLICATION_FILES.value)
def sweep() -> int:
    """Nudge the workers about every file of a publication that is due. Returns how many."""
    work.bury_exhausted(PublicationFile, now=clock.now())
    db.session.commit()
    ids = work.due(PublicationFile, now=clock.now(), limit=50)
    db.session.commit()
    for file_id in ids:
        send(TaskName.BUILD_PUBLICATION_FILE, file_id)
    return len(ids)
