"""The mail catcher keeps every letter, and shows hostile ones without harm."""

from __future__ import annotations

import http.client
import json
import os
import signal
import smtplib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from awardapp.embedded import processes
from awardapp.embedded.letter_pages import with_links
from awardapp.embedded.letters import LetterBox
from tests.support.processes import ROOT


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True)
class Catcher:
    smtp_port: int
    pages_port: int

    def send(self, content: bytes | EmailMessage, *recipients: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as client:
            raw = content if isinstance(content, bytes) else content.as_bytes(policy=SMTP)
            client.sendmail("secretariat@award.example", recipients, raw)

    def get(self, path: str, host: str = "127.0.0.1") -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.pages_port, timeout=5)
        line.request("GET", path, headers={"Host": host})
        answer = line.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())

    def newest(self) -> dict[str, object]:
        letters: list[dict[str, object]] = json.loads(self.get("/api/letters").text)["letters"]
        return letters[0]


@contextmanager
def running_catcher(folder: Path) -> Iterator[Catcher]:
    smtp, pages = processes.listening_socket(), processes.listening_socket()
    fds = (smtp.fileno(), pages.fileno())
    options = ["--folder", str(folder / "mail"), "--smtp-fd", str(fds[0]), "--http-fd", str(fds[1])]
    process = processes.spawn(
        [sys.executable, "-m", "awardapp.embedded.mailcatcher", *options],
        env=os.environ,
        log=folder / "catcher.log",
        cwd=ROOT,
        pass_fds=fds,
    )
    try:
        yield Catcher(processes.port_of(smtp), processes.port_of(pages))
    finally:
        assert processes.stop(process, ((signal.SIGTERM, 10.0),)) == 0
        smtp.close()
        pages.close()


@pytest.fixture(scope="module")
def catcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catcher]:
    with running_catcher(tmp_path_factory.mktemp("catcher")) as running:
        yield running


def _receipt() -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = "Receipt 回执 <b>"
    letter["From"] = "Award Secretariat <secretariat@award.example>"
    letter["To"] = "李雷 <lilei@city.example>"
    letter.set_content("Sign in: https://award.example/in?a=1&b=2. 您好<script>")
    letter.add_alternative("<!DOCTYPE html><p>您好<script>alert(1)</script>", subtype="html")
    letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="回执.pdf")
    return letter


def test_letter_is_found_by_any_recipient_and_shown_in_full(catcher: Catcher) -> None:
    catcher.send(_receipt(), "lilei@city.example", "blind-copy@award.example")
    [found] = json.loads(catcher.get("/api/letters?to=BLIND-copy").text)["letters"]
    assert found["recipients"] == ["lilei@city.example", "blind-copy@award.example"]
    assert found["subject"] == "Receipt 回执 <b>"
    full = json.loads(catcher.get(f"/api/letters/{found['id']}").text)
    assert full["text"].strip() == "Sign in: https://award.example/in?a=1&b=2. 您好<script>"
    assert full["attachments"] == [{"filename": "回执.pdf", "content_type": "application/pdf", "size": 4}]

    page = catcher.get(f"/letters/{found['id']}")
    assert "Receipt 回执 &lt;b&gt;" in page.text
    assert '<a href="https://award.example/in?a=1&amp;b=2"' in page.text
    assert "您好&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]

    html = catcher.get(f"/letters/{found['id']}/html")
    policy = html.headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy  # so that default-src 'none' speaks
    attachment = catcher.get(f"/letters/{found['id']}/attachments/0")
    assert attachment.headers["Content-Type"] == "application/octet-stream"
    assert attachment.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "content",
    [
        b"no headers at all",
        b"Subject: =?nonsense?q?x?=\r\nTo: =?utf-8?b?AAA?= <x@\r\nContent-Type: text/plain; charset=k\r\n\r\n\xff",
        b"Subject: \xe5\x9f\x8e\xff\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\nno part",
        b'From: <script>x</script>\r\nContent-Type: a/b; name="../../etc/passwd\r\n x"\r\n\r\nx',
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!",
    ],
    ids=["no-headers", "unknown-charsets", "raw-bytes", "hostile-name", "broken-base64"],
)
def test_malformed_letter_is_kept_and_shown(catcher: Catcher, content: bytes) -> None:
    catcher.send(content, "anyone@city.example")
    letter = catcher.newest()["id"]
    page = catcher.get(f"/letters/{letter}")
    assert page.status == 200
    assert "<script" not in page.text
    full = json.loads(catcher.get(f"/api/letters/{letter}").text)
    assert all("/" not in file["filename"] for file in full["attachments"])
    for number in range(len(full["attachments"])):
        assert catcher.get(f"/letters/{letter}/attachments/{number}").status == 200


def test_pages_answer_to_local_names_only(catcher: Catcher) -> None:
    assert catcher.get("/", host=f"localhost:{catcher.pages_port}").status == 200
    assert catcher.get("/", host="attacker.example").status == 400


@pytest.mark.parametrize(
    "path", ["/letters/x", "/letters/..%2f..%2fcatcher.log", "/api/letters/x", "/letters/x/source"]
)
def test_unknown_letter_is_not_found(catcher: Catcher, path: str) -> None:
    assert catcher.get(path).status == 404


def test_list_is_newest_first_and_paged(tmp_path: Path) -> None:
    box = LetterBox(tmp_path)
    for number in range(7):
        box.add(sender="s@award.example", recipients=["c@city.example"], content=b"Subject: %d\r\n\r\n" % number)
    page, total = box.find(to="city", page=2, per_page=3)
    assert ([letter.subject for letter in page], total) == (["3", "2", "1"], 7)
    again, _ = LetterBox(tmp_path).find(per_page=2)  # as after a restart
    assert [letter.subject for letter in again] == ["6", "5"]


def test_thousand_letters_are_taken_and_searched_quickly(catcher: Catcher) -> None:
    started = time.monotonic()
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=5) as client:
        for number in range(1000):
            client.sendmail("s@award.example", [f"n{number}@many.example"], b"Subject: x\r\n\r\nx")
    assert json.loads(catcher.get("/api/letters?to=@many.example").text)["total"] == 1000
    assert time.monotonic() - started < 10


def test_link_ends_before_punctuation_of_either_language() -> None:
    shown = with_links("请见https://a.example/x?y=1。See (https://b.example/z).")
    assert 'href="https://a.example/x?y=1"' in shown
    assert 'href="https://b.example/z"' in shown
