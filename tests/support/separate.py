"""An application with a database of its own, outside the tests' rolled-back transaction: for threads and for migrations."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from flask import Flask

from awardapp import create_app, migrations
from awardapp.extensions import db
from tests.conftest import Queue, environment
from tests.support.postgres import PostgresServer

T = TypeVar("T")
_numbers = itertools.count(1)


@dataclass
class Separate:
    """An application that tests use one after the other, and what gives it an empty database again."""

    app: Flask
    empty: Callable[[], None]


_kept: dict[str, Separate] = {}


@contextmanager
def separate_app(database: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application on a migrated, empty database of this kind; nudges go to a listening queue.

    The application is the same for all who ask in this process (to make one takes longer than most of their tests); its
    database is copied anew from a template each time.
    """
    if database not in _kept:
        factory = request.getfixturevalue("tmp_path_factory")
        server = request.getfixturevalue("postgres") if database == "postgresql" else None
        _kept[database] = _separate(factory.mktemp(f"separate-{database}"), server)
    kept = _kept[database]
    kept.empty()
    kept.app.extensions["awardapp.queue.producer"]["celery"] = Queue()
    with kept.app.app_context():
        try:
            yield kept.app
        finally:
            db.session.remove()
            db.engine.dispose()
            for name in ("awardapp.clock_offset", "awardapp.storage"):
                kept.app.extensions.pop(name, None)


def _separate(folder: Path, server: PostgresServer | None) -> Separate:
    more, name = {}, f"separate_{os.getpid()}"
    if server is not None:
        more["AWARD_DATABASE_URL"] = server.create_database(name)
    app = create_app(environment(folder, **more))
    app.config["TESTING"] = True
    with app.app_context():
        migrations.upgrade()
        db.engine.dispose()
        if server is not None:
            server.create_database(f"{name}_empty", template=name)
            return Separate(app, partial(_copy_database, server, f"{name}_empty", name))
        file = Path(db.engine.url.database or "")
        return Separate(app, partial(_copy_file, file.read_bytes(), file))


def _copy_database(server: PostgresServer, template: str, name: str) -> None:
    server.drop_database(name)
    server.create_database(name, template=template)


def _copy_file(content: bytes, file: Path) -> None:
    for beside in ("", "-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    file.write_bytes(content)


@contextmanager
def empty_app(database: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application of the test's own on a database without any table, removed afterwards."""
    more, server, name = {}, None, f"empty_{os.getpid()}_{next(_numbers)}"
    if database == "postgresql":
        server = request.getfixturevalue("postgres")
        more["AWARD_DATABASE_URL"] = server.create_database(name)
    app = create_app(environment(folder, **more))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            if server is not None:
                server.drop_database(name)


def all_at_once(app: Flask, act: Callable[[int], T], *, people: int = 8) -> list[T]:
    """`act(n)` by several people in threads of their own, each with their own connection, released by one barrier."""
    barrier = Barrier(people)

    def one(n: int) -> T:
        with app.app_context():
            try:
                barrier.wait(10)
                return act(n)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(one, range(people)))
