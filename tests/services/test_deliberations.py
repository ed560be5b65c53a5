"""The jury's meetings: who opens and keeps them, who is there, who is out of the room, the notes and their states."""

from __future__ import annotations

from datetime import datetime, timedelta

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, Deliberation, DeliberationNote, Submission, User
from awardapp.queries import deliberations as queries
from awardapp.services import deliberation_notes, deliberations, jury_minutes, jury_minutes_pdf
from awardapp.services.deliberation_notes import NotesChanged
from awardapp.services.jury_minutes_pdf import RuleWords
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import Jury, cast_all, counted, tie_to
from tests.support.judging import jury as seated

LATER = NOW + timedelta(minutes=30)
END = NOW + timedelta(hours=2)


def opened(found: Jury, *, deputy: int | None = 1, clerk: User | None = None) -> Deliberation:
    own = None
    if clerk is not None:
        own = make.make_member(found.cycle, Role.SECRETARIAT, clerk)
    return deliberations.open_meeting(
        actor=found.chair,
        cycle=found.cycle,
        deputy=found.jurors[deputy] if deputy is not None else None,
        clerk=own,
        now=NOW,
    )


def arrive(found: Jury, meeting: Deliberation, n: int, *, actor: User | None = None, how: str = "room") -> None:
    member = found.jurors[n]
    deliberations.arrive(actor=actor or member.user, meeting=meeting, member=member, how=how, now=LATER)


def note(meeting: Deliberation, actor: User, city: Submission | None, text: str, base: str = "") -> str:
    return deliberation_notes.save_notes(
        actor=actor, meeting=meeting, submission=city, text=text, base=digest(base), now=LATER
    )


def out(meeting: Deliberation) -> list[tuple[int, int, str | None]]:
    return [(one.submission_id, one.membership_id, one.reason) for one in queries.absences(meeting)]


def spans(meeting: Deliberation) -> list[tuple[int, str, datetime, datetime | None]]:
    return [(one.membership_id, one.how, one.arrived_at, one.left_at) for one in queries.attendance(meeting)]


def test_the_chair_alone_opens_one_meeting_at_a_time_and_is_there_from_its_beginning(app: Flask) -> None:
    found = seated(recorded=False)
    for other in (found.jurors[1].user, make.make_member(found.cycle, Role.SECRETARIAT).user):
        with pytest.raises(NotPermitted):
            deliberations.open_meeting(actor=other, cycle=found.cycle, deputy=None, clerk=None, now=NOW)
    for deputy in (found.jurors[0], make.make_member(make.make_cycle(), Role.JUROR)):
        with pytest.raises(RuleViolation) as refused:
            deliberations.open_meeting(actor=found.chair, cycle=found.cycle, deputy=deputy, clerk=None, now=NOW)
        assert refused.value.field == "deputy"
    meeting = opened(found)
    assert spans(meeting) == [(found.jurors[0].id, "room", NOW, None)]
    with pytest.raises(IllegalTransition):
        opened(found)
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=END)
    assert spans(meeting) == [(found.jurors[0].id, "room", NOW, END)]
    assert opened(found).number == 2


def test_jurors_come_and_go_and_only_who_keeps_the_meeting_says_it_of_others(app: Flask) -> None:
    found = seated(recorded=False)
    clerk = make.make_user("Clerk")
    meeting = opened(found, clerk=clerk)
    arrive(found, meeting, 2, how="remote")
    arrive(found, meeting, 2, how="remote")  # said twice
    with pytest.raises(NotPermitted):
        arrive(found, meeting, 1, actor=found.jurors[2].user)
    arrive(found, meeting, 1, actor=clerk)
    deliberations.leave(actor=clerk, meeting=meeting, member=found.jurors[2], now=END)
    arrive(found, meeting, 2)  # and back, in the room
    ids = [member.id for member in found.jurors]
    assert spans(meeting) == [
        (ids[0], "room", NOW, None), (ids[2], "remote", LATER, END),
        (ids[1], "room", LATER, None), (ids[2], "room", LATER, None),
    ]  # fmt: skip
    found.jurors[1].conflicts_declared_at = None
    deliberations.leave(actor=clerk, meeting=meeting, member=found.jurors[1], now=END)
    with pytest.raises(RuleViolation):
        arrive(found, meeting, 1)
    with pytest.raises(NotPermitted):
        deliberations.close_meeting(actor=found.jurors[2].user, meeting=meeting, now=END)
    deliberations.close_meeting(actor=clerk, meeting=meeting, now=END)
    with pytest.raises(IllegalTransition):
        arrive(found, meeting, 2)


def test_a_tie_is_written_down_for_whoever_is_there_and_cannot_be_taken_back(app: Flask) -> None:
    found = seated(recorded=False)
    first, second = found.finalists[:2]
    tie_to(found.jurors[1], first)
    tie_to(found.jurors[2], second)
    meeting = opened(found)
    assert out(meeting) == []
    arrive(found, meeting, 1)
    assert out(meeting) == [(first.id, found.jurors[1].id, None)]  # the third juror is not there
    tie_to(found.jurors[1], second)  # becomes known while the meeting goes on
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=END)
    assert out(meeting) == [(first.id, found.jurors[1].id, None), (second.id, found.jurors[1].id, None)]


