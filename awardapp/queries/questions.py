"""What was written about the questions that the reading raises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from awardapp.extensions import db
from awardapp.models import Cycle, QuestionAnswer


def answers(cycle: Cycle) -> Mapping[str, Sequence[QuestionAnswer]]:
    """Every answer of a cycle by its question, the earliest first. One query."""
    found: dict[str, list[QuestionAnswer]] = defaultdict(list)
    for answer in db.session.scalars(
        select(QuestionAnswer)
        .options(joinedload(QuestionAnswer.writer))
        .where(QuestionAnswer.cycle_id == cycle.id)
        .order_by(QuestionAnswer.id)
    ):
        found[answer.question].append(answer)
    return found
