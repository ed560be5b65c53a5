"""Who takes part in a cycle, and in which role."""

from __future__ import annotations

from enum import StrEnum

from awardapp.domain.errors import N_


class Role(StrEnum):
    """A person's role in one cycle. Delegates of a city are not listed here: they belong to their city for good."""

    SECRETARIAT = "secretariat"
    COMMITTEE = "committee"
    JUROR = "juror"
    ADVISER = "adviser"
    OBSERVER = "observer"


ROLE_NAMES: dict[Role, str] = {
    Role.SECRETARIAT: N_("Secretariat"),
    Role.COMMITTEE: N_("Technical committee member"),
    Role.JUROR: N_("Juror"),
    Role.ADVISER: N_("Adviser"),
    Role.OBSERVER: N_("Observer"),
}

LANGUAGES: tuple[str, ...] = ("en", "zh")
MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 128
