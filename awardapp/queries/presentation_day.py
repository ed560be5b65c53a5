"""What belongs to a presentation beside its time: the files that are shown, the speaking clock, the questions."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from awardapp.domain.presentations import QuestionState
from awardapp.domain.speaking_clock import Clock, of_acts
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Presentation,
    PresentationAct,
    PresentationMaterial,
    PresentationQuestion,
    TimetableSlot,
)


def materials(presentation_ids: Collection[int]) -> dict[int, list[PresentationMaterial]]:
    """The files of these presentations, the oldest first, without those taken out. One query."""
    found: dict[int, list[PresentationMaterial]] = {one: [] for one in presentation_ids}
    rows = db.session.scalars(
        select(PresentationMaterial)
        .options(joinedload(PresentationMaterial.blob))
        .where(PresentationMaterial.presentation_id.in_(presentation_ids), PresentationMaterial.removed_at.is_(None))
        .order_by(PresentationMaterial.id)
    )
    for row in rows:
        found[row.presentation_id].append(row)
    return found


def clocks(slots: Collection[TimetableSlot]) -> dict[int, Clock]:
    """The speaking clock of each of these slots, by presentation. One query."""
    acts = db.session.scalars(
        select(PresentationAct)
        .where(PresentationAct.presentation_id.in_([slot.presentation_id for slot in slots]))
        .order_by(PresentationAct.id)
    ).all()
    return {
        slot.presentation_id: of_acts(
            [(one.act, one.at) for one in acts if one.presentation_id == slot.presentation_id],
            talk_minutes=slot.talk_minutes,
            question_minutes=slot.question_minutes,
        )
        for slot in slots
    }


def begun(cycle: Cycle) -> set[int]:
    """The presentations whose speaking clock was ever touched: those are not moved any more. One query."""
    return set(
        db.session.scalars(
            select(PresentationAct.presentation_id)
            .join(Presentation, Presentation.id == PresentationAct.presentation_id)
            .where(Presentation.cycle_id == cycle.id)
            .distinct()
        )
    )


def beat(session_id: int) -> tuple[int, int]:
    """Two numbers that change when anything on the clock of a session does. One query."""
    acts = (
        select(func.coalesce(func.max(PresentationAct.id), 0))
        .join(TimetableSlot, TimetableSlot.presentation_id == PresentationAct.presentation_id)
        .where(TimetableSlot.session_id == session_id)
        .scalar_subquery()
    )
    slots = (
        select(func.coalesce(func.sum(TimetableSlot.sequence + 1), 0))
        .where(TimetableSlot.session_id == session_id)
        .scalar_subquery()
    )
    row = db.session.execute(select(acts, slots)).one()
    return row[0], row[1]


def questions(presentation_ids: Collection[int]) -> dict[int, list[PresentationQuestion]]:
    """The questions of these presentations in the order of the queue, without those taken back. One query."""
    found: dict[int, list[PresentationQuestion]] = {one: [] for one in presentation_ids}
    rows = db.session.scalars(
        select(PresentationQuestion)
        .where(
            PresentationQuestion.presentation_id.in_(presentation_ids),
            PresentationQuestion.state != QuestionState.TAKEN_BACK,
        )
        .order_by(PresentationQuestion.position, PresentationQuestion.id)
    )
    for row in rows:
        found[row.presentation_id].append(row)
    return found


def question(presentation: Presentation, question_id: int) -> PresentationQuestion | None:
    """A question of this presentation."""
    return db.session.execute(
        select(PresentationQuestion).where(
            PresentationQuestion.id == question_id, PresentationQuestion.presentation_id == presentation.id
        )
    ).scalar_one_or_none()
