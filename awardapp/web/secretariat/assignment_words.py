"""What an assignment's pages say: bars, what blocks and what would help, fit, how far a computation is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awardapp.domain.assessments import CONFLICT_KIND_NAMES, ConflictKind
from awardapp.domain.errors import N_
from awardapp.domain.selection.affinity import NO_AFFINITY, NO_LANGUAGE, SAME_CITY, SAME_COUNTRY
from awardapp.i18n import format_number, language, ngettext
from awardapp.i18n import gettext as _

_BARS = {
    SAME_CITY: N_("own city"),
    SAME_COUNTRY: N_("own country or region"),
    NO_LANGUAGE: N_("reads none of its languages"),
    NO_AFFINITY: N_("nothing speaks for it"),
    "suspected": N_("a tie on which the chair has not decided"),
    "recused": N_("stepped back for a conflict of interest"),
    "abstained": N_("abstained from this file"),
}

CONCERNS = {
    "load": N_("above the member's highest load"),
    "few": N_("the file would have fewer readers than the rules ask for"),
    "many": N_("the file would have more readers than the rules ask for"),
    "region": N_("two readers from one region"),
    "language": N_("no reader of the file's language"),
}

STAGES = {
    "": (0, N_("waiting for the worker, or looking for the best total")),
    "total": (1, N_("best total found and proven; raising the weakest panel")),
    "weakest": (2, N_("weakest panel raised; raising the weaker ones")),
    "tail": (3, N_("writing the result")),
    "done": (4, N_("done")),
}


def bar_words(kind: str) -> str:
    """Why a member may not read a file."""
    if kind in _BARS:
        return _(_BARS[kind])
    try:
        return _(CONFLICT_KIND_NAMES[ConflictKind(kind)])
    except ValueError:
        return kind


def fit(millionths: int | None, *, places: int = 2) -> str:
    """A fit as the reader's figure; 1 is a reader who fits in every respect."""
    return "–" if millionths is None else f"{millionths / 1_000_000:.{places}f}"


def signed(millionths: int) -> str:
    """A difference of fit with its sign; 0 without."""
    shown = f"{abs(millionths) / 1_000_000:.2f}"
    return f"±{shown}" if float(shown) == 0 else f"{'+' if millionths > 0 else '−'}{shown}"


def percent(part: int, whole: int) -> str:
    """A share of a whole, never rounded up to 100 when something is missing."""
    if whole <= 0 or part >= whole:
        return "100 %"
    return f"{min(part / whole * 100, 99.99):.2f} %"


def joined(words: Sequence[str], most: int = 8) -> str:
    """A list in the reader's language, with how many are left out."""
    comma = "、" if language() == "zh" else ", "
    shown = comma.join(words[:most])
    left = len(words) - most
    return shown if left <= 0 else _("%(names)s and %(n)s more", names=shown, n=format_number(left))


@dataclass(frozen=True, slots=True)
class Block:
    """What blocks an assignment, in sentences: the fact, who is concerned, why, and what would help."""

    what: str
    files: str
    members: str
    why: str
    helps: list[str]


def block_words(figures: Mapping[str, Any], files: Mapping[str, str], members: Mapping[str, str]) -> Block:
    """The stored reason of an impossible draft as words; `files` and `members` name the pseudonyms."""
    found = figures.get("blocking", {})
    submissions = list(found.get("submissions", ()))
    named = [files.get(one, one) for one in submissions]
    who = [members.get(one, one) for one in found.get("members", ())]
    kinds = found.get("kinds") or {}
    why = joined([f"{bar_words(kind)} ({format_number(n)})" for kind, n in kinds.items()])
    if figures.get("code") == "loads":
        what = ngettext(
            "One file needs %(needed)s readings from members who may give %(available)s together.",
            "%(n)s files need %(needed)s readings from members who may give %(available)s together.",
            len(submissions),
            needed=format_number(found.get("needed", 0)),
            available=format_number(found.get("available", 0)),
        )
    elif figures.get("code") == "too few members":
        what = ngettext(
            "One file has too few members who may read it.",
            "%(n)s files have too few members who may read them.",
            len(submissions),
        )
        lacking = found.get("lacking", {})
        named = [
            _(
                "%(file)s (%(has)s of %(needs)s)",
                file=files.get(one, one),
                has=lacking.get(one, (0, 0))[1],
                needs=lacking.get(one, (0, 0))[0],
            )
            for one in submissions
        ]
    else:
        what = str(figures.get("why", ""))
    return Block(
        what, joined(named), joined(who), why, [_repair(code, number) for code, number in found.get("repairs", ())]
    )


def _repair(code: str, number: int) -> str:
    if code == "loads":
        return ngettext(
            "Let one of these members read one file more.",
            "Let these members read %(n)s files more together.",
            number,
        )
    if code == "more members":
        return ngettext(
            "Invite one more member who is free of these ties.",
            "Invite %(n)s more members who are free of these ties.",
            number,
        )
    return {
        NO_AFFINITY: _("Let members read files that nothing speaks for."),
        NO_LANGUAGE: _("Do not ask for every reader to know a language of the file."),
        SAME_COUNTRY: _("Let members read files of their own country or region."),
        "group rule": _("Drop the rule on regions or languages of a panel."),
    }.get(code, code)
