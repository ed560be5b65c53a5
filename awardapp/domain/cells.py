"""What a value looks like in a cell of a list that spreadsheet programs open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

# A cell that begins with one of these, or with its full-width twin, is run as a formula by spreadsheet programs, some of
# which skip blanks before it (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def cell(value: Any) -> Any:
    """A value as a cell: text that could be taken for a formula gets an apostrophe in front; figures stay figures,
    None is empty, yes and no are words.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, str) and (value.startswith("\n") or value.lstrip(" \n").startswith(_FORMULA)):
        return f"'{value}"
    return value
