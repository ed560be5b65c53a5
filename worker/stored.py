"""A stored file read as a stream."""

from __future__ import annotations

from collections.abc import Iterator

from awardapp import storage


class Stored:
    """A stored file as a readable stream."""

    def __init__(self, key: str) -> None:
        self._blocks: Iterator[bytes] = storage.read(key)
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        while not self._rest or size < 0:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block
        if size < 0:
            size = len(self._rest)
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def close(self) -> None:
        self._blocks = iter(())
