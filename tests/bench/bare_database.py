"""The database as the bare views reach it, and a list as a file."""

from __future__ import annotations

import csv
import io
import os
from typing import Any

from flask import Response
from sqlalchemy import create_engine, event

engine = create_engine(os.environ.get("BARE_DATABASE_URL", "sqlite://"))
if engine.dialect.name == "sqlite":  # as durable as the application's own connections

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "synchronous=FULL",
            "cache_size=-20000",
        ):
            connection.execute(f"PRAGMA {pragma}")


def csv_file(head: list[str], rows: Any) -> Response:
    """A head and rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return Response(text.getvalue(), mimetype="text/csv")
