"""Checking that what is stored still says what it said: the audit chain, the files, the versions, the records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import func, or_, select

from awardapp import storage
from awardapp.domain.announcements import Stage
from awardapp.domain.locking import RequestState
from awardapp.domain.selection import record
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Blob,
    Bundle,
    LockRequest,
    Release,
    ReportFile,
    Selection,
    SubmissionVersion,
    WorkStatus,
)
from awardapp.services import audit
from awardapp.services.submissions import content_digest


def faults() -> Iterator[str]:
    """Everything that does not hold, one sentence each with the ids to look at; nothing when all is well.

    Reads every stored file once, so it takes as long as reading them.
    """
    fault = audit.first_fault()
    if fault is not None:
        yield f"audit log: {fault}"
    yield from _files()
    yield from _versions()
    yield from _records()
    yield from _locks()
    yield from _releases()


def _stored_digest(key: str) -> str | None:
    digest = hashlib.sha256()
    try:
        for block in storage.read(key):
            digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def _files() -> Iterator[str]:
    for sha256 in db.session.scalars(select(Blob.sha256).order_by(Blob.sha256)).all():
        found = _stored_digest(storage.blob_key(sha256))
        if found != sha256:
            yield f"file {sha256}: {'missing' if found is None else 'its bytes have changed'}"
    built = db.session.scalars(select(Bundle).where(Bundle.status == WorkStatus.DONE).order_by(Bundle.id)).all()
    for bundle in built:
        found = _stored_digest(bundle.storage_key or "")
        if found != bundle.sha256:
            yield f"bundle {bundle.id}: {'missing' if found is None else 'its bytes have changed'}"
    reports = db.session.scalars(select(ReportFile).where(ReportFile.status == WorkStatus.DONE).order_by(ReportFile.id))
    for report in reports.all():
        found = _stored_digest(report.storage_key or "")
        if found != report.sha256:
            yield f"report {report.id}: {'missing' if found is None else 'its bytes have changed'}"


def _versions() -> Iterator[str]:
    rows = select(SubmissionVersion).order_by(SubmissionVersion.id).execution_options(yield_per=100)
    for version in db.session.scalars(rows):
        if content_digest(version.content) != version.sha256:
            yield f"submission {version.submission_id}, version {version.number}: its content has changed"


def _records() -> Iterator[str]:
    for selection in db.session.scalars(select(Selection).where(Selection.record.is_not(None)).order_by(Selection.id)):
        data = (selection.record or "").encode()
        if hashlib.sha256(data).hexdigest() != selection.record_sha256:
            yield f"record of selection {selection.id}: does not match its digest"
        for difference in record.verify(data)[:1]:
            yield f"record of selection {selection.id}: {difference}"


def _locks() -> Iterator[str]:
    """Shortlists are sealed by two people since the second version of the record, winners since the third."""
    confirmed = (
        select(LockRequest.id)
        .where(
            LockRequest.cycle_id == Selection.cycle_id,
            LockRequest.stage == Selection.stage,
            LockRequest.state == RequestState.CONFIRMED,
            LockRequest.record_sha256 == Selection.record_sha256,
            LockRequest.ended_by == Selection.locked_by,
        )
        .exists()
    )
    rows = db.session.scalars(
        select(Selection.id)
        .where(
            ~Selection.record.contains(f'"version":"{record.WITHOUT_PROCESS}"', autoescape=True),
            or_(
                Selection.stage == Stage.COMMITTEE,
                Selection.record.contains(f'"version":"{record.VERSION}"', autoescape=True),
            ),
            ~confirmed,
        )
        .order_by(Selection.id)
    )
    for selection_id in rows:
        yield f"record of selection {selection_id}: sealed without a second person"


def _releases() -> Iterator[str]:
    people = func.count(Release.user_id.distinct())
    rows = db.session.execute(
        select(Announcement.id, people)
        .outerjoin(
            Release,
            (Release.announcement_id == Announcement.id) & (Release.snapshot_sha256 == Announcement.snapshot_sha256),
        )
        .where(Announcement.status == "published")
        .group_by(Announcement.id)
        .having(people < 2)
    )
    for announcement_id, released_by in rows:
        yield f"announcement {announcement_id}: published with {released_by} releases"
