"""The technical committee: declaring conflicts, reading and scoring, the shortlist."""

from __future__ import annotations

from awardapp.web.committee import files as _files
from awardapp.web.committee import lock as _lock
from awardapp.web.committee import queue as _queue
from awardapp.web.committee import reading as _reading
from awardapp.web.committee import shortlist as _shortlist
from awardapp.web.committee.blueprint import bp

__all__ = ["_files", "_lock", "_queue", "_reading", "_shortlist", "bp"]
