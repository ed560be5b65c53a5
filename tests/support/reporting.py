"""A committee with a proposal to report on, and texts of its report as its writers would save them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from awardapp.domain.answers import digest
from awardapp.extensions import db
from awardapp.models import ConflictOfInterest, Membership, Submission, User
from awardapp.queries import reports as queries
from awardapp.services import committee_report, shortlist
from tests.conftest import NOW
from tests.support.judging import Committee, committee, write_reasons


def proposed(*, reasons: bool = True) -> Committee:
    """A committee that read everything and has a proposal: the first three submissions are shortlisted."""
    found = committee()
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)
    if reasons:
        write_reasons(found.cycle, chair=found.chair)
    db.session.flush()
    return found


def tie(member: Membership, submission: Submission) -> None:
    """The member has declared a tie to the submission's city."""
    db.session.add(
        ConflictOfInterest(
            membership_id=member.id, city_id=submission.city_id, kind="family", note="a cousin",
            declared_by=member.user_id, declared_at=NOW,
        )
    )  # fmt: skip
    db.session.flush()


def write_case(submission: Submission, by: User, *, now: datetime = NOW, **values: Any) -> None:
    """Save texts of a case over whatever stands there."""
    decision = queries.shortlisted(submission.cycle, submission.ref)
    assert decision is not None
    content = queries.versions([submission])[submission.id]
    present = committee_report.texts_of(queries.case(submission.id), decision, content)
    bases = {name: digest(present.value(name)) for name in values}
    committee_report.save_case(
        actor=by, cycle=submission.cycle, ref=submission.ref, values=values, bases=bases, now=now
    )
