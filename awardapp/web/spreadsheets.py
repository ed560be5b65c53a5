"""Lists as CSV files that spreadsheet programs open correctly and safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import current_app
from werkzeug.wrappers import Response

from awardapp.domain.cells import cell
from awardapp.web.downloads import disposition


def csv_file(filename: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A CSV file to download, in UTF-8 with the mark by which spreadsheet programs know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    response: Response = current_app.response_class("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = disposition(filename)
    return response
