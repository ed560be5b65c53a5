"""Bundles from the row to the file: built once by a real worker, the same bytes, and whole after a crash."""

from __future__ import annotations

import io
import zipfile

from PIL import Image
from sqlalchemy import func, select

from awardapp import storage
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.extensions import db
from awardapp.models import Bundle, CaseStudy, WorkStatus
from awardapp.queue import TaskName, send
from awardapp.services import casebank
from tests import factories as make
from tests.conftest import NOW
from tests.support.processes import running_worker
from tests.worker.conftest import System


def ready() -> int:
    return db.session.scalar(select(func.count()).select_from(Bundle).where(Bundle.status == WorkStatus.DONE)) or 0


def cases(n: int) -> list[CaseStudy]:
    picture = io.BytesIO()
    Image.effect_noise((300, 200), 60).convert("RGB").save(picture, "JPEG")
    picture.seek(0)
    with storage.stage(picture, limit=10_000_000) as staged:
        storage.put(storage.blob_key(staged.sha256), staged.path)
        files = [
            {
                "sha256": staged.sha256,
                "filename": "公园.jpg",
                "media_type": "image/jpeg",
                "size": staged.size,
                "caption_en": "The park",
                "caption_zh": "公园",
            }
        ]
    cycle = make.make_cycle()
    return [make.make_case_study(cycle, files=files, summary_en="A park that drinks the rain.") for _ in range(n)]


def stored(bundle: Bundle) -> bytes:
    return b"".join(storage.read(bundle.storage_key or ""))


def test_a_bundle_is_built_once_and_opens(system: System) -> None:
    case = cases(1)[0]
    bundle = casebank.request_bundle(case, requested_by=None, now=NOW)
    again = casebank.request_bundle(case, requested_by=None, now=NOW)
    db.session.commit()
    assert again.id == bundle.id
    with running_worker(system.process_environ, folder=system.folder):
        send(TaskName.BUILD_BUNDLE, bundle.id)
        send(TaskName.BUILD_BUNDLE, bundle.id)
        system.wait_until(lambda: ready() == 1)
    bundle = db.session.get_one(Bundle, bundle.id)
    content = stored(bundle)
    assert (bundle.size, bundle.attempts) == (len(content), 1)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert any(name.endswith("data/case-study.pdf") for name in archive.namelist())


def test_killed_builders_leave_no_half_file_and_their_bundles_are_built(system: System) -> None:
    bundles = [casebank.request_bundle(case, requested_by=None, now=NOW) for case in cases(12)]
    db.session.commit()
    for n in range(2):
        with running_worker(system.process_environ, folder=system.folder, concurrency=2, name=f"killed{n}") as worker:
            before = ready()
            send(TaskName.SWEEP_BUNDLES)
            system.wait_until(lambda before=before: ready() > before)
            worker.kill()
        system.let_leases_expire()
    with running_worker(system.process_environ, folder=system.folder, concurrency=2, name="last"):
        send(TaskName.SWEEP_BUNDLES)
        system.wait_until(lambda: ready() == len(bundles), seconds=60)
    for bundle in db.session.scalars(select(Bundle)):
        with zipfile.ZipFile(io.BytesIO(stored(bundle))) as archive:
            assert archive.testzip() is None


def test_the_bundle_of_a_case_taken_down_is_not_built(system: System) -> None:
    case = cases(1)[0]
    bundle = casebank.request_bundle(case, requested_by=None, now=NOW)
    case.status = CaseStudyStatus.DRAFT
    case.published_at = None
    db.session.commit()
    with running_worker(system.process_environ, folder=system.folder):
        send(TaskName.BUILD_BUNDLE, bundle.id)
        system.wait_until(lambda: db.session.get_one(Bundle, bundle.id).status is WorkStatus.DEAD)
    assert db.session.get_one(Bundle, bundle.id).storage_key is None
