"""Certificates and medals on paper: what they are given for, and the code by which anybody can have one verified.

The code is drawn when an announcement is sealed and says nothing of the award: 28 characters of an alphabet that cannot be
misread, 140 bits of chance. Whoever holds the paper can type it; nobody can guess one.
"""

from __future__ import annotations

import re
import secrets
from enum import StrEnum

from awardapp.domain.announcements import Outcome
from awardapp.domain.errors import N_

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U
CODE_LENGTH = 28
PLACEHOLDER = "0" * CODE_LENGTH  # for a rehearsal or a preview; no certificate ever bears it

_GROUP = 4
_MISREAD = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s\-‐-―－_.]+")
_CODE = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")


class CertificateKind(StrEnum):
    WINNER = "winner"
    MEDAL = "medal"
    SPECIAL = "special"
    SHORTLISTED = "shortlisted"
    DESERVING = "deserving"


CERTIFICATE_NAMES: dict[CertificateKind, str] = {
    CertificateKind.WINNER: N_("Certificate of the award"),
    CertificateKind.MEDAL: N_("Medal of Honor"),
    CertificateKind.SPECIAL: N_("Certificate of a special award"),
    CertificateKind.SHORTLISTED: N_("Certificate of the shortlist"),
    CertificateKind.DESERVING: N_("Certificate of the recommended initiatives"),
}


def kind_of(outcome: Outcome, *, by_rule: bool) -> CertificateKind:
    """What kind of certificate an outcome leads to; `by_rule` tells the Medal of Honor from awards somebody decided."""
    if outcome is Outcome.SPECIAL:
        return CertificateKind.MEDAL if by_rule else CertificateKind.SPECIAL
    return CertificateKind(outcome.value)


def new_code() -> str:
    """A code never given before, for all that chance allows."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """The code in groups of four, as it is printed."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def typed(text: str) -> str | None:
    """The code that somebody typed, forgiving case, spaces, dashes and the letters taken for digits; None if it is none."""
    code = _BETWEEN.sub("", text).upper().translate(_MISREAD)
    return code if _CODE.fullmatch(code) and code != PLACEHOLDER else None
