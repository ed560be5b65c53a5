"""Putting a finished file in place: whole or not at all, also when the process is killed half-way."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def put_in_place(target: Path) -> Iterator[BinaryIO]:
    """A file to write that becomes `target` when the block ends well and disappears when it does not.

    It lies beside the target under a locked temporary name. A killed process leaves such a file behind,
    without its lock; the next build of the same target takes it away.
    """
    prefix, suffix = f".{target.name}.", ".part"
    for leftover in target.parent.glob(f"{glob.escape(prefix)}*{suffix}"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), leftover.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()
    while True:
        part = target.with_name(f"{prefix}{secrets.token_hex(8)}{suffix}")
        file = part.open("x+b")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            break  # else another build took it for a leftover before we held the lock
        file.close()
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
