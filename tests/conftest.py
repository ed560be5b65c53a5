"""What tests share: the real databases, one rolled-back transaction per test, a browser without script, a listening queue.

Every test that asks for `app` runs on SQLite and on PostgreSQL. The schema comes from the migrations.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, event

from awardapp import create_app, i18n, migrations
from awardapp.extensions import db, limiter
from tests.support import parts
from tests.support.pages import Browser
from tests.support.postgres import PostgresServer, running_postgres

DATABASES = ("sqlite", "postgresql")
NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


class CompiledTemplates(BytecodeCache):
    """Templates as they were compiled first in this process, for the many applications that tests make."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}

settings.register_profile("suite", deadline=None)  # a busy machine is not a slow program
settings.load_profile("suite")


_applications: dict[str, Flask] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=DATABASES, help="run the tests on one database only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        only = metafunc.definition.get_closest_marker("only_on")
        databases = [name for name in DATABASES if chosen in (None, name) and (only is None or name in only.args)]
        metafunc.parametrize("database", databases, scope="session")


# Whole files go to the processes in this order; begun last, one of these would run on alone at the end.
_LONGEST = (
    "test_journey",
    "test_rehearsal",
    "test_launch",
    "web/test_two_worlds",
    "test_access",
    "worker/",
    "browser/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = item.nodeid.removeprefix("tests/")
        return next((n for n, start in enumerate(_LONGEST) if name.startswith(start)), len(_LONGEST))

    items.sort(key=place)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Settings of a test application with its state in a folder."""
    return {
        "AWARD_VAR_DIR": str(folder),
        "AWARD_SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
        "AWARD_BASE_URL": "http://localhost",
        "AWARD_LOG_LEVEL": "WARNING",
        **more,
    }


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    if "PostgreSQL" in parts.missing():
        pytest.skip("no PostgreSQL on this machine")
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def session_app(database: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application per database, its schema made by the migrations.

    Kept beside pytest's own memory of fixtures, which forgets one database when a test asks for the other.
    """
    if database in _applications:
        return _applications[database]
    folder = tmp_path_factory.mktemp(f"var-{database}")
    more = {}
    if database == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        more["AWARD_DATABASE_URL"] = server.create_database(f"suite_{os.getpid()}")
    limiter.enabled = True  # or the application would be made without limits
    app = create_app(environment(folder, **more))
    app.config["TESTING"] = True
    limiter.enabled = False  # test_auth.py switches it on where it is about the limits
    with app.app_context():
        migrations.upgrade()
        db.session.remove()
    _applications[database] = app
    return app


class Queue:
    """Stands where the broker stands: remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[Any]]] = []

    def send_task(self, name: str, args: list[Any], **_options: Any) -> None:
        self.sent.append((name, args))

    def names(self) -> list[str]:
        """The names of the tasks sent, in order."""
        return [name for name, _ in self.sent]


@pytest.fixture
def queue(session_app: Flask) -> Iterator[Queue]:
    state = session_app.extensions["awardapp.queue.producer"]
    real, state["celery"] = state["celery"], Queue()
    state["paused_until"] = 0.0
    yield state["celery"]
    state["celery"] = real


@pytest.fixture
def app(session_app: Flask, queue: Queue) -> Iterator[Flask]:
    """The application inside one transaction that is rolled back after the test; code under test may commit freely."""
    i18n.set_language("en")  # the page a test before this one asked for last may have been Chinese
    with session_app.app_context():
        engine = db.engine
        connection = engine.connect()
        transaction = connection.begin()
        engines = db._app_engines[session_app]
        engines[None] = connection  # type: ignore[assignment]
        factory = db.session.session_factory
        factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield session_app
        finally:
            db.session.remove()
            engines[None] = engine
            factory.configure(join_transaction_mode="conditional_savepoint")
            transaction.rollback()
            connection.close()
            session_app.extensions.pop("awardapp.clock_offset", None)
            session_app.extensions.pop("awardapp.storage", None)


@pytest.fixture
def now() -> datetime:
    """The instant at which tests of services take place."""
    return NOW


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A person who is not signed in."""
    return Browser(app)


@pytest.fixture
def another_browser(app: Flask) -> Browser:
    """A second person, or a second window with its own cookies."""
    return Browser(app)


@contextmanager
def counting_queries(engine: Engine | Any) -> Iterator[list[str]]:
    """The SELECTs sent inside the block; savepoints are the tests' own and do not count."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def queries(app: Flask) -> Any:
    """`with queries() as sent: ...; len(sent)` counts the SELECTs of a page."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        with counting_queries(db.engine) as statements:
            yield statements

    return count
