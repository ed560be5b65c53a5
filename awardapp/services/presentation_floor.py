"""The day itself: the moderator's clock, and the questions that jurors and the audience put to a presentation.

Acts of a session come one after the other: whoever changes anything locks its row first.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.presentations import (
    LONGEST_QUESTION,
    PHASES_OF_PLANNING,
    QuestionState,
    check_question_step,
)
from awardapp.domain.speaking_clock import Act, Clock, Part, after
from awardapp.extensions import db
from awardapp.models import (
    Presentation,
    PresentationAct,
    PresentationQuestion,
    PresentationSession,
    TimetableSlot,
    User,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.queries.presentations import Sitting
from awardapp.services import audit
from awardapp.services.locks import lock_row

JUROR, AUDIENCE = "juror", "audience"
OVER = N_("The presentations of this cycle are over.")


def _moderates(actor: User, presentation: Presentation) -> None:
    cycle = presentation.submission.cycle
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if cycle.phase not in PHASES_OF_PLANNING:
        raise IllegalTransition(OVER)


def current(sitting: Sitting, clocks: dict[int, Clock]) -> TimetableSlot | None:
    """The presentation a session is at: the one that is begun, else the next that waits; None when all are over."""
    states = [(slot, clocks[slot.presentation_id].part) for slot in sitting.slots]
    on = next((slot for slot, part in states if part in (Part.TALK, Part.QUESTIONS)), None)
    return on or next((slot for slot, part in states if part is Part.WAITING), None)


def turn_clock(*, actor: User, presentation: Presentation, act: Act, seen: int, now: datetime) -> Clock:
    """Start, pause, resume, go to the questions, end, or begin anew. `seen`: how many acts the moderator's page knew of.

    Raises NotPermitted, IllegalTransition for an act that is not possible or while another presentation of the session is
    going on, StaleVersion when somebody else turned it meanwhile.
    """
    _moderates(actor, presentation)
    found = queries.appointed(presentation)
    if found is None or found.is_off:
        raise IllegalTransition(N_("This presentation is not on the timetable."))
    lock_row(db.session.get_one(PresentationSession, found.slot.session_id))
    sitting = queries.sitting(presentation.submission.cycle, found.session.session.number)
    slots = sitting.slots if sitting is not None else []
    clocks = day_queries.clocks(slots)
    clock = clocks[presentation.id]
    if acts_of(presentation) != seen:
        raise StaleVersion(N_("The clock has moved on meanwhile. Look at it again."))
    others = (part for one, part in ((key, c.part) for key, c in clocks.items()) if one != presentation.id)
    if act is Act.START and any(part in (Part.TALK, Part.QUESTIONS) for part in others):
        raise IllegalTransition(N_("Another presentation of this session is still going on. End it first."))
    turned = after(clock, act, now)
    db.session.add(PresentationAct(presentation_id=presentation.id, act=act, by=actor.id, at=now))
    db.session.flush()
    audit.record(
        actor=actor,
        action=f"presentations.clock_{act.value}",
        object=f"submission:{presentation.submission_id}",
        cycle_id=presentation.cycle_id,
        now=now,
    )
    return turned


def acts_of(presentation: Presentation) -> int:
    """How many acts the clock of a presentation has seen."""
    return (
        db.session.scalar(
            select(func.count()).select_from(PresentationAct).where(PresentationAct.presentation_id == presentation.id)
        )
        or 0
    )


def put_question(*, actor: User, presentation: Presentation, text: str, source: str, now: datetime) -> None:
    """Put a question at the end of a presentation's queue: a juror without a tie for themselves, the secretariat for the
    audience. Raises NotPermitted, IllegalTransition when the presentation is over, RuleViolation.
    """
    cycle = presentation.submission.cycle
    if source == JUROR:
        member = people_queries.membership(actor, cycle, Role.JUROR)
        if member is None or member.conflicts_declared_at is None:
            raise NotPermitted(N_("Declare your conflicts of interest first."))
        if assessment_queries.conflict(member, presentation.submission) is not None:
            raise NotPermitted(N_("You have a tie with this city and put no question to it."))
    else:
        require(can_run_cycle(people_queries.standing(actor, cycle)))
    if cycle.phase not in PHASES_OF_PLANNING:
        raise IllegalTransition(OVER)
    lock_row(presentation)
    if _is_over(presentation):
        raise IllegalTransition(N_("This presentation is over; no more questions can be put to it."))
    words = text.strip()
    if not words:
        raise RuleViolation(N_("Write the question."), field="text")
    if len(words) > LONGEST_QUESTION:
        raise RuleViolation(N_("At most %(n)d characters."), field="text", n=LONGEST_QUESTION)
    last = db.session.scalar(
        select(func.max(PresentationQuestion.position)).where(PresentationQuestion.presentation_id == presentation.id)
    )
    db.session.add(
        PresentationQuestion(
            presentation_id=presentation.id,
            text=words,
            source=source,
            put_by=actor.id,
            put_at=now,
            position=(last or 0) + 1,
            state=QuestionState.QUEUED,
        )
    )
    db.session.flush()


def _is_over(presentation: Presentation) -> bool:
    found = queries.appointed(presentation)
    if found is None or found.is_off:
        return False
    return day_queries.clocks([found.slot])[presentation.id].part is Part.ENDED


def take_back(*, actor: User, question: PresentationQuestion, now: datetime) -> None:
    """Take back an own question that was not asked yet. Raises NotPermitted, IllegalTransition."""
    require(question.put_by == actor.id)
    lock_row(question.presentation)
    _step(question, QuestionState.TAKEN_BACK, now=now)


def mark(*, actor: User, question: PresentationQuestion, state: QuestionState, now: datetime) -> None:
    """The moderator says what became of a question: asked, answered, left out, or back in the queue.

    Raises NotPermitted, IllegalTransition.
    """
    _moderates(actor, question.presentation)
    lock_row(question.presentation)
    if state is QuestionState.TAKEN_BACK:
        raise NotPermitted(N_("Only who put a question takes it back."))
    _step(question, state, now=now)


def _step(question: PresentationQuestion, state: QuestionState, *, now: datetime) -> None:
    lock_row(question)
    check_question_step(question.state, state)
    question.state = state
    if state is QuestionState.ASKED:
        question.asked_at = now
    question.ended_at = None if state in (QuestionState.QUEUED, QuestionState.ASKED) else now
    if state is QuestionState.QUEUED:
        question.asked_at = None
    db.session.flush()


def move_question(*, actor: User, question: PresentationQuestion, places: int, now: datetime) -> None:
    """Move a waiting question up (negative) or down among those that wait; at an end it stays. Raises NotPermitted,
    IllegalTransition.
    """
    _moderates(actor, question.presentation)
    lock_row(question.presentation)
    every = day_queries.questions([question.presentation_id])[question.presentation_id]
    waiting = [one for one in every if one.state is QuestionState.QUEUED]
    if question not in waiting:
        raise IllegalTransition(N_("This question is in another state by now. Look at the queue again."))
    numbers = [one.position for one in waiting]
    old = waiting.index(question)
    waiting.insert(min(max(old + places, 0), len(waiting) - 1), waiting.pop(old))
    for position, one in zip(numbers, waiting, strict=True):
        one.position = position
    db.session.flush()
