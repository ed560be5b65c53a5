"""Files sent in pieces: begun, gone on with after anything, taken once, refused with the reason, dropped."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from awardapp import storage
from awardapp.domain.cycles import Rules
from awardapp.extensions import db
from awardapp.models import City, Submission, Upload, UploadPiece, UploadStatus, User
from awardapp.services import attachments as attachment_services
from tests import factories as make
from tests.support.desk import at, attachments, close, download, jpeg
from tests.support.pages import Browser, fresh

PIECE = {"content_type": "application/offset+octet-stream"}


class Sender:
    """What upload.js does: asks for a token first, then talks JSON."""

    def __init__(self, desk: Browser, submission: Submission) -> None:
        self.desk, self.url = desk, at(submission, "/uploads")
        self.token = desk.ask("GET", self.url).get_json()["token"]

    def _ask(self, method: str, url: str, **more: Any) -> TestResponse:
        headers = {"Accept": "application/json", "X-CSRFToken": self.token, **more.pop("headers", {})}
        return self.desk.ask(method, url, headers=headers, **more)

    def begin(self, data: bytes, name: str = "图片.jpg", mark: str = "1700000000000", **other: Any) -> TestResponse:
        return self._ask("POST", self.url, json={"name": name, "size": len(data), "mark": mark, **other})

    def piece(self, url: str, data: bytes, start: int, **more: Any) -> TestResponse:
        return self._ask("PATCH", url, data=data, headers={"Upload-Offset": str(start)}, **{**PIECE, **more})

    def finish(self, url: str, sha256: str | None = None) -> TestResponse:
        return self._ask("POST", f"{url}/finish", json={"sha256": sha256})

    def drop(self, url: str) -> TestResponse:
        return self._ask("POST", f"{url}/drop", json={})

    def send(self, data: bytes, name: str = "图片.jpg", *, pieces: int = 3) -> TestResponse:
        """Everything in a row, in so many pieces."""
        url = self.begin(data, name).get_json()["url"]
        step = -(-len(data) // pieces)
        for start in range(0, len(data), step):
            assert self.piece(url, data[start : start + step], start).status_code == 200
        return self.finish(url, hashlib.sha256(data).hexdigest())


@pytest.fixture
def sender(desk: Browser, draft: Submission) -> Sender:
    return Sender(desk, draft)


def staged(folder: Path) -> list[Path]:
    return [path for path in (folder / "files" / "incoming").rglob("*") if path.is_file()]


def test_a_file_in_pieces_is_the_file_byte_for_byte(
    sender: Sender, desk: Browser, draft: Submission, tmp_path: Path
) -> None:
    data = jpeg()
    answer = sender.send(data)
    assert (answer.status_code, answer.get_json()["status"]) == (201, "taken")
    (attachment,) = attachments(draft)
    assert (attachment.filename, attachment.sha256) == ("图片.jpg", hashlib.sha256(data).hexdigest())
    assert download(desk, draft, attachment).data == data
    assert attachment.sha256 in desk.get(at(draft, "/files")).words
    assert staged(tmp_path) == []


def test_an_upload_is_gone_on_with_from_where_it_stopped(sender: Sender, desk: Browser, draft: Submission) -> None:
    data = jpeg()
    begun = sender.begin(data).get_json()
    sender.piece(begun["url"], data[:100], 0)
    again = Sender(desk, draft)  # the page was loaded anew
    (known,) = desk.ask("GET", again.url).get_json()["uploads"]
    assert (known["url"], known["received"], known["name"]) == (begun["url"], 100, "图片.jpg")
    found = again.begin(data)
    assert (found.status_code, found.get_json()["url"], found.get_json()["received"]) == (200, begun["url"], 100)
    head = desk.ask("HEAD", begun["url"])
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, "100")
    assert again.piece(begun["url"], data[100:], 100).get_json()["received"] == len(data)
    assert again.finish(begun["url"]).status_code == 201
    assert len(attachments(draft)) == 1


def test_another_delegate_goes_on_after_another_sign_in(
    sender: Sender, another_browser: Browser, draft: Submission, city: City
) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    sender.piece(url, data[:100], 0)
    colleague = make.make_delegate(city)
    db.session.commit()
    other = Sender(another_browser.sign_in(colleague), draft)
    assert other.piece(url, data[100:], 100).status_code == 200
    assert other.finish(url).status_code == 201


def test_a_piece_that_does_not_fit_on_is_told_where_to_go_on(sender: Sender) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    assert sender.piece(url, data[:100], 0).status_code == 200
    for start in (0, 50, 200):
        answer = sender.piece(url, data[:100], start)
        assert (answer.status_code, answer.get_json()["received"]) == (409, 100)
    assert sender.piece(url, b"", 100).status_code == 409
    assert sender.piece(url, data[100:] + b"more", 100).status_code == 413
    assert sender.finish(url).status_code == 409
    assert fresh(Upload).received == 100
    assert db.session.scalar(select(func.count()).select_from(UploadPiece)) == 1


def test_finishing_twice_attaches_once(sender: Sender, draft: Submission) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    sender.piece(url, data, 0)
    assert [sender.finish(url).status_code for _ in range(2)] == [201, 200]
    assert sender.finish(url).get_json()["status"] == "taken"
    assert len(attachments(draft)) == 1


def test_what_is_not_accepted_is_refused_with_the_reason_which_stays_until_it_is_read(
    sender: Sender, desk: Browser, draft: Submission, tmp_path: Path
) -> None:
    answer = sender.send(b"<!doctype html><script>alert(1)</script>", "报告.pdf")
    assert answer.status_code == 422
    assert answer.get_json()["why"].startswith("By its content this is a web page (HTML). Accepted: PDF, ")
    page = desk.get(at(draft, "/files"))
    assert "报告.pdf Not taken: By its content this is a web page (HTML)." in page.words
    assert staged(tmp_path) == []
    assert attachments(draft) == []
    assert desk.submit(page, "/drop").status == 303
    assert "报告.pdf" not in desk.get(at(draft, "/files")).words


@pytest.mark.parametrize(
    ("name", "size", "why"),
    [
        ("page.html", 100, "Files whose names end in “.html” are not accepted. Accepted: PDF, "),
        ("none", 100, "Files whose names end in “?” are not accepted."),
        ("big.pdf", 50_000_001, "The file is larger than the 50 MB allowed."),
        ("empty.pdf", 0, "The file is empty."),
        ("/", 100, "The file has no usable name."),
        ("huge.pdf", 2**40, "The file is larger than the 50 MB allowed."),
    ],
)
def test_what_would_be_refused_anyway_is_refused_before_it_travels(
    sender: Sender, name: str, size: int, why: str
) -> None:
    answer = sender.begin(b"", name, size=size)
    assert (answer.status_code, answer.get_json()["why"][: len(why)]) == (422, why)
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0


@pytest.mark.parametrize("wrong", [{"size": "9"}, {"size": True}, {"size": 1.5}, {"name": None}, {"mark": 3}])
def test_an_announcement_that_makes_no_sense_is_a_bad_request(sender: Sender, wrong: dict[str, Any]) -> None:
    assert sender.begin(b"123", **{"name": "a.pdf", **wrong}).status_code == 400


def test_names_and_marks_no_database_takes_are_cleaned(sender: Sender) -> None:
    answer = sender.begin(b"123", "half \ud83d and \x00 zero.pdf", mark="17\x00\udc80<b>")
    assert (answer.status_code, answer.get_json()["name"]) == (201, "half  and  zero.pdf")
    assert fresh(Upload).mark == "17b"


def test_files_on_their_way_count_against_the_limits(browser: Browser, city: City, delegate: User) -> None:
    small = make.make_cycle(rules=Rules(max_files=2, max_file_bytes=2_000_000, max_total_bytes=2_000_000))
    draft = make.make_submission(small, city, by=delegate)
    db.session.commit()
    sender = Sender(browser.sign_in(delegate), draft)
    assert sender.begin(b"x" * 1_500_000, "one.pdf").status_code == 201
    assert sender.begin(b"x" * 600_000, "two.pdf").get_json()["why"] == "All files together may have 2 MB."
    assert sender.begin(b"x" * 400_000, "three.pdf").status_code == 201
    assert sender.begin(b"x", "four.pdf").get_json()["why"] == "No more than 2 files are allowed."


def test_a_limit_reached_meanwhile_keeps_what_has_arrived(browser: Browser, city: City, delegate: User) -> None:
    small = make.make_cycle(rules=Rules(max_files=2))
    draft = make.make_submission(small, city, by=delegate)
    db.session.commit()
    sender = Sender(browser.sign_in(delegate), draft)
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    sender.piece(url, data, 0)
    small.rules_json = Rules(max_files=1).to_json()
    db.session.commit()
    _attach_other(draft, delegate)
    assert sender.finish(url).get_json() == {"why": "No more than 1 files are allowed."}
    page = browser.get(at(draft, "/files"))
    assert "All of it has arrived, but it is not attached yet." in page.words
    small.rules_json = Rules(max_files=2).to_json()
    db.session.commit()
    button = next(b for b in page.all("button") if (b.get("formaction") or "").endswith("/finish"))
    sent = browser.post(button.get("formaction"), {"csrf_token": sender.token})  # the same without script
    assert sent.status == 303
    assert [a.filename for a in attachments(draft)] == ["other.jpg", "图片.jpg"]


def _attach_other(draft: Submission, delegate: User) -> None:
    with storage.stage(io.BytesIO(jpeg("blue")), limit=10_000) as file:
        storage.put(storage.blob_key(file.sha256), file.path)
        attachment_services.attach(
            actor=delegate, submission=draft, staged=file, filename="other.jpg", media_type="image/jpeg",
            caption_en="", caption_zh="", now=draft.changed_at,
        )  # fmt: skip
    db.session.commit()


def test_the_kinds_of_the_cycle_are_kept(browser: Browser, city: City, delegate: User) -> None:
    only_pdf = make.make_cycle(rules=Rules(file_kinds=("pdf",)))
    draft = make.make_submission(only_pdf, city, by=delegate)
    db.session.commit()
    sender = Sender(browser.sign_in(delegate), draft)
    assert sender.begin(jpeg(), "a.jpg").get_json()["why"] == (
        "Files whose names end in “.jpg” are not accepted. Accepted: PDF."
    )
    assert sender.send(jpeg(), "a.pdf").get_json()["why"] == "JPEG files are not accepted in this cycle. Accepted: PDF."
    page = browser.get(at(draft, "/files"))
    assert page.all("input", type="file")[0].get("accept") == ".pdf"


def test_a_file_changed_on_the_way_is_refused(sender: Sender, draft: Submission) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    sender.piece(url, data, 0)
    answer = sender.finish(url, hashlib.sha256(b"another").hexdigest())
    assert answer.get_json()["why"] == "The file was changed while it was being sent. Choose it once more."
    assert attachments(draft) == []
    assert sender.begin(data).status_code == 201  # and begins anew


def test_the_same_bytes_twice_are_refused_by_name(sender: Sender, draft: Submission) -> None:
    sender.send(jpeg(), "one.jpg")
    assert sender.send(jpeg(), "two.jpg").get_json()["why"] == "This file is already attached."
    assert [a.filename for a in attachments(draft)] == ["one.jpg"]


def test_after_the_deadline_nothing_more_is_kept_and_what_has_arrived_stays(sender: Sender, draft: Submission) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    sender.piece(url, data[:100], 0)
    close(draft.cycle)
    for answer in (sender.begin(data), sender.piece(url, data[100:], 100)):
        assert (answer.status_code, "The deadline has passed." in answer.get_json()["why"]) == (422, True)
    assert (fresh(Upload).received, fresh(Upload).status) == (100, UploadStatus.ARRIVING)


def test_a_dropped_upload_is_gone_and_a_late_piece_of_it_changes_nothing(sender: Sender, tmp_path: Path) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    sender.piece(url, data[:100], 0)
    assert sender.drop(url).get_json()["status"] == "dropped"
    assert staged(tmp_path) == []
    assert sender.piece(url, data[100:], 100).status_code == 409
    assert sender.finish(url).status_code == 409
    assert sender.begin(data).get_json()["url"] != url


def test_uploads_of_other_cities_are_as_if_there_were_none(
    sender: Sender, another_browser: Browser, draft: Submission
) -> None:
    url = sender.begin(jpeg()).get_json()["url"]
    city = make.make_city("Elsewhere")
    stranger = make.make_delegate(city)
    own = make.make_submission(draft.cycle, city, by=stranger)
    db.session.commit()
    other = Sender(another_browser.sign_in(stranger), own)
    assert [another_browser.ask("GET", address).status_code for address in (url, sender.url)] == [404, 404]
    theirs = url.replace(draft.ref, own.ref)  # the right token under the wrong submission
    for address in (url, theirs):
        assert other.piece(address, b"123", 0).status_code == 404
        assert other.drop(address).status_code == 404
    assert (fresh(Upload).received, fresh(Upload).status) == (0, UploadStatus.ARRIVING)


def test_pieces_talk_their_own_type_and_carry_the_token(sender: Sender, desk: Browser) -> None:
    url = sender.begin(jpeg()).get_json()["url"]
    assert sender.piece(url, b"123", 0, content_type="text/plain").status_code == 415
    assert desk.ask("PATCH", url, data=b"123", headers={"Upload-Offset": "0"}, **PIECE).status_code == 409
    assert fresh(Upload).received == 0


class Watched(io.BytesIO):
    """A line that looks whether a transaction is open each time something is read from it."""

    open = 0
    reads = 0

    def _look(self) -> None:
        Watched.reads += 1
        Watched.open += db.session().in_transaction()

    def read(self, *args: Any) -> bytes:
        self._look()
        return super().read(*args)

    def readinto(self, *args: Any) -> int:
        self._look()
        return super().readinto(*args)


def test_no_transaction_is_open_while_bytes_move(app: Flask, sender: Sender) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    Watched.open = Watched.reads = 0
    answer = sender.desk.ask(
        "PATCH", url, input_stream=Watched(data), content_length=len(data), **PIECE,
        headers={"Upload-Offset": "0", "X-CSRFToken": sender.token},
    )  # fmt: skip
    assert answer.status_code == 200
    assert Watched.reads > 0
    assert Watched.open == 0


def test_without_room_nothing_half_is_kept_and_it_goes_on_when_there_is_room(
    sender: Sender, draft: Submission, tmp_path: Path
) -> None:
    data = jpeg()
    url = sender.begin(data).get_json()["url"]
    sender.piece(url, data[:100], 0)
    area = next((tmp_path / "files" / "incoming").iterdir())
    aside = area.rename(tmp_path / "aside")
    area.write_bytes(b"")  # where a folder should be: nothing can be stored there
    answer = sender.piece(url, data[100:], 100)
    assert (answer.status_code, answer.get_json()["why"][:27]) == (507, "There is no room for files ")
    assert fresh(Upload).received == 100
    area.unlink()
    aside.rename(area)
    assert sender.piece(url, data[100:], 100).status_code == 200
    assert sender.finish(url).status_code == 201
    assert len(attachments(draft)) == 1
