"""Reminders on a schedule: once per slot, to those who are not done, and not to those done before the letter goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Notification, Submission, User, WorkStatus
from awardapp.services import letters, reminders
from tests import factories as make
from tests.conftest import NOW

DEADLINE = NOW + timedelta(days=20)
TWO_DAYS_LEFT = DEADLINE - timedelta(days=2)


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN, deadline_at=DEADLINE)


@pytest.fixture
def secretary(cycle: Cycle) -> User:
    return make.make_member(cycle, Role.SECRETARIAT).user


def draft(cycle: Cycle, language: str = "en") -> Submission:
    city = make.make_city()
    return make.make_submission(cycle, city, by=make.make_delegate(city, make.make_user(language=language)))


def written() -> list[Notification]:
    return list(db.session.scalars(select(Notification).order_by(Notification.id)))


def add(cycle: Cycle, secretary: User, *, days: int, at_once: bool = False, kind: str = "draft_waiting") -> None:
    reminders.add(actor=secretary, cycle=cycle, kind=kind, hours_before=24 * days, goes_at_once=at_once, now=NOW)


def test_cities_with_a_draft_are_reminded_once_in_their_language(cycle: Cycle, secretary: User) -> None:
    add(cycle, secretary, days=2, at_once=True)
    draft(cycle)
    chinese = draft(cycle, "zh")
    make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    assert reminders.write_due(cycle, now=TWO_DAYS_LEFT - timedelta(seconds=1)) == 0
    assert [reminders.write_due(cycle, now=TWO_DAYS_LEFT + timedelta(minutes=n)) for n in range(3)] == [2, 0, 0]
    assert [(one.kind, one.status, one.expires_at) for one in written()] == [
        ("draft_waiting", WorkStatus.QUEUED, DEADLINE)
    ] * 2
    assert letters.render(written()[1]).subject == f"{chinese.ref} 尚未提交"


def test_a_line_may_write_drafts_that_lie_in_one_group(cycle: Cycle, secretary: User) -> None:
    add(cycle, secretary, days=2)
    for _ in range(2):
        draft(cycle)
    reminders.write_due(cycle, now=TWO_DAYS_LEFT)
    assert {one.status for one in written()} == {WorkStatus.DRAFT}
    assert len({one.group_key for one in written()}) == 1


def test_when_the_deadline_moves_its_reminders_move_along(cycle: Cycle, secretary: User) -> None:
    add(cycle, secretary, days=2)
    draft(cycle)
    assert reminders.write_due(cycle, now=TWO_DAYS_LEFT) == 1
    cycle.deadline_at = DEADLINE + timedelta(days=10)
    assert reminders.write_due(cycle, now=TWO_DAYS_LEFT + timedelta(days=1)) == 0
    assert reminders.write_due(cycle, now=TWO_DAYS_LEFT + timedelta(days=10)) == 1


def test_nobody_is_reminded_of_a_call_that_is_over(cycle: Cycle, secretary: User) -> None:
    add(cycle, secretary, days=2)
    draft(cycle)
    assert reminders.write_due(cycle, now=DEADLINE) == 0
    cycle.phase = CyclePhase.SCREENING
    assert reminders.write_due(cycle, now=TWO_DAYS_LEFT) == 0


def test_whoever_is_done_before_the_letter_goes_does_not_get_it(cycle: Cycle, secretary: User) -> None:
    add(cycle, secretary, days=2)
    file = draft(cycle)
    reminders.write_due(cycle, now=TWO_DAYS_LEFT)
    (row,) = written()
    assert not reminders.is_done(row)
    file.status = SubmissionStatus.WITHDRAWN
    db.session.flush()
    assert reminders.is_done(row)


def test_members_with_files_left_and_jurors_without_a_ballot_are_reminded(secretary: User) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    clerk = make.make_member(cycle, Role.SECRETARIAT).user
    cycle.committee_to = cycle.ceremony_on = (NOW + timedelta(days=10)).date()
    behind, _idle = (make.make_member(cycle, Role.COMMITTEE) for _ in range(2))
    make.make_assignment(make.make_submission(cycle, status=SubmissionStatus.VALID), behind)
    juror = make.make_member(cycle, Role.JUROR)
    for kind in ("reading_reminder", "ballot_reminder"):
        reminders.add(actor=clerk, cycle=cycle, kind=kind, hours_before=48, goes_at_once=True, now=NOW)
    late = NOW + timedelta(days=8, hours=12)
    assert reminders.write_due(cycle, now=late) == 1
    cycle.phase = CyclePhase.JURY
    assert reminders.write_due(cycle, now=late) == 1
    assert [(one.kind, one.recipient_id) for one in written()] == [
        ("reading_reminder", behind.user_id),
        ("ballot_reminder", juror.user_id),
    ]
    assert not any(reminders.is_done(one) for one in written())


def test_the_proposed_schedule_is_put_in_force_once_and_lines_are_checked(cycle: Cycle, secretary: User) -> None:
    assert [reminders.propose(actor=secretary, cycle=cycle, now=NOW) for _ in range(2)] == [7, 0]
    for hours in (0, 673, 48):
        with pytest.raises(RuleViolation):
            reminders.add(
                actor=secretary, cycle=cycle, kind="draft_waiting", hours_before=hours, goes_at_once=True, now=NOW
            )
    with pytest.raises(NotPermitted):
        reminders.propose(actor=make.make_user(), cycle=cycle, now=NOW)
    line = reminders.schedule_of(cycle)[0]
    reminders.remove(actor=secretary, cycle=cycle, reminder_id=line.id, now=NOW)
    assert len(reminders.schedule_of(cycle)) == 6
