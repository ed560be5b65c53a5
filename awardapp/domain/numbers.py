"""Reading numbers as officials of many countries type them, without guessing what is not clear."""

from __future__ import annotations

import re
import unicodedata

from awardapp.domain.errors import N_, RuleViolation

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’_]")
_GROUPED_COMMA = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPED_POINT = re.compile(r"\d{1,3}(\.\d{3}){2,}|\d{1,3}(\.\d{3})+,\d+")
_LARGEST = 10**15  # beyond it a floating number no longer holds every whole one


def parse_number(text: str, *, whole: bool = False, low: float | None = None, high: float | None = None) -> int | float:
    """The number meant by a text such as "15,300,000", "15 300 000", "4,57", "1.530.000" or "１２３．４％".

    One comma followed by three digits groups thousands (English and Chinese usage); otherwise a lone comma is a decimal one.
    Raises RuleViolation when the text is not a number, not a whole one though it must be, or outside `low` to `high`.
    """
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", text)).replace("−", "-").removesuffix("%")
    sign = -1 if plain.startswith("-") else 1
    plain = plain.removeprefix("-").removeprefix("+")
    if _GROUPED_COMMA.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _GROUPED_POINT.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"(\d+(\.\d*)?|\.\d+)", plain):
        raise RuleViolation(
            N_("“%(text)s” is not a number. Write figures only, for example 15,300,000."), text=text.strip()
        )
    value = sign * float(plain)
    if abs(value) >= _LARGEST:
        raise RuleViolation(N_("This number is too large."))
    if whole and value != int(value):
        raise RuleViolation(N_("This must be a whole number."))
    if (low is not None and value < low) or (high is not None and value > high):
        if high is None:
            raise RuleViolation(N_("This number must be at least %(low)g."), low=low)
        if low is None:
            raise RuleViolation(N_("This number must be at most %(high)g."), high=high)
        raise RuleViolation(N_("This number must lie between %(low)g and %(high)g."), low=low, high=high)
    return int(value) if value == int(value) else value
