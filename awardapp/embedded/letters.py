"""The caught letters: one .eml file each in a folder, and an index of their headers in memory.

Everything in a letter is somebody else's word. Headers and bodies are read with the forgiving "compat32"
policy, because the newer one raises on some malformed headers, and a letter that is wrong is the one a
developer most wants to see.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from typing import Final

KEPT_LETTERS: Final = 10_000  # older files are removed, so that a forgotten catcher does not fill the disk
LETTERS_PER_PAGE: Final = 50
_ENVELOPE_FROM: Final = "X-Envelope-From"
_ENVELOPE_TO: Final = "X-Envelope-To"


@dataclass(frozen=True)
class Letter:
    """What the list shows of a letter. `recipients` are those of the SMTP envelope, blind copies included."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    shown_to: str
    subject: str
    size: int  # bytes

    def concerns(self, text: str) -> bool:
        """Whether `text` is part of a recipient's address or name, whatever its case."""
        wanted = text.casefold()
        return any(wanted in known.casefold() for known in (*self.recipients, self.shown_to))


@dataclass(frozen=True)
class Attachment:
    """One attached file; `content` is decoded."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class OpenedLetter:
    """A letter in full. `text` and `html` are None when the letter has no such part."""

    letter: Letter
    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]


class LetterBox:
    """The folder of letters. Several threads may read while the SMTP side adds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()
        self._lock = threading.Lock()
        # names begin with the time of arrival, so their order is the order of arrival
        self._letters: list[Letter] = [_summary(path) for path in sorted(folder.glob("*.eml"))]

    def add(self, *, sender: str, recipients: Sequence[str], content: bytes) -> Letter:
        """Store a letter, whole or not at all, and return what the list will show of it."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        envelope = f"{_ENVELOPE_FROM}: {sender}\r\n{_ENVELOPE_TO}: {', '.join(recipients)}\r\n"
        part = self._folder / f"{name}.part"
        part.write_bytes(envelope.encode() + content)
        path = part.with_suffix(".eml")
        os.replace(part, path)
        letter = _summary(path)
        with self._lock:
            self._letters.append(letter)
            surplus = self._letters[:-KEPT_LETTERS]
            del self._letters[:-KEPT_LETTERS]
        for old in surplus:
            (self._folder / f"{old.id}.eml").unlink(missing_ok=True)
        return letter

    def find(self, *, to: str = "", page: int = 1, per_page: int = LETTERS_PER_PAGE) -> tuple[list[Letter], int]:
        """One page of the letters to a recipient, newest first, and how many there are on all pages."""
        with self._lock:
            found = [letter for letter in reversed(self._letters) if not to or letter.concerns(to)]
        first = (page - 1) * per_page
        return found[first : first + per_page], len(found)

    def open(self, letter_id: str) -> OpenedLetter | None:
        """A letter in full, or None when there is none of that id."""
        content = self.source(letter_id)
        return None if content is None else _opened(letter_id, content)

    def source(self, letter_id: str) -> bytes | None:
        """A letter as it came, after two lines of its envelope; None when there is none of that id."""
        with self._lock:
            known = any(letter.id == letter_id for letter in self._letters)
        return (self._folder / f"{letter_id}.eml").read_bytes() if known else None


def _summary(path: Path) -> Letter:
    with path.open("rb") as source:
        headers = BytesHeaderParser().parse(source)
    return _letter(path.stem, headers, path.stat().st_size)


def _letter(letter_id: str, message: Message, size: int) -> Letter:
    # raw, because a header in plain UTF-8 (SMTPUTF8) reaches the ordinary mapping with its characters lost
    raw = {name.lower(): value for name, value in reversed(list(message.raw_items()))}
    recipients = getaddresses([readable(raw.get(_ENVELOPE_TO.lower()))])
    return Letter(
        id=letter_id,
        received_at=datetime.fromtimestamp(int(letter_id.partition("-")[0]) / 1e9, UTC),
        sender=readable(raw.get("from")) or readable(raw.get(_ENVELOPE_FROM.lower())),
        recipients=tuple(address for _, address in recipients if address),
        shown_to=readable(raw.get("to")),
        subject=readable(raw.get("subject")),
        size=size,
    )


def _opened(letter_id: str, content: bytes) -> OpenedLetter:
    message = message_from_bytes(content)
    text: str | None = None
    html: str | None = None
    attachments: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment" or part.get_filename() is not None
        if kind == "text/plain" and text is None and not attached:
            text = _text_of(part)
        elif kind == "text/html" and html is None and not attached:
            html = _text_of(part)
        else:
            # the last piece only: a name must not choose a folder
            name = re.split(r"[/\\]", readable(part.get_filename()))[-1] or f"part-{len(attachments) + 1}"
            attachments.append(Attachment(name, kind, _bytes_of(part)))
    return OpenedLetter(
        letter=_letter(letter_id, message, len(content)),
        headers=tuple((name, readable(value)) for name, value in message.raw_items()),
        text=text,
        html=html,
        attachments=tuple(attachments),
    )


def readable(value: object) -> str:
    """A header's words with their encoding undone; as it stands when it is malformed or its character set
    unknown.
    """
    if value is None:
        return ""
    raw = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        words = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        words = raw
    return " ".join(words.split())


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text_of(part: Message) -> str:
    content = _bytes_of(part)
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a character set Python does not know
        return content.decode("utf-8", "replace")
