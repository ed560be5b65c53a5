"""The secretariat: running a cycle."""

from __future__ import annotations

from awardapp.web.secretariat import announcements as _announcements
from awardapp.web.secretariat import assignments as _assignments
from awardapp.web.secretariat import checks as _checks
from awardapp.web.secretariat import overview as _overview
from awardapp.web.secretariat import people as _people
from awardapp.web.secretariat import rules as _rules
from awardapp.web.secretariat import scores as _scores
from awardapp.web.secretariat import submissions as _submissions
from awardapp.web.secretariat import tabs as _tabs
from awardapp.web.secretariat.blueprint import bp

from importlib import import_module
from importlib.util import find_spec

for _name in ("announcements", "awards", "case_studies", "letters", "audit"):
    if find_spec(f"awardapp.web.secretariat.{_name}"):
        import_module(f"awardapp.web.secretariat.{_name}")

__all__ = ["bp"]
