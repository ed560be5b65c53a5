"""The only place with a status's words and tone: what templates/_macros/status.html draws.

A list shows dozens of them and there are few different ones, so a mark once made is kept.
"""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from awardapp import i18n
from awardapp.domain.cycles import PHASE_NAMES, PUBLIC_PHASE_NAMES, CyclePhase
from awardapp.domain.errors import N_
from awardapp.domain.submissions import PUBLIC_STATUS_NAMES, SubmissionStatus

# The words inside the rooms; the city and the public read those of the domain instead (see status_words).
WORDS: dict[str, dict[str, str]] = {
    "submission": {
        "draft": N_("Draft"), "submitted": N_("To be checked"), "returned": N_("Returned for changes"),
        "valid": N_("Valid"), "not_valid": N_("Not valid"), "withdrawn": N_("Withdrawn"),
    },
    "work": {
        "draft": N_("Waits for approval"), "queued": N_("Queued"), "leased": N_("In progress"), "done": N_("Done"),
        "discarded": N_("Discarded"), "bounced": N_("Came back"),
        "failed": N_("Failed, will be tried again"), "dead": N_("Given up, needs a person"),
    },
    "assessment": {
        "not_opened": N_("Not opened"), "draft": N_("Begun"), "submitted": N_("Handed in"),
        "abstained": N_("Abstained"), "recused": N_("Recused"),
    },
    "announcement": {
        "draft": N_("Draft"), "sealed": N_("Sealed"), "scheduled": N_("Scheduled"), "published": N_("Published"),
        "aborted": N_("Stopped"),
    },
    "case_study": {"draft": N_("Draft"), "published": N_("Published"), "withdrawn": N_("Withdrawn")},
}  # fmt: skip

TONES: dict[str, dict[str, str]] = {
    "submission": {
        "draft": "open", "submitted": "moving", "returned": "attention", "valid": "good", "not_valid": "stopped",
        "withdrawn": "quiet",
    },
    "phase": {
        "draft": "open", "open": "good", "screening": "moving", "committee": "moving", "shortlist_sealed": "sealed",
        "shortlist_public": "good", "jury": "moving", "winners_sealed": "sealed", "winners_public": "good",
        "archived": "quiet",
    },
    "work": {
        "draft": "attention", "queued": "open", "leased": "moving", "done": "good", "failed": "attention", "dead": "stopped",
        "discarded": "quiet", "bounced": "stopped",
    },
    "assessment": {
        "not_opened": "open", "draft": "moving", "submitted": "good", "abstained": "quiet", "recused": "stopped",
    },
    "announcement": {
        "draft": "open", "sealed": "sealed", "scheduled": "moving", "published": "good", "aborted": "stopped",
    },
    "case_study": {"draft": "open", "published": "good", "withdrawn": "quiet"},
}  # fmt: skip

_RING = '<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5"/>'
_DRAWINGS = {
    "open": _RING,
    "moving": f'{_RING}<path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor"/>',
    "good": '<circle cx="6" cy="6" r="4.5" fill="currentColor"/>',
    "attention": '<path d="M6 1.2 11.3 10.6H.7z" fill="currentColor"/>',
    "stopped": '<path d="M2 2l8 8M10 2l-8 8" fill="none" stroke="currentColor" stroke-width="1.75"/>',
    "sealed": '<path d="M2 2h8v8H2z" fill="currentColor"/>',
    "quiet": '<circle cx="6" cy="6" r="2" fill="currentColor"/>',
}


def status_words(kind: str, value: str, inside: bool = False) -> str:
    """A status in the reader's language; outside, a sealed phase reads like the one before."""
    if kind == "phase":
        return i18n.gettext((PHASE_NAMES if inside else PUBLIC_PHASE_NAMES)[CyclePhase(value)])
    if kind == "submission" and not inside:
        return i18n.gettext(PUBLIC_STATUS_NAMES[SubmissionStatus(value)])
    return i18n.gettext(WORDS[kind][str(value)])


def tone_mark(tone: str) -> Markup:
    """The drawing of a tone."""
    return Markup(  # noqa: S704 - our own drawings
        '<svg class="tag-mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">'
        f"{_DRAWINGS.get(tone, _RING)}</svg>"
    )


def tag(words: str, tone: str = "open") -> Markup:
    """A mark with words."""
    return Markup('<span class="tag tag-{}">{}<span>{}</span></span>').format(tone, tone_mark(tone), words)


def status_tag(kind: str, value: str, inside: bool = False) -> Markup:
    """A status as a mark with its words."""
    return _kept(kind, str(value), inside, i18n.language())


@cache
def _kept(kind: str, value: str, inside: bool, _language: str) -> Markup:
    tone = TONES[kind][value]
    return tag(
        status_words(kind, value, inside), "moving" if tone == "sealed" and kind == "phase" and not inside else tone
    )
