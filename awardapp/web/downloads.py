"""Sending a stored file to somebody who may have it. Whether they may is the calling view's question."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response

from awardapp import storage

log = logging.getLogger(__name__)


class Damaged(Exception):
    """The stored bytes are not the ones that were received; the transfer is broken off before its end."""


def _verified(blocks: Iterator[bytes], *, key: str, sha256: str) -> Iterator[bytes]:
    """The blocks, the last of them only after the digest proved right: a damaged file never arrives as a whole one."""
    digest = hashlib.sha256()
    held: bytes | None = None
    for block in blocks:
        if held is not None:
            yield held
        digest.update(block)
        held = block
    if digest.hexdigest() != sha256:
        log.error("damaged file: key=%s", key)
        raise Damaged(key)
    if held is not None:
        yield held


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def disposition(filename: str) -> str:
    """Content-Disposition for saving under this name: a plain ASCII form for old programs, the real one beside it."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def file_response(
    key: str, filename: str, media_type: str, size: int | None = None, *, sha256: str | None = None
) -> Response:
    """Stream a stored object as a download under `filename`; never shown inside the site (promises D5).

    With `sha256` the bytes are checked on the way and the transfer breaks off when they are not the ones received.
    `size` in bytes lets the browser show progress. Raises FileNotFoundError before anything is sent.
    """
    blocks = storage.read(key)
    blocks = _with_first(
        next(blocks, b""), blocks
    )  # a missing object is found out here, not in the middle of an answer
    if sha256 is not None:
        blocks = _verified(blocks, key=key, sha256=sha256)
    response = Response(blocks, mimetype=media_type)
    headers = response.headers
    if size is not None:
        headers["Content-Length"] = str(size)
    headers["Content-Disposition"] = disposition(filename)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    return response
