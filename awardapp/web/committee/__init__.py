"""The technical committee: declaring conflicts, reading and scoring, the shortlist."""

from __future__ import annotations

from awardapp.domain.people import Role
from awardapp.domain.special_awards import DecidedBy
from awardapp.web.chair_awards import register as _register_awards
from awardapp.web.committee import calibration as _calibration
from awardapp.web.committee import changes as _changes
from awardapp.web.committee import compare as _compare
from awardapp.web.committee import discussion as _discussion
from awardapp.web.committee import feedback as _feedback
from awardapp.web.committee import feedback_writing as _feedback_writing
from awardapp.web.committee import files as _files
from awardapp.web.committee import lock as _lock
from awardapp.web.committee import notes as _notes
from awardapp.web.committee import pairs as _pairs
from awardapp.web.committee import progress as _progress
from awardapp.web.committee import queue as _queue
from awardapp.web.committee import reading as _reading
from awardapp.web.committee import report as _report
from awardapp.web.committee import report_writing as _report_writing
from awardapp.web.committee import saving as _saving
from awardapp.web.committee import shortlist as _shortlist
from awardapp.web.committee import suspicions as _suspicions
from awardapp.web.committee import workbench as _workbench
from awardapp.web.committee.blueprint import bp
from awardapp.web.plenary import register as _register_plenary

_register_plenary(bp, Role.COMMITTEE)
_register_awards(bp, Role.COMMITTEE, DecidedBy.COMMITTEE)

__all__ = [
    "_calibration",
    "_changes",
    "_compare",
    "_discussion",
    "_feedback",
    "_feedback_writing",
    "_files",
    "_lock",
    "_notes",
    "_pairs",
    "_progress",
    "_queue",
    "_reading",
    "_report",
    "_report_writing",
    "_saving",
    "_shortlist",
    "_suspicions",
    "_workbench",
    "bp",
]
