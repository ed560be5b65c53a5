"""Runs migrations with the application's settings, alone (advisory lock) and without blocking a live site for long."""

from __future__ import annotations

import os

from alembic import context
from flask import current_app, has_app_context
from sqlalchemy import Connection, create_engine, text

from awardapp import config, models  # noqa: F401 - the tables must be known
from awardapp.extensions import Base, prepare_engine
from awardapp.models.types import Enumerated, UTCDateTime

_LOCK = 0x4D494752


def _render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as the plain ones they are, so that an old migration never imports today's models."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enumerated):
        return "sa.String(length=32)"
    return False


def _run(connection: Connection) -> None:
    is_postgresql = connection.dialect.name == "postgresql"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=not is_postgresql,
        compare_type=True,
        render_item=_render_item,
        transaction_per_migration=True,
    )
    if is_postgresql:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    if is_postgresql:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()


def _database_url() -> str:
    if has_app_context():
        return str(current_app.config["SQLALCHEMY_DATABASE_URI"])
    return config.load(os.environ).database_url


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    engine = create_engine(_database_url())
    prepare_engine(engine)
    with engine.connect() as opened:
        _run(opened)
    engine.dispose()
