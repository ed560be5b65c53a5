"""A city says who should not judge its submission."""

from __future__ import annotations

from datetime import datetime

from awardapp.domain.assessments import ConflictKind
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import NamedConflict, Submission, User
from awardapp.queries import people as people_queries
from awardapp.queries import suspicions as queries
from awardapp.services import audit
from awardapp.services.intake import locked

MOST_NAMED = 20
MOST_NAME = 200
MOST_NOTE = 2000


def _begin(actor: User, submission: Submission) -> None:
    """Check and lock: delegates name people until the committee's work is over."""
    if submission.city_id not in people_queries.city_ids_of(actor):
        raise NotPermitted(N_("You do not act for this city."))
    locked(submission)
    if (
        submission.status is SubmissionStatus.WITHDRAWN
        or submission.cycle.phase.position > CyclePhase.SCREENING.position
    ):
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))


def name(
    *, actor: User, submission: Submission, person: str, organisation: str, kind: str, note: str, now: datetime
) -> NamedConflict:
    """Name somebody who should not judge this submission, with the kind of tie and the circumstances.

    The chair of the committee decides whether it is so. Raises NotPermitted, IllegalTransition once the committee has
    begun, RuleViolation without a name, a kind and a note, or for too many.
    """
    _begin(actor, submission)
    person, organisation, note = " ".join(person.split()), " ".join(organisation.split()), note.strip()
    if not person or len(person) > MOST_NAME or len(organisation) > MOST_NAME:
        raise RuleViolation(N_("Name the person."), field="person")
    if kind not in set(ConflictKind):
        raise RuleViolation(N_("Choose the kind of tie."), field="kind")
    if not note or len(note) > MOST_NOTE:
        raise RuleViolation(N_("Say in a few words what the tie is."), field="note")
    if len(queries.named_by(submission)) >= MOST_NAMED:
        raise RuleViolation(N_("At most %(n)d people can be named."), n=MOST_NAMED)
    row = NamedConflict(
        submission_id=submission.id,
        name=person,
        organisation=organisation,
        kind=kind,
        note=note,
        named_by=actor.id,
        named_at=now,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor=actor,
        action="conflict.name",
        object=f"submission:{submission.id}",
        cycle_id=submission.cycle_id,
        now=now,
        details={"named": row.id},
    )
    return row


def withdraw(*, actor: User, submission: Submission, named_id: int, now: datetime) -> None:
    """Take a name back. Raises NotPermitted, IllegalTransition. A second click changes nothing."""
    _begin(actor, submission)
    for row in queries.named_by(submission):
        if row.id == named_id:
            row.withdrawn_at = now
            audit.record(
                actor=actor,
                action="conflict.unname",
                object=f"submission:{submission.id}",
                cycle_id=submission.cycle_id,
                now=now,
                details={"named": row.id},
            )
