"""A person's second factors together: what there is, whether a code is right, and every change of them.

A change is recorded and told by letter, and ends every sign-in of the person; the caller opens the one that goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.second_factors import CHAIR, Factor, read_code
from awardapp.extensions import db
from awardapp.models import Membership, Passkey, TotpSecret, User
from awardapp.services import audit, passkeys, recovery_codes, sign_ins, totp
from awardapp.services.notifications import notify


@dataclass(frozen=True, slots=True)
class State:
    """What a person can show beside the password."""

    app: TotpSecret | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def count(self) -> int:
        """How many factors there are; recovery codes stand in for one and are none."""
        return (self.app is not None) + len(self.passkeys)


def state_of(user: User) -> State:
    """The person's factors. Three queries."""
    return State(totp.of(user.id), passkeys.of(user.id), recovery_codes.left(user.id))


def has_any(user: User) -> bool:
    """Whether the password alone does not let this person in."""
    return totp.of(user.id) is not None or bool(passkeys.of(user.id))


def required_roles() -> tuple[str, ...]:
    """The roles that must have a second factor, by the settings; () where it is only offered."""
    conf = current_app.config["AWARD"]
    return conf.second_factor_roles if conf.second_factor == "required" else ()


def is_required(user: User) -> bool:
    """Whether the person holds a role, in any cycle, that must have a second factor."""
    roles = required_roles()
    held = db.session.scalars(select(Membership).where(Membership.user_id == user.id, Membership.ended_at.is_(None)))
    return any(member.role.value in roles or (member.is_chair and CHAIR in roles) for member in held)


def use_code(user: User, text: str | None, *, now: datetime) -> Factor | None:
    """Which factor this code shows, used up with the answer; None when it is none of the person's, or was used.

    Commits nothing; the caller commits before the step for which it was asked, so that a code counts once whatever
    becomes of the step.
    """
    typed = read_code(text)
    if typed.totp is not None and totp.use(user.id, typed.totp, now=now):
        return Factor.TOTP
    if typed.recovery is not None and recovery_codes.use(user.id, typed.recovery, now=now):
        audit.record(actor=user, action="user.recovery_code_used", object=f"user:{user.id}", now=now)
        return Factor.RECOVERY
    return None


def _changed(actor: User, *, action: str, change: str, now: datetime, name: str = "") -> None:
    """Recorded, told, and every sign-in ended."""
    sign_ins.end_all(actor, now=now)
    details = {"change": change} | ({"name": name} if name else {})
    entry = audit.record(actor=actor, action=action, object=f"user:{actor.id}", now=now, details=details)
    notify(
        "second_factor_changed",
        recipient=actor,
        cause=f"audit:{entry.id}",
        now=now,
        context={"change": change, "name_of_key": name},
    )


def _first_codes(actor: User, *, now: datetime) -> list[str]:
    """Recovery codes for somebody who has none that work; [] for others."""
    return [] if recovery_codes.left(actor.id) else recovery_codes.make(actor=actor, now=now)


def confirm_app(*, actor: User, code: str | None, now: datetime) -> list[str]:
    """The authenticator being set up counts from now on. Returns recovery codes if these are the first.

    Raises RuleViolation.
    """
    totp.confirm(actor=actor, code=read_code(code).totp, now=now)
    codes = _first_codes(actor, now=now)
    _changed(actor, action="user.second_factor_add", change="app_added", now=now)
    return codes


def add_passkey(*, actor: User, name: str, answer: str | None, now: datetime) -> list[str]:
    """A passkey the browser has made counts from now on. Returns recovery codes if these are the first.

    Raises RuleViolation.
    """
    key = passkeys.add(actor=actor, name=name, answer=answer, now=now)
    codes = _first_codes(actor, now=now)
    _changed(actor, action="user.second_factor_add", change="passkey_added", name=key.name, now=now)
    return codes


def remove_app(*, actor: User, now: datetime) -> None:
    """Take the authenticator away. Raises RuleViolation where it is the last factor of somebody who needs one."""
    _check_not_last(actor)
    if not totp.remove(actor.id):
        raise RuleViolation(N_("There is no authenticator to remove."))
    _forget_codes_without_factor(actor)
    _changed(actor, action="user.second_factor_remove", change="app_removed", now=now)


def remove_passkey(*, actor: User, key: Passkey, now: datetime) -> None:
    """Take a passkey away. Raises RuleViolation where it is the last factor of somebody who needs one."""
    _check_not_last(actor)
    name = key.name
    db.session.delete(key)
    db.session.flush()
    _forget_codes_without_factor(actor)
    _changed(actor, action="user.second_factor_remove", change="passkey_removed", name=name, now=now)


def _check_not_last(actor: User) -> None:
    if state_of(actor).count <= 1 and is_required(actor):
        raise RuleViolation(N_("Your role needs a second factor. Add another one before you remove the last."))


def _forget_codes_without_factor(actor: User) -> None:
    if not has_any(actor):
        recovery_codes.remove(actor.id)


def new_codes(*, actor: User, now: datetime) -> list[str]:
    """Ten new recovery codes; the earlier ones stop working. Raises RuleViolation for somebody without a factor."""
    if not has_any(actor):
        raise RuleViolation(N_("Recovery codes stand in for a second factor. Set one up first."))
    codes = recovery_codes.make(actor=actor, now=now)
    entry = audit.record(
        actor=actor, action="user.recovery_codes_new", object=f"user:{actor.id}", now=now, details={"count": len(codes)}
    )
    notify(
        "second_factor_changed",
        recipient=actor,
        cause=f"audit:{entry.id}",
        now=now,
        context={"change": "codes_new", "name_of_key": ""},
    )
    return codes


def remove_all(user: User, *, now: datetime) -> None:
    """Every factor and code of a person goes, and every sign-in ends; for a reset, which records and tells it."""
    totp.remove(user.id)
    passkeys.remove_all(user.id)
    recovery_codes.remove(user.id)
    sign_ins.end_all(user, now=now)
