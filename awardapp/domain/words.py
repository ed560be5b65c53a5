"""Counting words, alike in English and Chinese, in the browser and on the server (static/word-count.js does the same)."""

from __future__ import annotations

import re

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_LETTERS = rf"[^\W_{_HAN}]+"
_COUNTED = re.compile(rf"[{_HAN}]|{_LETTERS}(?:['’\-.,]{_LETTERS})*")


def count_words(text: str) -> int:
    """Each Han character counts one, as Chinese forms count; any other run of letters and digits counts one."""
    return sum(1 for _ in _COUNTED.finditer(text))
