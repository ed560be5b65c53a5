"""What a city sends and names, the secretariat's check, the moderator's clock, and questions nobody can trace to a juror."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.assessments import ConflictKind
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion, TooLate
from awardapp.domain.presentations import MaterialState, QuestionState
from awardapp.domain.speaking_clock import Act, Part
from awardapp.extensions import db
from awardapp.models import ConflictOfInterest, Notification, PresentationQuestion
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.services import presentation_city, presentation_floor, presentation_timetable, presentations
from awardapp.services.attachments import AlreadyAttached
from awardapp.services.presentation_city import Named
from tests import factories as make
from tests.conftest import NOW
from tests.support import presenting
from tests.support.presenting import BEGINS, Presenting

SOMEBODY = Named(None, "Rui Tavares", "鲁伊", "Adviser", "顾问")


def name(found: Presenting, *named: Named, n: int = 0) -> None:
    presentation_city.name_presenters(actor=found.delegate(n), presentation=found.presentation(n), named=named, now=NOW)


def ask(found: Presenting, text: str = "Why?", *, juror: int = 0, n: int = 0) -> PresentationQuestion:
    presentation_floor.put_question(
        actor=found.jurors[juror].user, presentation=found.presentation(n), text=text, source="juror", now=NOW
    )
    return db.session.scalars(select(PresentationQuestion).order_by(PresentationQuestion.id.desc())).first()  # type: ignore[return-value]  # just put


def turn(found: Presenting, act: Act, *, n: int = 0, minute: float = 0) -> Part:
    one = found.presentation(n)
    at = BEGINS + timedelta(minutes=minute)
    seen = presentation_floor.acts_of(one)
    return presentation_floor.turn_clock(actor=found.secretary, presentation=one, act=act, seen=seen, now=at).part


def test_a_delegate_presents_under_the_own_name_and_somebody_else_under_the_one_given(app: Flask) -> None:
    found = presenting.published()
    name(found, Named(found.delegate(), title_en="Head", title_zh="主任"), SOMEBODY)
    own = found.delegate().name
    assert [(one.name_en, one.name_zh, one.title_zh) for one in found.presentation().presenters] == [
        (own, own, "主任"),
        ("Rui Tavares", "鲁伊", "顾问"),
    ]
    name(found)
    assert found.presentation().presenters == []


def test_who_may_not_present_is_refused(app: Flask) -> None:
    found = presenting.published()
    with pytest.raises(RuleViolation) as refused:
        name(found, Named(None, "Rui", "", "Adviser", "顾问"))
    assert refused.value.field == "first-name_zh"
    with pytest.raises(RuleViolation) as refused:
        name(found, SOMEBODY, Named(found.delegate(1), title_en="Head", title_zh="主任"))
    assert refused.value.field == "second-who"
    with pytest.raises(RuleViolation):
        name(found, SOMEBODY, SOMEBODY, SOMEBODY)
    with pytest.raises(NotPermitted):
        presentation_city.name_presenters(
            actor=found.delegate(1), presentation=found.presentation(0), named=[SOMEBODY], now=NOW
        )
    with pytest.raises(TooLate):
        presentation_city.name_presenters(
            actor=found.delegate(), presentation=found.presentation(), named=[SOMEBODY], now=BEGINS + timedelta(hours=1)
        )


def test_files_come_until_the_instant_and_what_is_to_be_changed_until_it_begins(app: Flask) -> None:
    found = presenting.published()
    until = NOW + timedelta(days=3)
    presentations.set_materials_until(actor=found.secretary, cycle=found.cycle, until=until, now=NOW)
    material = presenting.send(found, now=until - timedelta(seconds=1))
    with pytest.raises(AlreadyAttached):
        presenting.send(found)
    with pytest.raises(TooLate):
        presenting.send(found, colour="red", now=until)
    with pytest.raises(RuleViolation) as refused:
        presentation_city.check_material(
            actor=found.secretary, material=material, state=MaterialState.CHANGE, note=" ", now=until
        )
    assert refused.value.field == "note"
    presentation_city.check_material(
        actor=found.secretary, material=material, state=MaterialState.CHANGE, note="Larger letters.", now=until
    )
    letter = db.session.scalars(select(Notification).where(Notification.kind == "presentation_material")).one()
    assert (letter.recipient_id, letter.context["note"]) == (found.delegate().id, "Larger letters.")
    presenting.send(found, colour="red", now=until + timedelta(days=1))
    presentation_city.remove_material(actor=found.delegate(), material=material, now=until + timedelta(days=1))
    states = [one.state for one in day_queries.materials([found.presentation().id])[found.presentation().id]]
    assert states == [MaterialState.WAITING]


def test_a_city_sends_at_most_five_files_and_only_for_itself(app: Flask) -> None:
    found = presenting.published()
    for colour in ("red", "green", "blue", "black", "white"):
        presenting.send(found, colour=colour)
    with pytest.raises(RuleViolation):
        presenting.send(found, colour="navy")
    material = day_queries.materials([found.presentation().id])[found.presentation().id][0]
    with pytest.raises(NotPermitted):
        presentation_city.remove_material(actor=found.delegate(1), material=material, now=NOW)
    with pytest.raises(NotPermitted):
        presentation_city.check_material(
            actor=found.delegate(), material=material, state=MaterialState.ACCEPTED, note="", now=NOW
        )


def test_one_presentation_of_a_session_goes_on_at_a_time_and_a_click_on_an_old_page_turns_nothing(app: Flask) -> None:
    found = presenting.published()
    assert turn(found, Act.START) is Part.TALK
    with pytest.raises(IllegalTransition):
        turn(found, Act.START, n=1)
    with pytest.raises(StaleVersion):
        presentation_floor.turn_clock(
            actor=found.secretary, presentation=found.presentation(), act=Act.PAUSE, seen=0, now=BEGINS
        )
    with pytest.raises(NotPermitted):
        presentation_floor.turn_clock(
            actor=found.jurors[0].user, presentation=found.presentation(), act=Act.PAUSE, seen=1, now=BEGINS
        )
    turn(found, Act.QUESTIONS, minute=7)
    turn(found, Act.END, minute=15)
    assert turn(found, Act.START, n=1, minute=20) is Part.TALK
    [sitting] = queries.timetable(found.cycle)
    current = presentation_floor.current(sitting, day_queries.clocks(sitting.slots))
    assert current is not None and current.presentation_id == found.presentation(1).id


def test_what_was_begun_is_moved_no_more(app: Flask) -> None:
    found = presenting.published()
    turn(found, Act.START)
    draft = presentation_timetable.draft(found.cycle)
    ref = found.finalists[0].ref
    place = draft.placed[ref]
    other = next(slot for slot in draft.slots if slot.key != place.key)
    with pytest.raises(RuleViolation):
        presentation_timetable.swap(actor=found.secretary, cycle=found.cycle, ref=ref, key=other.key, now=NOW)
    presentation_timetable.propose_draft(actor=found.secretary, cycle=found.cycle, keep_placed=False, now=NOW)
    assert presentation_timetable.draft(found.cycle).placed[ref] == place
    with pytest.raises(IllegalTransition):
        presentations.drop_session(actor=found.secretary, session=queries.sessions(found.cycle)[0], now=NOW)


def test_questions_wait_in_an_order_that_the_moderator_changes_and_keep_their_instants(app: Flask) -> None:
    found = presenting.published()
    first, second = ask(found, "First?"), ask(found, "Second?", juror=1)
    presentation_floor.put_question(
        actor=found.secretary, presentation=found.presentation(), text="From the hall?", source="audience", now=NOW
    )
    presentation_floor.move_question(actor=found.secretary, question=second, places=-1, now=NOW)

    def queue() -> list[str]:
        return [one.text for one in day_queries.questions([found.presentation().id])[found.presentation().id]]

    assert queue() == ["Second?", "First?", "From the hall?"]
    presentation_floor.mark(actor=found.secretary, question=second, state=QuestionState.ASKED, now=BEGINS)
    later = BEGINS + timedelta(minutes=1)
    presentation_floor.mark(actor=found.secretary, question=second, state=QuestionState.ANSWERED, now=later)
    assert (second.asked_at, second.ended_at) == (BEGINS, later)
    with pytest.raises(IllegalTransition):
        presentation_floor.take_back(actor=found.jurors[1].user, question=second, now=later)
    with pytest.raises(NotPermitted):
        presentation_floor.take_back(actor=found.jurors[1].user, question=first, now=later)
    presentation_floor.take_back(actor=found.jurors[0].user, question=first, now=later)
    assert queue() == ["Second?", "From the hall?"]
    with pytest.raises(NotPermitted):
        presentation_floor.mark(actor=found.jurors[0].user, question=first, state=QuestionState.ASKED, now=later)


def test_no_question_from_a_juror_with_a_tie_from_an_outsider_or_after_the_end(app: Flask) -> None:
    found = presenting.published()
    db.session.add(
        ConflictOfInterest(
            membership_id=found.jurors[2].id,
            city_id=found.finalists[0].city_id,
            kind=ConflictKind.EMPLOYMENT.value,
            declared_by=found.jurors[2].user_id,
            declared_at=NOW,
        )
    )
    db.session.flush()
    with pytest.raises(NotPermitted):
        ask(found, juror=2)
    with pytest.raises(NotPermitted):
        presentation_floor.put_question(
            actor=make.make_user(), presentation=found.presentation(), text="Why?", source="audience", now=NOW
        )
    with pytest.raises(RuleViolation):
        ask(found, "  ")
    turn(found, Act.START)
    ask(found, "While it goes on?")
    turn(found, Act.END, minute=7)
    with pytest.raises(IllegalTransition):
        ask(found)
