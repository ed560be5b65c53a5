"""How alike two titles are: how the validity check finds an initiative that was handed in before."""

from __future__ import annotations

import unicodedata

ALIKE = 0.5  # from here on two titles are worth a second look; found by trying titles of earlier cycles

_HAN = ("\u3400", "\u9fff")
# Words that half of all titles carry; they would make strangers look alike.
_COMMON = frozenset(
    (
        *("a", "an", "and", "by", "for", "from", "in", "into", "of", "on", "the", "to", "with"),
        *("city", "cities", "initiative", "program", "programme", "project", "urban"),
    )
)


def title_parts(title: str) -> frozenset[str]:
    """The parts by which titles are compared: words without accents and case, and pairs of Chinese characters."""
    parts: set[str] = set()
    word, han = "", ""
    plain = unicodedata.normalize("NFKD", title.casefold())
    for char in (*(c for c in plain if not unicodedata.combining(c)), " "):
        if _HAN[0] <= char <= _HAN[1]:
            parts.update([han + char] if han else [])
            word, han = _closed(word, parts), char
        elif char.isalnum():
            word, han = word + char, ""
        else:
            word, han = _closed(word, parts), ""
    return frozenset(parts)


def _closed(word: str, parts: set[str]) -> str:
    if word and word not in _COMMON:
        parts.add(word)
    return ""


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the parts of both titles that they have in common, from 0 to 1 (Jaccard's coefficient)."""
    if not one or not other:
        return 0.0
    return len(one & other) / len(one | other)
