"""Filling in a sheet mark by mark, its history, bringing a state back, putting a file aside."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.answers import digest
from awardapp.domain.assessments import AssessmentStatus, SheetChanged
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.history import states
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, Cycle, Membership, Score, ScoreChange, User
from awardapp.queries import sheets as sheet_queries
from awardapp.services import assessments, progress, sheets
from tests import factories as make
from tests.conftest import NOW
from tests.support.separate import all_at_once, separate_app


def reading(**city: Any) -> tuple[Membership, Assignment]:
    """A member with one valid submission to read."""
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    member = make.make_member(cycle, Role.COMMITTEE)
    submission = make.make_submission(cycle, make.make_city(**city), status=SubmissionStatus.VALID)
    return member, make.make_assignment(submission, member)


def save_mark(
    member: Membership, assignment: Assignment, mark: float | None, base: float | None, **more: Any
) -> Assessment:
    values = {"criterion_id": member.cycle.criteria[0].id, "now": NOW, "actor": member.user, **more}
    return sheets.save_mark(member=member, ref=assignment.submission.ref, mark=mark, base=base, **values)


def save_text(member: Membership, assignment: Assignment, text: str, base: str, **more: Any) -> Assessment:
    values = {"field": "comment", "now": NOW, "actor": member.user, **more}
    return sheets.save_text(member=member, ref=assignment.submission.ref, text=text, base=digest(base), **values)


def units() -> list[int]:
    return list(db.session.scalars(select(Score.units).order_by(Score.criterion_id)))


def test_a_mark_is_set_changed_and_taken_back_and_each_is_kept(app: Flask) -> None:
    member, assignment = reading()
    save_mark(member, assignment, 7.5, None)
    assert units() == [15]
    save_mark(member, assignment, 8, 7.5)
    assert units() == [16]
    assessment = save_mark(member, assignment, None, 8)
    assert units() == []
    assert (assessment.status, assessment.edit_version) == ("draft", 4)
    assert list(db.session.scalars(select(ScoreChange.units).order_by(ScoreChange.id))) == [15, 16, None]


def test_the_same_mark_again_changes_nothing(app: Flask) -> None:
    member, assignment = reading()
    save_mark(member, assignment, 8, None)
    assert save_mark(member, assignment, 8, 3).edit_version == 2
    assert db.session.scalar(select(func.count()).select_from(ScoreChange)) == 1


def test_a_mark_is_compared_with_what_its_window_had_seen(app: Flask) -> None:
    member, assignment = reading()
    save_mark(member, assignment, 8, None)
    for base in (None, 7):
        with pytest.raises(SheetChanged) as refused:
            save_mark(member, assignment, 5, base)
        assert refused.value.items == {member.cycle.criteria[0].id}
    assert units() == [16]
    save_mark(member, assignment, 5, None, criterion_id=member.cycle.criteria[1].id)  # another criterion: no conflict
    assert units() == [16, 10]


def test_a_text_is_compared_and_kept_likewise(app: Flask) -> None:
    member, assignment = reading()
    save_text(member, assignment, "First", "")
    with pytest.raises(SheetChanged):
        save_text(member, assignment, "Other", "")
    assessment = save_text(member, assignment, "Second", "First")
    save_text(member, assignment, "Mine alone", "", field="private_note")
    assert (assessment.comment, assessment.private_note) == ("Second", "Mine alone")
    assert [(c.what, c.text) for c in sheet_queries.changes(assessment)] == [
        ("comment", "First"), ("comment", "Second"), ("private_note", "Mine alone"),
    ]  # fmt: skip
    with pytest.raises(RuleViolation):
        save_text(member, assignment, "x" * 20_001, "Second")


def test_writing_takes_an_abstention_back(app: Flask) -> None:
    member, assignment = reading()
    assessments.step_aside(
        actor=member.user, member=member, assignment=assignment, status=AssessmentStatus.ABSTAINED, reason="No", now=NOW
    )
    assessment = save_mark(member, assignment, 8, None)
    assert (assessment.status, assessment.reason) == ("draft", None)


def test_nobody_saves_what_is_not_theirs_not_open_or_closed_to_them(app: Flask) -> None:
    member, assignment = reading()
    colleague = make.make_member(member.cycle, Role.COMMITTEE)
    with pytest.raises(sheets.NotAssigned):
        save_mark(colleague, assignment, 8, None)
    with pytest.raises(NotPermitted):
        save_mark(member, assignment, 8, None, actor=colleague.user)
    member.cycle.scoring_frozen_at = NOW
    with pytest.raises(IllegalTransition):
        save_mark(member, assignment, 8, None)
    member.cycle.scoring_frozen_at = None
    assignment.submission.status = SubmissionStatus.RETURNED
    with pytest.raises(IllegalTransition):
        save_mark(member, assignment, 8, None)
    assert db.session.scalar(select(func.count()).select_from(Assessment)) == 0


def filled_in(member: Membership, assignment: Assignment, mark: float, comment: str, **more: Any) -> Assessment:
    values: dict[str, Any] = {"private_note": "", "submit": False, "now": NOW, **more}
    return assessments.record(
        actor=member.user,
        member=member,
        assignment=assignment,
        marks={c.id: mark for c in member.cycle.criteria},
        comment=comment,
        **values,
    )


def restore(member: Membership, assignment: Assignment, at: datetime, now: datetime = NOW) -> Assessment:
    return sheets.restore(actor=member.user, member=member, ref=assignment.submission.ref, at=at, now=now)


def test_an_earlier_state_is_brought_back_as_a_new_change(app: Flask) -> None:
    member, assignment = reading()
    hours = [NOW + timedelta(hours=n) for n in range(4)]
    filled_in(member, assignment, 4, "First", now=hours[0])
    assessment = filled_in(member, assignment, 9, "Second", private_note="hm", now=hours[1])
    restore(member, assignment, hours[0], hours[2])
    assert {s.units for s in assessment.scores} == {8}
    assert (assessment.comment, assessment.private_note) == ("First", "hm")  # a note never saved then is left alone
    found = states(sheet_queries.changes(assessment))
    assert [s.at for s in found] == hours[:3]
    assert [c.what for c in found[-1].changes if c.is_act] == ["restored"]
    restore(member, assignment, hours[1], hours[3])
    assert {s.units for s in assessment.scores} == {18}


def test_a_state_that_never_was_cannot_be_brought_back(app: Flask) -> None:
    member, assignment = reading()
    filled_in(member, assignment, 4, "First")
    with pytest.raises(RuleViolation):
        restore(member, assignment, NOW + timedelta(seconds=1))


def test_what_was_handed_in_is_not_brought_back_to_something_incomplete(app: Flask) -> None:
    member, assignment = reading()
    save_mark(member, assignment, 4, None)
    later = NOW + timedelta(hours=1)
    assessment = filled_in(member, assignment, 9, "Whole", submit=True, now=later)
    with pytest.raises(RuleViolation):
        restore(member, assignment, NOW)
    assert (assessment.status, assessment.first_submitted_at) == ("submitted", later)


def test_parking_is_for_the_own_files_and_ends_with_handing_in(app: Flask) -> None:
    member, assignment = reading()
    ref = assignment.submission.ref
    sheets.park(actor=member.user, member=member, ref=ref, is_parked=True, now=NOW)
    assert assignment.parked_at == NOW
    colleague = make.make_member(member.cycle, Role.COMMITTEE)
    with pytest.raises(sheets.NotAssigned):
        sheets.park(actor=colleague.user, member=colleague, ref=ref, is_parked=True, now=NOW)
    filled_in(member, assignment, 9, "Whole", submit=True)
    assert assignment.parked_at is None


def test_windows_that_save_in_the_same_instant_lose_nothing_and_none_fails(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Also the first saves of a file, when no assessment is there yet to be locked."""
    with separate_app(database, request) as app:
        cycle = make.make_cycle(CyclePhase.COMMITTEE)
        member = make.make_member(cycle, Role.COMMITTEE)
        files = [
            make.make_assignment(make.make_submission(cycle, status=SubmissionStatus.VALID), member) for _ in range(5)
        ]
        member_id, refs = member.id, [file.submission.ref for file in files]
        criteria = [criterion.id for criterion in cycle.criteria]
        db.session.commit()

        def save(n: int) -> str:
            own = db.session.get_one(Membership, member_id)
            for ref in refs:
                try:
                    sheets.save_mark(
                        actor=own.user,
                        member=own,
                        ref=ref,
                        criterion_id=criteria[n % 4],
                        mark=n + 1,
                        base=None,
                        now=NOW,
                    )
                    db.session.commit()
                except SheetChanged:
                    db.session.rollback()
            return "done"

        assert all_at_once(app, save) == ["done"] * 8
        db.session.expire_all()
        assert db.session.scalar(select(func.count()).select_from(Assessment)) == len(refs)
        rows = db.session.execute(select(Score.assessment_id, Score.criterion_id, Score.units)).all()
        assert len(rows) == 4 * len(refs)  # two windows for each criterion: one mark stands, the other was told
        changes = db.session.execute(
            select(ScoreChange.assessment_id, ScoreChange.criterion_id, ScoreChange.units)
        ).all()
        assert sorted(map(tuple, changes)) == sorted(map(tuple, rows))


def test_stopping_waits_for_a_save_that_has_begun_and_no_save_comes_after_it(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with separate_app(database, request) as app:
        member, assignment = reading()
        save_mark(member, assignment, 5, None)
        cycle_id, criterion_id = member.cycle_id, member.cycle.criteria[0].id
        ids, ref = (member.id, make.make_member(member.cycle, Role.SECRETARIAT).user_id), assignment.submission.ref
        db.session.commit()
        begun, happened = Event(), list[str]()

        def act(n: int) -> None:
            if n == 0:
                own = db.session.get_one(Membership, ids[0])
                sheets.save_mark(
                    actor=own.user, member=own, ref=ref, criterion_id=criterion_id, mark=7, base=5, now=NOW
                )
                begun.set()
                sleep(0.5)
                happened.append("saved")
            else:
                begun.wait(10)
                actor, cycle = db.session.get_one(User, ids[1]), db.session.get_one(Cycle, cycle_id)
                progress.freeze(actor=actor, cycle=cycle, now=NOW)
                happened.append("stopped")
            db.session.commit()

        all_at_once(app, act, people=2)
        assert happened == ["saved", "stopped"]
