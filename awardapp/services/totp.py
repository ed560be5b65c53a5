"""Codes of authenticator apps (RFC 6238): setting one up, and using a code, once."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from typing import Any, cast

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import CursorResult, delete, or_, select, update

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.second_factors import steps_around
from awardapp.extensions import db
from awardapp.models import TotpSecret, User

_ISSUER = "Guangzhou Award"


def _box() -> Fernet:
    """Encrypts what is stored; the key is made of the secret key, so a copy of the database alone opens nothing."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"awardapp: secrets of authenticator apps").derive(
        current_app.config["SECRET_KEY"].encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))


def _opened(row: TotpSecret) -> str:
    try:
        return _box().decrypt(row.secret.encode()).decode()
    except InvalidToken as error:  # another secret key than the one it was stored with
        raise RuleViolation(
            N_("This authenticator cannot be read any more. Use a recovery code, or ask the secretariat.")
        ) from error


def of(user_id: int, *, is_confirmed: bool = True) -> TotpSecret | None:
    """The person's authenticator, or the one being set up."""
    return db.session.scalar(
        select(TotpSecret).where(TotpSecret.user_id == user_id, TotpSecret.is_confirmed.is_(is_confirmed))
    )


def begin(*, actor: User, now: datetime) -> TotpSecret:
    """A fresh secret to be typed into an app; it counts only after `confirm`. One begun before is thrown away."""
    db.session.execute(delete(TotpSecret).where(TotpSecret.user_id == actor.id, TotpSecret.is_confirmed.is_(False)))
    sealed = _box().encrypt(pyotp.random_base32().encode()).decode()
    row = TotpSecret(user_id=actor.id, is_confirmed=False, secret=sealed, created_at=now)
    db.session.add(row)
    db.session.flush()
    return row


def secret_text(row: TotpSecret) -> str:
    """The secret in the letters that an app takes."""
    return _opened(row)


def address(row: TotpSecret, user: User) -> str:
    """What the QR code says (otpauth://...)."""
    return pyotp.TOTP(_opened(row)).provisioning_uri(name=user.email, issuer_name=_ISSUER)


def _step_of(row: TotpSecret, code: str, *, now: datetime) -> int | None:
    """The step this code belongs to, looking at all steps alike whichever fits."""
    app = pyotp.TOTP(_opened(row))
    found = None
    for step in steps_around(now.timestamp()):
        if hmac.compare_digest(app.generate_otp(step), code):
            found = step
    return found


def _spend(row: TotpSecret, step: int, *, now: datetime) -> bool:
    """Use a step up; False when it, or a later one, was used. Of two who come at once exactly one has it."""
    changed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(TotpSecret)
            .where(TotpSecret.id == row.id, or_(TotpSecret.last_step.is_(None), TotpSecret.last_step < step))
            .values(last_step=step, used_at=now)
            .execution_options(synchronize_session=False)
        ),
    )
    return changed.rowcount == 1


def use(user_id: int, code: str, *, now: datetime) -> bool:
    """Whether this is a code of the person's authenticator that has not been used. It is used with the answer."""
    row = of(user_id)
    step = None if row is None else _step_of(row, code, now=now)
    return row is not None and step is not None and _spend(row, step, now=now)


def confirm(*, actor: User, code: str | None, now: datetime) -> None:
    """The app showed a right code: from now on it counts, instead of an earlier one. Raises RuleViolation."""
    row = of(actor.id, is_confirmed=False)
    if row is None:
        raise RuleViolation(N_("No authenticator is being set up. Begin anew."))
    step = None if code is None else _step_of(row, code, now=now)
    if step is None:
        raise RuleViolation(
            N_("This is not the code the app shows now. Check the clock of the device and type the next code."),
            field="code",
        )
    db.session.execute(delete(TotpSecret).where(TotpSecret.user_id == actor.id, TotpSecret.is_confirmed.is_(True)))
    row.is_confirmed, row.last_step, row.used_at = True, step, now
    db.session.flush()


def remove(user_id: int) -> bool:
    """Take the authenticator away, and one being set up; whether there was one."""
    had = of(user_id) is not None
    db.session.execute(delete(TotpSecret).where(TotpSecret.user_id == user_id))
    return had
