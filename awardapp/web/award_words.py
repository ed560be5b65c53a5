"""Special awards in words: the parts of an award's rule, as pages and the history of the rules tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from awardapp.domain.announcements import OUTCOME_NAMES, Outcome
from awardapp.domain.errors import N_
from awardapp.domain.special_awards import (
    ANNOUNCED_FROM_NAMES,
    CANDIDATE_NAMES,
    DECIDED_BY_NAMES,
    GIFT_NAMES,
    TIE_RULE_NAMES,
    VOTE_NAMES,
    DecidedBy,
    Vote,
)
from awardapp.i18n import format_number, language
from awardapp.i18n import gettext as _
from awardapp.models import SpecialAward

# What a publication writes into a submission's history, by the event's kind (services/publishing.py).
ANNOUNCED: dict[str, Outcome] = {f"announced_{outcome}": outcome for outcome in Outcome}

PARTS: dict[str, str] = {
    "name_en": N_("Name, English"),
    "name_zh": N_("Name, Chinese"),
    "description_en": N_("Description, English"),
    "description_zh": N_("Description, Chinese"),
    "decided_by": N_("Decided by"),
    "vote": N_("The vote that decides"),
    "candidates": N_("Candidates"),
    "places": N_("Places"),
    "independent": N_("May go to a winner"),
    "tie_rule": N_("Tie of a vote"),
    "gives": N_("What is given"),
    "announced_from": N_("May be announced"),
}

_CHOICES: dict[str, Mapping[Any, str]] = {
    "decided_by": DECIDED_BY_NAMES,
    "vote": VOTE_NAMES,
    "candidates": CANDIDATE_NAMES,
    "tie_rule": TIE_RULE_NAMES,
    "announced_from": ANNOUNCED_FROM_NAMES,
}


def vote_words(vote: str) -> str:
    """A vote in words."""
    return _(VOTE_NAMES[Vote(vote)])


def part_words(name: str, value: Any) -> str:
    """One part of an award's rule as the reader's text."""
    if name == "places":
        return _("without a limit") if value is None else format_number(value)
    if name == "independent":
        return _("yes") if value else _("no")
    if name == "gives":
        return ("、" if language() == "zh" else ", ").join(_(GIFT_NAMES[one]) for one in value)
    if name in _CHOICES:
        return _(_CHOICES[name][value]) if value else "–"
    return str(value) or "–"


def rule_facts(award: SpecialAward) -> list[tuple[str, str]]:
    """The award's rule as terms and values, without what says nothing for it."""
    decided = part_words("decided_by", award.decided_by)
    if award.decided_by == DecidedBy.VOTE_RESULT:
        decided = _("%(decided)s: %(vote)s", decided=decided, vote=vote_words(award.vote))
    names = ["candidates", "places", "independent", "gives", "announced_from"]
    if award.decided_by == DecidedBy.VOTE_RESULT:
        names.insert(3, "tie_rule")
    if award.decided_by == DecidedBy.RULE:
        names = ["candidates", "independent", "gives"]  # all of them, with the winners
    first = PARTS["decided_by"]
    return [(_(first), decided)] + [(_(PARTS[name]), part_words(name, getattr(award, name))) for name in names]


def changes(
    before: Iterable[dict[str, Any]] | None, after: Iterable[dict[str, Any]] | None
) -> list[tuple[str, str, str]]:
    """What differs between the awards of two stored versions of the rules: (what, before, after). Versions of old hold none."""
    if before is None or after is None:
        return []
    own = language()
    earlier, later = ({one["key"]: one for one in version} for version in (before, after))
    found = []
    for key in [*later, *(key for key in earlier if key not in later)]:
        old, new = earlier.get(key), later.get(key)
        title = (new or old or {})[f"name_{own}"]
        if old is None or new is None:
            there = _("one of the awards")
            found.append((title, "–" if old is None else there, "–" if new is None else there))
            continue
        found += [
            (f"{title}: {_(words)}", part_words(name, old[name]), part_words(name, new[name]))
            for name, words in PARTS.items()
            if old[name] != new[name]
        ]
    return found


def announced_words(kind: str) -> str | None:
    """The event of a published outcome in words; None for any other kind of event."""
    outcome = ANNOUNCED.get(kind)
    return _("Announced: %(what)s", what=_(OUTCOME_NAMES[outcome])) if outcome else None
