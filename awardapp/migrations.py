"""Running the schema migrations from inside the program (commands, launcher, rehearsal, tests)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

_ROOT = Path(__file__).parent.parent


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    return config


def upgrade(revision: str = "head") -> None:
    """Bring the schema of the current application's database up to a revision."""
    command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Take the schema of the current application's database back to a revision ("base": empty)."""
    command.downgrade(_config(), revision)


def check() -> None:
    """Compare the database with the models. Raises alembic.util.exc.CommandError when they differ."""
    command.check(_config())
