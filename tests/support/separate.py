"""An application with a database of its own, outside the tests' rolled-back transaction: for threads and for migrations."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from flask import Flask

from awardapp import create_app, migrations
from awardapp.extensions import db
from tests.conftest import Queue, environment

T = TypeVar("T")
_numbers = itertools.count(1)


@contextmanager
def separate_app(
    database: str, folder: Path, request: pytest.FixtureRequest, *, migrated: bool = True
) -> Iterator[Flask]:
    """An application on an empty database of this kind, removed afterwards; nudges go to a listening queue."""
    more, server, name = {}, None, f"separate_{os.getpid()}_{next(_numbers)}"
    if database == "postgresql":
        server = request.getfixturevalue("postgres")
        more["AWARD_DATABASE_URL"] = server.create_database(name)
    app = create_app(environment(folder, **more))
    app.config["TESTING"] = True
    app.extensions["awardapp.queue.producer"]["celery"] = Queue()
    with app.app_context():
        if migrated:
            migrations.upgrade()
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
