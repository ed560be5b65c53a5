"""What a file is and what is wrong with it, found by opening it with the parser of its kind. Facts only, no sentences.

This file runs alone, in a process of its own with limits (see cage.py): it imports nothing of the application, so that
starting it takes a tenth of a second and it knows no secrets. It says one line of JSON, either {"kind": "pdf"} or
{"fault": "damaged", ...}.
"""

from __future__ import annotations

import codecs
import json
import re
import signal
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pikepdf
from PIL import Image

MAX_PIXELS = 40_000_000
MAX_MEMBERS = 1_000
MAX_UNPACKED = 500_000_000
MAX_OBJECTS = 1_000_000

Facts = dict[str, Any]

_MAIN_PARTS = {
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
    "pptx": ("ppt/presentation.xml", b"presentationml.presentation.main+xml"),
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}
_PICTURES = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp"}
_MARKUP = ((b"<svg", "svg"), (b"<!doctype html", "html"), (b"<html", "html"), (b"<script", "html"), (b"<?xml", "xml"))
_BEGINNINGS = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"#!", "program"),
    (b"\xd0\xcf\x11\xe0", "old_office"),
    (b"PK", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
    (b"8BPS", "photoshop"),
    (b"{\\rtf", "rtf"),
)


def look(path: str) -> Facts:
    """The file's kind by its content, or the fault for which it cannot be taken."""
    with open(path, "rb") as file:
        head = file.read(2048)
    if head.startswith(b"%PDF-"):
        return _pdf(path)
    if head.startswith(b"PK\x03\x04"):
        return _office(path)
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return _picture(path)
    if b"%PDF-" in head[:1024]:  # readers would open it, and something else would open its beginning
        return {"fault": "damaged", "kind": "pdf"}
    return {"fault": "unknown", "resembles": _resemblance(head)}


def _resemblance(head: bytes) -> str:
    """What the beginning of a file looks like, "" for nothing known."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, name in _MARKUP:
        if mark in start:
            return name
    for beginning, name in _BEGINNINGS:
        if head.startswith(beginning):
            return name
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif") else "video"
    if b"\x00" not in head and head:
        for encoding in ("utf-8", "gb18030"):
            with suppress(UnicodeDecodeError):  # a letter may be cut in two at the end of what was read
                codecs.getincrementaldecoder(encoding)().decode(head)
                return "text"
    return ""


# -- PDF

_ACTIVE = re.compile(rb"/(?:JS|JavaScript|Launch)\b")


def _pdf(path: str) -> Facts:
    try:
        with pikepdf.open(path) as document:
            if len(document.objects) > MAX_OBJECTS:
                return {"fault": "too_much", "kind": "pdf"}
            if len(document.pages) == 0:
                return {"fault": "no_pages"}
            if any(_acts(thing) for thing in document.objects if _ACTIVE.search(_unparsed(thing))):
                return {"fault": "active", "kind": "pdf"}
    except pikepdf.PasswordError:
        return {"fault": "locked", "kind": "pdf"}
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        return {"fault": "damaged", "kind": "pdf"}
    return {"kind": "pdf"}


def _unparsed(thing: Any) -> bytes:
    """The object as written, names without their escapes; nothing for a stream, which holds data and no actions."""
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Array)):
        return bytes(thing.unparse(resolved=True))
    return b""


def _acts(thing: Any, depth: int = 0) -> bool:
    """Whether something would run by itself when a reader opens the document: JavaScript, or starting a program."""
    if depth > 30 or (depth and getattr(thing, "is_indirect", False)):
        return False  # an indirect object is looked at on its own
    if isinstance(thing, pikepdf.Dictionary):
        if str(thing.get("/S", "")) in ("/JavaScript", "/Launch") or "/JS" in thing:
            return True
        return any(_acts(value, depth + 1) for _key, value in thing.items())
    if isinstance(thing, pikepdf.Array):
        return any(_acts(value, depth + 1) for value in thing)
    return False


# -- Office files: a ZIP of XML

_REMOTE_PART = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)(?=[^>]*/(?:attachedTemplate|oleObject|frame|subDocument)[\"'])"
)


def _announced_members(path: str) -> int:
    """How many members the archive's last record announces: read before anything is made of them."""
    with open(path, "rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return int(struct.unpack_from("<H", tail, at + 10)[0]) if 0 <= at <= len(tail) - 22 else 0


def _office(path: str) -> Facts:
    try:
        if _announced_members(path) > MAX_MEMBERS:
            return {"fault": "too_much", "kind": "office"}
        with zipfile.ZipFile(path) as archive:
            return _members(archive)
    except (
        *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error),
        *(NotImplementedError, EOFError, ValueError, KeyError, OSError),
    ):
        return {"fault": "damaged", "kind": "office"}


def _members(archive: zipfile.ZipFile) -> Facts:
    members = archive.infolist()
    names = [member.filename for member in members]
    kind = next((kind for kind, (part, _) in _MAIN_PARTS.items() if part in names), None)
    if kind is None:
        return {"fault": "unknown", "resembles": "archive"}
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED or _overlap(members):
        return {"fault": "too_much", "kind": kind}
    if any(member.flag_bits & 1 for member in members):
        return {"fault": "locked", "kind": kind}
    if len(set(names)) != len(names) or any(_is_odd(member) for member in members):
        return {"fault": "damaged", "kind": kind}
    if any(re.search(r"vbaproject|/macrosheets/|/activex/", name.lower()) for name in names):
        return {"fault": "active", "kind": kind}
    with archive.open("[Content_Types].xml") as part:
        types = part.read(1_000_000)
    if b"macroEnabled" in types:
        return {"fault": "active", "kind": kind}
    if _MAIN_PARTS[kind][1] not in types:
        return {"fault": "damaged", "kind": kind}
    for content in _relations(archive, members):
        if _REMOTE_PART.search(content):
            return {"fault": "active", "kind": kind}
    if archive.testzip() is not None or _declares_entities(archive, members):
        return {"fault": "damaged", "kind": kind}
    return {"kind": kind}


def _overlap(members: list[zipfile.ZipInfo]) -> bool:
    """Whether two members share bytes of the archive, by which a small one unpacks to a very large one."""
    ends = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < ends:
            return True
        ends = member.header_offset + 30 + member.compress_size
    return False


def _is_odd(member: zipfile.ZipInfo) -> bool:
    parts = member.filename.replace("\\", "/").split("/")
    return ".." in parts or member.filename.startswith("/") or stat.S_ISLNK(member.external_attr >> 16)


def _relations(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[bytes]:
    for member in members:
        if member.filename.endswith(".rels"):
            with archive.open(member) as part:
                yield part.read(4_000_000)


def _declares_entities(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bool:
    """Whether a part begins with a document type: Office writes none, and entities in it can grow without end."""
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as part:
                start = part.read(4096)
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                return True
    return False


# -- pictures


def _picture(path: str) -> Facts:
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as image:
            width, height = image.size
            kind = _PICTURES[image.format or ""]
            if width * height > MAX_PIXELS:
                return {"fault": "pixels", "megapixels": width * height // 1_000_000}
            image.draft("RGB", (width // 8, height // 8))  # a JPEG is read whole all the same, but kept small
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"fault": "pixels", "megapixels": 2 * MAX_PIXELS // 1_000_000}
    except (OSError, SyntaxError, ValueError, KeyError, EOFError, struct.error):
        return {"fault": "damaged", "kind": "picture"}
    return {"kind": kind}


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())  # comes when the limits of this process are set
    signal.alarm(asked["seconds"])  # also when nobody is left to end it
    sys.stdout.write(json.dumps(look(asked["path"])) + "\n")
