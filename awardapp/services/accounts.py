"""What a person changes on their own account."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import LANGUAGES
from awardapp.models import User
from awardapp.services import audit, sign_ins


def change_profile(*, actor: User, name: str, language: str, time_zone: str | None, now: datetime) -> None:
    """Set one's own name, language of pages and letters, and time zone (IANA name or None). Raises RuleViolation."""
    if not name.strip():
        raise RuleViolation(N_("The name is missing."), field="name")
    if language not in LANGUAGES:
        raise RuleViolation(N_("Choose a language."), field="language")
    if time_zone is not None and time_zone not in available_timezones():
        raise RuleViolation(N_("Choose a time zone."), field="time_zone")
    before = {"name": actor.name, "language": actor.language, "time_zone": actor.time_zone}
    actor.name = " ".join(name.split())
    actor.language = language
    actor.time_zone = time_zone
    after = {"name": actor.name, "language": actor.language, "time_zone": actor.time_zone}
    changed = sorted(key for key in after if after[key] != before[key])
    if changed:
        audit.record(
            actor=actor, action="user.change_profile", object=f"user:{actor.id}", now=now, details={"changed": changed}
        )


def change_password(*, actor: User, password_hash: str, now: datetime) -> None:
    """Set one's own password from its stored form (people.hash_password) and end every sign-in of the person.

    The old password was asked for by the caller, who also opens the one sign-in that goes on.
    """
    actor.password_hash = password_hash
    sign_ins.end_all(actor, now=now)
    audit.record(actor=actor, action="user.change_password", object=f"user:{actor.id}", now=now)
