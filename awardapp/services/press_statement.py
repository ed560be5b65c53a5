"""The statement of a press kit, laid out once for each language and written as text, page, Word document and PDF alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app

from awardapp.domain.announcements import Outcome
from awardapp.domain.errors import N_
from awardapp.i18n import gettext, speaking
from awardapp.services.report_layout import paragraphs

AWARD = N_("Guangzhou International Award for Urban Innovation")

# From the award's own published pages; nothing in it is of this cycle.
_ABOUT = (
    N_(
        "The Guangzhou International Award for Urban Innovation recognises cities and regional governments for innovation "
        "that improves the lives of their people. It is open to every city and local government in the world. Its hosts are "
        "the City of Guangzhou, United Cities and Local Governments (UCLG) and Metropolis. It was first given in 2012."
    ),
    N_(
        "A technical committee of international experts names up to 15 shortlisted and up to 30 further deserving initiatives; "
        "a jury chooses up to five winners among the shortlisted. There is no ranking among the winners."
    ),
)
_HEADINGS = {
    Outcome.WINNER: N_("Winners"),
    Outcome.SHORTLISTED: N_("Shortlisted"),
    Outcome.DESERVING: N_("Deserving"),
    Outcome.SPECIAL: N_("Special award"),
}


def layout(content: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The statement in one language, part after part; a text that stands in the other language only is given in that."""
    other = "en" if language == "zh" else "zh"

    def own(words: Mapping[str, str]) -> str:
        return str(words[language] or words[other] or "")

    with speaking(language):
        return {
            "language": language,
            "award": gettext(AWARD),
            "cycle": own(content["cycle"]["name"]),
            "date": content["published_on"][language],
            "invented": gettext(N_("Invented, for demonstration only.")) if content["cycle"]["is_invented"] else "",
            "title": own(content["title"]),
            "paragraphs": paragraphs(own(content["statement"])),
            "groups": _groups(content["outcomes"], own),
            "about_heading": gettext(N_("About the award")),
            "about": [gettext(one) for one in _ABOUT],
            "more_heading": gettext(N_("Source and contact")),
            "more": _more(content),
        }


def _groups(outcomes: Sequence[Mapping[str, Any]], own: Any) -> list[dict[str, Any]]:
    """The cities under their outcomes, special awards each under its own name."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    comma = gettext(N_(", "))
    for one in outcomes:
        award = one["award"]
        key = (one["outcome"], award["key"] if award else "")
        heading = own(award["name"]) if award and award["name"] else gettext(_HEADINGS[Outcome(one["outcome"])])
        group = found.setdefault(key, {"heading": heading, "entries": []})
        place = f"{own(one['city'])}{comma}{own(one['country'])}"
        group["entries"].append({"place": place, "title": own(one["title"]), "reason": paragraphs(own(one["reason"]))})
    for group in found.values():
        several = len(group["entries"]) > 1
        group["note"] = gettext(N_("In alphabetical order; there is no ranking.")) if several else ""
    return list(found.values())


def _more(content: Mapping[str, Any]) -> list[str]:
    found = [
        gettext(N_("The announcement on the web: %(address)s"), address=content["address"]),
        gettext(N_("Questions: %(address)s"), address=current_app.config["SUPPORT_EMAIL"]),
    ]
    if content["record_sha256"]:
        found.append(gettext(N_("SHA-256 of the selection's record: %(digest)s"), digest=content["record_sha256"]))
    return found
