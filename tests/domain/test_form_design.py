"""Changing a form: what may be done to it, what it always keeps, and what differs afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp import rulebook
from awardapp.domain import form_design as design
from awardapp.domain.errors import RuleViolation
from awardapp.domain.form_changes import form_changes
from awardapp.domain.forms import FIXED_FIELDS, Choice, FieldKind, Form, FormField, FormSection
from awardapp.web.forms import BaseForm

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
SHIPPED = rulebook.load_rules().form
TEXT = FormField("gender", FieldKind.TEXT, "Gender", "性别", words=100, characters=200)


def keys(form: Form, section: str) -> list[str]:
    found = form.section(section)
    assert found is not None
    return [field.key for field in found.fields]


def told(before: Form, after: Form) -> list[tuple[str, str, str]]:
    return [(c.kind, c.thing.key if c.thing else "", c.part) for c in form_changes(before, after)]


def test_a_field_is_added_at_the_end_of_its_section() -> None:
    after = design.add_field(SHIPPED, "results", TEXT)
    assert keys(after, "results") == ["outcomes", "lessons", "transferability", "gender"]
    assert told(SHIPPED, after) == [("field_added", "gender", "")]


def test_everything_but_key_and_kind_of_a_field_can_be_changed() -> None:
    after = design.change_field(SHIPPED, "lessons", label_en="What we learnt", words=50, key="x", kind=FieldKind.LINE)
    field = after.field("lessons")
    assert field is not None
    assert (field.label_en, field.words, field.kind) == ("What we learnt", 50, FieldKind.TEXT)
    assert told(SHIPPED, after) == [("field_changed", "lessons", "label_en"), ("field_changed", "lessons", "words")]


def test_a_field_moves_within_its_section_and_on_to_the_next() -> None:
    up = design.move_field(SHIPPED, "lessons", -1)
    assert keys(up, "results") == ["lessons", "outcomes", "transferability"]
    assert told(SHIPPED, up) == [("order", "results", "")]
    over = design.move_field(up, "lessons", -1)
    assert (keys(over, "initiative")[-1], keys(over, "results")) == ("lessons", ["outcomes", "transferability"])
    assert told(up, over) == [("field_moved", "lessons", "")]
    assert design.move_field(over, "lessons", 1) == up
    assert design.move_field(SHIPPED, "theme", -1) == SHIPPED
    assert design.move_field(SHIPPED, "transferability", 1) == SHIPPED


def test_a_field_put_into_another_section_stands_at_its_end() -> None:
    after = design.change_field(SHIPPED, "sdgs", section="results")
    assert keys(after, "results")[-1] == "sdgs"
    assert told(SHIPPED, after) == [("field_moved", "sdgs", "")]


def test_sections_are_added_renamed_moved_and_taken_out() -> None:
    form = design.add_section(SHIPPED, FormSection("extra", "Extra", "附加"))
    form = design.change_section(form, "extra", title_en="More")
    form = design.move_section(form, "extra", -1)
    assert [section.key for section in form.sections][-2:] == ["extra", "results"]
    assert told(SHIPPED, form) == [("section_added", "extra", "")]
    assert design.remove_section(form, "extra") == SHIPPED
    assert design.move_section(SHIPPED, "basic", -1) == SHIPPED


@pytest.mark.parametrize("key", sorted(FIXED_FIELDS))
def test_what_the_system_needs_cannot_be_taken_out(key: str) -> None:
    with pytest.raises(RuleViolation):
        design.remove_field(SHIPPED, key)
    with pytest.raises(RuleViolation):
        design.remove_section(SHIPPED, design.section_of(SHIPPED, key).key)


@pytest.mark.parametrize("key", ["title", "summary", "theme", "contact_name", "contact_email"])
def test_what_every_submission_needs_cannot_become_optional_later_needed_or_private(key: str) -> None:
    for change in ({"is_required": False}, {"required_from": NOW}, {"is_private": True}):
        with pytest.raises(RuleViolation) as refused:
            design.change_field(SHIPPED, key, **change)
        assert refused.value.field == "need"
    assert design.change_field(SHIPPED, "contact_phone", is_required=True).field("contact_phone").is_required  # type: ignore[union-attr] # it is there


@pytest.mark.parametrize(
    ("field", "property_"),
    [
        (replace(TEXT, key="background"), "label_en"),
        (replace(TEXT, key="background_en", kind=FieldKind.PLAIN), "label_en"),
        (replace(TEXT, key="Gender"), "label_en"),
        (replace(TEXT, key="data"), "label_en"),
        (replace(TEXT, key="theme_two", kind=FieldKind.THEME), "kind"),
        (replace(TEXT, key="goals", kind=FieldKind.GOALS), "kind"),
        (replace(TEXT, words=-1), "words"),
        (replace(TEXT, kind=FieldKind.NUMBER, low=5, high=4), "high"),
        (replace(TEXT, kind=FieldKind.CHOICE, choices=(Choice("a", "A", "甲"), Choice("a", "B", "乙"))), "choices"),
        (replace(TEXT, kind=FieldKind.CHOICE, choices=tuple(Choice(f"c{n}", "C", "丙") for n in range(61))), "choices"),
        (replace(TEXT, required_from=NOW, frozen_from=NOW), "frozen_from"),
    ],
)
def test_a_field_that_contradicts_itself_or_the_form_is_refused(field: FormField, property_: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        design.add_field(SHIPPED, "results", field)
    assert refused.value.field == property_


@pytest.mark.parametrize(
    "change",
    [
        lambda form: design.move_field(form, "gone", 1),
        lambda form: design.change_field(form, "gone", label_en="x"),
        lambda form: design.change_field(form, "sdgs", section="gone"),
        lambda form: design.remove_field(form, "gone"),
        lambda form: design.remove_section(form, "gone"),
        lambda form: design.move_section(form, "gone", 1),
        lambda form: design.change_section(form, "gone", title_en="x"),
        lambda form: design.add_field(form, "gone", TEXT),
    ],
)
def test_a_thing_that_somebody_else_took_out_is_missed(change: Callable[[Form], Form]) -> None:
    with pytest.raises(RuleViolation):
        change(SHIPPED)


def test_a_form_does_not_grow_without_end() -> None:
    form = Form(tuple(FormSection(f"s{n}", "S", "节") for n in range(design.MOST_SECTIONS)))
    with pytest.raises(RuleViolation):
        design.add_section(form, FormSection("more", "More", "更多"))
    fields = tuple(replace(TEXT, key=f"field{n}") for n in range(design.MOST_FIELDS))
    with pytest.raises(RuleViolation):
        design.add_field(Form((FormSection("s", "S", "节", fields=fields),)), "s", TEXT)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Gender equality", "gender_equality"),
        ("  What is NEW?  ", "what_is_new"),
        ("Background", "background_2"),
        ("Background (en)", "background_en_2"),
        ("2030 targets", "field_2030_targets"),
        ("性别", "field"),
        ("", "field"),
        ("Data", "data_2"),
        ("basic", "basic_2"),
        ("Old one", "old_one_2"),
        ("x" * 99, "x" * 40),
    ],
)
def test_a_new_key_is_made_from_the_english_words_and_is_nobody_elses(label: str, key: str) -> None:
    assert design.new_key(SHIPPED, label, taken=["old_one"]) == key


def test_no_input_is_named_like_a_part_of_the_web_form() -> None:
    own = {name for name in dir(BaseForm) if not name.startswith("_") and name.islower()}
    assert own <= design.RESERVED


def test_a_form_is_ready_to_open_a_call_when_nothing_is_missing() -> None:
    assert design.form_problems(SHIPPED) == []
    assert design.form_problems(Form()) == ["There is no form."]
    no_chinese = design.change_field(SHIPPED, "lessons", label_zh="")
    assert design.form_problems(no_chinese) == ["The form lacks words in one of the languages."]
    empty_list = design.change_field(SHIPPED, "innovation_type", choices=())
    assert design.form_problems(empty_list) == ["The form has a list with nothing to choose from."]
    hollow = design.add_section(SHIPPED, FormSection("extra", "Extra", "附加"))
    assert design.form_problems(hollow) == ["The form has a section without a field."]
    without = Form(tuple(section for section in SHIPPED.sections if section.key != "contact"))
    assert design.form_problems(without) == ["The form lacks a field that the system needs."]
    with pytest.raises(RuleViolation):
        design.check_form(no_chinese, open_for_filling_in=True)
    design.check_form(no_chinese, open_for_filling_in=False)


def test_choices_that_are_no_longer_offered_are_found() -> None:
    field = SHIPPED.field("innovation_kinds")
    assert field is not None
    after = design.change_field(SHIPPED, "innovation_kinds", choices=field.choices[2:])
    assert design.removed_choices(SHIPPED, after) == {"innovation_kinds": ["policy", "strategy"]}
    assert design.removed_choices(SHIPPED, design.remove_field(SHIPPED, "innovation_kinds")) == {}


_labels = st.text(max_size=12)
_kinds = st.sampled_from([kind for kind in FieldKind if kind not in design.ONLY_KEYS])
_steps = st.one_of(
    st.tuples(st.just("add_field"), st.integers(0, 9), _labels, _kinds),
    st.tuples(st.just("add_section"), st.integers(0, 9), _labels, _kinds),
    st.tuples(st.just("remove_field"), st.integers(0, 40), _labels, _kinds),
    st.tuples(st.just("remove_section"), st.integers(0, 9), _labels, _kinds),
    st.tuples(st.just("move_field"), st.integers(0, 40), _labels, _kinds),
    st.tuples(st.just("move_section"), st.integers(0, 9), _labels, _kinds),
    st.tuples(st.just("rename"), st.integers(0, 40), _labels, _kinds),
)


def _step(form: Form, step: tuple[str, int, str, FieldKind]) -> Form:
    name, number, label, kind = step
    section = form.sections[number % len(form.sections)].key
    field = form.fields[number % len(form.fields)].key
    by = 1 if number % 2 else -1
    new: dict[str, Any] = {"label_en": label, "label_zh": label}
    steps: dict[str, Callable[[], Form]] = {
        "add_field": lambda: design.add_field(
            form, section, FormField(design.new_key(form, label), kind, label, label)
        ),
        "add_section": lambda: design.add_section(form, FormSection(design.new_key(form, label), label, label)),
        "remove_field": lambda: design.remove_field(form, field),
        "remove_section": lambda: design.remove_section(form, section),
        "move_field": lambda: design.move_field(form, field, by),
        "move_section": lambda: design.move_section(form, section, by),
        "rename": lambda: design.change_field(form, field, section=section, **new),
    }
    try:
        return steps[name]()
    except RuleViolation:
        return form


@settings(max_examples=60)
@given(st.lists(_steps, max_size=12))
def test_whatever_is_done_the_form_keeps_what_the_system_needs_and_its_names_apart(
    steps: list[tuple[str, int, str, FieldKind]],
) -> None:
    form = SHIPPED
    for step in steps:
        form = _step(form, step)
    design.check_form(form, open_for_filling_in=False)
    assert FIXED_FIELDS.keys() <= {field.key for field in form.fields}
    names = [name for field in form.fields for name in (*field.inputs, *field.notes)]
    assert len(names) == len(set(names))
    assert all(form.field_of(name) is not None for name in names)
    assert Form.from_json(json.loads(json.dumps(form.to_json()))) == form
    assert (form_changes(SHIPPED, form) == []) == (form == SHIPPED)


def test_dates_of_a_field_are_part_of_the_difference() -> None:
    after = design.change_field(
        SHIPPED, "lessons", is_required=False, required_from=NOW, frozen_from=NOW + timedelta(1)
    )
    assert told(SHIPPED, after) == [
        ("field_changed", "lessons", "is_required"),
        ("field_changed", "lessons", "required_from"),
        ("field_changed", "lessons", "frozen_from"),
    ]
