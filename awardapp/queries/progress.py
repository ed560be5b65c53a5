"""How far the technical committee has read: per member, with the moments and marks from which its pace is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Float, case, cast, func, select

from awardapp.domain.people import Role
from awardapp.domain.signs import Finished
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    Criterion,
    Cycle,
    Membership,
    Notification,
    Score,
    Submission,
    User,
    WorkStatus,
)

REMINDER = "reading_reminder"


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """One member's readings by state; `last_at` is the last time something of theirs was saved."""

    member_id: int
    user_id: int
    name: str
    declared_at: datetime | None
    total: int
    drafts: int
    handed_in: int
    abstained: int
    recused: int
    last_at: datetime | None
    reminded_at: datetime | None

    @property
    def done(self) -> int:
        return self.handed_in + self.abstained + self.recused

    @property
    def left(self) -> int:
        return self.total - self.done


def members(cycle: Cycle) -> list[MemberProgress]:
    """Every member of the committee by name. One query."""

    def counted(status: str) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((Assessment.status == status, 1), else_=0)), 0)

    reminded = (
        select(func.max(Notification.created_at))
        .where(
            Notification.kind == REMINDER,
            Notification.status != WorkStatus.DISCARDED,
            Notification.cycle_id == cycle.id,
            Notification.recipient_id == Membership.user_id,
        )
        .correlate(Membership)
        .scalar_subquery()
    )
    # A file that was returned to its city waits: it is nobody's to read until it is valid again.
    readable = select(Submission.id).where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
    rows = db.session.execute(
        select(
            Membership.id,
            Membership.user_id,
            User.name,
            Membership.conflicts_declared_at,
            func.count(Assignment.id),
            counted("draft"),
            counted("submitted"),
            counted("abstained"),
            counted("recused"),
            func.max(Assessment.changed_at),
            reminded,
        )
        .join(User, User.id == Membership.user_id)
        .outerjoin(
            Assignment,
            (Assignment.membership_id == Membership.id)
            & Assignment.released_at.is_not(None)
            & Assignment.submission_id.in_(readable),
        )
        .outerjoin(
            Assessment,
            (Assessment.membership_id == Assignment.membership_id)
            & (Assessment.submission_id == Assignment.submission_id),
        )
        .where(Membership.cycle_id == cycle.id, Membership.role == Role.COMMITTEE, Membership.ended_at.is_(None))
        .group_by(Membership.id, Membership.user_id, User.name, Membership.conflicts_declared_at)
        .order_by(User.name, Membership.id)
    )
    return [MemberProgress(*row) for row in rows]


def finished(cycle: Cycle) -> Sequence[Finished]:
    """Every handed-in assessment of the cycle with its weighted mean mark. One query."""
    rules = cycle.rules
    mean_units = func.sum(Score.units * Criterion.weight) / cast(func.sum(Criterion.weight), Float)
    rows = db.session.execute(
        select(Assessment.membership_id, Assessment.submission_id, Assessment.submitted_at, mean_units)
        .join(Score, Score.assessment_id == Assessment.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Assessment.cycle_id == cycle.id, Assessment.status == "submitted")
        .group_by(Assessment.membership_id, Assessment.submission_id, Assessment.submitted_at)
    )
    return [
        Finished(member, submission, at, rules.scale_min + float(units) * rules.scale_step)
        for member, submission, at, units in rows
        if at is not None  # the database holds no other; the column may be empty before the hand-in
    ]