def test_who_is_out_of_the_room_is_noted_by_hand_with_a_reason_and_taken_back_where_it_was_wrong(app: Flask) -> None:
    found = seated(recorded=False)
    first, second = found.finalists[:2]
    tie_to(found.jurors[1], first)
    meeting = opened(found)
    arrive(found, meeting, 1)
    given = {"actor": found.chair, "meeting": meeting, "member": found.jurors[2], "submission": second, "now": LATER}
    with pytest.raises(RuleViolation) as refused:
        deliberation_notes.note_out(**given, reason=" ")
    assert refused.value.field == "reason"
    deliberation_notes.note_out(**given, reason="A friend works there.")
    with pytest.raises(RuleViolation):
        deliberation_notes.note_out(**given, reason="Twice.")
    with pytest.raises(NotPermitted):
        deliberation_notes.note_out(**{**given, "actor": found.jurors[2].user}, reason="x")
    assert out(meeting)[1] == (second.id, found.jurors[2].id, "A friend works there.")
    deliberation_notes.undo_out(**given)
    assert out(meeting) == [(first.id, found.jurors[1].id, None)]
    with pytest.raises(NotPermitted):  # a tie
        deliberation_notes.undo_out(**{**given, "member": found.jurors[1], "submission": first})


def test_notes_are_kept_in_every_state_and_never_over_a_text_not_seen(app: Flask) -> None:
    found = seated(recorded=False)
    city, clerk = found.finalists[0], make.make_user("Clerk")
    meeting = opened(found, clerk=clerk)
    note(meeting, found.chair, city, "For: water.")
    with pytest.raises(NotesChanged) as refused:
        note(meeting, clerk, city, "Another beginning.")
    assert refused.value.stored == "For: water."
    note(meeting, clerk, city, "For: water. Against: cost.", base="For: water.")
    note(meeting, clerk, None, "Opened with the rule of the vote.")
    assert [state.text for state in queries.note_states(meeting, city)] == ["For: water. Against: cost.", "For: water."]
    assert deliberation_notes.text_of(meeting, None) == "Opened with the rule of the vote."
    for statement in (update(DeliberationNote).values(text="x"), delete(DeliberationNote)):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(statement)
    log = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("deliberation.%"))).all()
    assert "water" not in " ".join(str(entry.details) for entry in log)
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=END)
    note(meeting, clerk, None, "Finished afterwards.", base="Opened with the rule of the vote.")
    found.cycle.phase = CyclePhase.WINNERS_SEALED
    with pytest.raises(IllegalTransition):
        note(meeting, clerk, None, "Too late.", base="Finished afterwards.")


def test_notes_are_for_who_keeps_the_meeting_and_on_a_city_for_nobody_with_a_tie_to_it(app: Flask) -> None:
    found = seated(recorded=False)
    city = found.finalists[0]
    tie_to(found.jurors[0], city)
    meeting = opened(found, clerk=make.make_user("Clerk"))
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    for other in (found.jurors[2].user, secretary):  # a juror, and a secretary who is not the clerk
        with pytest.raises(NotPermitted):
            note(meeting, other, None, "x")
    with pytest.raises(NotPermitted):
        note(meeting, found.chair, city, "By the chair.")
    note(meeting, found.jurors[1].user, city, "By the deputy.")
    assert deliberation_notes.text_of(meeting, city) == "By the deputy."


def test_the_minutes_tell_who_was_there_and_who_was_out_and_leave_out_what_their_reader_may_not_read(
    app: Flask,
) -> None:
    found = seated()
    first, second = found.finalists[:2]
    tie_to(found.jurors[0], first)
    cast_all(found)
    counted(found)
    meeting = opened(found)
    arrive(found, meeting, 1, how="remote")
    note(meeting, found.jurors[1].user, first, "Secret of the deputy.")
    note(meeting, found.chair, second, "Known to all.")
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=END)

    minutes = jury_minutes.gather(found.cycle, closed={first.id})

    (told,) = minutes.meetings
    assert [(one.membership.user.name, one.how) for one in told.attendance] == [
        (found.chair.name, "room"), (found.jurors[1].user.name, "remote"),
    ]  # fmt: skip
    cities = {city.submission.id: city for city in told.cities}
    assert [out.name for out in cities[first.id].out] == [found.chair.name]
    assert (cities[first.id].is_masked, cities[first.id].notes) == (True, "")
    assert (cities[second.id].out, cities[second.id].notes) == ([], "Known to all.")
    assert (minutes.ballots.cast, minutes.ballots.jurors, minutes.ballots.on_paper) == (3, 3, 0)
    assert {one.submission_id for one in minutes.winners} == {first.id, second.id}
    assert minutes.lock is None


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("language", "title", "nobody"), [("en", "Minutes of the jury", "nobody"), ("zh", "会议纪要", "无")]
)
def test_the_minutes_on_paper_are_tagged_and_say_it_in_the_language_asked_for(
    app: Flask, language: str, title: str, nobody: str
) -> None:
    found = seated()
    cast_all(found)
    counted(found)
    meeting = opened(found)
    note(meeting, found.chair, found.finalists[0], "Für und wider 水")
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=END)
    rule = RuleWords(lambda: "the rule", lambda decided: decided)
    with app.test_request_context():
        data = jury_minutes_pdf.pdf(found.cycle, jury_minutes.gather(found.cycle), language=language, rule=rule)
    text = words_of(data)
    assert title in text
    assert "Für und wider 水" in text
    assert found.chair.name in text
    assert nobody in text
    assert b"/StructTreeRoot" in data


def words_of(data: bytes) -> str:
    """The words of a PDF, without the breaks of its lines."""
    pages = pypdfium2.PdfDocument(data)
    return " ".join("".join(page.get_textpage().get_text_range() for page in pages).split())
