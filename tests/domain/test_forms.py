"""The submission form as data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp import rulebook
from awardapp.domain.forms import (
    CITY_DATA,
    FIXED_FIELDS,
    Choice,
    FieldKind,
    Form,
    FormField,
    FormSection,
)

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
SHIPPED = rulebook.load_rules().form

words = st.text(max_size=20)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
instants = st.none() | st.datetimes(timezones=st.just(timezone(timedelta(hours=8))))
forms = st.builds(
    Form,
    st.lists(
        st.builds(
            FormSection,
            *(keys, words, words, words, words),
            st.lists(
                st.builds(
                    FormField,
                    key=keys,
                    kind=st.sampled_from(FieldKind),
                    label_en=words,
                    label_zh=words,
                    help_en=words,
                    help_zh=words,
                    is_required=st.booleans(),
                    is_private=st.booleans(),
                    words=st.integers(0, 1000),
                    characters=st.integers(0, 1000),
                    unit_en=words,
                    unit_zh=words,
                    low=st.none() | st.floats(-1e9, 1e9),
                    high=st.none() | st.floats(-1e9, 1e9),
                    choices=st.lists(st.builds(Choice, keys, words, words), max_size=3).map(tuple),
                    required_from=instants,
                    frozen_from=instants,
                ),
                max_size=4,
            ).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
)


@settings(max_examples=30)
@given(forms)
def test_a_form_survives_being_stored(form: Form) -> None:
    assert Form.from_json(json.loads(json.dumps(form.to_json()))) == form


@pytest.mark.parametrize(
    ("extra", "error"), [({"colour": "red"}, TypeError), ({"kind": "film"}, ValueError), ({"choices": [{}]}, TypeError)]
)
def test_what_a_form_does_not_know_is_refused(extra: dict[str, Any], error: type[Exception]) -> None:
    field = FormField("a", FieldKind.LINE, "A", "甲")
    with pytest.raises(error):
        FormField.from_json({**field.to_json(), **extra})


def test_an_archive_cycle_has_no_form() -> None:
    assert Form.from_json({}) == Form.from_json({"sections": []}) == Form()


def test_a_paired_field_has_an_input_in_each_language_and_any_other_has_one() -> None:
    for kind in FieldKind:
        field = FormField("one", kind, "One", "一")
        assert field.inputs == (("one_en", "one_zh") if kind in ("line", "text") else ("one",))
        assert Form((FormSection("s", "S", "节", fields=(field,)),)).field_of(field.inputs[-1]) is field


def test_an_input_is_found_by_its_name_alone_and_an_unknown_one_is_not() -> None:
    assert SHIPPED.field_of("background_zh") is SHIPPED.field("background")
    assert SHIPPED.field_of("background_state") is SHIPPED.field("background")
    assert SHIPPED.field_of("background") is None
    assert SHIPPED.field_of("population_en") is None
    assert SHIPPED.field_of("csrf_token") is None


def test_a_text_is_limited_by_words_or_by_chinese_characters() -> None:
    field = FormField("a", FieldKind.TEXT, "A", "甲", words=400, characters=700)
    assert (field.limit("en"), field.limit("zh")) == (400, 700)


def test_the_dates_of_a_field_count_from_their_instant_on() -> None:
    field = FormField("a", FieldKind.TEXT, "A", "甲", required_from=NOW, frozen_from=NOW + timedelta(days=1))
    before, then = NOW - timedelta(microseconds=1), NOW + timedelta(days=1)
    assert [field.is_needed(at) for at in (before, NOW, then)] == [False, True, True]
    assert [field.is_frozen(at) for at in (before, NOW, then)] == [False, False, True]
    always = replace(field, is_required=True, required_from=None, frozen_from=None)
    assert (always.is_needed(before), always.is_frozen(then)) == (True, False)


def test_the_shipped_form_is_the_awards_in_both_languages() -> None:
    assert [section.key for section in SHIPPED.sections] == [
        "basic", "city", "contact", "summary", "initiative", "results",
    ]  # fmt: skip
    assert [field.key for field in SHIPPED.fields] == [
        "theme", "title", "source_language", "innovation_type", "innovation_kinds", "sdgs",
        *CITY_DATA,
        "contact_name", "contact_position", "contact_email", "contact_phone",
        "summary",
        "background", "origins", "innovation", "partners_resources", "obstacles",
        "outcomes", "lessons", "transferability",
    ]  # fmt: skip
    assert SHIPPED.missing_words() == []
    assert {key: SHIPPED.field(key).kind for key in FIXED_FIELDS} == FIXED_FIELDS  # type: ignore[union-attr] # all there
    bare = {f.key for f in SHIPPED.fields if f.key in CITY_DATA and not f.unit_en}
    assert bare == {"gini", "main_source_of_prosperity"}  # an index has a scale and no unit


def test_judges_do_not_read_whom_to_ask_and_what_is_private() -> None:
    assert [f.key for f in SHIPPED.fields if not f.is_for_judges] == [
        "contact_name", "contact_position", "contact_email", "contact_phone",
    ]  # fmt: skip
    assert not FormField("second", FieldKind.EMAIL, "Second address", "备用邮箱").is_for_judges
    assert not FormField("budget", FieldKind.TEXT, "Budget", "预算", is_private=True).is_for_judges


@pytest.mark.parametrize(
    "field",
    [
        FormField("a", FieldKind.LINE, "A", " "),
        FormField("a", FieldKind.LINE, "", "甲"),
        FormField("a", FieldKind.LINE, "A", "甲", help_en="Help"),
        FormField("a", FieldKind.NUMBER, "A", "甲", unit_zh="人"),
        FormField("a", FieldKind.CHOICE, "A", "甲", choices=(Choice("x", "X", ""),)),
    ],
)
def test_words_in_one_language_only_are_found(field: FormField) -> None:
    assert Form((FormSection("s", "S", "节", fields=(field,)),)).missing_words() == ["a"]


def test_a_section_without_a_title_in_one_language_is_found() -> None:
    assert Form((FormSection("s", "S", ""), FormSection("t", "T", "题", help_zh="帮助"))).missing_words() == ["s", "t"]
