"""Claiming, finishing and freeing rows that stand for work (letters, bundles, pictures of files). See models/work.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, exists, or_, select, update

from awardapp.extensions import db
from awardapp.models import (
    AssignmentDraft,
    Bundle,
    Certificate,
    Freeze,
    Notification,
    Preview,
    PublicationFile,
    ReportFile,
    WorkStatus,
)

W = TypeVar("W", Notification, Bundle, Preview, AssignmentDraft, ReportFile, Certificate, PublicationFile)

LEASE = timedelta(minutes=6)  # longer than the worker's hard time limit, so a live worker never loses its claim
MAX_ATTEMPTS = 5
_NOT_FROZEN = ~exists().where(Freeze.live.is_(True))  # in the same statement, so that nothing is taken after a freeze
_BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))


def claim(model: type[W], row_id: int, *, now: datetime) -> W | None:
    """Take a row for this worker, exclusively, or None when somebody has it or it is done. Commits nothing.

    One conditional UPDATE: of any number of claimants exactly one changes a row. A stale claim (its lease over) counts
    as free, so that work of a killed worker is taken up again; after MAX_ATTEMPTS the sweep gives it up. While the site is
    frozen nobody takes anything.
    """
    changed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(model)
            .where(
                model.id == row_id,
                or_(
                    model.status == WorkStatus.QUEUED,
                    (model.status == WorkStatus.LEASED) & (model.lease_until < now),
                ),
                or_(model.not_before.is_(None), model.not_before <= now),
                model.attempts < MAX_ATTEMPTS,
                _NOT_FROZEN,
            )
            .values(status=WorkStatus.LEASED, lease_until=now + LEASE, attempts=model.attempts + 1)
            .execution_options(synchronize_session=False)
        ),
    )
    if changed.rowcount != 1:
        return None
    return db.session.execute(
        select(model).where(model.id == row_id).execution_options(populate_existing=True)
    ).scalar_one()


def finish(row: W, *, now: datetime) -> None:
    """The work is done."""
    row.status = WorkStatus.DONE
    row.done_at = now
    row.lease_until = None
    row.last_error = None
    db.session.flush()


def try_later(row: W, *, error: str, now: datetime) -> None:
    """A passing failure: back in the queue with a growing delay, or given up after the last attempt."""
    if row.attempts >= MAX_ATTEMPTS:
        give_up(row, error=error, now=now)
        return
    row.status = WorkStatus.QUEUED
    row.not_before = now + _BACKOFF[min(row.attempts, len(_BACKOFF)) - 1]
    row.lease_until = None
    row.last_error = error[:500]
    db.session.flush()


def give_up(row: W, *, error: str, now: datetime) -> None:
    """A lasting failure: a person must look at it."""
    row.status = WorkStatus.DEAD
    row.done_at = now
    row.lease_until = None
    row.last_error = error[:500]
    db.session.flush()


def requeue(row: W) -> None:
    """Put a given-up row back, with its attempts counted anew; for a person who mended the cause."""
    row.status = WorkStatus.QUEUED
    row.attempts = 0
    row.not_before = None
    row.done_at = None
    db.session.flush()


def due(model: type[W], *, now: datetime, limit: int = 500) -> Sequence[int]:
    """Ids of rows that wait or whose claim is stale, oldest first: what a lost message would have announced."""
    return db.session.scalars(
        select(model.id)
        .where(
            or_(
                model.status == WorkStatus.QUEUED,
                (model.status == WorkStatus.LEASED) & (model.lease_until < now),
            ),
            or_(model.not_before.is_(None), model.not_before <= now),
            model.attempts < MAX_ATTEMPTS,
            _NOT_FROZEN,
        )
        .order_by(model.id)
        .limit(limit)
    ).all()


def bury_exhausted(model: type[W], *, now: datetime) -> int:
    """Give up rows whose last attempt was killed (poison): leased, stale, no attempt left. Returns how many."""
    changed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(model)
            .where(model.status == WorkStatus.LEASED, model.lease_until < now, model.attempts >= MAX_ATTEMPTS)
            .values(
                status=WorkStatus.DEAD, done_at=now, lease_until=None, last_error="the worker died on every attempt"
            )
            .execution_options(synchronize_session=False)
        ),
    )
    return changed.rowcount
