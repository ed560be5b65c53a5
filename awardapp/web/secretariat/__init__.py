"""The secretariat: running a cycle."""

from __future__ import annotations

from awardapp.web.secretariat import announcements as _announcements
from awardapp.web.secretariat import assignments as _assignments
from awardapp.web.secretariat import audit as _audit
from awardapp.web.secretariat import awards as _awards
from awardapp.web.secretariat import case_studies as _case_studies
from awardapp.web.secretariat import checks as _checks
from awardapp.web.secretariat import letters as _letters
from awardapp.web.secretariat import overview as _overview
from awardapp.web.secretariat import people as _people
from awardapp.web.secretariat import rules as _rules
from awardapp.web.secretariat import scores as _scores
from awardapp.web.secretariat import submissions as _submissions
from awardapp.web.secretariat import tabs as _tabs
from awardapp.web.secretariat.blueprint import bp

__all__ = [
    "_announcements",
    "_assignments",
    "_audit",
    "_awards",
    "_case_studies",
    "_checks",
    "_letters",
    "_overview",
    "_people",
    "_rules",
    "_scores",
    "_submissions",
    "_tabs",
    "bp",
]
