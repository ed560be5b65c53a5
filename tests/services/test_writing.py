"""Saving one input or the whole form: nothing overwrites a text the writer has not seen, and twice is once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation, TooLate
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import ReplacedText, Submission, User
from awardapp.queries import writing as queries
from awardapp.services import inputs, writing
from tests import factories as make


@pytest.fixture
def submission(app: Flask) -> Submission:
    return make.make_submission(make.make_cycle(), title_en="River buses")


@pytest.fixture
def ana(submission: Submission) -> User:
    return submission.city.delegates[0].user


@pytest.fixture
def li(submission: Submission) -> User:
    return make.make_delegate(submission.city, make.make_user("Li Na"))


def base(submission: Submission, name: str) -> str:
    return inputs.digest(inputs.value_of(submission, name))


def save(
    submission: Submission, actor: User, name: str, text: Any, now: datetime, *, seen: str | None = None, **more: Any
) -> writing.Saved:
    found = base(submission, name) if seen is None else seen
    return writing.save_input(actor=actor, submission=submission, name=name, text=text, base=found, now=now, **more)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("title_zh", "  水上  巴士 ", "水上 巴士"),
        ("background_en", "One.\r\nTwo.", "One.\nTwo."),
        ("population", "2 874 000", 2_874_000),
        ("density_per_km2", "", None),
        ("contact_phone", "+62 31", "+62 31"),
        ("sdgs", ["13", "6"], ["6", "13"]),
        ("sdgs", [], []),
        ("innovation_type", ["revolutionary"], "revolutionary"),
    ],
)
def test_an_input_of_every_kind_is_stored(
    submission: Submission, ana: User, now: datetime, name: str, typed: Any, value: Any
) -> None:
    saved = save(submission, ana, name, typed, now)
    db.session.commit()
    db.session.expire_all()
    assert inputs.value_of(submission, name) == value == saved.value
    assert saved.digest == inputs.digest(value)
    assert (submission.edit_version, submission.changed_at) == (2, now)
    last = queries.last_save(submission.id, name)
    assert last is not None
    assert (last.user_id, last.at, last.digest) == (ana.id, now, saved.digest)


def test_the_theme_is_stored_and_a_foreign_one_refused(submission: Submission, ana: User, now: datetime) -> None:
    theme, foreign = submission.cycle.themes[2], make.make_cycle().themes[0]
    save(submission, ana, "theme", [str(theme.id)], now)
    assert submission.theme_id == theme.id
    with pytest.raises(RuleViolation) as refused:
        save(submission, ana, "theme", [str(foreign.id)], now)
    assert refused.value.field == "theme"


def test_the_same_once_more_is_a_success_and_no_change(submission: Submission, ana: User, now: datetime) -> None:
    seen = base(submission, "title_en")
    first = save(submission, ana, "title_en", "Typed once", now, seen=seen)
    again = save(submission, ana, "title_en", "Typed once", now + timedelta(seconds=9), seen=seen)
    assert (first.digest, first.number) == (again.digest, again.number)
    assert (submission.edit_version, submission.changed_at) == (2, now)


def test_a_newer_text_of_somebody_else_is_never_overwritten(
    submission: Submission, ana: User, li: User, now: datetime
) -> None:
    seen = base(submission, "title_en")
    save(submission, li, "title_en", "Li's title", now, seen=seen)
    with pytest.raises(writing.InputChanged) as met:
        save(submission, ana, "title_en", "Ana's title", now, seen=seen)
    assert (met.value.stored, met.value.last and met.value.last.by) == ("Li's title", "Li Na")
    assert submission.title_en == "Li's title"
    save(submission, ana, "background_en", "Another field is free.", now)


def test_a_text_replaced_knowingly_is_kept_with_whose_it_was(
    submission: Submission, ana: User, li: User, now: datetime
) -> None:
    save(submission, li, "title_en", "Li's title", now)
    save(submission, ana, "title_en", "Ana's title", now + timedelta(minutes=1), over=True)
    kept = db.session.scalars(select(ReplacedText)).one()
    assert (kept.name, kept.value, kept.saved_by, kept.saved_at) == ("title_en", "Li's title", li.id, now)
    assert (kept.replaced_by, kept.replaced_at) == (ana.id, now + timedelta(minutes=1))
    shown = queries.replaced(submission)
    assert [(one.whose, one.by) for one in shown] == [("Li Na", ana.name)]


def test_an_overwriting_decision_counts_only_for_the_text_that_was_seen(
    submission: Submission, ana: User, li: User, now: datetime
) -> None:
    save(submission, li, "title_en", "First", now)
    seen = base(submission, "title_en")
    save(submission, li, "title_en", "Second", now)
    with pytest.raises(writing.InputChanged):
        save(submission, ana, "title_en", "Mine", now, seen=seen, over=True)
    assert db.session.scalars(select(ReplacedText)).all() == []


def test_what_cannot_be_read_or_is_not_asked_is_refused_at_its_input(
    submission: Submission, ana: User, now: datetime
) -> None:
    for name, text in (("population", "about two million"), ("no_such_input", "x"), ("background_en", "x" * 100_001)):
        with pytest.raises(RuleViolation) as refused:
            writing.save_input(actor=ana, submission=submission, name=name, text=text, base=inputs.digest(""), now=now)
        assert refused.value.field == name
    assert submission.edit_version == 1


def test_nobody_saves_after_the_deadline_or_for_another_city(submission: Submission, ana: User, now: datetime) -> None:
    stranger = make.make_delegate(make.make_city())
    with pytest.raises(NotPermitted):
        save(submission, stranger, "title_en", "Not mine", now)
    deadline = submission.cycle.deadline_at
    assert deadline is not None
    save(submission, ana, "title_en", "In the last instant", deadline - timedelta(microseconds=1))
    with pytest.raises(TooLate):
        save(submission, ana, "title_en", "Too late", deadline)
    assert submission.title_en == "In the last instant"


def test_a_judged_file_is_not_changed(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    valid = make.make_submission(cycle, status=SubmissionStatus.VALID)
    with pytest.raises(RuleViolation) as refused:
        save(valid, valid.city.delegates[0].user, "title_en", "Better", now)
    assert refused.value.field is None


def bases(submission: Submission) -> dict[str, str]:
    return {name: inputs.digest(value) for name, value in inputs.values_of(submission).items()}


def test_the_whole_form_stores_what_the_writer_changed_and_leaves_the_rest_to_the_others(
    submission: Submission, ana: User, li: User, now: datetime
) -> None:
    opened, values = bases(submission), inputs.values_of(submission)
    save(submission, li, "origins_en", "Li's origins", now)
    typed = {**values, "title_en": "Ana's title", "sdgs": ["1"]}
    names = writing.save_form(actor=ana, submission=submission, values=typed, bases=opened, now=now)
    assert sorted(names) == ["sdgs", "title_en"]
    assert inputs.value_of(submission, "origins_en") == "Li's origins"
    assert (submission.title_en, submission.edit_version) == ("Ana's title", 3)
    assert {one.name for one in queries.saves(submission.id, since=2)} == {"sdgs", "title_en"}


def test_the_whole_form_stores_nothing_where_two_people_changed_one_input(
    submission: Submission, ana: User, li: User, now: datetime
) -> None:
    opened, values = bases(submission), inputs.values_of(submission)
    save(submission, li, "title_en", "Li's title", now)
    typed = {**values, "title_en": "Ana's title", "lessons_en": "Ana's lessons"}
    with pytest.raises(writing.FormChanged) as met:
        writing.save_form(actor=ana, submission=submission, values=typed, bases=opened, now=now)
    assert met.value.names == ["title_en"]
    assert inputs.value_of(submission, "lessons_en") == values["lessons_en"]
    chosen = {**opened, "title_en": base(submission, "title_en")}
    writing.save_form(actor=ana, submission=submission, values=typed, bases=chosen, over={"title_en"}, now=now)
    assert submission.title_en == "Ana's title"
    assert [one.value for one in db.session.scalars(select(ReplacedText))] == ["Li's title"]


def test_a_form_sent_twice_is_saved_once(submission: Submission, ana: User, now: datetime) -> None:
    opened = bases(submission)
    typed = {**inputs.values_of(submission), "title_en": "Once"}
    for _ in range(2):
        writing.save_form(actor=ana, submission=submission, values=typed, bases=opened, now=now)
    assert (submission.title_en, submission.edit_version) == ("Once", 2)
