"""What stands in an input of the form, compared with what stood there and named by a digest."""

from __future__ import annotations

import hashlib
from typing import Any


def comparable(value: Any) -> str:
    """What an input holds, as one text: two inputs hold the same when their texts are equal."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return " ".join(sorted(str(one) for one in value))
    return str(value).replace("\r\n", "\n").strip()


def is_empty(value: Any) -> bool:
    """Whether nothing was answered; a nought is an answer."""
    return not comparable(value)


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits of SHA-256 of what an input holds: what a page states it started from."""
    return hashlib.sha256(comparable(value).encode()).hexdigest()[:16]
