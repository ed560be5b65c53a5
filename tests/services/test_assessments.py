"""Declaring conflicts of interest, scoring, stepping aside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.answers import digest
from awardapp.domain.assessments import AssessmentStatus, ConflictKind, SheetChanged
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, ConflictOfInterest, Membership, ScoreChange
from awardapp.services import assessments
from awardapp.services.assessments import DeclaredTie
from awardapp.services.sheets import Seen
from tests import factories as make
from tests.conftest import NOW


def reading(*, released: bool = True, declared: bool = True, **city: Any) -> tuple[Membership, Assignment]:
    """A member with one valid submission to read."""
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    member = make.make_member(cycle, Role.COMMITTEE, declared=declared)
    submission = make.make_submission(cycle, make.make_city(**city), status=SubmissionStatus.VALID)
    return member, make.make_assignment(submission, member, released=released)


def marks(member: Membership, mark: float | None = 7.5) -> dict[int, float | None]:
    return {criterion.id: mark for criterion in member.cycle.criteria}


def record(member: Membership, assignment: Assignment, **changes: Any) -> Assessment:
    values: dict[str, Any] = {
        "actor": member.user,
        "marks": marks(member),
        "comment": "Well founded.",
        "private_note": "",
        "submit": False,
        "now": NOW,
        **changes,
    }
    return assessments.record(member=member, assignment=assignment, **values)


def history(assessment: Assessment) -> list[int | None]:
    return list(
        db.session.scalars(
            select(ScoreChange.units).where(ScoreChange.assessment_id == assessment.id).order_by(ScoreChange.id)
        )
    )


def tie(**values: Any) -> DeclaredTie:
    return DeclaredTie(**{"city_id": None, "country": None, "kind": ConflictKind.ADVICE, "note": " advised ", **values})


def test_a_draft_keeps_scores_in_steps_and_counts_its_saves(app: Flask) -> None:
    member, assignment = reading()
    first, *rest = member.cycle.criteria
    assessment = record(member, assignment, marks={first.id: 7.5, rest[0].id: 0}, comment="", private_note="mine")
    assert (assessment.status, assessment.edit_version, assessment.submitted_at) == ("draft", 2, None)
    assert {s.criterion_id: s.units for s in assessment.scores} == {first.id: 15, rest[0].id: 0}
    assert assessment.private_note == "mine"


def test_every_score_ever_saved_is_kept_and_an_unchanged_one_not_twice(app: Flask) -> None:
    member, assignment = reading()
    first = member.cycle.criteria[0].id
    for mark in (5, 6, 6, None, 6):
        assessment = record(member, assignment, marks={first: mark})
    assert history(assessment) == [10, 12, None, 12]
    assert [s.units for s in assessment.scores] == [12]


def test_handing_in_needs_every_score_and_a_comment(app: Flask) -> None:
    member, assignment = reading()
    some = dict(list(marks(member).items())[1:])
    with pytest.raises(RuleViolation) as refused:
        record(member, assignment, marks=some, submit=True)
    assert refused.value.params == {"missing": 1}
    db.session.rollback()


def test_a_handed_in_assessment_can_be_changed_but_not_taken_apart(app: Flask, now: datetime) -> None:
    member, assignment = reading()
    assessment = record(member, assignment, submit=True)
    assert (assessment.status, assessment.submitted_at) == ("submitted", now)
    record(member, assignment, marks=marks(member, 8))
    assert (assessment.status, {s.units for s in assessment.scores}) == ("submitted", {16})
    db.session.commit()
    for changes in ({"marks": marks(member, None)}, {"comment": " "}):
        with pytest.raises(RuleViolation):
            record(member, assignment, **changes)
        db.session.rollback()


def shown(member: Membership, mark: float | None = None, comment: str = "", note: str = "") -> Seen:
    """A page that showed one mark everywhere and these texts."""
    return Seen(marks(member, mark), digest(comment), digest(note))


def test_two_windows_never_overwrite_each_other(app: Flask) -> None:
    member, assignment = reading()
    record(member, assignment, marks=marks(member, 8), comment="Mine.", seen=shown(member))
    with pytest.raises(SheetChanged) as refused:
        record(member, assignment, marks=marks(member, 3), comment="Mine.", seen=shown(member))
    assert refused.value.items == set(marks(member))
    with pytest.raises(SheetChanged) as refused:
        record(member, assignment, marks=marks(member, 8), comment="Other.", seen=shown(member, 8))
    assert refused.value.items == {"comment"}
    assessment = db.session.scalars(select(Assessment)).one()
    assert ({s.units for s in assessment.scores}, assessment.comment) == ({16}, "Mine.")


def test_windows_that_touch_different_things_do_not_meet(app: Flask) -> None:
    member, assignment = reading()
    first, second, *_rest = marks(member)
    record(member, assignment, marks={first: 8}, comment="", seen=shown(member))
    # The other window still shows nothing on the first criterion, and leaves it alone.
    assessment = record(member, assignment, marks={second: 6}, comment="Words.", seen=shown(member))
    assert {s.criterion_id: s.units for s in assessment.scores} == {first: 16, second: 12}
    assert assessment.comment == "Words."


def test_a_score_of_another_cycle_or_off_the_scale_is_refused(app: Flask) -> None:
    member, assignment = reading()
    other = make.make_cycle()
    for wrong in ({other.criteria[0].id: 5}, marks(member, 10.5), marks(member, 0.3)):
        with pytest.raises(RuleViolation):
            record(member, assignment, marks=wrong)


def test_a_text_beyond_all_measure_is_refused(app: Flask) -> None:
    member, assignment = reading()
    record(member, assignment, comment="x" * 20_000)
    for long in ({"comment": "x" * 20_001}, {"private_note": "x" * 20_001}):
        with pytest.raises(RuleViolation):
            record(member, assignment, **long)


def test_only_the_member_it_is_assigned_to_scores(app: Flask) -> None:
    member, assignment = reading()
    colleague = make.make_member(member.cycle, Role.COMMITTEE)
    with pytest.raises(NotPermitted):
        record(colleague, assignment)
    with pytest.raises(NotPermitted):
        record(member, assignment, actor=colleague.user)


def test_nothing_is_scored_before_the_release_the_declaration_or_outside_the_phase(app: Flask) -> None:
    for values in ({"released": False}, {"declared": False}):
        with pytest.raises(NotPermitted):
            record(*reading(**values))
    member, assignment = reading()
    for phase in set(CyclePhase) - {CyclePhase.COMMITTEE}:
        member.cycle.phase = phase
        with pytest.raises(IllegalTransition):
            record(member, assignment)


def test_a_member_whose_role_has_ended_scores_nothing(app: Flask, now: datetime) -> None:
    member, assignment = reading()
    member.ended_at = now
    db.session.flush()
    with pytest.raises(NotPermitted):
        record(member, assignment)


def test_a_tie_or_the_own_country_bars_from_scoring_unless_the_rules_allow_it(app: Flask, now: datetime) -> None:
    member, assignment = reading(country="ES")
    member.user.country = "ES"
    with pytest.raises(NotPermitted):
        record(member, assignment)
    member.cycle.rules_json = {**member.cycle.rules_json, "bar_own_country": False}
    record(member, assignment)

    other, file = reading(country="FR")
    assessments.declare_conflicts(actor=other.user, member=other, ties=[tie(country="FR")], now=now)
    with pytest.raises(NotPermitted):
        record(other, file)


def test_stepping_aside_needs_a_reason_and_is_final_only_for_a_recusal(app: Flask, now: datetime) -> None:
    member, assignment = reading()

    def aside(status: AssessmentStatus, reason: str = "I know too little.") -> Assessment:
        return assessments.step_aside(
            actor=member.user, member=member, assignment=assignment, status=status, reason=reason, now=now
        )

    for status, reason in ((AssessmentStatus.ABSTAINED, " "), (AssessmentStatus.SUBMITTED, "x")):
        with pytest.raises(RuleViolation):
            aside(status, reason)
    assessment = aside(AssessmentStatus.ABSTAINED)
    assert (assessment.status, assessment.reason) == ("abstained", "I know too little.")
    record(member, assignment, submit=True)
    assert (assessment.status, assessment.reason) == ("submitted", None)
    aside(AssessmentStatus.RECUSED, "My sister works there.")
    assert (assessment.status, assessment.submitted_at) == ("recused", None)
    with pytest.raises(IllegalTransition):
        record(member, assignment)


def test_a_declaration_replaces_the_one_before_and_keeps_it_on_the_record(app: Flask, now: datetime) -> None:
    member, assignment = reading(declared=False)
    city = assignment.submission.city_id
    assessments.declare_conflicts(actor=member.user, member=member, ties=[tie(country="DE")], now=now)
    later = now + timedelta(days=1)
    assessments.declare_conflicts(actor=member.user, member=member, ties=[tie(city_id=city)], now=later)
    rows = db.session.scalars(select(ConflictOfInterest).order_by(ConflictOfInterest.id)).all()
    assert [(r.country, r.city_id, r.note, r.withdrawn_at) for r in rows] == [
        ("DE", None, "advised", later),
        (None, city, "advised", None),
    ]
    assert member.conflicts_declared_at == later


def test_declaring_a_tie_to_a_file_already_given_out_recuses_from_it(app: Flask, now: datetime) -> None:
    member, assignment = reading()
    assessment = record(member, assignment, submit=True)
    city = assignment.submission.city_id
    assessments.declare_conflicts(actor=member.user, member=member, ties=[tie(city_id=city)], now=now)
    assert (assessment.status, assessment.submitted_at) == ("recused", None)
    assert assessment.reason == "conflict of interest: advice"


def test_everybody_declares_for_themselves_each_tie_with_one_object_until_the_jury_ends(
    app: Flask, now: datetime
) -> None:
    member, assignment = reading(declared=False)
    colleague = make.make_member(member.cycle, Role.COMMITTEE)
    with pytest.raises(NotPermitted):
        assessments.declare_conflicts(actor=colleague.user, member=member, ties=[], now=now)
    for wrong in (tie(), tie(city_id=assignment.submission.city_id, country="ES")):
        with pytest.raises(RuleViolation):
            assessments.declare_conflicts(actor=member.user, member=member, ties=[wrong], now=now)
    member.cycle.phase = CyclePhase.WINNERS_SEALED
    with pytest.raises(IllegalTransition):
        assessments.declare_conflicts(actor=member.user, member=member, ties=[], now=now)
