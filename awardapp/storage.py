"""Uploaded and built files, on disk or in an S3 bucket, under keys of our own making.

Uploads are named by their SHA-256 ("blobs/ab/abcd..."), built files by theirs; what is still arriving lies in pieces in the
staging area ("incoming/<upload>/..."). No name given by a person is ever a path.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import obstore
from flask import current_app
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

_BLOCK = 1 << 20
_PART = 5 << 20  # the smallest part of which a bucket puts a large object together


@dataclass(frozen=True, slots=True)
class Staged:
    """A file received whole into a temporary place, hashed and counted on the way."""

    path: Path
    sha256: str
    size: int


class TooLarge(Exception):
    """The stream has more bytes than allowed; reading stopped there."""


class Unavailable(OSError):
    """The bytes cannot be kept now: no space left, or the bucket does not answer. Nothing half is left behind."""


def _root() -> Path | None:
    """Folder of a file:// storage, None for a bucket."""
    parts = urlsplit(current_app.config["STORAGE_URL"])
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _store() -> ObjectStore:
    """The store of this process; made on first use, since obstore must not be used before a fork."""
    cached: ObjectStore | None = current_app.extensions.get("awardapp.storage")
    if cached is not None:
        return cached
    root = _root()
    store: ObjectStore
    if root is not None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = LocalStore(root)
    else:
        parts = urlsplit(current_app.config["STORAGE_URL"])
        store = S3Store(parts.netloc, prefix=parts.path.strip("/") or None)
    current_app.extensions["awardapp.storage"] = store
    return store


def blob_key(sha256: str) -> str:
    """Where an upload with this digest is kept."""
    return f"blobs/{sha256[:2]}/{sha256}"


def piece_key(token: str, start: int, sha256: str) -> str:
    """Where a piece of an upload is kept until the file is whole; two pieces that differ never share a key."""
    return f"{staging_area(token)}{start:012}-{sha256[:32]}"


def staging_area(token: str = "") -> str:
    """The beginning of the keys of everything that arrived of one upload; without a token, of all uploads."""
    return f"incoming/{token}/" if token else "incoming/"


def preview_key(sha256: str, page: int, size: str) -> str:
    """Where a picture of an upload's page is kept."""
    return f"previews/{sha256[:2]}/{sha256}/{page}-{size}.webp"


@contextmanager
def stage(stream: IO[bytes], *, limit: int) -> Iterator[Staged]:
    """Receive a stream into a temporary file, removed afterwards.

    Raises TooLarge beyond `limit` bytes, Unavailable when there is no space for them.
    """
    with _received(iter(lambda: stream.read(_BLOCK), b""), limit=limit) as staged:
        yield staged


@contextmanager
def joined(keys: Iterable[str], *, limit: int) -> Iterator[Staged]:
    """Put stored pieces together in a temporary file, removed afterwards. Raises FileNotFoundError, TooLarge, Unavailable."""
    with _received((block for key in keys for block in read(key)), limit=limit) as staged:
        yield staged


@contextmanager
def _received(blocks: Iterable[bytes], *, limit: int) -> Iterator[Staged]:
    digest = hashlib.sha256()
    size = 0
    with tempfile.NamedTemporaryFile(prefix="award-upload-") as file:
        for block in blocks:
            size += len(block)
            if size > limit:
                raise TooLarge
            digest.update(block)
            try:
                file.write(block)
            except OSError as error:
                raise Unavailable(error.errno, "no room to receive a file") from error
        try:
            file.flush()
        except OSError as error:
            raise Unavailable(error.errno, "no room to receive a file") from error
        yield Staged(Path(file.name), digest.hexdigest(), size)


def put(key: str, source: Path) -> None:
    """Store a file's bytes durably under a key; an existing object with the key is replaced at once or not at all.

    Raises Unavailable when they cannot be kept.
    """
    try:
        with source.open("rb") as file:
            # By itself it would hold twelve parts of a large file in memory.
            obstore.put(_store(), key, file, chunk_size=_PART, max_concurrency=1)
    except BaseError as error:
        raise Unavailable(str(error).splitlines()[0]) from error
    root = _root()
    if root is not None:  # acknowledged means stored: survive a power cut
        _sync(root / key)
        _sync((root / key).parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def exists(key: str) -> bool:
    """Whether an object is stored under this key."""
    try:
        obstore.head(_store(), key)
    except FileNotFoundError:
        return False
    return True


def changed_at(key: str) -> datetime | None:
    """When an object was stored last, None when there is none."""
    try:
        changed: datetime = obstore.head(_store(), key)["last_modified"]
    except FileNotFoundError:
        return None
    return changed


def read(key: str) -> Iterator[bytes]:
    """The object's bytes in blocks. Raises FileNotFoundError."""
    result = obstore.get(_store(), key)
    for block in result.stream(min_chunk_size=_BLOCK):
        yield bytes(block)


def copy_to(key: str, target: Path) -> str:
    """Copy an object into a local file and return the SHA-256 of what was read. Raises FileNotFoundError."""
    digest = hashlib.sha256()
    with target.open("wb") as file:
        for block in read(key):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def delete(key: str) -> None:
    """Remove an object; an absent one is fine."""
    with suppress(FileNotFoundError):
        obstore.delete(_store(), key)


def stored_under(beginning: str) -> Iterator[tuple[str, datetime]]:
    """The keys that begin so, each with the time of its last change. `beginning` ends at a slash."""
    for some in obstore.list(_store(), beginning.rstrip("/")):
        for found in some:
            yield found["path"], found["last_modified"]


def delete_under(beginning: str) -> None:
    """Remove every object whose key begins so; none is fine."""
    for key, _changed in list(stored_under(beginning)):
        delete(key)
    root = _root()
    if root is not None:
        with suppress(OSError):  # not there, or something has arrived in it meanwhile
            (root / beginning).rmdir()


def free_bytes() -> int | None:
    """Free space where files are kept, None for a bucket."""
    root = _root()
    if root is None:
        return None
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    stat = os.statvfs(root)
    return stat.f_bavail * stat.f_frsize
