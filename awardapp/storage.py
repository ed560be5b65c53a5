"""Uploaded and built files, on disk or in an S3 bucket, under keys of our own making.

Uploads are named by their SHA-256 ("blobs/ab/abcd..."), built files by theirs. No name given by a person is ever a path.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import obstore
from flask import current_app
from obstore.store import LocalStore, ObjectStore, S3Store

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Staged:
    """A file received whole into a temporary place, hashed and counted on the way."""

    path: Path
    sha256: str
    size: int


class TooLarge(Exception):
    """The stream has more bytes than allowed; reading stopped there."""


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


@contextmanager
def stage(stream: IO[bytes], *, limit: int) -> Iterator[Staged]:
    """Receive a stream into a temporary file, removed afterwards. Raises TooLarge beyond `limit` bytes."""
    digest = hashlib.sha256()
    size = 0
    with tempfile.NamedTemporaryFile(prefix="award-upload-") as file:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise TooLarge
            digest.update(block)
            file.write(block)
        file.flush()
        yield Staged(Path(file.name), digest.hexdigest(), size)


def put(key: str, source: Path) -> None:
    """Store a file's bytes durably under a key; an existing object with the key is replaced at once or not at all."""
    with source.open("rb") as file:
        obstore.put(_store(), key, file)
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


def free_bytes() -> int | None:
    """Free space where files are kept, None for a bucket."""
    root = _root()
    if root is None:
        return None
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    stat = os.statvfs(root)
    return stat.f_bavail * stat.f_frsize
