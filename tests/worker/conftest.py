"""A whole system for tests of the worker: its own database, a real broker, a real mail server, files in a folder."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from awardapp import clock, create_app, migrations
from awardapp.extensions import db, reading_only
from awardapp.models import Bundle, Notification, Preview, WorkStatus
from tests.conftest import environment
from tests.support.broker import Broker, running_broker
from tests.support.postgres import PostgresServer
from tests.support.processes import bare_environment
from tests.support.smtp import SmtpServer, running_smtp_server

_names = itertools.count(1)


@dataclass
class System:
    """Everything a worker needs, and the application of the test process that uses the same."""

    app: Flask
    environ: dict[str, str]
    folder: Path
    broker: Broker
    mail: SmtpServer

    @property
    def process_environ(self) -> dict[str, str]:
        """The environment for our own processes."""
        return {**bare_environment(), **self.environ}

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = 30.0) -> None:
        """Ask again and again, each time on fresh rows. Raises TimeoutError."""
        end = time.monotonic() + seconds
        db.session.rollback()
        token = reading_only.set(True)  # asking must not hold SQLite's write lock against the worker
        try:
            while True:
                db.session.expire_all()
                met = condition()
                db.session.rollback()
                if met:
                    return
                if time.monotonic() > end:
                    raise TimeoutError("it did not happen in time")
                time.sleep(0.1)
        finally:
            reading_only.reset(token)

    def let_leases_expire(self) -> None:
        """As if the six minutes of a lease had passed: what a killed worker had in hand is free again."""
        for model in (Notification, Bundle, Preview):
            db.session.execute(
                update(model)
                .where(model.status == WorkStatus.LEASED)
                .values(lease_until=clock.now().replace(year=2020))
            )
        db.session.commit()


@pytest.fixture
def system(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    with running_broker() as broker, running_smtp_server() as mail:
        more = {"AWARD_REDIS_URL": broker.url, "AWARD_SMTP_URL": mail.url}
        name = f"worker_{next(_names)}"
        if database == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            more["AWARD_DATABASE_URL"] = server.create_database(name)
        environ = environment(tmp_path / "var", **more)
        app = create_app(environ)
        with app.app_context():
            migrations.upgrade()
            try:
                yield System(app, environ, tmp_path, broker, mail)
            finally:
                db.session.remove()
                db.engine.dispose()
