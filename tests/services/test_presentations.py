"""Planning presentations, proposing and publishing the timetable, and whom a change is told to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.extensions import db
from awardapp.models import AuditEntry, Notification, TimetableSession, TimetableSlot
from awardapp.queries import presentations as queries
from awardapp.services import letters, presentation_publishing, presentation_timetable, presentations
from tests.conftest import NOW
from tests.support import presenting
from tests.support.presenting import BEGINS, PLACES, Presenting


def draft(found: Presenting) -> presentation_timetable.Draft:
    return presentation_timetable.draft(found.cycle)


def propose(found: Presenting, *, keep: bool = False) -> presentation_timetable.Draft:
    return presentation_timetable.propose_draft(actor=found.secretary, cycle=found.cycle, keep_placed=keep, now=NOW)


def order(found: Presenting) -> list[str]:
    """The cities in the order of the draft."""
    placed = sorted(draft(found).placed.items(), key=lambda item: item[1].starts_at)
    return [draft(found).presentations[ref].submission.city.name_en for ref, _slot in placed]


def told(kind: str = "presentation%") -> dict[str, list[str]]:
    """The letters about presentations by kind, to whom."""
    rows = db.session.scalars(select(Notification).where(Notification.kind.like(kind)).order_by(Notification.id))
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(row.recipient.email)
    return found


def test_only_the_secretariat_plans_and_only_once_the_shortlist_is_public(app: Flask) -> None:
    found = presenting.seated()
    with pytest.raises(NotPermitted):
        presentations.save_session(
            actor=found.delegate(), cycle=found.cycle, session=None, facts=presenting.facts(), now=NOW
        )
    found.cycle.phase = CyclePhase.COMMITTEE
    with pytest.raises(IllegalTransition):
        presenting.plan(found)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title_zh": ""}, "title_zh"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"public_link": "https://"}, "public_link"),
        ({"places": 0}, "places"),
    ],
)
def test_a_session_that_cannot_be_is_refused_at_its_field(app: Flask, changed: dict[str, object], field: str) -> None:
    found = presenting.seated()
    with pytest.raises(RuleViolation) as refused:
        presenting.plan(found, **changed)
    assert refused.value.field == field


def test_the_zone_of_a_city_is_the_gazetteers_its_countrys_or_as_corrected(app: Flask) -> None:
    found = presenting.seated()
    presenting.plan(found)
    assert [queries.zone_of(found.presentation(n)) for n in range(3)] == [
        queries.CityZone(zone, False) for _name, _country, zone in PLACES
    ]
    one = found.presentation(1)
    one.submission.city.name_en = "Antioquia"  # a department: no city of the gazetteer
    assert queries.zone_of(one) == queries.CityZone("America/Bogota", True)
    one = found.presentation(2)
    one.submission.city.name_en, one.submission.city.country = "Islands", "PT"
    presentations.correct_zone(
        actor=found.secretary, cycle=found.cycle, presentation=one, zone="Atlantic/Azores", now=NOW
    )
    assert queries.zone_of(one) == queries.CityZone("Atlantic/Azores", False)
    with pytest.raises(RuleViolation):
        presentations.correct_zone(
            actor=found.secretary, cycle=found.cycle, presentation=one, zone="Europe/Paris", now=NOW
        )


def test_the_proposal_keeps_everybody_from_the_night_and_says_who_cannot_be(app: Flask) -> None:
    found = presenting.seated()
    presenting.plan(found, places=2)  # 08:00 UTC: 08:00 in Accra, 03:00 in Cali, 21:00 in Hamilton
    with pytest.raises(RuleViolation):
        propose(found)
    presenting.plan(found, starts_at=BEGINS + timedelta(hours=6), places=1)  # 14:00: 09:00 in Cali
    made = propose(found)
    assert made.nights == [] and made.unplaced == []
    assert order(found) == ["Hamilton", "Accra", "Cali"]
    presentations.drop_session(actor=found.secretary, session=queries.sessions(found.cycle)[1], now=NOW)
    session = queries.sessions(found.cycle)[0]
    presentations.save_session(
        actor=found.secretary, cycle=found.cycle, session=session, facts=presenting.facts(places=3), now=NOW
    )
    made = propose(found, keep=True)
    assert [(made.presentations[one.ref].submission.city.name_en, one.none_by_day) for one in made.nights] == [
        ("Cali", True)
    ]


def test_a_swap_by_hand_changes_two_places_and_a_session_does_not_shrink_below_its_presentations(app: Flask) -> None:
    found = presenting.published()
    before = order(found)
    last = draft(found).slots[-1]
    ref = draft(found).at((1, 1))
    assert ref is not None
    presentation_timetable.swap(actor=found.secretary, cycle=found.cycle, ref=ref, key=last.key, now=NOW)
    assert order(found) == [before[2], before[1], before[0]]
    session = queries.sessions(found.cycle)[0]
    with pytest.raises(RuleViolation) as refused:
        presentations.save_session(
            actor=found.secretary, cycle=found.cycle, session=session, facts=presenting.facts(places=2), now=NOW
        )
    assert refused.value.field == "places"


def test_a_draft_is_told_to_nobody_and_publishing_tells_each_city_and_the_jury_once(app: Flask) -> None:
    found = presenting.seated()
    presenting.plan(found)
    propose(found)
    assert queries.timetable(found.cycle) == [] and told() == {}
    presenting.publish(found)
    assert {kind: sorted(people) for kind, people in told().items()} == {
        "presentation_slot": sorted(found.delegate(n).email for n in range(3)),
        "presentation_timetable": sorted(member.user.email for member in found.jurors),
    }
    [sitting] = queries.timetable(found.cycle)
    assert [slot.starts_at for slot in sitting.slots] == [BEGINS + timedelta(minutes=20 * n) for n in range(3)]
    assert sitting.session.ends_at == BEGINS + timedelta(minutes=55)


def test_the_letter_tells_the_time_on_every_clock_that_matters_and_where_the_calendar_file_is(app: Flask) -> None:
    found = presenting.seated()
    found.delegate(1).time_zone = "Europe/Madrid"
    presenting.plan(found)
    propose(found)
    slot = draft(found).placed[found.finalists[1].ref]
    presenting.publish(found)
    row = db.session.scalars(
        select(Notification).where(
            Notification.kind == "presentation_slot", Notification.submission_id == found.finalists[1].id
        )
    ).one()
    text = letters.render(row).text
    minute = f"{slot.starts_at.minute:02}"
    for words in (f"03:{minute} (UTC-05:00)", f"16:{minute} (UTC+08:00)", f"09:{minute} (UTC+01:00)"):
        assert words in text
    assert f"/submissions/{found.finalists[1].ref}/presentation.ics" in text


def test_after_publication_a_change_is_told_to_those_it_touches_and_to_nobody_else(app: Flask) -> None:
    found = presenting.published()
    before = {row.presentation_id: row.sequence for row in db.session.scalars(select(TimetableSlot))}
    ref, other = draft(found).at((1, 1)), draft(found).at((1, 2))
    assert ref is not None and other is not None
    presentation_timetable.swap(actor=found.secretary, cycle=found.cycle, ref=ref, key=(1, 2), now=NOW)
    assert "presentation_moved" not in told()
    presenting.publish(found)
    touched = {found.finalists[n].ref: found.delegate(n).email for n in range(3)}
    assert sorted(told()["presentation_moved"]) == sorted([touched[ref], touched[other]])
    moved = {draft(found).presentations[one].id for one in (ref, other)}
    for row in db.session.scalars(select(TimetableSlot)):
        assert row.sequence == before[row.presentation_id] + (row.presentation_id in moved)
    assert db.session.scalars(select(TimetableSession)).one().sequence == 1  # others present at other times
    with pytest.raises(IllegalTransition):
        presenting.publish(found)


def test_a_new_place_of_the_session_is_told_to_all_its_cities_and_a_dropped_session_as_called_off(app: Flask) -> None:
    found = presenting.published()
    session = queries.sessions(found.cycle)[0]
    presentations.save_session(
        actor=found.secretary, cycle=found.cycle, session=session, facts=presenting.facts(place_en="Opera"), now=NOW
    )
    presenting.publish(found)
    assert len(told()["presentation_moved"]) == 3
    presentations.drop_session(actor=found.secretary, session=session, now=NOW)
    presenting.publish(found, now=NOW + timedelta(hours=1))
    assert len(told()["presentation_dropped"]) == 3
    assert queries.timetable(found.cycle) == []
    [sitting] = queries.timetable(found.cycle, dropped=True)
    assert sitting.session.sequence == 2 and {slot.sequence for slot in sitting.slots} == {2}
    appointed = queries.appointed(found.presentation())
    assert appointed is not None and appointed.is_off


def test_publishing_is_bound_to_the_timetable_that_was_shown(app: Flask) -> None:
    found = presenting.seated()
    presenting.plan(found)
    propose(found)
    shown = presentation_publishing.changes(found.cycle, draft(found)).digest
    ref = draft(found).at((1, 1))
    assert ref is not None
    presentation_timetable.swap(actor=found.secretary, cycle=found.cycle, ref=ref, key=(1, 3), now=NOW)
    with pytest.raises(StaleVersion):
        presentation_publishing.publish(actor=found.secretary, cycle=found.cycle, shown=shown, now=NOW)
    assert told() == {}


def test_every_act_of_planning_is_in_the_log(app: Flask) -> None:
    presenting.published()
    acts = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("presentations.%"))))
    assert acts == {"presentations.session", "presentations.propose", "presentations.publish"}


def test_the_numbers_for_calendars_only_grow_also_when_a_city_goes_to_a_younger_session(app: Flask) -> None:
    found = presenting.published()
    session = queries.sessions(found.cycle)[0]
    for place in ("Opera", "Library"):
        presentations.save_session(
            actor=found.secretary, cycle=found.cycle, session=session, facts=presenting.facts(place_en=place), now=NOW
        )
        presenting.publish(found, now=NOW + timedelta(hours=len(place)))
    slot = db.session.scalars(
        select(TimetableSlot).where(TimetableSlot.presentation_id == found.presentation().id)
    ).one()
    assert (slot.sequence, db.session.scalars(select(TimetableSession)).one().sequence) == (2, 2)
    later = presenting.plan(found, starts_at=BEGINS + timedelta(days=1), places=1)
    presentation_timetable.swap(
        actor=found.secretary, cycle=found.cycle, ref=found.finalists[0].ref, key=(later.number, 1), now=NOW
    )
    presenting.publish(found, now=NOW + timedelta(days=1))
    numbers = {row.session_id: row.sequence for row in db.session.scalars(select(TimetableSession))}
    assert (slot.sequence, numbers) == (3, {session.id: 3, later.id: 0})
