"""How the committee's report is put together, block after block, in the languages of one edition.

A text in the edition's languages is a mapping of them ("words"); one that is the same in both is printed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from awardapp.domain.errors import N_
from awardapp.i18n import format_number, gettext, speaking

Words = dict[str, str]
Block = dict[str, Any]

LANGUAGES_OF = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}
_LANGUAGE_WORDS = {"en": N_("Not written in English yet."), "zh": N_("Not written in Chinese yet.")}


class Layout:
    """One edition of the report, block after block."""

    def __init__(self, content: Mapping[str, Any], edition: str) -> None:
        self.content = content
        self.languages = LANGUAGES_OF[edition]
        self.blocks: list[Block] = []

    def say(self, msgid: str, **params: Any) -> Words:
        """A message in the edition's languages; numbers in it as each language writes them."""
        return self.each(lambda: gettext(msgid, **_told(params)))

    def each(self, words: Callable[[], str]) -> Words:
        """What `words` gives while each language is spoken."""
        found = {}
        for language in self.languages:
            with speaking(language):
                found[language] = words()
        return found

    def picked(self, thing: Mapping[str, Any], name: str) -> Words:
        """A name in the edition's languages, the other one's where there is none."""
        other = {"en": "zh", "zh": "en"}
        return {one: str(thing[f"{name}_{one}"] or thing[f"{name}_{other[one]}"] or "") for one in self.languages}

    def pair(self, en: str, zh: str) -> Words:
        return self.picked({"_en": en, "_zh": zh}, "")

    def heading(self, words: Words, level: int = 1, *, breaks: bool = False) -> None:
        self.blocks.append({"kind": "heading", "level": level, "words": words, "breaks": breaks})

    def text(self, texts: Mapping[str, str]) -> None:
        """A written text; what is not written in a language says so."""
        written = {one: paragraphs(texts[one]) for one in self.languages}
        missing = {one: _in_language(one, _LANGUAGE_WORDS[one]) for one in self.languages if not written[one]}
        self.blocks.append({"kind": "text", "texts": written, "missing": missing})

    def sentences(self, *sentences: Words) -> None:
        """A paragraph of the system's own sentences."""
        joined = {one: ("" if one == "zh" else " ").join(words[one] for words in sentences) for one in self.languages}
        self.blocks.append({"kind": "text", "texts": {one: [joined[one]] for one in self.languages}, "missing": {}})

    def table(
        self, caption: Words, head: Sequence[Words], rows: Sequence[Sequence[Words]], widths: Sequence[int]
    ) -> None:
        """`widths` in parts of the line, a negative one a column of figures; no caption right below a heading."""
        self.blocks.append(
            {
                "kind": "table",
                "caption": caption,
                "head": list(head),
                "rows": [list(row) for row in rows],
                "widths": widths,
            }
        )

    def number(self, value: float) -> Words:
        return self.each(lambda: format_number(value))


def _in_language(language: str, msgid: str) -> str:
    """A message in one language."""
    with speaking(language):
        return gettext(msgid)


def _told(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: format_number(value) if isinstance(value, int | float) else value() if callable(value) else value
        for name, value in params.items()
    }


def paragraphs(text: str) -> list[str]:
    """The lines of a text that hold something."""
    return [line.strip() for line in text.split("\n") if line.strip()]
