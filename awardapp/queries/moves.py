"""Moves by hand on the committee's proposal. For the deciding rooms, the minutes and the record only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from awardapp.extensions import db
from awardapp.models import Cycle, Move, Submission


def of_cycle(cycle: Cycle) -> Sequence[Move]:
    """Every move of a cycle in the order they were made, with submission, city and who moved it. One query."""
    return db.session.scalars(
        select(Move)
        .options(
            joinedload(Move.submission).options(joinedload(Submission.city), defer(Submission.answers)),
            joinedload(Move.mover),
        )
        .where(Move.cycle_id == cycle.id)
        .order_by(Move.id)
    ).all()


def of_submission(submission: Submission) -> Sequence[Move]:
    """The moves of one file, the first first. One query."""
    return db.session.scalars(
        select(Move).options(joinedload(Move.mover)).where(Move.submission_id == submission.id).order_by(Move.id)
    ).all()


def standing(cycle: Cycle) -> dict[int, Move]:
    """The moves that hold now, by submission: the last of each file, unless it took the file back. One query."""
    last = {move.submission_id: move for move in of_cycle(cycle)}
    return {submission_id: move for submission_id, move in last.items() if not move.is_back}
