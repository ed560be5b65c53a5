"""Making certificates: claim the row, gather, typeset with nothing held, store under the digest, note."""

from __future__ import annotations

import logging
import tempfile
from hashlib import sha256
from pathlib import Path

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from awardapp import clock, storage
from awardapp.extensions import db
from awardapp.models import Certificate
from awardapp.queue import TaskName, send
from awardapp.services import certificates, work
from awardapp.typesetting import CannotTypeset

log = logging.getLogger(__name__)


@shared_task(name=TaskName.BUILD_CERTIFICATE.value)
def build_certificate(certificate_id: int) -> str:
    """Make one certificate, once; "skipped" when somebody has it or it is made."""
    row = work.claim(Certificate, certificate_id, now=clock.now())
    if row is None:
        db.session.rollback()
        return "skipped"
    paper = certificates.paper(row)
    db.session.commit()  # nothing is held while it is typeset
    try:
        data = certificates.typeset(paper)
        digest = sha256(data).hexdigest()
        key = certificates.storage_key(digest)
        with tempfile.NamedTemporaryFile(prefix="award-certificate-") as file:
            file.write(data)
            file.flush()
            storage.put(key, Path(file.name))
    except CannotTypeset as error:
        log.exception("certificate cannot be typeset: certificate=%s", certificate_id)
        work.give_up(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "failed"
    except (OSError, SoftTimeLimitExceeded) as error:
        log.warning("certificate delayed: certificate=%s error=%s", certificate_id, error)
        work.try_later(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "later"
    row.storage_key, row.sha256, row.size = key, digest, len(data)
    work.finish(row, now=clock.now())
    db.session.commit()
    log.info("certificate made: certificate=%s bytes=%s attempt=%s", certificate_id, row.size, row.attempts)
    return "built"


@shared_task(name=TaskName.SWEEP_CERTIFICATES.value)
def sweep() -> int:
    """Nudge the workers about every certificate that is due. Returns how many."""
    work.bury_exhausted(Certificate, now=clock.now())
    db.session.commit()
    ids = work.due(Certificate, now=clock.now(), limit=200)
    db.session.commit()
    for certificate_id in ids:
        send(TaskName.BUILD_CERTIFICATE, certificate_id)
    return len(ids)
