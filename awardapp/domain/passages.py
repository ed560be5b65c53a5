"""Finding a noted passage again, also in a text that has changed around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST_QUOTE = 2000
LONGEST_NOTE = 5000


def find(text: str, quote: str, *, near: int) -> int | None:
    """Where the passage begins: the place nearest to where it stood; None where its words are not in the text any more."""
    if not quote:
        return None
    if text.startswith(quote, near):
        return near
    places = []
    at = text.find(quote)
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return min(places, key=lambda place: abs(place - near), default=None)


def texts_of(content: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Every text of a version that a note can stand on, by its key and its language, empty ones left out."""
    paired = {key: {code: content.get(f"{key}_{code}") for code in ("en", "zh")} for key in ("title", "summary")}
    answers = content.get("answers", {})
    for place in ("sections", "other"):
        paired |= {key: text for key, text in answers.get(place, {}).items() if isinstance(text, Mapping)}
    return {(key, code): str(text[code]) for key, text in paired.items() for code in ("en", "zh") if text.get(code)}
