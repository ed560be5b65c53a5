"""Giving each valid submission its readers: a draft first, then released to everybody at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.assessments import ConflictKind
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assignment, Cycle, DraftState, Membership, Notification, User
from awardapp.services import assessments, assignment_conflicts, assignment_release, assignments
from awardapp.services.assessments import DeclaredTie
from tests import factories as make


def panel(members: int = 4, submissions: int = 6) -> tuple[Cycle, User, list[Membership]]:
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    people = [make.make_member(cycle, Role.COMMITTEE) for _ in range(members)]
    for _ in range(submissions):
        make.make_submission(cycle, status=SubmissionStatus.VALID)
    return cycle, secretary, people


def pairs(cycle: Cycle) -> set[tuple[int, int]]:
    rows = db.session.execute(
        select(Assignment.submission_id, Assignment.membership_id).where(Assignment.cycle_id == cycle.id)
    )
    return {(s, m) for s, m in rows}


def test_every_valid_submission_gets_its_readers_and_the_load_is_even(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel()
    for status in (SubmissionStatus.NOT_VALID, SubmissionStatus.WITHDRAWN):
        make.make_submission(cycle, status=status)
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    found = pairs(cycle)
    assert draft.figures["new"] == len(found) == 6 * 3
    assert sorted(sum(m == member.id for _, m in found) for member in people) == [4, 4, 5, 5]
    assert {sum(s == submission for s, _ in found) for submission, _ in found} == {3}


def test_nobody_reads_a_city_they_are_tied_to(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel()
    spanish = make.make_submission(cycle, make.make_city(country="ES"), status=SubmissionStatus.VALID)
    own = make.make_submission(cycle, make.make_city(country="FR"), status=SubmissionStatus.VALID)
    people[0].user.country = "FR"
    tie = DeclaredTie(spanish.city_id, None, ConflictKind.FAMILY, "")
    assessments.declare_conflicts(actor=people[1].user, member=people[1], ties=[tie], now=now)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    found = pairs(cycle)
    assert (own.id, people[0].id) not in found
    assert (spanish.id, people[1].id) not in found
    named = {(c.member, c.submission, c.kind) for c in assignment_conflicts.conflicts(cycle, people, [spanish, own])}
    assert named == {
        (people[0].pseudonym, own.pseudonym, "nationality"),
        (people[1].pseudonym, spanish.pseudonym, "family"),
    }


def test_rules_that_cannot_be_met_are_refused_in_words(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel(members=2)
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert draft.state is DraftState.IMPOSSIBLE
    assert draft.figures["code"] == "too few members"
    assert len(draft.figures["blocking"]["submissions"]) == 6
    assert draft.figures["blocking"]["repairs"] == [["more members", 1]]
    assert pairs(cycle) == set()


def test_everybody_must_have_declared_first(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    silent = make.make_member(cycle, Role.COMMITTEE, declared=False)
    with pytest.raises(RuleViolation) as refused:
        assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert refused.value.params == {"names": silent.user.name}


def test_a_draft_is_replaced_and_the_same_draft_is_found_again(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    first = pairs(cycle)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert pairs(cycle) == first


def test_released_readings_stay_when_a_latecomer_is_assigned(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert assignment_release.release(actor=secretary, cycle=cycle, now=now) == 18
    before = pairs(cycle)
    late = make.make_submission(cycle, status=SubmissionStatus.VALID)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert {pair for pair in pairs(cycle) if pair[0] != late.id} == before
    assert assignment_release.release(actor=secretary, cycle=cycle, now=now + timedelta(hours=1)) == 3


def test_the_release_shows_all_files_at_once_and_tells_each_reader_once(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel()
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignment_release.release(actor=secretary, cycle=cycle, now=now)
    assert set(db.session.scalars(select(Assignment.released_at))) == {now}
    letters = db.session.scalars(select(Notification).order_by(Notification.recipient_id)).all()
    assert [(n.kind, n.recipient_id) for n in letters] == [("files_assigned", m.user_id) for m in people]
    with pytest.raises(RuleViolation):
        assignment_release.release(actor=secretary, cycle=cycle, now=now)


def test_each_member_has_a_reading_order_of_their_own(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel(members=3, submissions=8)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    orders = {
        tuple(
            db.session.scalars(
                select(Assignment.submission_id)
                .where(Assignment.membership_id == member.id)
                .order_by(Assignment.position)
            )
        )
        for member in people
    }
    assert len(orders) == 3


@pytest.mark.parametrize("phase", sorted(set(CyclePhase) - {CyclePhase.COMMITTEE}))
def test_files_are_assigned_during_the_committees_phase_only(app: Flask, now: datetime, phase: CyclePhase) -> None:
    cycle, secretary, _people = panel(members=3, submissions=1)
    cycle.phase = phase
    for act in (assignments.propose, assignment_release.release):
        with pytest.raises(IllegalTransition):
            act(actor=secretary, cycle=cycle, now=now)


def test_only_the_cycles_secretariat_assigns_and_releases(app: Flask, now: datetime) -> None:
    cycle, _secretary, people = panel()
    for stranger in (people[0].user, make.make_member(make.make_cycle(), Role.SECRETARIAT).user):
        with pytest.raises(NotPermitted):
            assignments.propose(actor=stranger, cycle=cycle, now=now)
        with pytest.raises(NotPermitted):
            assignment_release.release(actor=stranger, cycle=cycle, now=now)
