"""The jury: reading the fifteen, ballots, the winners."""

from __future__ import annotations

from awardapp.web.jury.blueprint import bp

__all__ = ["bp"]
