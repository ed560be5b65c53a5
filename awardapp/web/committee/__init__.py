"""The technical committee: declaring conflicts, reading and scoring, the shortlist."""

from __future__ import annotations

from awardapp.web.committee.blueprint import bp

__all__ = ["bp"]
