"""Feedback to the cities: who writes and approves it, that nothing is overwritten, and when a city can read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.feedback import FeedbackChanged, FeedbackState, missing
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import Feedback, FeedbackChange, Notification, OpenedFeedback, Submission, User
from awardapp.queries import feedback as queries
from awardapp.services import committee_report, feedback
from tests import factories as make
from tests.support import judging
from tests.support.announcing import Scene, release, sealed
from tests.support.judging import Committee
from tests.support.reporting import proposed, tie


@pytest.fixture
def found(app: Flask) -> Committee:
    return proposed()


def write(submission: Submission, by: User, now: datetime, **values: str) -> Feedback:
    """Save texts over whatever stands there; by criterion "innovation" unless named otherwise."""
    key = submission.cycle.criteria[0].key
    named = {
        name if "-" in name else f"{name.split('_')[0]}-{key}_{name.split('_')[1]}": text
        for name, text in values.items()
    }
    present = feedback.texts_of(queries.of_submission(submission.id), submission.cycle)
    bases = {name: digest(present[name]) for name in named}
    return feedback.save(actor=by, submission=submission, values=named, bases=bases, now=now)


WHOLE = {"strengths_en": "Bold.", "strengths_zh": "大胆。", "advice_en": "Measure it.", "advice_zh": "请加以衡量。"}


def approve(submission: Submission, by: User, now: datetime) -> None:
    shown = feedback.sha256_of(queries.of_submission(submission.id))
    feedback.approve(actor=by, submission=submission, shown_sha256=shown, now=now)


def scene_of(found: Committee, now: datetime) -> Scene:
    """The committee's shortlist locked, ready to be announced."""
    first, second = (make.make_member(found.cycle, Role.SECRETARIAT).user for _ in range(2))
    judging.lock(found.cycle, chair=found.chair, now=now)
    db.session.commit()
    return Scene(
        found.cycle,
        first,
        second,
        found.submissions[:3],
        found.submissions[3],
        found.submissions[5],
        found.submissions[5],
    )


def announce(found: Committee, now: datetime) -> None:
    scene = scene_of(found, now)
    announcement = sealed(scene, now)
    for person in (scene.first, scene.second):
        release(announcement, person, now)
    db.session.commit()


def letters() -> list[int]:
    kind = select(Notification.recipient_id).where(Notification.kind == "feedback_open")
    return sorted(db.session.scalars(kind))


def test_what_is_missing_is_said_until_both_parts_stand_in_both_languages() -> None:
    keys = ["innovation", "impact"]
    texts = {"strengths-innovation_en": "Bold."}
    assert missing({}, keys) == ["No strength is named.", "No advice is given."]
    assert missing(texts, keys) == ["No advice is given.", "A text stands in one language only."]
    texts |= {"strengths-innovation_zh": "大胆。", "advice-impact_en": "Measure.", "advice-impact_zh": "衡量。"}
    assert missing(texts, keys) == []
    assert missing(texts | {"advice-innovation_zh": " \n"}, keys) == []


def test_a_save_states_what_it_was_made_from_and_nothing_is_overwritten_unseen(found: Committee, now: datetime) -> None:
    entry = found.submissions[0]
    name = f"advice-{found.cycle.criteria[0].key}_en"
    write(entry, found.chair, now, advice_en="First.")
    with pytest.raises(FeedbackChanged) as refused:
        feedback.save(actor=found.chair, submission=entry, values={name: "Second."}, bases={name: digest("")}, now=now)
    assert refused.value.names == [name]
    write(entry, found.chair, now, advice_en="Third.")
    kept = db.session.scalars(select(FeedbackChange.text).order_by(FeedbackChange.id)).all()
    assert kept == ["First.", "Third."]
    with pytest.raises(RuleViolation):
        feedback.save(actor=found.chair, submission=entry, values={"advice-nothing_en": "x"}, bases={}, now=now)


def test_the_chair_writes_members_only_where_they_were_named_and_nobody_with_a_tie(
    found: Committee, now: datetime
) -> None:
    member, entry = found.members[1], found.submissions[0]
    with pytest.raises(NotPermitted):
        write(entry, member.user, now, advice_en="Mine.")
    committee_report.name_rapporteur(actor=found.chair, cycle=found.cycle, ref=entry.ref, member_id=member.id, now=now)
    write(entry, member.user, now, **WHOLE)
    with pytest.raises(NotPermitted):
        approve(entry, member.user, now)
    tie(found.members[0], entry)
    with pytest.raises(NotPermitted):
        write(entry, found.chair, now, advice_en="Mine.")
    with pytest.raises(NotPermitted):
        write(found.submissions[1], make.make_member(found.cycle, Role.SECRETARIAT).user, now, advice_en="Mine.")


