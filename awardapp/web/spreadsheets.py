"""Lists as CSV files that spreadsheet programs open correctly and safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from werkzeug.wrappers import Response

from awardapp.web.downloads import disposition

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


def csv_file(filename: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A CSV file to download, in UTF-8 with the mark by which spreadsheet programs know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    response: Response = current_app.response_class("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = disposition(filename)
    return response
