"""The one clock of the program.

Decisions about deadlines use the database's clock, read inside the deciding transaction, so that several web hosts
cannot disagree. Tests and rehearsals put an offset here to step across a deadline; production runs with none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import text

from awardapp.extensions import db

_KEY = "awardapp.clock_offset"


def set_offset(offset: timedelta) -> None:
    """Shift this application's clock; used by tests and by the rehearsal only."""
    current_app.extensions[_KEY] = offset


def offset() -> timedelta:
    """The present shift, normally zero."""
    shift: timedelta = current_app.extensions.get(_KEY, timedelta())
    return shift


def now() -> datetime:
    """The present instant in UTC, by this host's clock: for showing, not for deciding."""
    return datetime.now(UTC) + offset()


def database_now() -> datetime:
    """The present instant in UTC by the database's clock: for deciding. One query on PostgreSQL.

    SQLite runs inside this process, so its clock is this host's.
    """
    if db.engine.dialect.name == "postgresql":
        instant: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return instant.astimezone(UTC) + offset()
    return now()
