"""Words of the secretariat's own in letters: which places may stand in them, and filling these. No template language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from awardapp.domain.errors import N_, RuleViolation

# place -> what is put there
PLACES: dict[str, str] = {
    "name": N_("the recipient's name"),
    "cycle": N_("the cycle's name"),
    "deadline": N_("the deadline of the call"),
    "address": N_("the address of the file's page, or of the cycle's"),
    "city": N_("the city's name"),
    "ref": N_("the file's number"),
    "title": N_("the initiative's title, as handed in"),
}
ABOUT_FILES = frozenset({"city", "ref", "title"})  # places that only a letter about a file can fill

_PLACE = re.compile(r"\{([^{}]*)\}")
MOST = {"subject": 200, "body": 20_000, "added": 4_000}


@dataclass(frozen=True, slots=True)
class Words:
    """A subject, a text in place of the template's, and a paragraph added to it; empty where the template's stays."""

    subject_en: str = ""
    subject_zh: str = ""
    body_en: str = ""
    body_zh: str = ""
    added_en: str = ""
    added_zh: str = ""

    def is_empty(self) -> bool:
        return not any(asdict(self).values())


def places_for(*, is_about_file: bool, has_deadline: bool) -> list[str]:
    """The places that a letter can fill."""
    return [
        place
        for place in PLACES
        if (is_about_file or place not in ABOUT_FILES) and (has_deadline or place != "deadline")
    ]


def check(words: Words, *, places: list[str]) -> None:
    """Refuse words in one language alone, an unknown place, or a stray bracket. Raises RuleViolation naming the field."""
    if words.is_empty():
        raise RuleViolation(N_("Write a subject, a text or a paragraph to add."))
    for name, text in asdict(words).items():
        part, _, language = name.rpartition("_")
        other = getattr(words, f"{part}_{'zh' if language == 'en' else 'en'}")
        if other.strip() and not text.strip():
            raise RuleViolation(N_("Write it in both languages: letters go out in each."), field=name)
        if len(text) > MOST[part]:
            raise RuleViolation(N_("At most %(n)d characters."), field=name, n=MOST[part])
        if part == "subject" and "\n" in text:
            raise RuleViolation(N_("A subject is one line."), field=name)
        for place in _PLACE.findall(text):
            if place not in places:
                raise RuleViolation(
                    N_("%(place)s is no place that this letter can fill."), field=name, place=f"{{{place}}}"
                )
        if re.search(r"[{}]", _PLACE.sub("", text)):
            raise RuleViolation(N_("A curly bracket stands alone. A place is written like {name}."), field=name)
    for part in MOST:
        en, zh = (set(_PLACE.findall(getattr(words, f"{part}_{code}"))) for code in ("en", "zh"))
        if en != zh:
            raise RuleViolation(
                N_("The two languages name different places: %(places)s."),
                field=f"{part}_zh",
                places=", ".join(f"{{{place}}}" for place in sorted(en ^ zh)),
            )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled. A place without a value stays as it is typed, so that nobody reads an empty gap."""
    return _PLACE.sub(lambda found: values.get(found[1]) or found[0], text)
