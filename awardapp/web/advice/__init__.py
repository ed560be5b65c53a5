"""Advisers: the files that ask for advice before the early date, and writing it."""

from __future__ import annotations

from awardapp.web.advice import files as _files
from awardapp.web.advice import queue as _queue
from awardapp.web.advice.blueprint import bp

__all__ = ["_files", "_queue", "bp"]
