"""Returned for correction: notes at fields, only what was asked for is open, and out of judging until it is back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, TooLate
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, Notification, Submission, SubmissionReturn, User
from awardapp.queries import handing_in as queries
from awardapp.queries import queue as reading
from awardapp.queries import submissions as submission_queries
from awardapp.queries import writing as writing_queries
from awardapp.services import attachments, comparing, inputs, letters, offline, partners, submissions, writing
from tests import factories as make

DAY = timedelta(days=1)
NOTES = {"background": "Say since when.", "population": ""}


@pytest.fixture
def secretary(app: Flask) -> User:
    return make.make_user("Chen Meiling")


@pytest.fixture
def returned(app: Flask, now: datetime, secretary: User) -> Submission:
    """A file of a closed call, sent back with two fields open."""
    cycle = make.make_cycle(CyclePhase.SCREENING, deadline_at=now - DAY)
    make.make_member(cycle, Role.SECRETARIAT, secretary)
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    submissions.return_for_changes(
        actor=secretary, submission=submission, note="Nearly there.", notes=NOTES, is_limited=True,
        return_by=now + 3 * DAY, now=now,
    )  # fmt: skip
    return submission


def actor_of(submission: Submission) -> User:
    return submission.city.delegates[0].user


def write(submission: Submission, name: str, text: str, now: datetime) -> None:
    base = digest(inputs.value_of(submission, name))
    writing.save_input(actor=actor_of(submission), submission=submission, name=name, text=text, base=base, now=now)


def test_only_what_was_asked_for_can_be_changed_by_whatever_way(returned: Submission, now: datetime) -> None:
    write(returned, "background_en", "Since 2019.", now)
    write(returned, "population", "1200000", now)
    for name in ("title_en", "lessons_zh", "contact_name"):
        with pytest.raises(RuleViolation) as refused:
            write(returned, name, "Something else", now)
        assert refused.value.field == name
    with pytest.raises(RuleViolation):
        attachments.describe(actor=actor_of(returned), submission=returned, captions={}, now=now)
    with pytest.raises(RuleViolation):
        writing.save_form(
            actor=actor_of(returned), submission=returned, values={"title_en": "New"}, bases=None, now=now
        )
    kept = {"title_en": returned.title_en, "background_en": "Since 2018."}
    writing.save_form(actor=actor_of(returned), submission=returned, values=kept, bases=None, now=now)
    assert inputs.value_of(returned, "background_en") == "Since 2018."


def test_handing_in_looks_once_more_that_nothing_else_was_changed(returned: Submission, now: datetime) -> None:
    write(returned, "background_en", "Since 2019.", now)
    returned.title_en = "Changed behind the rules' back"
    with pytest.raises(RuleViolation) as refused:
        submissions.submit(actor=actor_of(returned), submission=returned, now=now)
    assert refused.value.params["fields"] == "Title of the initiative"
    assert returned.status is SubmissionStatus.RETURNED


def test_it_comes_back_as_a_new_version_that_answers_the_return(
    returned: Submission, secretary: User, now: datetime
) -> None:
    write(returned, "background_en", "Since 2019.", now)
    version = submissions.submit(actor=actor_of(returned), submission=returned, now=now)
    row = queries.last_return(returned)
    assert row is not None
    assert (row.version, row.answered_version, row.was_valid) == (1, 2, False)
    before = submission_queries.version(returned, 1)
    assert before is not None
    assert comparing.changed_keys(before.content, version.content, returned.form) == {"background"}
    with pytest.raises(TooLate):  # the call is closed: once it is back nothing is open any more
        write(returned, "background_en", "Since 2020.", now)


def test_its_date_is_its_own_and_exclusive(returned: Submission, now: datetime) -> None:
    with pytest.raises(TooLate):
        write(returned, "background_en", "Since 2019.", now + 3 * DAY)
    with pytest.raises(TooLate):
        submissions.submit(actor=actor_of(returned), submission=returned, now=now + 3 * DAY)


def test_the_letter_has_the_notes_with_the_fields_names_in_the_readers_language(
    returned: Submission, now: datetime
) -> None:
    row = db.session.scalars(select(Notification).where(Notification.kind == "submission_returned")).one()
    text = letters.render(row).text
    for words in (
        "Nearly there.",
        "Background: Say since when.",
        "Only these parts can be changed: Population, Background.",
    ):
        assert words in text.replace("\n", " ") or words.split(": ")[0] in text
    actor_of(returned).language = "zh"
    assert "只可修改以下部分" in letters.render(row).text


@pytest.mark.parametrize(
    ("note", "notes", "is_limited", "field"),
    [
        ("", {}, False, "note"),
        ("", {"background": "  "}, False, "note"),
        ("Words.", {"nonsense": "No such field."}, False, "note-nonsense"),
        ("Words.", {}, True, "is_limited"),
        ("", {"background": ""}, True, "note"),
    ],
)
def test_a_return_says_something_about_fields_that_exist(
    app: Flask, now: datetime, note: str, notes: dict[str, str], is_limited: bool, field: str
) -> None:
    submission = make.make_submission(make.make_cycle(), status=SubmissionStatus.SUBMITTED)
    actor = make.make_member(submission.cycle, Role.SECRETARIAT).user
    with pytest.raises(RuleViolation) as refused:
        submissions.return_for_changes(
            actor=actor, submission=submission, note=note, notes=notes, is_limited=is_limited,
            return_by=now + DAY, now=now,
        )  # fmt: skip
    assert refused.value.field == field
    assert db.session.scalars(select(SubmissionReturn)).all() == []


def test_a_valid_file_leaves_judging_while_it_is_away_and_its_scores_wait_for_it(
    app: Flask, now: datetime, secretary: User
) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE, deadline_at=now - 30 * DAY)
    make.make_member(cycle, Role.SECRETARIAT, secretary)
    member = make.make_member(cycle, Role.COMMITTEE)
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    make.make_assignment(submission, member)
    db.session.add(
        Assessment(
            cycle_id=cycle.id,
            submission_id=submission.id,
            membership_id=member.id,
            status="draft",
            comment="Promising.",
            private_note="",
            edit_version=1,
            created_at=now,
            changed_at=now,
        )
    )
    db.session.flush()
    assert [item.ref for item in reading.page_of(member)] == [submission.ref]

    submissions.return_for_changes(
        actor=secretary, submission=submission, note="One figure is wrong.", return_by=now + DAY, now=now
    )
    assert reading.page_of(member) == []
    assert reading.counts(member).total == 0
    assert reading.next_ref(member) is None
    row = queries.last_return(submission)
    assert row is not None and row.was_valid

    write(submission, "population", "900000", now)
    submissions.submit(actor=actor_of(submission), submission=submission, now=now)
    assert reading.page_of(member) == []  # back, but not valid yet
    submissions.accept_as_valid(actor=secretary, submission=submission, now=now)
    assert [(item.ref, item.status) for item in reading.page_of(member)] == [(submission.ref, "draft")]
    assert db.session.scalars(select(Assessment.comment)).all() == ["Promising."]


def test_a_file_whose_city_does_not_answer_can_be_accepted_as_it_stands_and_returned_again(
    app: Flask, now: datetime, secretary: User
) -> None:
    cycle = make.make_cycle(CyclePhase.SCREENING, deadline_at=now - DAY)
    make.make_member(cycle, Role.SECRETARIAT, secretary)
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    submissions.accept_as_valid(actor=secretary, submission=submission, now=now)
    for _ in range(2):
        submissions.return_for_changes(
            actor=secretary, submission=submission, note="A better picture?", return_by=now + DAY, now=now
        )
        submissions.accept_as_valid(actor=secretary, submission=submission, now=now)
    assert (submission.status, submission.version) == (SubmissionStatus.VALID, 1)
    assert (submission.return_by, submission.return_note) == (None, None)
    kinds = db.session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert kinds == ["submission_accepted"] + ["submission_returned", "submission_accepted"] * 2


def test_nothing_is_returned_once_the_shortlist_is_sealed_or_by_a_stranger(
    app: Flask, now: datetime, secretary: User
) -> None:
    cycle = make.make_cycle(CyclePhase.SHORTLIST_SEALED)
    make.make_member(cycle, Role.SECRETARIAT, secretary)
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    with pytest.raises(IllegalTransition):
        submissions.return_for_changes(
            actor=secretary, submission=submission, note="Late.", return_by=now + DAY, now=now
        )
    with pytest.raises(NotPermitted):
        submissions.return_for_changes(
            actor=actor_of(submission), submission=submission, note="Late.", return_by=now + DAY, now=now
        )


def test_what_was_written_after_handing_in_neither_locks_a_limited_return_nor_is_lost(
    app: Flask, now: datetime, secretary: User
) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN, deadline_at=now + DAY)
    make.make_member(cycle, Role.SECRETARIAT, secretary)
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    handed_in = inputs.values_of(submission)
    write(submission, "title_en", "Typed after handing in", now)
    write(submission, "lessons_zh", "事后写的", now)
    lyon = [("Lyon", "FR")]
    partners.name_partners(actor=actor_of(submission), submission=submission, named=lyon, now=now)
    submissions.return_for_changes(
        actor=secretary, submission=submission, note="", notes=NOTES, is_limited=True, return_by=now + 3 * DAY, now=now
    )
    assert inputs.values_of(submission) == handed_in
    kept = {one.text.name: one.words for one in writing_queries.replaced(submission)}
    assert kept == {"title_en": "Typed after handing in", "lessons_zh": "事后写的"}
    write(submission, "background_en", "Since 2019.", now)
    assert submissions.submit(actor=actor_of(submission), submission=submission, now=now).number == 2


def test_an_accepted_file_goes_by_the_title_that_was_handed_in(app: Flask, now: datetime, secretary: User) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN, deadline_at=now + DAY)
    make.make_member(cycle, Role.SECRETARIAT, secretary)
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, title_en="Handed in")
    write(submission, "title_en", "Typed after handing in", now)
    write(submission, "background_en", "Typed after handing in too", now)
    submissions.accept_as_valid(actor=secretary, submission=submission, now=now)
    assert submission.title_en == "Handed in"
    assert inputs.value_of(submission, "background_en") == "Typed after handing in too"  # stays the city's own
    assert [one.words for one in writing_queries.replaced(submission)] == ["Typed after handing in"]


def test_the_word_document_of_a_limited_return_holds_the_open_fields_alone(returned: Submission, now: datetime) -> None:
    names = {"background_en", "background_zh", "population"}
    assert {box.name for box in offline.sheet_of(returned, language="en", now=now).boxes} == names
    assert {box.name for box in offline.sought(returned, now=now).boxes} == names


def test_where_nothing_of_the_form_is_open_there_is_no_word_document(
    returned: Submission, now: datetime, secretary: User
) -> None:
    last = queries.last_return(returned)
    assert last is not None
    last.notes = {"files": "A sharper picture, please."}
    db.session.flush()
    for refused in (
        lambda: offline.document(returned, language="zh", now=now),
        lambda: offline.sought(returned, now=now),
    ):
        with pytest.raises(RuleViolation, match="nothing to write"):
            refused()
