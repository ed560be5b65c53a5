"""Counting words, alike in English and Chinese, in the browser and on the server (static/word-count.js does the same)."""

from __future__ import annotations

import re

from awardapp.domain.characters import HAN, LETTERS, character_class

_RUN = f"[{character_class(LETTERS)}]+"
_JOINT = r"['’\-.,\u00ad\u200c\u200d]"
_COUNTED = re.compile(rf"[{character_class(HAN)}]|{_RUN}(?:{_JOINT}{_RUN})*")


def count_words(text: str) -> int:
    """Each Han character counts one, as Chinese forms count; any other run of letters and digits counts one, also when
    joined by an apostrophe, hyphen, point, comma or an invisible joiner."""
    return sum(1 for _ in _COUNTED.finditer(text))
