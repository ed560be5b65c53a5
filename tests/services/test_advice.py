"""Advice: asked for in time, written by an adviser, given once; and whoever read a file to advise on it never judges it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from awardapp.domain.advice import AdviceStatus
from awardapp.domain.assessments import AssessmentStatus, ConflictKind
from awardapp.domain.ballots import Content
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion, TooLate
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Advice, AuditEntry, Cycle, Membership, Notification, Submission, SubmissionEvent, User
from awardapp.queries import advice as queries
from awardapp.queries import assessments as assessment_queries
from awardapp.services import advice, assessments, assignments, ballots, partners, submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging

EARLY = NOW + timedelta(days=2)


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    cycle = make.make_cycle()
    cycle.early_at = EARLY
    db.session.flush()
    return cycle


def author(file: Submission) -> User:
    return db.session.get_one(User, file.created_by)


def asking(cycle: Cycle, **more: Any) -> Submission:
    """A file that is in and asks for advice."""
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, **more)
    advice.ask(actor=author(file), submission=file, now=NOW)
    return file


def taken(file: Submission, member: Membership | None = None) -> tuple[Membership, Advice]:
    """An adviser who has taken the file up."""
    member = member or make.make_member(file.cycle, Role.ADVISER)
    return member, advice.take_up(actor=member.user, member=member, submission=file, now=NOW)


def write(member: Membership, work: Advice, file: Submission, text: str = "Name the people it serves.") -> None:
    advice.save(
        actor=member.user,
        member=member,
        advice=work,
        submission=file,
        texts={"summary": text},
        language="en",
        edit_version=work.edit_version,
        now=NOW,
    )


def give(member: Membership, work: Advice, file: Submission, **more: Any) -> None:
    values = {"edit_version": work.edit_version, "version": file.version, "now": NOW, **more}
    advice.give(actor=member.user, member=member, advice=work, submission=file, **values)


def events(file: Submission) -> list[str]:
    return list(
        db.session.scalars(
            select(SubmissionEvent.kind)
            .where(SubmissionEvent.submission_id == file.id)
            .order_by(SubmissionEvent.at, SubmissionEvent.id)
        )
    )


# --- asking ------------------------------------------------------------------------------------------------------------


def test_asking_twice_is_asking_once(cycle: Cycle) -> None:
    file = asking(cycle)
    first = advice.ask(actor=author(file), submission=file, now=NOW)
    assert first.version == 1
    assert events(file) == ["advice_asked"]


def test_the_early_date_is_exclusive(cycle: Cycle) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    with pytest.raises(TooLate):
        advice.ask(actor=author(file), submission=file, now=EARLY)
    assert advice.ask(actor=author(file), submission=file, now=EARLY - timedelta(microseconds=1)).version == 1


@pytest.mark.parametrize("status", [SubmissionStatus.DRAFT, SubmissionStatus.RETURNED, SubmissionStatus.NOT_VALID])
def test_a_file_that_is_not_in_cannot_ask(cycle: Cycle, status: SubmissionStatus) -> None:
    file = make.make_submission(cycle, status=status)
    with pytest.raises(IllegalTransition):
        advice.ask(actor=author(file), submission=file, now=NOW)


def test_nobody_asks_for_another_city(cycle: Cycle) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    with pytest.raises(NotPermitted):
        advice.ask(actor=make.make_user(), submission=file, now=NOW)


def test_a_file_checked_early_is_opened_again_and_stays_open_until_the_deadline(cycle: Cycle) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    boss = make.make_member(cycle, Role.SECRETARIAT).user
    submissions.accept_as_valid(actor=boss, submission=file, now=NOW)
    advice.ask(actor=author(file), submission=file, now=NOW)
    assert file.status is SubmissionStatus.SUBMITTED
    assert events(file) == ["accepted", "advice_asked", "reopened"]
    with pytest.raises(IllegalTransition, match="stays open"):
        submissions.accept_as_valid(actor=boss, submission=file, now=NOW)
    submissions.accept_as_valid(actor=boss, submission=file, now=cycle.deadline_at or NOW)
    assert file.status is SubmissionStatus.VALID
    # The same version is accepted a second time, and its city told a second time.
    assert [letter.kind for letter in db.session.scalars(select(Notification))] == ["submission_accepted"] * 2


def test_a_wish_is_taken_back_while_no_adviser_has_begun_and_can_be_made_again(cycle: Cycle) -> None:
    file = asking(cycle)
    with pytest.raises(NotPermitted):
        advice.take_back(actor=make.make_user(), submission=file, now=NOW)
    for _click in range(2):
        advice.take_back(actor=author(file), submission=file, now=NOW)
    assert queries.request_of(file) is None
    assert not queries.keeps_open(file, now=NOW)
    assert events(file) == ["advice_asked", "advice_unasked"]
    with pytest.raises(NotPermitted):
        taken(file)
    advice.ask(actor=author(file), submission=file, now=NOW)
    member, work = taken(file)
    advice.let_go(actor=member.user, member=member, advice=work, submission=file, now=NOW)
    with pytest.raises(IllegalTransition, match="has begun"):  # it was read
        advice.take_back(actor=author(file), submission=file, now=NOW)


# --- writing and giving ------------------------------------------------------------------------------------------------


def test_advice_is_written_given_once_and_answered_by_a_new_version(cycle: Cycle) -> None:
    file = asking(cycle)
    member, work = taken(file)
    write(member, work, file)
    assert db.session.scalars(select(Notification)).all() == []
    give(member, work, file)
    assert (work.status, work.given_at, work.version) == (AdviceStatus.GIVEN, NOW, 1)
    (letter,) = db.session.scalars(select(Notification)).all()
    assert (letter.kind, letter.recipient_id) == ("advice_given", author(file).id)
    with pytest.raises(IllegalTransition):
        give(member, work, file)
    with pytest.raises(IllegalTransition):
        write(member, work, file)
    file.title_en = "Clearer"
    submissions.submit(actor=author(file), submission=file, now=NOW)
    assert (file.version, work.version) == (2, 1)
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert [action for action in actions if action.startswith("advice.")] == [
        "advice.ask", "advice.take_up", "advice.give",
    ]  # fmt: skip


def test_the_city_does_not_learn_who_advised(cycle: Cycle) -> None:
    file = asking(cycle)
    member, work = taken(file)
    write(member, work, file)
    give(member, work, file)
    event = db.session.scalars(select(SubmissionEvent).where(SubmissionEvent.kind == "advice_given")).one()
    assert event.actor_id is None
    assert event.details == {"version": 1}


def test_nothing_is_given_without_a_word_late_or_on_a_version_that_was_not_read(cycle: Cycle) -> None:
    file = asking(cycle)
    member, work = taken(file)
    with pytest.raises(RuleViolation):
        give(member, work, file)
    write(member, work, file)
    with pytest.raises(StaleVersion):
        give(member, work, file, version=0)
    with pytest.raises(StaleVersion):
        give(member, work, file, edit_version=1)
    with pytest.raises(IllegalTransition):
        give(member, work, file, now=cycle.deadline_at)
    assert work.status is AdviceStatus.DRAFT


def test_the_slower_of_two_windows_is_refused(cycle: Cycle) -> None:
    file = asking(cycle)
    member, work = taken(file)
    write(member, work, file, "First.")
    with pytest.raises(StaleVersion):
        advice.save(
            actor=member.user,
            member=member,
            advice=work,
            submission=file,
            texts={"summary": "Second."},
            language="en",
            edit_version=1,
            now=NOW,
        )
    assert work.texts == {"summary": "First."}


def test_advice_is_in_the_language_most_of_the_citys_people_read(cycle: Cycle) -> None:
    city = make.make_city()
    file = asking(cycle, city=city, by=make.make_delegate(city, make.make_user(language="zh")))
    assert taken(file)[1].language == "zh"
    make.make_delegate(city, make.make_user(language="en"))
    assert taken(file)[1].language == "en"


def test_only_what_asked_is_taken_up_and_never_ones_own_citys(cycle: Cycle) -> None:
    silent = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    with pytest.raises(NotPermitted):
        taken(silent)
    file = asking(cycle)
    own = make.make_member(cycle, Role.ADVISER, author(file))
    with pytest.raises(NotPermitted):
        taken(file, own)
    foreign = make.make_member(make.make_cycle(), Role.ADVISER)
    with pytest.raises(NotPermitted):
        taken(file, foreign)
    for role in (Role.SECRETARIAT, Role.COMMITTEE, Role.JUROR):
        with pytest.raises(NotPermitted):
            taken(file, make.make_member(cycle, role))
    assert db.session.scalars(select(Advice)).all() == []


def test_nobody_advises_on_a_joint_entry_of_their_own_city(cycle: Cycle) -> None:
    file = asking(cycle)
    partner = make.make_city("Partner", "FR")
    person = make.make_delegate(partner)
    own = make.make_member(cycle, Role.ADVISER, person)
    assert queries.asking(own, file.ref) is file
    partners.name_partners(actor=author(file), submission=file, named=[("Partner", "FR")], now=NOW)
    assert queries.asking(own, file.ref) is None
    with pytest.raises(NotPermitted):
        taken(file, own)
    # Taken out of the working text it still stands in the version that counts, until the next one.
    submissions.submit(actor=author(file), submission=file, now=NOW)
    partners.name_partners(actor=author(file), submission=file, named=[], now=NOW + timedelta(hours=1))
    with pytest.raises(NotPermitted):
        taken(file, own)


def test_the_database_refuses_advice_on_what_did_not_ask(cycle: Cycle) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    member = make.make_member(cycle, Role.ADVISER)
    db.session.add(Advice(submission_id=file.id, membership_id=member.id, version=1, taken_up_at=NOW, changed_at=NOW))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_file_that_was_let_go_is_taken_up_again_with_what_was_written(cycle: Cycle) -> None:
    file = asking(cycle)
    member, work = taken(file)
    write(member, work, file)
    advice.let_go(actor=member.user, member=member, advice=work, submission=file, now=NOW)
    assert work.status is AdviceStatus.LET_GO
    assert taken(file, member)[1].texts == {"summary": "Name the people it serves."}
    assert work.status is AdviceStatus.DRAFT


# --- who advised does not judge ----------------------------------------------------------------------------------------


def judge(file: Submission, adviser: Membership, role: Role) -> Membership:
    """The adviser also sits on the committee or the jury, and has declared no conflict of interest."""
    member = make.make_member(file.cycle, role, adviser.user)
    assessments.declare_conflicts(actor=member.user, member=member, ties=[], now=NOW)
    return member


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.JUROR])
@pytest.mark.parametrize("how_far", ["taken up", "given", "let go", "role ended"])
def test_whoever_took_a_file_up_has_a_conflict_that_no_declaration_takes_back(
    cycle: Cycle, role: Role, how_far: str
) -> None:
    file, other = asking(cycle), asking(cycle)
    adviser, work = taken(file)
    write(adviser, work, file)
    if how_far == "given":
        give(adviser, work, file)
    elif how_far == "let go":
        advice.let_go(actor=adviser.user, member=adviser, advice=work, submission=file, now=NOW)
    elif how_far == "role ended":
        adviser.ended_at = NOW
    member = judge(file, adviser, role)
    assert assessment_queries.conflict(member, file) is ConflictKind.ADVICE
    assert assessment_queries.conflict(member, other) is None
    assert assessment_queries.conflicts(member, [file, other]) == {file.id: ConflictKind.ADVICE}
    someone = make.make_member(cycle, role)
    assert assessment_queries.conflict(someone, file) is None


def test_an_advisers_conflict_is_of_its_cycle_alone(cycle: Cycle) -> None:
    file = asking(cycle)
    adviser, _work = taken(file)
    later = make.make_cycle(CyclePhase.COMMITTEE)
    member = make.make_member(later, Role.COMMITTEE, adviser.user)
    again = make.make_submission(later, file.city, status=SubmissionStatus.VALID)
    assert assessment_queries.conflict(member, again) is None


def test_a_member_who_advised_is_assigned_nothing_of_it_and_cannot_score_it(cycle: Cycle) -> None:
    file = asking(cycle)
    adviser, _work = taken(file)
    member = judge(file, adviser, Role.COMMITTEE)
    file.status, cycle.phase = SubmissionStatus.VALID, CyclePhase.COMMITTEE
    barred = assignments.conflicts(cycle, [member], [file])
    assert [(c.member, c.submission, c.kind) for c in barred] == [(member.pseudonym, file.pseudonym, "advice")]
    given = make.make_assignment(file, member)  # should somebody assign it by hand
    with pytest.raises(NotPermitted):
        assessments.record(
            actor=member.user,
            member=member,
            assignment=given,
            marks={},
            comment="",
            private_note="",
            submit=False,
            now=NOW,
        )
    # A declaration made later finds the tie as well and closes the reading.
    assessments.declare_conflicts(actor=member.user, member=member, ties=[], now=NOW)
    own = assessment_queries.assessment(member, file)
    assert own is not None
    assert own.status == AssessmentStatus.RECUSED


def test_a_juror_who_advised_cannot_rank_that_city(app: Flask) -> None:
    seated = judging.jury(recorded=False)
    juror, finalist = seated.jurors[1], seated.finalists[0]
    adviser = make.make_member(seated.cycle, Role.ADVISER, juror.user)
    seated.cycle.phase, seated.cycle.early_at = CyclePhase.OPEN, EARLY
    finalist.status = SubmissionStatus.SUBMITTED
    advice.ask(actor=author(finalist), submission=finalist, now=NOW)
    taken(finalist, adviser)
    seated.cycle.phase, finalist.status = CyclePhase.JURY, SubmissionStatus.VALID
    assert finalist.id not in {s.id for s in ballots.votable(juror, seated.cycle)}
    with pytest.raises(RuleViolation):
        ballots.save(actor=juror.user, member=juror, content=Content.ranked([finalist.id]), edit_version=0, now=NOW)
