"""Accepting a file late: two people, a reason, personal links, an instant of its own, and the mark that stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from awardapp import emails
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, TooLate
from awardapp.domain.lateness import LateStatus
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, City, Cycle, LateAcceptance, Notification, Submission, SubmissionEvent, User
from awardapp.queries import handing_in as queries
from awardapp.services import audit, lateness, letters, receipts, submissions
from tests import factories as make

DAY = timedelta(days=1)


@dataclass
class Call:
    """A closed call, two people of its secretariat, and a city with two delegates and a complete draft."""

    cycle: Cycle
    one: User
    other: User
    city: City
    people: list[User]
    draft: Submission
    until: datetime


@pytest.fixture
def call(app: Flask, now: datetime) -> Call:
    cycle = make.make_cycle(CyclePhase.SCREENING, deadline_at=now - DAY)
    one, other = (make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2))
    city = make.make_city("Surabaya", "ID")
    people = [make.make_delegate(city), make.make_delegate(city)]
    draft = make.make_submission(cycle, city, by=people[0])
    return Call(cycle, one, other, city, people, draft, now + 2 * DAY)


def propose(call: Call, now: datetime, **more: object) -> LateAcceptance:
    values = {
        "actor": call.one, "cycle": call.cycle, "city": call.city, "submission": call.draft,
        "until_at": call.until, "reason": "The line was down.", "now": now,
    }  # fmt: skip
    return lateness.propose(**{**values, **more})  # type: ignore[arg-type] # a test changes one of them


def accepted(call: Call, now: datetime, **more: object) -> LateAcceptance:
    acceptance = propose(call, now, **more)
    lateness.accept(actor=call.other, acceptance=acceptance, now=now)
    return acceptance


def test_a_proposal_alone_changes_nothing_and_the_same_person_cannot_accept_it(call: Call, now: datetime) -> None:
    acceptance = propose(call, now)
    with pytest.raises(NotPermitted):
        lateness.accept(actor=call.one, acceptance=acceptance, now=now)
    with pytest.raises(NotPermitted):
        lateness.accept(actor=call.people[0], acceptance=acceptance, now=now)
    with pytest.raises(TooLate):
        submissions.submit(actor=call.people[0], submission=call.draft, now=now)
    assert (acceptance.status, acceptance.links) == (LateStatus.PROPOSED, [])
    assert db.session.scalars(select(Notification)).all() == []


def test_the_database_itself_refuses_one_person_for_both(call: Call, now: datetime) -> None:
    acceptance = propose(call, now)
    acceptance.decided_by = call.one.id
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_accepted_by_a_second_person_every_delegate_gets_a_link_and_can_hand_in(call: Call, now: datetime) -> None:
    acceptance = accepted(call, now)
    assert [link.user_id for link in acceptance.links] == [person.id for person in call.people]
    found = db.session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [(n.kind, n.recipient_id) for n in found] == [("late_link", person.id) for person in call.people]

    version = submissions.submit(actor=call.people[1], submission=call.draft, now=now + DAY)

    assert (call.draft.status, call.draft.is_late) == (SubmissionStatus.SUBMITTED, True)
    assert version.late_acceptance_id == acceptance.id
    event = db.session.scalars(select(SubmissionEvent).where(SubmissionEvent.kind == "submitted")).one()
    assert event.details["late_acceptance"] == acceptance.id
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions[-5:] == ["late.propose", "late.accept", "late.issue_link", "late.issue_link", "submission.submit"]
    assert audit.first_fault() is None


def test_the_receipt_and_its_letter_say_that_it_came_late(call: Call, now: datetime) -> None:
    accepted(call, now)
    version = submissions.submit(actor=call.people[0], submission=call.draft, now=now + DAY)
    letter = db.session.scalars(select(Notification).where(Notification.kind == "submission_received")).first()
    assert letter is not None
    text = letters.render(letter).text
    assert "accepted late, by a decision that two people" in text
    assert "Until the deadline" not in text
    assert receipts.values(call.draft, version)["late"] is not None


def test_a_links_instant_is_exclusive(call: Call, now: datetime) -> None:
    accepted(call, now)
    with pytest.raises(TooLate):
        submissions.submit(actor=call.people[0], submission=call.draft, now=call.until)
    submissions.submit(actor=call.people[0], submission=call.draft, now=call.until - timedelta(microseconds=1))


def test_a_link_works_for_its_person_and_its_file_alone(call: Call, now: datetime) -> None:
    accepted(call, now)
    second = make.make_submission(call.cycle, call.city, by=call.people[0])
    with pytest.raises(TooLate):
        submissions.submit(actor=call.people[0], submission=second, now=now)
    newcomer = make.make_delegate(call.city)
    with pytest.raises(TooLate):
        submissions.submit(actor=newcomer, submission=call.draft, now=now)
    with pytest.raises(NotPermitted):
        lateness.begin(actor=newcomer, link=_links(call)[0], now=now)


def _links(call: Call) -> list[object]:
    return list(queries.late_acceptances(call.cycle)[0].links)


def test_a_link_taken_back_stops_at_once_and_its_person_is_told(call: Call, now: datetime) -> None:
    acceptance = accepted(call, now)
    lateness.revoke_link(actor=call.one, link=acceptance.links[0], now=now)
    with pytest.raises(TooLate):
        submissions.submit(actor=call.people[0], submission=call.draft, now=now)
    with pytest.raises(IllegalTransition):
        lateness.revoke_link(actor=call.one, link=acceptance.links[0], now=now)
    told = db.session.scalars(select(Notification.recipient_id).where(Notification.kind == "late_link_ended")).all()
    assert told == [call.people[0].id]
    submissions.submit(actor=call.people[1], submission=call.draft, now=now)


def test_a_further_link_has_an_earlier_or_the_same_instant_never_a_later_one(call: Call, now: datetime) -> None:
    acceptance = accepted(call, now)
    newcomer = make.make_delegate(call.city)
    for person, until, field in (
        (newcomer, call.until + timedelta(seconds=1), "until"),
        (newcomer, now, "until"),
        (call.people[0], call.until, "person"),
        (make.make_user(), call.until, "person"),
    ):
        with pytest.raises(RuleViolation) as refused:
            lateness.issue_link(actor=call.one, acceptance=acceptance, person=person, until_at=until, now=now)
        assert refused.value.field == field
    lateness.issue_link(actor=call.one, acceptance=acceptance, person=newcomer, until_at=now + DAY, now=now)
    with pytest.raises(TooLate):
        submissions.submit(actor=newcomer, submission=call.draft, now=now + DAY)
    submissions.submit(actor=newcomer, submission=call.draft, now=now + DAY - timedelta(seconds=1))


def test_an_acceptance_taken_back_ends_every_link_and_leaves_what_came(call: Call, now: datetime) -> None:
    acceptance = accepted(call, now)
    submissions.submit(actor=call.people[0], submission=call.draft, now=now)
    with pytest.raises(RuleViolation):
        lateness.end(actor=call.one, acceptance=acceptance, reason=" ", now=now)
    assert lateness.end(actor=call.one, acceptance=acceptance, reason="A mistake.", now=now) == 2
    assert (call.draft.status, call.draft.is_late) == (SubmissionStatus.SUBMITTED, True)
    call.draft.title_en = "Changed"
    with pytest.raises(TooLate):
        submissions.submit(actor=call.people[0], submission=call.draft, now=now)


def test_a_proposal_can_be_declined_or_taken_back_and_made_anew(call: Call, now: datetime) -> None:
    first = propose(call, now)
    with pytest.raises(RuleViolation):
        propose(call, now)
    lateness.decline(actor=call.one, acceptance=first, reason="Wrong city.", now=now)
    with pytest.raises(IllegalTransition):
        lateness.accept(actor=call.other, acceptance=first, now=now)
    second = accepted(call, now)
    assert (first.status, second.status) == (LateStatus.DECLINED, LateStatus.ACCEPTED)


def test_a_city_that_had_begun_nothing_begins_by_its_link_once(call: Call, now: datetime) -> None:
    city = make.make_city("Łódź", "PL")
    person = make.make_delegate(city)
    acceptance = accepted(call, now, city=city, submission=None)
    link = acceptance.links[0]
    begun = lateness.begin(actor=person, link=link, now=now)
    assert lateness.begin(actor=person, link=link, now=now) is begun
    assert (begun.status, begun.city_id, acceptance.submission_id) == (SubmissionStatus.DRAFT, city.id, begun.id)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"reason": " "}, "reason"),
        ({"until_at": "now"}, "until"),
        ({"city": "empty"}, "city"),
        ({"actor": "stranger"}, None),
        ({"submission": "valid"}, None),
    ],
)
def test_what_is_no_proper_proposal_is_refused(
    call: Call, now: datetime, change: dict[str, str], refusal: str | None
) -> None:
    empty = make.make_city()
    meant: dict[str, object] = {
        " ": " ", "now": now, "empty": empty, "stranger": call.people[0],
        "valid": make.make_submission(call.cycle, call.city, by=call.people[0], status=SubmissionStatus.VALID),
    }  # fmt: skip
    more = {name: meant[value] for name, value in change.items()}
    if more.get("city") is empty:
        more["submission"] = None
    with pytest.raises(RuleViolation) as refused:
        propose(call, now, **more)
    assert refused.value.field == refusal


def test_nothing_comes_late_once_the_committee_has_begun(call: Call, now: datetime) -> None:
    acceptance = accepted(call, now)
    call.cycle.phase = CyclePhase.COMMITTEE
    db.session.flush()
    with pytest.raises(TooLate):
        submissions.submit(actor=call.people[0], submission=call.draft, now=now)
    with pytest.raises(TooLate):
        lateness.begin(actor=call.people[0], link=acceptance.links[0], now=now)
    with pytest.raises(IllegalTransition):
        propose(call, now)


def test_the_letter_carries_a_link_of_its_own_purpose_in_the_readers_language(call: Call, now: datetime) -> None:
    call.people[0].language = "zh"
    acceptance = accepted(call, now)
    chinese, english = (
        letters.render(row) for row in db.session.scalars(select(Notification).order_by(Notification.id))
    )
    assert "逾期" in chinese.text and "although the deadline has passed" in english.text
    token = english.text.split("/submissions/late/")[1].split()[0]
    assert emails.read_link(token, purpose=emails.LATE) == acceptance.links[1].id
    assert emails.read_link(token) is None
    assert emails.read_link(emails.sign_link(acceptance.links[1].id), purpose=emails.LATE) is None
