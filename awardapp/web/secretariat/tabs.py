"""The room's own navigation, in the order in which a cycle needs its pages."""

from __future__ import annotations

from flask import url_for

from awardapp.domain.errors import N_
from awardapp.i18n import gettext
from awardapp.web import access
from awardapp.web.secretariat.blueprint import bp

TABS: tuple[tuple[str, str], ...] = (
    (N_("Overview"), "secretariat.overview"),
    (N_("Rules"), "secretariat.rules"),
    (N_("People"), "secretariat.people"),
    (N_("Cities"), "secretariat.cities"),
    (N_("Submissions"), "secretariat.submissions"),
    (N_("Validity check"), "secretariat.checks"),
    (N_("Assignment"), "secretariat.assignments"),
    (N_("Scores"), "secretariat.scores"),
    (N_("Calibration"), "secretariat.calibration"),
    (N_("Plenary"), "secretariat.plenary"),
    (N_("Committee's report"), "secretariat.report"),
    (N_("Presentations"), "secretariat.presentations"),
    (N_("Jury"), "secretariat.deliberations"),
    (N_("Paper ballots"), "secretariat.papers"),
    (N_("Special awards"), "secretariat.awards"),
    (N_("Announcements"), "secretariat.announcements"),
    (N_("Case studies"), "secretariat.case_studies"),
    (N_("Letters"), "secretariat.letters"),
    (N_("Audit log"), "secretariat.audit"),
)


@bp.app_template_global()
def secretariat_tabs(current: str) -> list[tuple[str, str, bool, None]]:
    """The tabs as (words, address, is the present one, no count); `current` is the endpoint's last part."""
    slug = access.cycle().slug
    return [
        (gettext(words), url_for(endpoint, cycle_slug=slug), endpoint.rpartition(".")[2] == current, None)
        for words, endpoint in TABS
    ]
