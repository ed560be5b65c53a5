"""The one clock of the program.

Decisions about deadlines use the database's clock, read inside the deciding transaction, so that several web hosts
cannot disagree. Tests and rehearsals put an offset here to step across a deadline; production runs with none.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from flask import current_app, g, has_request_context
from sqlalchemy import text

from awardapp.extensions import db

_KEY = "awardapp.clock_offset"
LONGEST_WAIT = 30.0  # seconds; a request that took longer to get here counts as having arrived this long ago


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


def note_arrival() -> None:
    """Remember that the present request has reached the program now, with its form (the check of its token reads it);
    called before anything that may have to wait."""
    g.arrived = time.monotonic()


def arrival() -> datetime:
    """The instant at which the present request reached the program, by the database's clock: for a deadline's click.

    What it waited for since then (a connection, a lock that somebody else held) is not held against the person who
    clicked, up to `LONGEST_WAIT`. Outside of a request this is `database_now`.
    """
    instant = database_now()
    if not has_request_context() or "arrived" not in g:
        return instant
    return instant - timedelta(seconds=min(time.monotonic() - g.arrived, LONGEST_WAIT))
