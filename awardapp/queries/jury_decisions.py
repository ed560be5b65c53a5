"""What the jury decided beside the count: moves by hand and citations with every earlier state. For the jury's own pages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from awardapp.domain.announcements import Stage
from awardapp.extensions import db
from awardapp.models import CitationChange, Cycle, Decision, JuryMove, Submission


def moves(cycle: Cycle) -> Sequence[JuryMove]:
    """Every move of a cycle's jury in the order they were made, with city and who moved it. One query."""
    return db.session.scalars(
        select(JuryMove)
        .options(
            joinedload(JuryMove.submission).options(joinedload(Submission.city), defer(Submission.answers)),
            joinedload(JuryMove.mover),
        )
        .where(JuryMove.cycle_id == cycle.id)
        .order_by(JuryMove.id)
    ).all()


def moves_of(submission: Submission) -> Sequence[JuryMove]:
    """The moves of one city, the first first. One query."""
    return db.session.scalars(
        select(JuryMove)
        .options(joinedload(JuryMove.mover))
        .where(JuryMove.submission_id == submission.id)
        .order_by(JuryMove.id)
    ).all()


def decision(cycle: Cycle, submission: Submission) -> Decision | None:
    """What the jury decided on a city; None where it does not win."""
    return db.session.execute(
        select(Decision).where(
            Decision.cycle_id == cycle.id, Decision.stage == Stage.JURY, Decision.submission_id == submission.id
        )
    ).scalar_one_or_none()


def changes(cycle: Cycle, submission: Submission) -> Sequence[CitationChange]:
    """Every state of a city's citation, the latest first, with who wrote it. One query."""
    return db.session.scalars(
        select(CitationChange)
        .options(joinedload(CitationChange.writer))
        .where(CitationChange.cycle_id == cycle.id, CitationChange.submission_id == submission.id)
        .order_by(CitationChange.id.desc())
    ).all()


def last_changes(cycle: Cycle) -> dict[int, dict[str, CitationChange]]:
    """The last state of every citation of a cycle, by submission and language. One query."""
    found: dict[int, dict[str, CitationChange]] = {}
    for change in db.session.scalars(
        select(CitationChange).where(CitationChange.cycle_id == cycle.id).order_by(CitationChange.id)
    ):
        found.setdefault(change.submission_id, {})[change.language] = change
    return found
