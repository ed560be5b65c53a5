"""Reading reports of other mail servers that a letter did not arrive (RFC 3464), alone or in a mailbox file.

Everything in them is somebody else's word, and anybody can send one. Only the standard library's parser looks at it, the
amounts are bounded, and what is found counts only where it fits a letter of ours (services/bounces.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

MOST_BYTES = 20_000_000
MOST_MESSAGES = 5_000
_MOST_PARTS = 50
_MOST_WORDS = 500
_SEPARATOR = re.compile(rb"^From [^\r\n]*\r?\n", re.MULTILINE)
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says about one recipient: the address in lower case, the code of RFC 3463, the other server's words,
    and the Message-ID line of the letter it returns."""

    sha256: str
    address: str
    code: str
    words: str
    is_permanent: bool
    message_id: str


def messages(data: bytes) -> Iterator[bytes]:
    """The messages of a mailbox file (mbox), or the one message that the data are; at most MOST_MESSAGES."""
    if not data.startswith(b"From "):
        yield data
        return
    for number, part in enumerate(_SEPARATOR.split(data)[1:]):
        if number >= MOST_MESSAGES:
            return
        yield part


def reports(raw: bytes) -> list[Report]:
    """What one message reports; nothing when it is no report, reports a success or a delay, or cannot be read."""
    try:
        message = message_from_bytes(raw)
        if message.get_content_type() != "multipart/report":
            return []
        return list(_read(message, hashlib.sha256(raw).hexdigest()))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []  # malformed on purpose or by accident: the parser's own stumbling is an answer too


def _read(message: Message, digest: str) -> Iterator[Report]:
    returned = ""
    blocks: list[Message] = []
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            blocks += _parts(part)
        elif kind == "message/rfc822":
            returned = returned or next((_header(inner, "Message-ID") for inner in _parts(part)), "")
        elif kind == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            if isinstance(headers, bytes):
                returned = returned or _header(message_from_bytes(headers[:100_000]), "Message-ID")
    for number, block in enumerate(blocks):
        recipient = _header(block, "Original-Recipient") or _header(block, "Final-Recipient")
        address = recipient.rpartition(";")[2].strip().lower()
        action = _header(block, "Action").lower()
        if action != "failed" or "@" not in address or len(address) > 254:
            continue
        diagnostic = _header(block, "Diagnostic-Code")
        found = _CODE.search(_header(block, "Status")) or _CODE.search(diagnostic)
        code = found[1] if found else ""
        yield Report(
            sha256=hashlib.sha256(f"{digest}:{number}".encode()).hexdigest(),
            address=address,
            code=code,
            words=diagnostic.partition(";")[2].strip()[:_MOST_WORDS] or diagnostic[:_MOST_WORDS],
            is_permanent=code.startswith("5"),
            message_id=returned[:1000],
        )


def _parts(message: Message) -> list[Message]:
    """The parts of a message, so many at most; none when it has none."""
    found = message.get_payload()
    return [part for part in found if isinstance(part, Message)][:_MOST_PARTS] if isinstance(found, list) else []


def _header(block: Message, name: str) -> str:
    """A header on one line, without what a page or a database could not take."""
    text = str(block.get(name) or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
