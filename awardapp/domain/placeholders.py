"""An announcement of cities that do not exist, as large as the rules allow: for rehearsing before anything is known.

Nothing that is decided or written enters here, so that it can be shown on a screen in the hall.
"""

from __future__ import annotations

from typing import Any

from awardapp.domain.announcements import AnnouncementKind, Outcome
from awardapp.domain.cycles import Rules

WORDS = {
    "title_en": "Rehearsal: the title of the announcement",
    "title_zh": "演练：公告标题",
    "statement_en": "Here stands the statement, as the secretariat will have written it.\n\nNothing on this page is a result.",
    "statement_zh": "此处为秘书处撰写的公告正文。\n\n本页内容均非评选结果。",
}
NOT_SELECTED = 3  # letters of that kind that are shown; their number does not matter for a rehearsal


def letter_of_alphabet(number: int) -> str:
    """A, B … Z, AA, AB …; the first is 1."""
    text = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _line(number: int, outcome: Outcome, award_key: str = "", *, has_reason: bool = True) -> dict[str, Any]:
    name = letter_of_alphabet(number)
    return {
        "submission": -number,
        "ref": f"R-{number:02}",
        "city": -number,
        "city_en": f"City {name}",
        "city_zh": f"城市{name}",
        "country": "",
        "title_en": f"Initiative of City {name}",
        "title_zh": f"城市{name}的项目",
        "outcome": outcome.value,
        "award_key": award_key,
        "reason_en": f"Why City {name} is named here." if has_reason else "",
        "reason_zh": f"城市{name}列入名单的理由。" if has_reason else "",
    }


def lines(
    kind: AnnouncementKind, rules: Rules, *, award_key: str = "", places: int = 1, medal_key: str = ""
) -> list[dict[str, Any]]:
    """As many lines as the rules allow at most, in the order of an announcement: that many say nothing of the true number.

    `places` are those of the special award `award_key`; the cities beside the winners receive `medal_key`, if there is one.
    """
    if kind is AnnouncementKind.SHORTLIST:
        outcomes = [(Outcome.SHORTLISTED, "")] * rules.shortlist_size + [(Outcome.DESERVING, "")] * rules.deserving_max
    elif kind is AnnouncementKind.WINNERS:
        rest = max(0, rules.shortlist_size - rules.winners_max) if medal_key else 0
        outcomes = [(Outcome.WINNER, "")] * rules.winners_max + [(Outcome.SPECIAL, medal_key)] * rest
    else:
        outcomes = [(Outcome.SPECIAL, award_key)] * places
    return [
        _line(number, outcome, key, has_reason=not key or key != medal_key)
        for number, (outcome, key) in enumerate(outcomes, 1)
    ]


def not_selected(kind: AnnouncementKind, after: int) -> list[dict[str, Any]]:
    """Some cities that would be told they are not on the list; only the shortlist tells anybody so."""
    if kind is not AnnouncementKind.SHORTLIST:
        return []
    return [_line(after + n, Outcome.DESERVING) for n in range(1, NOT_SELECTED + 1)]
