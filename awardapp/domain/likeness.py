"""How alike two texts are: how the validity check finds an initiative that was handed in before."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

ALIKE = 0.5  # from here on two titles are worth a second look; found by trying titles of earlier cycles
SUMMARIES_ALIKE = 0.35  # a summary says the same in many more words; strangers on one theme stay below a quarter
OF_ONE_CITY = 0.25  # two files of one city need less to be the same initiative

_HAN = ("\u3400", "\u9fff")
# Words that half of all titles carry; they would make strangers look alike.
_COMMON = frozenset(
    (
        *("a", "an", "and", "by", "for", "from", "in", "into", "of", "on", "the", "to", "with"),
        *("city", "cities", "initiative", "program", "programme", "project", "urban"),
    )
)


def title_parts(title: str) -> frozenset[str]:
    """The parts by which texts are compared: words without accents and case, and pairs of Chinese characters."""
    return frozenset(part for part, _start, _end in _placed_parts(title))


@lru_cache(maxsize=20_000)
def _plain(char: str) -> tuple[str, bool, bool]:
    """A character without case and accents (none is left of an accent by itself), whether it is Chinese, whether it
    belongs to a word."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(c))
    is_han = len(plain) == 1 and _HAN[0] <= plain <= _HAN[1]
    return plain, is_han, bool(plain) and not is_han and all(c.isalnum() for c in plain)


def _placed_parts(text: str) -> Iterator[tuple[str, int, int]]:
    """Each part with where it stands in the text: from, to."""
    word, begun, han = "", 0, ""
    for place, char in enumerate((*text, " ")):
        plain, is_han, is_of_word = _plain(char)
        if is_of_word:
            word, begun, han = word + plain, begun if word else place, ""
        elif plain:
            if word and word not in _COMMON:
                yield word, begun, place
            if is_han and han:
                yield han + plain, place - 1, place + 1
            word, han = "", plain if is_han else ""


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the parts of both texts that they have in common, from 0 to 1 (Jaccard's coefficient)."""
    if not one or not other:
        return 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)


class Vocabulary:
    """Sets of parts as bits of one number, for comparing thousands of texts: a hundred times quicker than as sets."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def bits(self, text: str) -> int:
        """The parts of a text, each at its own place."""
        found = 0
        for part in title_parts(text):
            found |= 1 << self._places.setdefault(part, len(self._places))
        return found


def likeness_of_bits(one: int, other: int) -> float:
    """What `likeness` says, of two texts of one vocabulary."""
    common = (one & other).bit_count()
    return common / (one | other).bit_count() if common else 0.0


def is_likely_the_same(*, title: float, summary: float, same_city: bool) -> bool:
    """Whether two files are likely about one initiative, from how alike their titles and summaries are."""
    return title >= ALIKE or summary >= SUMMARIES_ALIKE or (same_city and max(title, summary) >= OF_ONE_CITY)


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """A text cut into pieces, each with whether the other text says it too. The pieces joined are the text."""
    common = title_parts(other)
    said = [False] * len(text)
    for part, start, end in _placed_parts(text):
        if part in common:
            said[start:end] = [True] * (end - start)
    pieces = [
        ("".join(char for _, char in run), is_said)
        for is_said, run in groupby(zip(said, text, strict=True), lambda pair: pair[0])
    ]
    return _joined(pieces)


def _joined(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Marks with nothing that counts between them (spaces, signs, words that half of all titles carry) become one, as people
    would draw them."""
    found: list[tuple[str, bool]] = []
    for n, (words, is_said) in enumerate(pieces):
        counts = bool(title_parts(words)) or any(_plain(char)[1] for char in words)
        drawn = is_said or (0 < n < len(pieces) - 1 and not counts)
        if found and found[-1][1] == drawn:
            found[-1] = (found[-1][0] + words, drawn)
        else:
            found.append((words, drawn))
    return found
