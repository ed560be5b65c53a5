"""What an observer's pages are made of: the people, counts, the facts of the assignment, the narrowed log.

Only columns that tell neither a score nor a file's place nor an outcome are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import joinedload

from awardapp.domain.announcements import Stage
from awardapp.domain.observing import OBSERVED
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import (
    AssignmentChange,
    AssignmentDraft,
    AuditEntry,
    ConflictOfInterest,
    Cycle,
    DraftState,
    Membership,
    NamedConflict,
    Publication,
    Selection,
    Submission,
    Suspicion,
    User,
)

SHOWN_ROLES = (Role.COMMITTEE, Role.JUROR, Role.SECRETARIAT)


def people(cycle: Cycle) -> Sequence[Membership]:
    """Everybody who holds one of the shown roles now, by name. One query."""
    return db.session.scalars(
        select(Membership)
        .join(User)
        .options(joinedload(Membership.user))
        .where(Membership.cycle_id == cycle.id, Membership.role.in_(SHOWN_ROLES), Membership.ended_at.is_(None))
        .order_by(User.name, Membership.id)
    ).all()


@dataclass(frozen=True, slots=True)
class ReleasedDraft:
    """A released assignment: its round, when and by whom, what it was computed from and what came out, as digests."""

    round: int
    released_at: datetime | None  # those released have one, and a result
    released_by: str
    inputs_sha256: str
    result_sha256: str | None
    changes: int


def released_drafts(cycle: Cycle) -> list[ReleasedDraft]:
    """The released drafts, the first first. One query."""
    rows = db.session.execute(
        select(
            AssignmentDraft.round,
            AssignmentDraft.released_at,
            User.name,
            AssignmentDraft.inputs_sha256,
            AssignmentDraft.result_sha256,
            func.count(AssignmentChange.id),
        )
        .join(User, User.id == AssignmentDraft.released_by)
        .outerjoin(AssignmentChange, AssignmentChange.draft_id == AssignmentDraft.id)
        .where(AssignmentDraft.cycle_id == cycle.id, AssignmentDraft.state == DraftState.RELEASED)
        .group_by(AssignmentDraft.id, User.name)
        .order_by(AssignmentDraft.id)
    )
    return [ReleasedDraft(*row) for row in rows]


def declared_by_kind(cycle: Cycle) -> dict[str, int]:
    """Conflicts of interest declared by the committee's members, by kind. One query."""
    rows = db.session.execute(
        select(ConflictOfInterest.kind, func.count())
        .join(Membership, Membership.id == ConflictOfInterest.membership_id)
        .where(Membership.cycle_id == cycle.id, Membership.role == Role.COMMITTEE)
        .group_by(ConflictOfInterest.kind)
        .order_by(ConflictOfInterest.kind)
    )
    return {str(kind): n for kind, n in rows}


def ties_by_decision(cycle: Cycle) -> dict[str | None, int]:
    """Ties found, by what the chair decided; None: still open. One query."""
    rows = db.session.execute(
        select(Suspicion.decision, func.count()).where(Suspicion.cycle_id == cycle.id).group_by(Suspicion.decision)
    )
    return {decision: n for decision, n in rows}


def named_by_cities(cycle: Cycle) -> int:
    """How many people cities named who should not judge their file. One query."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(NamedConflict)
            .join(Submission, Submission.id == NamedConflict.submission_id)
            .where(Submission.cycle_id == cycle.id, NamedConflict.withdrawn_at.is_(None))
        )
        or 0
    )


def log_length(cycle: Cycle) -> int:
    """How many entries of the log are shown. One query."""
    query = select(func.count()).select_from(AuditEntry).where(*_shown(cycle))
    return db.session.scalar(query) or 0


def log_page(cycle: Cycle, *, offset: int, limit: int) -> Sequence[AuditEntry]:
    """Shown entries with who made them, the newest first. One query."""
    return db.session.scalars(
        select(AuditEntry)
        .options(joinedload(AuditEntry.actor))
        .where(*_shown(cycle))
        .order_by(AuditEntry.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def _shown(cycle: Cycle) -> tuple[ColumnElement[bool], ...]:
    return (AuditEntry.cycle_id == cycle.id, AuditEntry.action.in_(OBSERVED))


def sealed(cycle: Cycle) -> Sequence[Row[Stage, str | None, datetime | None, str]]:
    """Each sealed record: stage, digest, when and by whom it was sealed. One query."""
    return db.session.execute(
        select(Selection.stage, Selection.record_sha256, Selection.locked_at, User.name)
        .join(User, User.id == Selection.locked_by)
        .where(Selection.cycle_id == cycle.id, Selection.locked_at.is_not(None))
        .order_by(Selection.locked_at, Selection.id)
    ).all()


def published(cycle: Cycle) -> dict[str, bool]:
    """What is announced, by kind, and whether its record is published with it. One query."""
    rows = db.session.execute(
        select(Publication.kind, Publication.record.is_not(None)).where(
            Publication.cycle_id == cycle.id, Publication.award_key == ""
        )
    )
    return {kind.value: bool(has_record) for kind, has_record in rows}
