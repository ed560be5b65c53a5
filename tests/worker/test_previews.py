"""Pictures of files from the row to the picture: by a real worker, once, also after a crash; and the staging area swept."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from awardapp import clock, storage
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.models import Blob, Preview, Submission, Upload, UploadPiece, UploadStatus, WorkStatus
from awardapp.queue import TaskName, send
from awardapp.services import attachments, uploads
from tests import factories as make
from tests.support import corpus
from tests.support.processes import running_worker
from tests.worker.conftest import System


def attach(submission: Submission, data: bytes, name: str, media_type: str) -> str:
    """A file of the submission, as the web leaves it; its digest."""
    with storage.stage(io.BytesIO(data), limit=10_000_000) as staged:
        storage.put(storage.blob_key(staged.sha256), staged.path)
        attachments.attach(
            actor=submission.city.delegates[0].user,
            submission=submission,
            staged=staged,
            filename=name,
            media_type=media_type,
            caption_en="",
            caption_zh="",
            now=clock.database_now(),
        )
        return staged.sha256


def open_call() -> Submission:
    now = clock.now()
    return make.make_submission(make.make_cycle(CyclePhase.OPEN, deadline_at=now + timedelta(days=9)))


def state(sha256: str) -> Preview:
    return db.session.execute(select(Preview).where(Preview.sha256 == sha256)).scalar_one()


def made() -> int:
    done = select(func.count()).select_from(Preview).where(Preview.status == WorkStatus.DONE)
    return db.session.scalar(done) or 0


def picture(sha256: str, page: int, size: str) -> Image.Image:
    return Image.open(io.BytesIO(b"".join(storage.read(storage.preview_key(sha256, page, size)))))


def test_pictures_are_made_of_what_was_attached_and_a_hostile_file_stays_without(system: System) -> None:
    submission = open_call()
    report = attach(submission, corpus.pdf(2), "报告.pdf", "application/pdf")
    photograph = attach(submission, corpus.photograph_with_place(), "photo.jpg", "image/jpeg")
    hostile = attach(submission, corpus._pdf_bomb(), "bomb.pdf", "application/pdf")
    attach(
        submission,
        corpus.office(),
        "text.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )
    with running_worker(system.process_environ, folder=system.folder, concurrency=2):
        db.session.commit()  # sends the nudges
        send(TaskName.BUILD_PREVIEW, state(report).id)
        system.wait_until(lambda: made() == 3, seconds=90)
    assert db.session.scalar(select(func.count()).select_from(Preview)) == 3
    assert (len(state(report).pages), state(report).page_count, state(report).attempts) == (2, 2, 1)
    assert picture(report, 2, "large").size == (1200, 1600)
    assert picture(photograph, 1, "small").size == (40, 80)
    assert state(hostile).pages == []


@pytest.mark.only_on("postgresql")
def test_pictures_of_a_killed_worker_are_made_by_the_next(system: System) -> None:
    submission = open_call()
    for number in range(5):
        attach(submission, corpus.pdf(6 + number), f"{number}.pdf", "application/pdf")
    db.session.commit()
    with running_worker(system.process_environ, folder=system.folder, concurrency=2, name="killed") as worker:
        send(TaskName.SWEEP_PREVIEWS)
        system.wait_until(lambda: made() >= 1)
        worker.kill()
    system.let_leases_expire()
    with running_worker(system.process_environ, folder=system.folder, concurrency=2, name="next"):
        send(TaskName.SWEEP_PREVIEWS)
        system.wait_until(lambda: made() == 5, seconds=90)
    for preview in db.session.scalars(select(Preview)):
        for page in range(1, len(preview.pages) + 1):
            for size in ("small", "large"):
                picture(preview.sha256, page, size).load()


def kept_files(system: System) -> set[str]:
    """The keys of everything stored but pictures."""
    root = Path(system.environ["AWARD_VAR_DIR"]) / "files"
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and "previews" not in path.parts}


def begun(submission: Submission, data: bytes, name: str) -> Upload:
    """An upload of which one piece is here."""
    upload = uploads.begin(
        actor=submission.city.delegates[0].user,
        submission=submission,
        filename=name,
        size=1000,
        mark="1",
        now=clock.now(),
    )
    with storage.stage(io.BytesIO(data), limit=1000) as piece:
        storage.put(storage.piece_key(upload.token, 0, piece.sha256), piece.path)
        uploads.note_piece(upload=upload, start=0, piece=piece, now=clock.now())
    db.session.commit()
    return upload


def test_the_staging_area_is_swept_of_what_nobody_goes_on_with(system: System) -> None:
    submission = open_call()
    live = begun(submission, b"live", "live.pdf")
    abandoned, dropped = begun(submission, b"abandoned", "abandoned.pdf"), begun(submission, b"dropped", "dropped.pdf")
    uploads.drop(upload=dropped, now=clock.now())
    long_ago = clock.now() - uploads.KEPT_FOR - timedelta(minutes=1)
    db.session.execute(update(Upload).where(Upload.id == abandoned.id).values(touched_at=long_ago))
    attach(submission, corpus.picture(), "kept.jpg", "image/jpeg")
    db.session.commit()
    with storage.stage(io.BytesIO(b"stored, then the process died"), limit=1000) as lost:
        storage.put(storage.blob_key(lost.sha256), lost.path)
        storage.put(storage.piece_key("nobody", 0, lost.sha256), lost.path)
        storage.put(storage.blob_key("0" * 64), lost.path)
    root = Path(system.environ["AWARD_VAR_DIR"]) / "files"
    for key in (storage.blob_key(lost.sha256), storage.piece_key("nobody", 0, lost.sha256)):
        _make_old(root / key)
    _make_old(root / storage.blob_key(db.session.scalars(select(Blob.sha256)).one()))
    with running_worker(system.process_environ, folder=system.folder):
        send(TaskName.SWEEP_UPLOADS)
        system.wait_until(lambda: "blobs/00/" + "0" * 64 in kept_files(system) and len(kept_files(system)) <= 3)
    statuses = set(db.session.scalars(select(Upload.status)))
    assert statuses == {UploadStatus.ARRIVING}
    assert db.session.scalar(select(func.count()).select_from(UploadPiece)) == 1
    (attached,) = db.session.scalars(select(Blob.sha256))
    young, piece = storage.blob_key("0" * 64), uploads.piece_keys(db.session.get_one(Upload, live.id))
    assert kept_files(system) == {storage.blob_key(attached), young, *piece}


def _make_old(path: Path) -> None:
    two_days_ago = path.stat().st_mtime - 2 * 86_400
    os.utime(path, (two_days_ago, two_days_ago))
