"""The public draw: an order anyone can repeat with a published seed and a SHA-256 of their own.

No numbers are drawn and none rejected: whole digests are compared. RFC 3797 is the published example of a
draw that outsiders repeat; the seed is committed to before the scores are opened.
"""

from __future__ import annotations

import hashlib


def draw_key(seed: str, id: str) -> str:
    """SHA-256(seed || id) of the UTF-8 bytes, as hex: the smaller comes first."""
    return hashlib.sha256((seed + id).encode()).hexdigest()
