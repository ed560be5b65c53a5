"""The audit log: a chain that shows every rewriting, and a database that refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from awardapp.extensions import db
from awardapp.models import AuditEntry
from awardapp.services import audit
from tests import factories as make
from tests.conftest import NOW
from tests.support.separate import all_at_once, separate_app


def write(count: int = 5) -> None:
    actor = make.make_user(name="Анна 安娜")
    for n in range(count):
        audit.record(
            actor=actor if n % 2 else None,
            action="test.write",
            object=f"thing:{n}",
            reason="因为" if n % 2 else None,
            now=NOW,
            details={"n": n, "text": "é 汉 \u2028", "list": [1, None, {"b": 2.5, "a": True}]},
        )


def with_database_rights(*statements: str) -> None:
    """Rewrite the log as somebody who can switch the triggers off."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
    else:
        for verb in ("update", "delete"):
            db.session.execute(text(f"DROP TRIGGER audit_entries_no_{verb}"))
    for statement in statements:
        db.session.execute(text(statement))
    db.session.expire_all()


def test_entries_are_numbered_without_gaps_and_each_carries_the_one_before(app: Flask) -> None:
    write()
    db.session.expire_all()
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [e.id for e in entries] == [1, 2, 3, 4, 5]
    assert [e.previous_hash for e in entries] == ["0" * 64, *(e.hash for e in entries[:-1])]
    assert audit.first_fault() is None


def test_an_empty_log_has_no_fault(app: Flask) -> None:
    assert audit.first_fault() is None


@pytest.mark.parametrize(
    ("rewriting", "fault"),
    [
        (["UPDATE audit_entries SET action = 'test.other' WHERE id = 3"], "Entry 3 was changed."),
        (["UPDATE audit_entries SET reason = NULL WHERE id = 2"], "Entry 2 was changed."),
        (["UPDATE audit_entries SET actor_id = NULL WHERE id = 4"], "Entry 4 was changed."),
        (["UPDATE audit_entries SET details = '{}' WHERE id = 5"], "Entry 5 was changed."),
        (["UPDATE audit_entries SET at = '2027-03-01 08:00:01+00:00' WHERE id = 1"], "Entry 1 was changed."),
        (["DELETE FROM audit_entries WHERE id = 1"], "Entry 1 is missing."),
        (["DELETE FROM audit_entries WHERE id = 3"], "Entry 3 is missing."),
        (
            ["DELETE FROM audit_entries WHERE id = 5", "UPDATE audit_entries SET id = 5 WHERE id = 4"],
            "Entry 4 is missing.",
        ),
        (
            [
                "UPDATE audit_entries SET id = 99 WHERE id = 2",
                "UPDATE audit_entries SET id = 2 WHERE id = 3",
                "UPDATE audit_entries SET id = 3 WHERE id = 99",
            ],
            "Entry 2 does not follow from the entry before it.",
        ),
        (["UPDATE audit_entries SET hash = 'x' || substr(hash, 2) WHERE id = 2"], "Entry 2 was changed."),
    ],
)
def test_an_edited_deleted_or_reordered_entry_is_found(app: Flask, rewriting: list[str], fault: str) -> None:
    write()
    with_database_rights(*rewriting)
    assert audit.first_fault() == fault


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET action = 'x' WHERE id = 1", "DELETE FROM audit_entries WHERE id = 1"]
)
def test_the_database_itself_refuses_to_change_or_delete_an_entry(app: Flask, statement: str) -> None:
    write(1)
    with pytest.raises(DBAPIError, match="the audit log can only be added to"), db.session.begin_nested():
        db.session.execute(text(statement))
    assert audit.first_fault() is None


def test_postgresql_refuses_to_empty_the_log_at_once(app: Flask) -> None:
    write(1)
    if db.engine.dialect.name == "postgresql":  # SQLite has no TRUNCATE
        with pytest.raises(DBAPIError, match="the audit log can only be added to"), db.session.begin_nested():
            db.session.execute(text("TRUNCATE audit_entries"))
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 1


def test_an_entry_lives_and_dies_with_the_transaction_of_what_it_records(app: Flask, now: datetime) -> None:
    write(2)
    db.session.commit()
    audit.record(actor=None, action="test.undone", object="thing:9", now=now)
    db.session.rollback()
    audit.record(actor=None, action="test.done", object="thing:9", now=now)
    db.session.commit()
    assert list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))[2:] == ["test.done"]
    assert audit.first_fault() is None


@pytest.fixture
def own_app(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    with separate_app(database, request) as app:
        yield app


def test_eight_concurrent_writers_do_not_fork_the_chain(own_app: Flask) -> None:
    def write_ten(person: int) -> None:
        for n in range(10):
            audit.record(actor=None, action="test.write", object=f"thing:{person}", now=NOW, details={"n": n})
            db.session.commit()

    all_at_once(own_app, write_ten)

    assert db.session.scalar(select(func.count(AuditEntry.id))) == 80
    assert audit.first_fault() is None