def test_approved_feedback_opens_with_the_announcement_and_not_before_and_a_draft_never(
    found: Committee, now: datetime
) -> None:
    approved, draft = found.submissions[0], found.submissions[1]
    for entry in (approved, draft):
        write(entry, found.chair, now, **WHOLE)
    approve(approved, found.chair, now)
    assert db.session.scalars(select(OpenedFeedback)).all() == []
    announce(found, now)
    opened = db.session.scalars(select(OpenedFeedback)).all()
    assert [(one.submission_id, one.opened_at) for one in opened] == [(approved.id, now)]
    criterion = found.cycle.criteria[0]
    assert opened[0].content == {
        "criteria": [{"name_en": criterion.name_en, "name_zh": criterion.name_zh, **WHOLE}],
        "mean": None,
    }
    assert letters() == []  # the letter of the outcome tells of it


def test_what_is_approved_later_opens_then_with_one_letter_and_a_change_waits_for_its_own_approval(
    found: Committee, now: datetime
) -> None:
    entry, later = found.submissions[5], now + timedelta(days=3)
    announce(found, now)
    write(entry, found.chair, later, **WHOLE)
    approve(entry, found.chair, later)
    assert letters() == [entry.city.delegates[0].user_id]
    write(entry, found.chair, later, advice_en="Count it.")
    feedback_row, opened = queries.of_submission(entry.id), queries.opened(entry.id)
    assert feedback_row is not None and feedback_row.approved_at is None
    assert opened is not None and opened.content["criteria"][0]["advice_en"] == "Measure it."
    approve(entry, found.chair, later + timedelta(hours=1))
    db.session.refresh(opened)
    assert opened.content["criteria"][0]["advice_en"] == "Count it."
    assert letters() == [entry.city.delegates[0].user_id]


def test_an_approval_is_bound_to_the_text_that_was_shown_and_can_be_taken_back_until_the_city_reads(
    found: Committee, now: datetime
) -> None:
    entry = found.submissions[0]
    shown = feedback.sha256_of(write(entry, found.chair, now, **WHOLE))
    write(entry, found.chair, now, advice_en="Count it.")
    with pytest.raises(IllegalTransition):
        feedback.approve(actor=found.chair, submission=entry, shown_sha256=shown, now=now)
    approve(entry, found.chair, now)
    feedback.withdraw(actor=found.chair, submission=entry, now=now)
    approve(entry, found.chair, now)
    announce(found, now)
    with pytest.raises(IllegalTransition):
        feedback.withdraw(actor=found.chair, submission=entry, now=now)


def test_many_are_approved_at_once_only_with_their_number_and_without_those_closed_to_the_chair(
    found: Committee, now: datetime
) -> None:
    for entry in found.submissions[:4]:
        write(entry, found.chair, now, **WHOLE)
    write(found.submissions[4], found.chair, now, advice_en="Only begun.")
    tie(found.members[0], found.submissions[0])
    for wrong in (0, 2, 4, 5):
        with pytest.raises(IllegalTransition):
            feedback.approve_ready(actor=found.chair, cycle=found.cycle, expected=wrong, now=now)
    assert feedback.approve_ready(actor=found.chair, cycle=found.cycle, expected=3, now=now) == 3
    counts = queries.counts(found.cycle, without=())
    assert {state: n for state, n in counts.items() if n} == {
        FeedbackState.APPROVED: 3, FeedbackState.READY: 1, FeedbackState.DRAFT: 1, FeedbackState.NONE: 1,
    }  # fmt: skip
    with pytest.raises(NotPermitted):
        feedback.approve_ready(actor=found.members[1].user, cycle=found.cycle, expected=1, now=now)


def test_a_city_reads_its_own_corrected_mean_only_where_the_rules_let_it(found: Committee, now: datetime) -> None:
    found.cycle.rules_json = replace(found.cycle.rules, feedback_means=True).to_json()
    entry = found.submissions[0]
    write(entry, found.chair, now, **WHOLE)
    approve(entry, found.chair, now)
    announce(found, now)
    opened = queries.opened(entry.id)
    assert opened is not None
    mean = opened.content["mean"]
    assert (mean["low"], mean["high"]) == (0, 10) and 8 < mean["score"] < 10


def test_nothing_can_be_written_in_an_archived_cycle(found: Committee, now: datetime) -> None:
    found.cycle.phase = CyclePhase.ARCHIVED
    with pytest.raises(NotPermitted):
        write(found.submissions[0], found.chair, now, advice_en="Too late.")
