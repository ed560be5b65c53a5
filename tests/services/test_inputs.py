"""Inputs by name: what is put is what is read again, wherever it is kept, and nothing beside it moves."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awardapp.domain import form_design as design
from awardapp.domain.errors import RuleViolation
from awardapp.domain.forms import Choice, FieldKind, Form, FormField, FormSection
from awardapp.domain.inputs import parse
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Submission
from awardapp.services import inputs, versions
from tests import factories as make

CHOICES = (Choice("a", "A", "甲"), Choice("b", "B", "乙"))


def with_every_kind(form: Form) -> Form:
    """The shipped form and a field of our own of every kind that a cycle may have several of."""
    own = tuple(
        FormField(f"own_{kind}", kind, "Own", "自有", choices=CHOICES if kind.has_choices else ())
        for kind in FieldKind
        if kind not in design.ONLY_KEYS
    )
    return Form((*form.sections, FormSection("own", "Own", "自有", fields=own)))


def typed(field: FormField, name: str, data: st.DataObject, submission: Submission) -> Any:
    """Something that may be typed or ticked in an input."""
    if name in field.notes:
        values = {"source": ["", "en", "zh"], "state": ["own", "machine", "checked"], "agrees": ["", "1"]}
        return data.draw(st.sampled_from(values[name.rpartition("_")[2]]))
    if field.kind is FieldKind.THEME:
        return data.draw(st.sampled_from(["", *(str(theme.id) for theme in submission.cycle.themes)]))
    if field.kind.is_number:
        low, high = int(field.low if field.low is not None else -1000), int(field.high or 10**9)
        return data.draw(st.just("") | st.integers(low, high).map(str))
    if field.kind.is_list:
        return data.draw(st.lists(st.sampled_from(field.options)))
    if field.kind is FieldKind.CHOICE:
        return data.draw(st.sampled_from(["", *field.options]))
    return data.draw(st.text(max_size=40))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_put_is_read_again_and_nothing_else_changes(app: Flask, data: st.DataObject) -> None:
    cycle = make.make_cycle()
    cycle.form = with_every_kind(cycle.form_data).to_json()
    submission = make.make_submission(cycle)
    names = [name for field in submission.form.fields for name in (*field.inputs, *field.notes)]
    for name in data.draw(st.lists(st.sampled_from(names), max_size=8)):
        field = inputs.field_of(submission, name)
        before, answers = inputs.values_of(submission), submission.answers
        as_it_was = deepcopy(answers)
        value = parse(field, name, typed(field, name, data, submission))
        inputs.put(submission, name, value)
        after = inputs.values_of(submission)
        if not name.endswith("_agrees"):
            assert inputs.is_same(after[name], value)
        changed = {other for other in after if not inputs.is_same(after[other], before[other])}
        assert changed <= {name}
        assert answers == as_it_was  # replaced, never changed in place
    kept = inputs.values_of(submission)
    db.session.flush()
    db.session.expire(submission)
    assert inputs.values_of(submission) == kept
    frozen = inputs.values_in(versions.frozen(submission), submission.form)
    assert {name: value for name, value in frozen.items() if name != "theme"} == {
        name: value for name, value in kept.items() if name != "theme"
    }


def test_several_inputs_are_changed_at_once_and_only_those_that_differ(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle())
    values = {"title_en": submission.title_en, "lessons_en": "New.", "gini": 40.5, "sdgs": ["13", "11"]}
    assert inputs.change(submission, values, now=now) == ["gini", "lessons_en"]
    assert submission.answers["city_data"]["gini"] == 40.5
    assert submission.answers["sections"]["lessons"]["zh"] == make.answers()["sections"]["lessons"]["zh"]
    with pytest.raises(inputs.UnknownInput) as refused:
        inputs.change(submission, {"title_fr": "Non"}, now=now)
    assert refused.value.field == "title_fr"


def test_what_is_said_of_two_texts_in_one_save_holds_for_the_texts_of_that_save(app: Flask, now: datetime) -> None:
    submission = make.make_submission(make.make_cycle())
    inputs.change(submission, {"lessons_state": "checked", "lessons_zh": "新", "lessons_en": "New."}, now=now)
    field = inputs.field_of(submission, "lessons_en")
    assert not inputs.provenance_in(inputs.content_of(submission), field).is_out_of_date
    inputs.change(submission, {"lessons_en": "Newer."}, now=now)
    assert inputs.provenance_in(inputs.content_of(submission), field).is_out_of_date


def test_a_theme_of_another_cycle_is_refused(app: Flask) -> None:
    submission, other = make.make_submission(make.make_cycle()), make.make_cycle()
    before = submission.theme_id
    with pytest.raises(RuleViolation):
        inputs.put(submission, "theme", str(other.themes[0].id))
    assert submission.theme_id == before
    inputs.put(submission, "theme", "")
    assert (submission.theme, submission.theme_id) == (None, None)


def test_a_frozen_field_stays_except_in_a_file_returned_for_changes(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    form = design.change_field(cycle.form_data, "lessons", frozen_from=now)
    cycle.form = form.to_json()
    submission = make.make_submission(cycle)
    before = now - timedelta(microseconds=1)
    assert inputs.frozen_names(submission, now=before) == set()
    assert inputs.frozen_names(submission, now=now) == {
        "lessons_en", "lessons_zh", "lessons_source", "lessons_state", "lessons_agrees",
    }  # fmt: skip
    with pytest.raises(RuleViolation) as refused:
        inputs.change(submission, {"lessons_zh": "晚了"}, now=now)
    assert refused.value.field == "lessons_en"
    assert inputs.change(submission, {"lessons_zh": inputs.value_of(submission, "lessons_zh")}, now=now) == []
    assert inputs.change(submission, {"lessons_zh": "及时"}, now=before) == ["lessons_zh"]
    submission.status = SubmissionStatus.RETURNED
    assert inputs.frozen_names(submission, now=now) == set()
    assert inputs.change(submission, {"lessons_zh": "应要求修改"}, now=now) == ["lessons_zh"]


def test_a_form_is_read_once_for_each_state_of_it(app: Flask) -> None:
    cycle = make.make_cycle()
    first = cycle.form_data
    assert cycle.form_data is first
    cycle.form = design.move_section(first, "city", -1).to_json()
    assert cycle.form_data.sections[0].key == "city"
    assert replace(first) == first
