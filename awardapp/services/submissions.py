"""A submission's life, one name for each step: begun here; written, handed in, checked and frozen in the files beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from awardapp.domain import provenance
from awardapp.domain.cycles import check_intake
from awardapp.domain.errors import N_, NotPermitted
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, LateLink, Submission, User
from awardapp.queries import people as people_queries
from awardapp.services.handing_in import Incomplete, problems, submit, withdraw
from awardapp.services.intake import check_editable, locked
from awardapp.services.references import submission_pseudonym, submission_reference
from awardapp.services.transitions import add_event
from awardapp.services.validity import accept_as_valid, reject_as_not_valid, return_for_changes
from awardapp.services.versions import CONTACT_FIELDS, TEXT_FIELDS, content_digest, frozen, latest_version

__all__ = [
    "CONTACT_FIELDS",
    "TEXT_FIELDS",
    "Incomplete",
    "accept_as_valid",
    "check_editable",
    "content_digest",
    "frozen",
    "latest_version",
    "locked",
    "problems",
    "reject_as_not_valid",
    "return_for_changes",
    "start",
    "submit",
    "withdraw",
]


def start(*, actor: User, cycle: Cycle, city: City, now: datetime, late: LateLink | None = None) -> Submission:
    """Begin a submission for a city, under a late link that its service has checked also after the deadline.

    Raises NotPermitted, RuleViolation when the call is not open, TooLate.
    """
    if city.id not in people_queries.city_ids_of(actor):
        raise NotPermitted(N_("You do not act for this city."))
    if late is None:
        check_intake(cycle.phase, deadline_at=cycle.deadline_at, now=now)
    submission = Submission(
        ref=submission_reference(cycle),
        pseudonym=submission_pseudonym(cycle.id),
        cycle_id=cycle.id,
        city_id=city.id,
        status=SubmissionStatus.DRAFT,
        contact_name=actor.name,
        contact_email=actor.email,
        answers=provenance.with_source({}, actor.language),
        created_by=actor.id,
        created_at=now,
        changed_at=now,
    )
    db.session.add(submission)
    db.session.flush()
    details: dict[str, Any] = {"late_link": late.id} if late else {}
    add_event(submission, "started", actor=actor, now=now, **details)
    return submission
