"""Commands: `awardapp <command>`. Each is a thin call of a service; see `awardapp --help`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask

from awardapp import create_app, migrations
from awardapp.config import ConfigError
from awardapp.domain.selection import record as selection_record


@click.group()
def main() -> None:
    """Runs the award: set-up, rehearsal, verification, repair."""


def _app() -> Flask:
    try:
        return create_app()
    except ConfigError as error:
        click.echo(f"awardapp: {error}", err=True)
        sys.exit(2)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Recompute a selection from its RECORD alone; exit 0 when all of it follows, 1 naming the first difference."""
    data = file.read_bytes()
    differences = selection_record.verify(data)
    if differences:
        click.echo(f"NOT verified: {differences[0]}")
        sys.exit(1)
    click.echo(f"verified: sha256 {selection_record.digest(data)}")


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    app = _app()
    with app.app_context():
        migrations.upgrade()


if __name__ == "__main__":
    main()
