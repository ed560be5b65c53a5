"""What is asked beside a password, of whom, and for how long somebody may be away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from awardapp.domain.people import Role


class Factor(StrEnum):
    """What a sign-in was made with: the password alone, the password and something more, or a passkey."""

    PASSWORD = "password"  # noqa: S105 - a kind of sign-in, not a password
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"


# The roles a setting may ask a second factor of; "chair" is the chair of the committee or of the jury.
CHAIR = "chair"
ROLE_WORDS: tuple[str, ...] = (*(role.value for role in Role), CHAIR)
DEFAULT_ROLES: tuple[str, ...] = (Role.SECRETARIAT.value,)

STEP_SECONDS = 30  # of a code from an authenticator app (RFC 6238)
DRIFT = 1  # steps that a telephone's clock may be away from ours, in either direction
CODE_DIGITS = 6

RECOVERY_CODES = 10
_RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is easily taken for another
RECOVERY_LENGTH = 16  # letters: 79 bits, so that a hash without salt or slowness keeps them

MOST_PASSKEYS = 10
MOST_TRIES = 10  # wrong codes at one half sign-in; then the password is asked for again

CHALLENGE_LIFETIME = timedelta(minutes=5)
HALF_LIFETIME = timedelta(minutes=10)
RECENT = timedelta(minutes=10)  # a sign-in so young needs no fresh password where only the own factors change

IDLE = timedelta(hours=12)
IDLE_OF_ORGANISERS = timedelta(minutes=30)
WARNING = timedelta(minutes=2)  # so long before the end the page asks whether somebody is still there


def idle_limit(*, is_organiser: bool) -> timedelta:
    """How long a sign-in lives without a request. Organisers: the secretariat."""
    return IDLE_OF_ORGANISERS if is_organiser else IDLE


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed as a code: a code of an app, or a recovery code in its plain spelling; or neither."""

    totp: str | None = None
    recovery: str | None = None


def read_code(text: str | None) -> Typed:
    """A code as typed, with spaces, hyphens and capitals as people write them; full-width digits are digits too."""
    plain = re.sub(r"[\s\-‐-―−.]", "", text or "").lower()[:64]
    if len(plain) == CODE_DIGITS and plain.isdecimal():
        return Typed(totp="".join(str(int(digit)) for digit in plain))
    if len(plain) == RECOVERY_LENGTH and set(plain) <= set(_RECOVERY_LETTERS):
        return Typed(recovery=plain)
    return Typed()


def recovery_letters() -> str:
    """The letters and digits of recovery codes."""
    return _RECOVERY_LETTERS


def spelled(code: str) -> str:
    """A recovery code as it is shown: in fours."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def steps_around(instant: float) -> range:
    """The steps whose codes are taken at this instant (seconds since 1970)."""
    step = int(instant) // STEP_SECONDS
    return range(step - DRIFT, step + DRIFT + 1)
