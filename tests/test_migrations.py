"""The migrations are the only source of the schema: up, like the models, down to nothing, up again, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from awardapp import migrations
from awardapp.extensions import Base, db
from tests.support.separate import empty_app, separate_app

FOLDER = Path(__file__).parents[1] / "migrations"


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def left_behind() -> list[str]:
    """Functions, triggers and types of our own that a downgrade forgot."""
    if db.engine.dialect.name == "sqlite":
        statement = (
            "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view', 'index') AND name NOT LIKE 'sqlite_%'"
        )
    else:
        statement = (
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public' "
            "UNION SELECT typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
            "WHERE n.nspname = 'public' AND typname NOT LIKE '%alembic_version'"
        )
    return list(db.session.scalars(text(statement)))


def test_up_as_the_models_say_down_to_nothing_and_up_again(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with empty_app(database, tmp_path, request):
        for _ in range(2):
            migrations.upgrade()
            migrations.check()
            assert tables() == set(Base.metadata.tables)
            db.session.remove()
            migrations.downgrade("base")
            assert (tables(), left_behind()) == (set(), [])
            db.session.remove()


def test_an_upgrade_of_an_up_to_date_database_changes_nothing(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with separate_app(database, request):
        migrations.upgrade()
        migrations.check()


def test_the_migrations_form_one_line_numbered_in_order() -> None:
    line = list(ScriptDirectory(str(FOLDER)).walk_revisions())
    assert [script.revision for script in reversed(line)] == [f"{n:04}" for n in range(1, len(line) + 1)]
    files = sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("*.py"))
    assert files == [script.revision for script in reversed(line)]


def test_every_constraint_has_a_name_that_a_later_migration_can_use() -> None:
    nameless = [
        (table.name, type(constraint).__name__)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert nameless == []
