"""The secretariat: running a cycle."""

from __future__ import annotations

from awardapp.web.secretariat.blueprint import bp

__all__ = ["bp"]
