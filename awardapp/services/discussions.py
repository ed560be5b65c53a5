"""The discussion of a file among its readers: for those who have handed in, the chair and, to read, the secretariat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from awardapp.domain.assessments import AssessmentStatus, sees_others
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.extensions import db
from awardapp.models import DiscussionMessage, DiscussionRead, Membership, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import discussions as discussion_queries
from awardapp.services import scores_opening

LONGEST = 5000


def can_see(member: Membership, submission: Submission) -> bool:
    """Whether this member of the committee or of the secretariat may read what is said about a file."""
    if member.cycle_id != submission.cycle_id or member.ended_at is not None:
        return False
    if member.role is Role.SECRETARIAT:
        return True
    if member.role is not Role.COMMITTEE or member.conflicts_declared_at is None:
        return False
    own = discussion_queries.state_of_own(member, submission.id)
    barred = own == AssessmentStatus.RECUSED or assessment_queries.conflict(member, submission) is not None
    if member.is_chair:
        return not barred
    return sees_others(own, others_after_own=member.cycle.rules.others_after_own, is_barred=barred)


def can_see_marks(member: Membership, submission: Submission) -> bool:
    """Whether whoever may read the discussion also sees what the readers gave: as a reader who has handed in, or, looking
    on, once the scores are open.
    """
    if scores_opening.are_open(member.cycle):
        return True
    own = discussion_queries.state_of_own(member, submission.id)
    return sees_others(own, others_after_own=member.cycle.rules.others_after_own, is_barred=False)


def say(*, actor: User, member: Membership, submission: Submission, text: str, now: datetime) -> DiscussionMessage:
    """Say something to the other readers of a file. It cannot be taken back.

    Raises NotPermitted for whoever does not see the discussion or only looks on, IllegalTransition outside the
    committee's phase, RuleViolation for an empty or endless text.
    """
    require(member.user_id == actor.id and member.role is Role.COMMITTEE and can_see(member, submission))
    if member.cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("The discussion is closed."))
    text = text.strip()
    if not text:
        raise RuleViolation(N_("Write what you want to say."), field="text")
    if len(text) > LONGEST:
        raise RuleViolation(N_("This text is too long to be kept."), field="text")
    message = DiscussionMessage(
        cycle_id=submission.cycle_id, submission_id=submission.id, membership_id=member.id, text=text, at=now
    )
    db.session.add(message)
    db.session.flush()
    return message


def mark_read(*, actor: User, member: Membership, submission: Submission, last_message_id: int) -> None:
    """Note up to which message the member has read; never backwards. Raises NotPermitted."""
    require(member.user_id == actor.id and can_see(member, submission))
    last = min(last_message_id, discussion_queries.last_message_id(submission.id))
    own = {"membership_id": member.id, "submission_id": submission.id}
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(
        dialect.insert(DiscussionRead)
        .values(**own, last_message_id=0)
        .on_conflict_do_nothing(index_elements=["membership_id", "submission_id"])
    )
    db.session.execute(
        update(DiscussionRead)
        .filter_by(**own)
        .where(DiscussionRead.last_message_id < last)
        .values(last_message_id=last)
        .execution_options(synchronize_session=False)
    )
