"""Locking a row until the transaction ends, so that two people decide one after the other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import RelationshipDirection, RelationshipProperty, Session, SessionTransaction

from awardapp.extensions import db

_LOCKED = "awardapp.locked"  # keys of the rows locked in the present transaction


def lock_row(row: Any, *, share: bool = False) -> None:
    """Lock the row and read it anew. With `share` others may lock it so too, but nobody may change it.

    One query, of the row's own columns alone: PostgreSQL refuses to lock the outer joins with which a page may have loaded
    the row. Lists beside it, and rows it no longer points to, are read again when they are next asked for. On SQLite the
    transaction itself is the lock. A row locked before in this transaction is left as it is.
    """
    state = inspect(row)
    if not share and state.key in db.session().info.get(_LOCKED, ()):
        return
    before = dict(state.dict)
    db.session.refresh(row, [column.key for column in state.mapper.column_attrs], with_for_update={"read": share})
    outdated = [
        relation.key
        for relation in state.mapper.relationships
        if relation.direction is not RelationshipDirection.MANYTOONE
        or any(before.get(key) != getattr(row, key) for key in _columns_of(relation))
    ]
    if outdated:
        db.session.expire(row, outdated)


def note_locked(row: Any) -> None:
    """A query of this transaction has read the row with its lock, so that it need not be locked once more."""
    db.session().info.setdefault(_LOCKED, set()).add(inspect(row).key)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_LOCKED, None)


def _columns_of(relation: RelationshipProperty[Any]) -> list[str]:
    """The row's own columns by which it points to another one."""
    return [relation.parent.get_property_by_column(column).key for column in relation.local_columns]
