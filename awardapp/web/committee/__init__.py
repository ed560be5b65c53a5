"""The technical committee: declaring conflicts, reading and scoring, the shortlist."""

from __future__ import annotations

from awardapp.web.committee import changes as _changes
from awardapp.web.committee import compare as _compare
from awardapp.web.committee import discussion as _discussion
from awardapp.web.committee import files as _files
from awardapp.web.committee import lock as _lock
from awardapp.web.committee import notes as _notes
from awardapp.web.committee import progress as _progress
from awardapp.web.committee import queue as _queue
from awardapp.web.committee import reading as _reading
from awardapp.web.committee import saving as _saving
from awardapp.web.committee import shortlist as _shortlist
from awardapp.web.committee import suspicions as _suspicions
from awardapp.web.committee.blueprint import bp

__all__ = [
    "_changes",
    "_compare",
    "_discussion",
    "_files",
    "_lock",
    "_notes",
    "_progress",
    "_queue",
    "_reading",
    "_saving",
    "_shortlist",
    "_suspicions",
    "bp",
]
