"""Files of a submission: taken, refused, described, taken out, downloaded."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import storage
from awardapp.domain.cycles import Rules
from awardapp.extensions import db
from awardapp.models import Attachment, Blob, City, Submission, User
from awardapp.services.submissions import latest_version
from awardapp.web.downloads import Damaged
from tests import factories as make
from tests.support import corpus
from tests.support.desk import at, attachments, close, download, hand_in, jpeg, upload
from tests.support.pages import Browser, values_of


def test_files_are_taken_with_their_chinese_name_and_come_back_byte_for_byte(desk: Browser, draft: Submission) -> None:
    data = jpeg()
    assert upload(desk, draft, (data, "图片 一.jpg")).status == 303
    (attachment,) = attachments(draft)
    assert (attachment.filename, attachment.blob.media_type, attachment.blob.size) == (
        "图片 一.jpg",
        "image/jpeg",
        len(data),
    )
    response = download(desk, draft, attachment)
    assert response.data == data
    headers = response.headers
    assert headers["Content-Disposition"].endswith("filename*=UTF-8''%E5%9B%BE%E7%89%87%20%E4%B8%80.jpg")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_of_several_files_the_good_ones_are_kept_and_the_others_named(desk: Browser, draft: Submission) -> None:
    bad = [(b"plain text", "notes.txt"), (jpeg("blue"), "two.png"), (b"", "nothing.pdf")]
    answer = upload(desk, draft, (jpeg(), "one.jpg"), *bad)
    assert answer.status == 422
    assert [a.filename for a in attachments(draft)] == ["one.jpg"]
    assert "notes.txt: By its content this is plain text. Accepted: PDF, JPEG, " in answer.words
    assert "two.png: The file is a JPEG by its content, but its name ends in “.png”." in answer.words
    assert "nothing.pdf: The file is empty." in answer.words
    assert "1 file added." in answer.words


def test_the_limits_of_the_rules_are_kept(app: Flask, browser: Browser, city: City, delegate: User) -> None:
    small = make.make_cycle(rules=Rules(max_files=2, max_file_bytes=2_000_000, max_total_bytes=2_000_000))
    draft = make.make_submission(small, city, by=delegate)
    db.session.commit()
    browser.sign_in(delegate)
    assert "larger than the 2 MB allowed" in upload(browser, draft, (b"\xff\xd8" + b"x" * 2_000_001, "big.jpg")).words
    assert upload(browser, draft, (jpeg("red"), "1.jpg"), (jpeg("blue"), "2.jpg")).status == 303
    assert "No more than 2 files are allowed." in upload(browser, draft, (jpeg("green"), "3.jpg")).words
    assert len(attachments(draft)) == 2


def test_the_same_file_twice_is_one_file(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    assert "one copy.jpg: This file is already attached." in upload(desk, draft, (jpeg(), "one copy.jpg")).words
    assert db.session.scalar(select(func.count()).select_from(Blob)) == 1


def test_captions_are_saved_in_both_languages(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    (attachment,) = attachments(draft)
    page = desk.get(at(draft, "/files"))
    fill = {f"caption_en-{attachment.id}": "A boat at the pier", f"caption_zh-{attachment.id}": "码头旁的船"}
    assert desk.submit(page, "/captions", **fill).status == 303
    db.session.refresh(attachment)
    assert (attachment.caption_en, attachment.caption_zh) == ("A boat at the pier", "码头旁的船")


def test_a_file_taken_out_stays_in_the_version_that_holds_it(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    (attachment,) = attachments(draft)
    hand_in(desk, draft)
    assert desk.submit(desk.get(at(draft, "/files")), "/captions", press="Take out").status == 303
    assert attachments(draft) == []
    assert "one.jpg" in desk.get(at(draft, "/versions/1")).words
    assert download(desk, draft, attachment).data == jpeg()
    assert "Your latest changes are not handed in" in desk.get(at(draft)).words


def test_a_damaged_file_never_arrives_as_a_whole_one(desk: Browser, draft: Submission, tmp_path: Path) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    (attachment,) = attachments(draft)
    stored = tmp_path / "files" / storage.blob_key(attachment.sha256)
    data = bytearray(stored.read_bytes())
    data[-1] ^= 1
    stored.write_bytes(bytes(data))
    with pytest.raises(Damaged):
        download(desk, draft, attachment)


def test_files_after_the_deadline_are_refused(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/files"))
    close(draft.cycle)
    answer = desk.submit(page, "/captions", press="Upload", files=[(io.BytesIO(jpeg()), "late.jpg")])
    assert answer.status == 422
    assert "late.jpg: The deadline has passed." in answer.words
    assert attachments(draft) == []


def test_names_in_every_script_are_kept_and_come_back_in_the_download(desk: Browser, draft: Submission) -> None:
    names = corpus.SCRIPT_NAMES[:10]
    sent = [(corpus.picture(size=(50 + number, 30)), name) for number, name in enumerate(names)]
    assert upload(desk, draft, *sent).status == 303
    found = attachments(draft)
    assert [a.filename for a in found] == list(names)
    for attachment in found:
        header = download(desk, draft, attachment).headers["Content-Disposition"]
        assert unquote(header.partition("filename*=UTF-8''")[2]) == attachment.filename
        assert header.isascii()


def test_a_name_in_broken_letters_loses_neither_the_file_nor_what_was_typed(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg(), "one.jpg"))
    (attachment,) = attachments(draft)
    page = desk.get(at(draft, "/files"))
    fields = {name: values[0] for name, values in values_of(page.form("/captions", holding="files")).items()}
    fields[f"caption_zh-{attachment.id}"] = "打字"
    mark = b"--------mark"
    body = b"".join(
        mark + b'\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value.encode() + b"\r\n"
        for name, value in fields.items()
    )
    for name, data in (("报告.jpg".encode("gb18030"), jpeg("blue")), (b"..\\..\\\xff\xfeevil.jpg", jpeg("green"))):
        body += mark + b'\r\nContent-Disposition: form-data; name="files"; filename="' + name + b'"\r\n'
        body += b"Content-Type: image/jpeg\r\n\r\n" + data + b"\r\n"
    content_type = "multipart/form-data; boundary=------mark"
    answer = desk.ask("POST", at(draft, "/files"), data=body + mark + b"--\r\n", content_type=content_type)
    assert answer.status_code == 303
    assert len(attachments(draft)) == 3
    assert [a.filename for a in attachments(draft)] == ["one.jpg", "报告.jpg", "��evil.jpg"]
    db.session.refresh(attachment)
    assert attachment.caption_zh == "打字"


def test_files_are_put_in_order_without_dragging_and_versions_keep_the_order(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg("red"), "1.jpg"), (jpeg("blue"), "2.jpg"), (jpeg("green"), "3.jpg"))
    first, _, third = attachments(draft)
    for move in (f"down-{first.id}", f"up-{third.id}", f"up-{third.id}", f"up-{third.id}"):
        page = desk.get(at(draft, "/files"))
        fill = {f"caption_en-{third.id}": f"typed before {move}"}
        assert desk.submit(page, "/captions", move=move, **fill).location.endswith(f"#file-{move.split('-')[1]}")
    assert [a.filename for a in desk_order(desk, draft)] == ["3.jpg", "2.jpg", "1.jpg"]
    db.session.refresh(third)
    assert third.caption_en == f"typed before up-{third.id}"
    hand_in(desk, draft)
    version = latest_version(draft)
    assert version is not None
    assert [file["filename"] for file in version.content["files"]] == ["3.jpg", "2.jpg", "1.jpg"]
    strange = desk.submit(desk.get(at(draft, "/files")), "/captions", move="up-999999")
    assert strange.status == 404


def desk_order(desk: Browser, draft: Submission) -> list[Attachment]:
    """The files in the order in which the page shows them."""
    page = desk.get(at(draft, "/files"))
    ids = [int((li.get("id") or "").removeprefix("file-")) for li in page.all("ol", class_="attached")[0].iter("li")]
    return [db.session.get_one(Attachment, attachment_id) for attachment_id in ids]


def test_what_was_typed_is_kept_when_files_are_refused_or_taken_out(desk: Browser, draft: Submission) -> None:
    upload(desk, draft, (jpeg("red"), "1.jpg"), (jpeg("blue"), "2.jpg"))
    _first, second = attachments(draft)
    fill = {f"caption_en-{second.id}": "Kept"}
    page = desk.get(at(draft, "/files"))
    refused = desk.submit(page, "/captions", press="Upload", files=[(io.BytesIO(b"x"), "a.pdf")], **fill)
    assert "The other files and everything you typed are kept." in refused.words
    assert refused.all("input", name=f"caption_en-{second.id}")[0].get("value") == "Kept"
    page = desk.get(at(draft, "/files"))
    desk.submit(page, "/captions", press="Take out", **{f"caption_en-{second.id}": "Kept too"})
    assert [(a.filename, a.caption_en) for a in attachments(draft)] == [("2.jpg", "Kept too")]
