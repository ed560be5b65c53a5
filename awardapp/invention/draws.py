"""The one place where the inventor gets its random generators."""

from __future__ import annotations

from random import Random


def draws(*parts: object) -> Random:
    """A generator seeded by the parts alone: the same parts draw the same on every machine (Python's `Random`)."""
    return Random("/".join(str(part) for part in parts))  # noqa: S311 - drawn to be repeated, not to be secret
