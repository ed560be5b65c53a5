"""The freeze: one button that stops everything that changes or leaves, lifted by two people.

The pages refuse every change while it holds (web/freezing.py), the worker takes no work (services/work.py, worker/). What
was on its way at that instant may still end; a publication is decided on one side of it or on the other (`require_open`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.freezing import SPARED, WRITING
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.extensions import db
from awardapp.models import Cycle, Freeze, InputSave, Membership, User
from awardapp.services import audit
from awardapp.services.locks import lock_row

log = logging.getLogger(__name__)

_GATE = 0x46525A45  # any fixed number: names the advisory lock between a freeze and what must not slip past it


def is_frozen() -> bool:
    """Whether the site is frozen now. One query."""
    return db.session.scalar(select(Freeze.id).where(Freeze.live.is_(True))) is not None


def current() -> Freeze | None:
    """The freeze that holds now."""
    return db.session.scalar(
        select(Freeze).where(Freeze.live.is_(True)).options(joinedload(Freeze.freezer), joinedload(Freeze.lift_asker))
    )


def past(*, most: int = 10) -> Sequence[Freeze]:
    """The freezes that were lifted, the latest first."""
    return db.session.scalars(
        select(Freeze)
        .where(Freeze.lifted_at.is_not(None))
        .options(joinedload(Freeze.freezer), joinedload(Freeze.lift_asker), joinedload(Freeze.lifter))
        .order_by(Freeze.lifted_at.desc())
        .limit(most)
    ).all()


def _gate(name: str) -> None:
    if db.engine.dialect.name == "postgresql":  # on SQLite the write lock does the same
        db.session.execute(text(f"SELECT {name}(:key)"), {"key": _GATE})


def require_open() -> None:
    """Refuse while frozen; the button of a freeze answers only after this transaction has ended: for what cannot be taken
    back.

    Raises IllegalTransition.
    """
    _gate("pg_advisory_xact_lock_shared")
    if is_frozen():
        raise IllegalTransition(N_("Everything is frozen at the moment. Nothing was changed."))


def can_freeze(user: User) -> bool:
    """Every secretary of a cycle may stop everything, and lift a freeze with another."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Membership.user_id == user.id,
                    Membership.role == Role.SECRETARIAT,
                    Membership.ended_at.is_(None),
                )
            )
        )
    )


def writing_now(*, now: datetime) -> int:
    """How many people have saved something in a form in the last minutes."""
    return (
        db.session.scalar(
            select(func.count(func.distinct(InputSave.saved_by))).where(InputSave.saved_at > now - WRITING)
        )
        or 0
    )


def deadlines_between(start: datetime, end: datetime) -> Sequence[Cycle]:
    """Open calls whose deadline lies between two instants, the earliest first."""
    return db.session.scalars(
        select(Cycle)
        .where(Cycle.phase == CyclePhase.OPEN, Cycle.deadline_at > start, Cycle.deadline_at <= end)
        .order_by(Cycle.deadline_at)
    ).all()


def freeze(*, actor: User | None, reason_en: str, reason_zh: str, now: datetime) -> Freeze:
    """Stop everything. `actor` None: the operator, from the command line. Raises NotPermitted, RuleViolation."""
    require(actor is None or can_freeze(actor))
    reason_en, reason_zh = reason_en.strip(), reason_zh.strip()
    if not reason_en and not reason_zh:
        raise RuleViolation(N_("Say why: everybody reads it on every page."), field="reason_en")
    if is_frozen():
        raise IllegalTransition(N_("Everything is frozen already."))
    row = Freeze(
        live=True,
        reason_en=reason_en or reason_zh,
        reason_zh=reason_zh or reason_en,
        frozen_by=actor.id if actor else None,
        frozen_at=now,
        writing=writing_now(now=now),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor=actor,
        action="site.freeze",
        object=f"freeze:{row.id}",
        reason=row.reason_en,
        now=now,
        details={"reason_zh": row.reason_zh, "writing": row.writing},
    )
    return row


def wait_for_publications() -> None:
    """Wait until whatever was past `require_open` before the freeze has ended; called after the freeze is committed.

    In a transaction of its own, since what is waited for may wait for locks that the freeze held.
    """
    try:
        _gate("pg_advisory_xact_lock")
    except OperationalError:  # longer than the connection waits for any lock; the freeze holds all the same
        log.warning("a publication begun before the freeze is still running")
    db.session.rollback()


def _live() -> Freeze:
    row = current()
    if row is not None:
        lock_row(row)
    if row is None or row.live is None:
        raise IllegalTransition(N_("Nothing is frozen any more."))
    return row


def ask_to_lift(*, actor: User, now: datetime) -> Freeze:
    """The first of the two who lift. Raises NotPermitted, IllegalTransition."""
    require(can_freeze(actor))
    row = _live()
    if row.lift_asked_by is not None:
        raise IllegalTransition(N_("Somebody has asked for the lifting already."))
    row.lift_asked_by, row.lift_asked_at = actor.id, now
    audit.record(actor=actor, action="site.lift_ask", object=f"freeze:{row.id}", now=now)
    return row


def keep_frozen(*, actor: User, now: datetime) -> Freeze:
    """The wish to lift is taken back, or declined. Raises NotPermitted, IllegalTransition."""
    require(can_freeze(actor))
    row = _live()
    if row.lift_asked_by is None:
        raise IllegalTransition(N_("Nobody has asked for the lifting."))
    row.lift_asked_by = row.lift_asked_at = None
    audit.record(actor=actor, action="site.lift_decline", object=f"freeze:{row.id}", now=now)
    return row


def lift(*, actor: User | None, now: datetime, reason: str = "") -> Freeze:
    """Everything goes on. A second secretary, or the operator from the command line, with a reason.

    Raises NotPermitted, IllegalTransition.
    """
    require(actor is None or can_freeze(actor))
    row = _live()
    if actor is not None:
        if row.lift_asked_by is None:
            raise IllegalTransition(N_("Two people lift a freeze. Nobody has asked for it yet."))
        if row.lift_asked_by == actor.id:
            raise NotPermitted(N_("You asked for the lifting yourself. A second person must confirm it."))
    row.live, row.lifted_by, row.lifted_at = None, actor.id if actor else None, now
    passed = [cycle.slug for cycle in deadlines_between(row.frozen_at, now)]
    audit.record(
        actor=actor,
        action="site.lift",
        object=f"freeze:{row.id}",
        reason=reason or None,
        now=now,
        details={"deadlines_passed": passed, "since": row.frozen_at.isoformat()},
    )
    return row


def spared(now: datetime) -> ColumnElement[bool]:
    """Which calls the clock leaves open although their deadline has passed: it fell into a freeze that was lifted less than
    a day ago, so that the secretariat can still extend it. Nobody can hand in meanwhile. A condition on `Cycle`.
    """
    return exists().where(
        Freeze.frozen_at <= Cycle.deadline_at,
        Freeze.lifted_at >= Cycle.deadline_at,
        Freeze.lifted_at > now - SPARED,
    )


def waiting_for_extension(*, now: datetime) -> Sequence[Cycle]:
    """Open calls whose deadline passed in a freeze, and which the clock does not close yet."""
    return db.session.scalars(
        select(Cycle)
        .where(Cycle.phase == CyclePhase.OPEN, Cycle.deadline_at <= now, spared(now))
        .order_by(Cycle.deadline_at)
    ).all()
