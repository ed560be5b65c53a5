"""Locking a row until the transaction ends, so that two people decide one after the other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import RelationshipDirection, RelationshipProperty

from awardapp.extensions import db


def lock_row(row: Any, *, share: bool = False) -> None:
    """Lock the row and read it anew. With `share` others may lock it so too, but nobody may change it.

    One query, of the row's own columns alone: PostgreSQL refuses to lock the outer joins with which a page may have loaded
    the row. Lists beside it, and rows it no longer points to, are read again when they are next asked for. On SQLite the
    transaction itself is the lock.
    """
    state = inspect(row)
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


def _columns_of(relation: RelationshipProperty[Any]) -> list[str]:
    """The row's own columns by which it points to another one."""
    return [relation.parent.get_property_by_column(column).key for column in relation.local_columns]
