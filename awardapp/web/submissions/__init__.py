"""The city's desk."""

from __future__ import annotations

from awardapp.web.submissions.blueprint import bp

__all__ = ["bp"]
