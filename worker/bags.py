"""A bag of files in one archive: BagIt 1.0 (RFC 8493) inside a ZIP, written in blocks, then checked.

Members are stored, not compressed: pictures and documents are compressed already, the rest is small, and the
bytes of the archive then depend on nothing but its content.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from worker.case_content import ByteSource

BLOCK = 1024 * 1024
ZIP_EPOCH = date(1980, 1, 1)
"""The earliest date a ZIP can hold; it stands for "not known"."""

_LOCAL_HEADER = struct.Struct("<4s22sHH")  # signature, what we do not need, lengths of name and extra field
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class BundleError(Exception):
    """A bundle could not be built or is not what it says."""


class EnclosureChanged(BundleError):
    """A file read from storage is not the one that was recorded: other bytes or another length."""


class BundleNotVerified(BundleError):
    """An archive does not agree with its own manifest."""


@dataclass(frozen=True)
class Payload:
    """A file to be put in, known by hash before it is read."""

    open: Callable[[], ByteSource]
    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes) -> Payload:
        """A payload of bytes at hand."""
        return cls(lambda: io.BytesIO(content), hashlib.sha256(content).hexdigest(), len(content))

    def check(self, name: str) -> None:
        """Read the file once more; raises EnclosureChanged when it is not the one announced."""
        hashed = hashlib.sha256()
        with closing(self.open()) as source:
            while block := source.read(BLOCK):
                hashed.update(block)
        if hashed.hexdigest() != self.sha256:
            raise EnclosureChanged(f"{name} is not the file that was recorded ({self.sha256})")


@dataclass(frozen=True)
class BundledFile:
    """A payload file of a finished bag: name below `data/`, length in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class BuiltBundle:
    """A finished archive: SHA-256 (hex) and length (bytes) of the whole, and the payload files it holds."""

    sha256: str
    size: int
    files: tuple[BundledFile, ...]


def write(bag: BinaryIO, *, name: str, payload: Mapping[str, Payload], info: Mapping[str, str], dated: date) -> None:
    """Write the archive: one folder called `name` with the tag files and, below `data/`, the payload.

    `payload` maps safe ASCII names to files; `info` are one-line entries of bag-info.txt; `dated` is the time
    of every member. Raises EnclosureChanged when a file is not the one announced.
    """
    ordered = dict(sorted(payload.items()))
    entries = {**info, "Payload-Oxum": f"{sum(file.size for file in ordered.values())}.{len(ordered)}"}
    tags = {
        "bagit.txt": _DECLARATION,
        "bag-info.txt": "".join(f"{key}: {value}\n" for key, value in entries.items()).encode(),
        "manifest-sha256.txt": _manifest({f"data/{path}": file.sha256 for path, file in ordered.items()}),
    }
    tags["tagmanifest-sha256.txt"] = _manifest(
        {path: hashlib.sha256(content).hexdigest() for path, content in sorted(tags.items())}
    )
    with zipfile.ZipFile(bag, "w", zipfile.ZIP_STORED) as archive:
        for path, content in tags.items():
            _add(archive, f"{name}/{path}", Payload.of(content), dated)
        for path, file in ordered.items():
            _add(archive, f"{name}/data/{path}", file, dated)


def verify(path: Path) -> BuiltBundle:
    """Read a finished archive whole and compare it with the manifests inside.

    One pass over the file, which hashes the archive and its members side by side. Raises BundleNotVerified,
    naming the first difference.
    """
    try:
        actual, tags, sha256 = _read_through(path)
        tagged = _read_manifest(tags["tagmanifest-sha256.txt"])
        listed = _read_manifest(tags["manifest-sha256.txt"])
        info = tags["bag-info.txt"].decode()
    except (zipfile.BadZipFile, struct.error, KeyError, ValueError, OSError, NotImplementedError) as error:
        raise BundleNotVerified(f"the archive cannot be read: {error}") from error
    expected = {**tagged, **listed, "tagmanifest-sha256.txt": actual["tagmanifest-sha256.txt"].sha256}
    for member in sorted(expected.keys() | actual.keys()):
        if member not in actual or member not in expected:
            trouble = "missing" if member in expected else "not in the manifest"
            raise BundleNotVerified(f"{member} is {trouble}")
        if actual[member].sha256 != expected[member]:
            raise BundleNotVerified(f"{member} is not the file the manifest names")
    files = tuple(
        BundledFile(member.removeprefix("data/"), file.size, file.sha256)
        for member, file in sorted(actual.items())
        if member.startswith("data/")
    )
    if f"Payload-Oxum: {sum(file.size for file in files)}.{len(files)}\n" not in info:
        raise BundleNotVerified("bag-info.txt tells another number or length of files")
    return BuiltBundle(sha256, path.stat().st_size, files)


