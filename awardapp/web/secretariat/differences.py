"""One line of what differs between two versions of a cycle's rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """What it is about, and how it was and is, as the reader's text."""

    what: str
    before: Any
    after: Any
