"""Locking a row until the transaction ends, so that two people decide one after the other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from awardapp.extensions import db


def lock_row(row: Any, *, share: bool = False) -> None:
    """Lock the row and read it anew. With `share` others may lock it so too, but nobody may change it.

    The lock is asked for by id alone: PostgreSQL refuses to lock the outer joins with which a page may have loaded the row.
    On SQLite the transaction itself is the lock.
    """
    model = type(row)
    db.session.execute(select(model.id).where(model.id == row.id).with_for_update(read=share))
    db.session.refresh(row)
