"""The secretariat: running a cycle."""

from __future__ import annotations

from awardapp.domain.people import Role
from awardapp.web.deliberations import register as _register_deliberations
from awardapp.web.plenary import register as _register_plenary
from awardapp.web.secretariat import advice as _advice
from awardapp.web.secretariat import announcement_looks as _announcement_looks
from awardapp.web.secretariat import announcement_rehearsal as _announcement_rehearsal
from awardapp.web.secretariat import announcement_release as _announcement_release
from awardapp.web.secretariat import announcements as _announcements
from awardapp.web.secretariat import assignment_files as _assignment_files
from awardapp.web.secretariat import assignments as _assignments
from awardapp.web.secretariat import audit as _audit
from awardapp.web.secretariat import awards as _awards
from awardapp.web.secretariat import calibration as _calibration
from awardapp.web.secretariat import case_studies as _case_studies
from awardapp.web.secretariat import ceremonies as _ceremonies
from awardapp.web.secretariat import check_queue as _check_queue
from awardapp.web.secretariat import checks as _checks
from awardapp.web.secretariat import cities as _cities
from awardapp.web.secretariat import city_links as _city_links
from awardapp.web.secretariat import count_awards as _count_awards
from awardapp.web.secretariat import discussions as _discussions
from awardapp.web.secretariat import factor_resets as _factor_resets
from awardapp.web.secretariat import form_editor as _form_editor
from awardapp.web.secretariat import form_in_force as _form_in_force
from awardapp.web.secretariat import freeze as _freeze
from awardapp.web.secretariat import late as _late
from awardapp.web.secretariat import letter_acts as _letter_acts
from awardapp.web.secretariat import letter_editing as _letter_editing
from awardapp.web.secretariat import letters as _letters
from awardapp.web.secretariat import letters_heard as _letters_heard
from awardapp.web.secretariat import overview as _overview
from awardapp.web.secretariat import paper_ballots as _paper_ballots
from awardapp.web.secretariat import partner_decisions as _partner_decisions
from awardapp.web.secretariat import people as _people
from awardapp.web.secretariat import progress as _progress
from awardapp.web.secretariat import reminders as _reminders
from awardapp.web.secretariat import report as _report
from awardapp.web.secretariat import returning as _returning
from awardapp.web.secretariat import rules as _rules
from awardapp.web.secretariat import scores as _scores
from awardapp.web.secretariat import shortlist_lock as _shortlist_lock
from awardapp.web.secretariat import special_award_rules as _special_award_rules
from awardapp.web.secretariat import submissions as _submissions
from awardapp.web.secretariat import suspicions as _suspicions
from awardapp.web.secretariat import tabs as _tabs
from awardapp.web.secretariat import themes as _themes
from awardapp.web.secretariat import votes as _votes
from awardapp.web.secretariat.blueprint import bp

_register_plenary(bp, Role.SECRETARIAT)
_register_deliberations(bp, Role.SECRETARIAT)

__all__ = [
    "_advice",
    "_announcement_looks",
    "_announcement_rehearsal",
    "_announcement_release",
    "_announcements",
    "_assignment_files",
    "_assignments",
    "_audit",
    "_awards",
    "_calibration",
    "_case_studies",
    "_ceremonies",
    "_check_queue",
    "_checks",
    "_cities",
    "_city_links",
    "_count_awards",
    "_discussions",
    "_factor_resets",
    "_form_editor",
    "_form_in_force",
    "_freeze",
    "_late",
    "_letter_acts",
    "_letter_editing",
    "_letters",
    "_letters_heard",
    "_overview",
    "_paper_ballots",
    "_partner_decisions",
    "_people",
    "_progress",
    "_reminders",
    "_report",
    "_returning",
    "_rules",
    "_scores",
    "_shortlist_lock",
    "_special_award_rules",
    "_submissions",
    "_suspicions",
    "_tabs",
    "_themes",
    "_votes",
    "bp",
]
