"""Pictures of files: who may see them, what the pages say while there are none, one address rule in every room."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from awardapp import clock, filekinds, storage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Attachment, Blob, Preview, Submission
from awardapp.services import previews, work
from awardapp.services.submissions import content_digest, frozen, latest_version
from awardapp.web.previews import ROUTE
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser


@pytest.fixture(autouse=True)
def _files_in_a_folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.set_offset(NOW - clock.now())
    monkeypatch.setitem(app.config, "STORAGE_URL", f"file://{tmp_path}/files")


def webp(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(buffer, "WEBP")
    return buffer.getvalue()


def attached(submission: Submission, name: str = "plan.pdf", media_type: str = "application/pdf") -> Attachment:
    """A file of the submission, also in its last version, whose pictures are asked for."""
    with storage.stage(io.BytesIO(f"bytes of {name}".encode()), limit=1000) as staged:
        storage.put(storage.blob_key(staged.sha256), staged.path)
    db.session.add(Blob(sha256=staged.sha256, size=staged.size, media_type=media_type, created_at=NOW))
    db.session.flush()
    previews.request(staged.sha256, media_type, now=NOW)
    attachment = Attachment(
        submission_id=submission.id, sha256=staged.sha256, filename=name, uploaded_by=submission.created_by,
        caption_en="The plan", uploaded_at=NOW, position=1,
    )  # fmt: skip
    db.session.add(attachment)
    db.session.flush()
    db.session.expire(submission)
    version = latest_version(submission)
    if version is not None:
        version.content = frozen(submission)
        version.sha256 = content_digest(version.content)
    db.session.flush()
    return attachment


def drawn(attachment: Attachment, tmp_path: Path, *, pages: int = 2, page_count: int | None = 9) -> None:
    """As the worker leaves it."""
    preview = db.session.query(Preview).filter_by(sha256=attachment.sha256).one()
    for page in range(1, pages + 1):
        for size in filekinds.SIZES:
            (tmp_path / "picture").write_bytes(webp("red"))
            storage.put(storage.preview_key(attachment.sha256, page, size), tmp_path / "picture")
    preview.pages = [{"width": 1600, "height": 1200}] * pages
    preview.page_count = page_count
    work.finish(preview, now=NOW)
    db.session.commit()


def test_the_files_page_says_that_pictures_are_made_and_then_shows_them(browser: Browser, tmp_path: Path) -> None:
    submission = make.make_submission(make.make_cycle())
    attachment = attached(submission)
    table = attached(submission, "table.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    db.session.commit()
    browser.sign_in(submission.city.delegates[0].user)
    page = browser.get(f"/submissions/{submission.ref}/files")
    assert page.words.count("The preview is being made …") == 1
    assert [div.get("data-pictures") for div in page.all("div", class_="file-pictures")] == ["waiting", "none"]
    drawn(attachment, tmp_path)
    page = browser.get(f"/submissions/{submission.ref}/files")
    images = page.all("img")
    url = f"/submissions/{submission.ref}/files/{attachment.sha256}/preview"
    assert [image.get("src") for image in images] == [f"{url}/1/small", f"{url}/2/small"]
    assert images[0].get("alt") == "The plan, Page 1 of 9"
    assert "and 7 more pages" in page.words
    answer = browser.ask("GET", f"{url}/2/large")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for missing in (
        f"{url}/3/large",
        f"{url}/0/large",
        f"{url}/1/medium",
        url.replace(attachment.sha256, table.sha256) + "/1/small",
    ):
        assert browser.ask("GET", missing).status_code == 404


def test_a_file_that_cannot_be_drawn_is_shown_without_pictures(browser: Browser) -> None:
    submission = make.make_submission(make.make_cycle())
    attachment = attached(submission)
    work.give_up(db.session.query(Preview).filter_by(sha256=attachment.sha256).one(), error="gone", now=NOW)
    db.session.commit()
    browser.sign_in(submission.city.delegates[0].user)
    page = browser.get(f"/submissions/{submission.ref}/files")
    assert "plan.pdf" in page.words
    assert "being made" not in page.words
    assert page.all("img") == []


def test_pictures_are_for_those_who_may_read_the_file(
    browser: Browser, another_browser: Browser, tmp_path: Path
) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE, deadline_at=NOW - timedelta(days=1))
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    attachment = attached(submission)
    drawn(attachment, tmp_path)
    reader, other = make.make_member(cycle, Role.COMMITTEE), make.make_member(cycle, Role.COMMITTEE)
    make.make_assignment(submission, reader)
    secretary = make.make_member(cycle, Role.SECRETARIAT)
    db.session.commit()
    room = f"/committee/{cycle.slug}/submissions/{submission.ref}"
    url = f"{room}/files/{attachment.sha256}/preview/1/small"
    browser.sign_in(reader.user)
    assert url in [image.get("src") for image in browser.get(f"{room}/assessment").all("img")]
    assert browser.ask("GET", url).status_code == 200
    foreign = url.replace(attachment.sha256, "0" * 64)
    assert browser.ask("GET", foreign).status_code == 404
    another_browser.sign_in(other.user)
    assert another_browser.ask("GET", url).status_code == 404
    another_browser.sign_in(secretary.user)
    desk = url.replace("/committee/", "/secretariat/")
    assert another_browser.ask("GET", desk).status_code == 200
    assert desk in [
        i.get("src") for i in another_browser.get(f"/secretariat/{cycle.slug}/check/{submission.ref}").all("img")
    ]


def test_a_picture_is_at_its_files_address_in_every_room(app: Flask) -> None:
    """The templates build the one from the other."""
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    with_pictures = {rule.removesuffix(ROUTE) for rule in rules if rule.endswith(ROUTE)}
    assert len(with_pictures) >= 8
    rooms = {rule for rule in rules if rule.endswith("/files/<sha256>") and "<ref>" in rule}
    assert with_pictures == rooms - {"/cases/<ref>/files/<sha256>"}


def test_asking_for_pictures_of_many_files_is_one_query(app: Flask, queries: object, browser: Browser) -> None:
    submission = make.make_submission(make.make_cycle())
    attached(submission)
    db.session.commit()
    browser.sign_in(submission.city.delegates[0].user)
    address = f"/submissions/{submission.ref}/files"
    browser.get(address)
    with queries() as one:  # type: ignore[operator]
        browser.get(address)
    for number in range(4):
        attached(submission, f"more{number}.pdf")
    db.session.commit()
    with queries() as many:  # type: ignore[operator]
        browser.get(address)
    assert len(many) == len(one)
