"""Press kits and certificates by a real worker: whole or not at all, the same bytes again, what they say they are."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from awardapp import clock, storage
from awardapp.extensions import db
from awardapp.models import (
    Blob,
    CaseStudy,
    Certificate,
    Publication,
    PublicationFile,
    PublicationFileKind,
    WorkStatus,
)
from awardapp.queue import TaskName, send
from awardapp.services import casebank, certificates, press_kits, publication_content, work
from tests.conftest import NOW
from tests.support.announcing import Scene, locked_shortlist, release, sealed
from tests.support.processes import running_worker
from tests.worker.conftest import System
from worker import press_kits as builder
from worker.bags import BundleNotVerified, EnclosureChanged
from worker.publication_files import build_publication_file


def published(scene: Scene) -> Publication:
    announcement = sealed(scene, NOW)
    for person in (scene.first, scene.second):
        release(announcement, person, NOW)
    db.session.commit()
    return db.session.scalars(select(Publication)).one()


def with_picture(scene: Scene) -> str:
    """The first shortlisted entry's case study is public and shows a picture; its digest."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(picture, "PNG")
    with storage.stage(io.BytesIO(picture.getvalue()), limit=10_000) as staged:
        storage.put(storage.blob_key(staged.sha256), staged.path)
        db.session.add(Blob(sha256=staged.sha256, size=staged.size, media_type="image/png", created_at=NOW))
        file = {"sha256": staged.sha256, "filename": "our city.png", "media_type": "image/png", "size": staged.size}
    case = db.session.scalars(select(CaseStudy).where(CaseStudy.submission_id == scene.shortlisted[0].id)).one()
    case.files = [{**file, "caption_en": "=Children at school", "caption_zh": "上学的孩子"}]
    casebank.publish_case_study(actor=scene.first, case=case, now=NOW)
    db.session.commit()
    return str(file["sha256"])


def members(kit: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(kit) as archive:
        assert archive.testzip() is None
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_a_kit_holds_the_statement_in_both_languages_tables_pictures_and_its_checksums(
    app: Flask, tmp_path: Path
) -> None:
    scene = locked_shortlist()
    publication = published(scene)
    picture = with_picture(scene)
    content = publication_content.of(publication)
    built = [builder.build(content, tmp_path / name) for name in ("one.zip", "two.zip")]
    assert built[0] == built[1]
    assert built[0][0] == hashlib.sha256((tmp_path / "one.zip").read_bytes()).hexdigest()
    found = members(tmp_path / "one.zip")
    statements = {f"statement-{code}.{kind}" for code in ("en", "zh") for kind in ("txt", "html", "docx", "pdf")}
    city = press_kits.pictures(content)[0].name
    assert found.keys() == statements | {
        "README.txt", "checksums-sha256.txt", "outcomes.csv", "outcomes.xlsx", "pictures/captions.csv", city,
    }  # fmt: skip
    sums = dict(reversed(line.split("  ", 1)) for line in found["checksums-sha256.txt"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items() if name != "checksums-sha256.txt"
    }
    assert sums[city] == picture
    for code, title, statement in (("en", "The result", "These are the cities."), ("zh", "评选结果", "名单如下。")):
        assert title in found[f"statement-{code}.txt"].decode() and title in found[f"statement-{code}.html"].decode()
        words = [one.text for one in Document(io.BytesIO(found[f"statement-{code}.docx"])).paragraphs]
        assert title in words and statement in words
    captions = list(csv.reader(io.StringIO(found["pictures/captions.csv"].decode("utf-8-sig"))))
    assert captions[1][0] == city and captions[1][3:5] == ["'=Children at school", "上学的孩子"]
    rows = list(csv.DictReader(io.StringIO(found["outcomes.csv"].decode("utf-8-sig"))))
    assert [row["outcome"] for row in rows] == ["shortlisted", "shortlisted", "deserving"]
    with zipfile.ZipFile(io.BytesIO(found["outcomes.xlsx"])) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 4 and "<f>" not in sheet and sheet.count('t="inlineStr"') == 4 * 13


def test_a_kit_that_does_not_agree_with_its_checksums_is_never_put_in_place(app: Flask, tmp_path: Path) -> None:
    scene = locked_shortlist()
    publication = published(scene)
    picture = with_picture(scene)
    content, target = publication_content.of(publication), tmp_path / "kit.zip"
    damaged = tmp_path / "damaged.png"
    size = next(one["pictures"][0]["size"] for one in content["outcomes"] if one["pictures"])
    damaged.write_bytes(b"x" * size)
    storage.put(storage.blob_key(picture), damaged)
    with pytest.raises(BundleNotVerified):
        builder.build(content, target)
    damaged.write_bytes(b"x" * (size + 1))
    storage.put(storage.blob_key(picture), damaged)
    with pytest.raises(EnclosureChanged):
        builder.build(content, target)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(("kit", ".kit"))) == []


def test_a_kit_of_what_is_no_longer_public_is_void_and_not_made(app: Flask) -> None:
    scene = locked_shortlist()
    published(scene)
    with_picture(scene)
    kits = list(
        db.session.scalars(
            select(PublicationFile)
            .where(PublicationFile.kind == PublicationFileKind.PRESS_KIT)
            .order_by(PublicationFile.id)
        )
    )
    assert len(kits) == 2
    assert build_publication_file(kits[0].id) == "void"
    assert build_publication_file(kits[0].id) == "skipped"
    assert [row.id for row in db.session.scalars(select(PublicationFile)) if row.kind == "press_kit"] == [kits[1].id]


@pytest.mark.only_on("sqlite")
def test_a_worker_makes_everything_once_also_what_a_killed_one_had_in_hand(system: System) -> None:
    published(locked_shortlist())
    papers = {
        row.id: hashlib.sha256(certificates.typeset(certificates.paper(row))).hexdigest()
        for row in db.session.scalars(select(Certificate))
    }
    kit = select(PublicationFile).where(PublicationFile.kind == PublicationFileKind.PRESS_KIT)
    first = db.session.scalars(kit).one().id
    db.session.commit()

    def left() -> int:
        waiting = [
            db.session.scalar(select(func.count()).select_from(model).where(model.status != WorkStatus.DONE)) or 0
            for model in (Certificate, PublicationFile)
        ]
        return sum(waiting)

    assert work.claim(PublicationFile, first, now=clock.now().replace(year=2020)) is not None  # by one that was killed
    db.session.commit()
    with running_worker(system.process_environ, folder=system.folder, name="last"):
        send(TaskName.SWEEP_CERTIFICATES)
        send(TaskName.SWEEP_PUBLICATION_FILES)
        system.wait_until(lambda: left() == 0, seconds=60)
    for row in db.session.scalars(select(Certificate)):
        data = b"".join(storage.read(row.storage_key or ""))
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (row.sha256, row.size)
        assert row.sha256 == papers[row.id]
    for file in db.session.scalars(select(PublicationFile)):
        data = b"".join(storage.read(file.storage_key or ""))
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file.sha256, file.size)
        if file.kind is not PublicationFileKind.PRESS_KIT:
            assert Image.open(io.BytesIO(data)).size == (1200, 630)
