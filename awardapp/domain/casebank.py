"""The case bank's rules: its statuses, and how a text is cut into searchable terms in English and Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum


class CaseStudyStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W{_HAN}_]+", re.UNICODE)
_IS_HAN = re.compile(rf"[{_HAN}]")


def fold(text: str) -> str:
    """Lower case without accents, so that "Medellin" finds Medellín."""
    # Taken apart on both sides of the folding: a mathematical or enclosed letter shows its case only then.
    return _plain(_plain(text).casefold())


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def terms(text: str) -> Iterator[str]:
    """Words as they are; a run of Han characters as its overlapping pairs (a single character as itself).

    Chinese has no spaces, and a database's own tokenizers find nothing for two-character words such as 广州;
    pairs find every word of two or more characters on any database.
    """
    for match in _RUNS.finditer(fold(text)):
        run = match.group()
        if len(run) == 1 or not _IS_HAN.match(run):
            yield run
        else:
            yield from (run[i : i + 2] for i in range(len(run) - 1))


def search_text(*texts: str | None) -> str:
    """The stored form of several texts: each distinct term once, with a space on both sides of each."""
    seen = dict.fromkeys(term for text in texts if text for term in terms(text))
    return " " + " ".join(seen) + " " if seen else ""