def _add(archive: zipfile.ZipFile, name: str, file: Payload, dated: date) -> None:
    """Copy one file in. Its length is checked here, its hash when the finished archive is verified."""
    member = zipfile.ZipInfo(name, (dated.year, dated.month, dated.day, 0, 0, 0))
    member.create_system = 3
    member.external_attr = 0o100644 << 16
    member.file_size = file.size  # tells zipfile whether the member needs 64-bit lengths
    size = 0
    with closing(file.open()) as source, archive.open(member, "w") as to:
        while (block := source.read(BLOCK)) and size <= file.size:
            size += len(block)
            to.write(block)
    if size != file.size:
        raise EnclosureChanged(f"{name} has not the {file.size} bytes that were recorded")


def _read_through(path: Path) -> tuple[dict[str, BundledFile], dict[str, bytes], str]:
    """Members by name below the bag's folder, the content of its tag files, and the hash of the archive."""
    with path.open("rb") as file, ThreadPoolExecutor(1) as aside:
        with zipfile.ZipFile(file) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.header_offset)
        names = [member.filename for member in members]
        folder = names[0].partition("/")[0] + "/" if names else ""
        if len(set(names)) != len(names) or not all(name.startswith(folder) for name in names):
            raise BundleNotVerified("the archive is not one folder of distinct files")
        file.seek(0)
        reader = _HashingReader(file, aside)
        actual: dict[str, BundledFile] = {}
        tags: dict[str, bytes] = {}
        for member in members:
            name = member.filename.removeprefix(folder)
            blocks = reader.member(member)
            if not name.startswith("data/"):
                tags[name] = b"".join(blocks)
                blocks = iter([tags[name]])
            hashed, check = hashlib.sha256(), 0
            for block in blocks:
                hashed.update(block)
                check = zlib.crc32(block, check)
            if check != member.CRC:
                raise BundleNotVerified(f"{name} does not fit its checksum in the archive")
            actual[name] = BundledFile(name, member.file_size, hashed.hexdigest())
        return actual, tags, reader.finish()


class _HashingReader:
    """Reads a file once from front to back, hashing all of it on a second thread."""

    def __init__(self, file: BinaryIO, aside: ThreadPoolExecutor) -> None:
        self._file, self._aside = file, aside
        self._whole = hashlib.sha256()
        self._pending: Future[None] | None = None

    def member(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """The bytes of the member that comes next; it must be stored as it is and follow the one before."""
        if member.header_offset != self._file.tell() or member.compress_type != zipfile.ZIP_STORED:
            raise BundleNotVerified(f"{member.filename} does not lie where a bag of ours has it")
        header = self._read(_LOCAL_HEADER.size)
        signature, *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        if signature != b"PK\x03\x04":
            raise BundleNotVerified(f"{member.filename} has no header")
        self._read(name_length + extra_length)
        left = member.file_size
        while left and (block := self._read(min(BLOCK, left))):
            left -= len(block)
            yield block

    def finish(self) -> str:
        """Read what is left, the directory; the hash of everything, in hex."""
        while self._read(BLOCK):
            pass
        self._settle()
        return self._whole.hexdigest()

    def _read(self, size: int) -> bytes:
        block = self._file.read(size)
        self._settle()
        self._pending = self._aside.submit(self._whole.update, block)
        return block

    def _settle(self) -> None:
        if self._pending is not None:
            self._pending.result()


def _manifest(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{sha256}  {path}\n" for path, sha256 in hashes.items()).encode()


def _read_manifest(content: bytes) -> dict[str, str]:
    lines = (line.split(None, 1) for line in content.decode().splitlines())
    return {path: sha256 for sha256, path in lines}
