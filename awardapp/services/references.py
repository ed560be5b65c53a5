"""References people can read aloud, and pseudonyms for the record. Random, so that they tell nothing about order."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from awardapp.extensions import db
from awardapp.models import Cycle, Membership, Submission

# No vowels (no words by accident), no look-alikes (0 O, 1 I L, 2 Z, 5 S, 8 B, U V).
_ALPHABET = "CDFGHJKMNPQRTWXY34679"


def _draw(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def submission_reference(cycle: Cycle) -> str:
    """A fresh public reference such as GA7-KM4T9."""
    while True:
        ref = f"GA{cycle.slug.upper()}-{_draw(5)}"
        if db.session.execute(select(Submission.id).where(Submission.ref == ref)).first() is None:
            return ref


def submission_pseudonym(cycle_id: int) -> str:
    """A fresh name for a submission in the cycle's record."""
    while True:
        name = f"S-{_draw(4)}"
        taken = select(Submission.id).where(Submission.cycle_id == cycle_id, Submission.pseudonym == name)
        if db.session.execute(taken).first() is None:
            return name


def member_pseudonym(cycle_id: int) -> str:
    """A fresh name for a committee member or juror in the cycle's record."""
    while True:
        name = f"M-{_draw(4)}"
        taken = select(Membership.id).where(Membership.cycle_id == cycle_id, Membership.pseudonym == name)
        if db.session.execute(taken).first() is None:
            return name
