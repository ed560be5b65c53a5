"""Recovery codes: ten on paper, each works once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update

from awardapp.domain.second_factors import RECOVERY_CODES, RECOVERY_LENGTH, recovery_letters, spelled
from awardapp.extensions import db
from awardapp.models import RecoveryCode, User


def _hash(user_id: int, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{code}".encode()).hexdigest()


def make(*, actor: User, now: datetime) -> list[str]:
    """Ten new codes as they are shown, once; earlier ones stop working."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.id))
    letters = recovery_letters()
    codes = ["".join(secrets.choice(letters) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(user_id=actor.id, code_hash=_hash(actor.id, code), created_at=now) for code in codes
    )
    db.session.flush()
    return [spelled(code) for code in codes]


def left(user_id: int) -> int:
    """How many codes still work."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )


def use(user_id: int, code: str, *, now: datetime) -> bool:
    """Whether this is a code of the person that has not been used. It is used with the answer; one of two at once has it."""
    changed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.user_id == user_id,
                RecoveryCode.code_hash == _hash(user_id, code),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now)
            .execution_options(synchronize_session=False)
        ),
    )
    return changed.rowcount == 1


def remove(user_id: int) -> None:
    """Take all codes away."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
