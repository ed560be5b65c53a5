"""What a submission still lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from awardapp.domain.cycles import Rules
from awardapp.domain.eligibility import problems
from awardapp.domain.forms import Choice, FieldKind, Form, FormField, FormSection

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
BOTH = replace(Rules(), both_languages_required=True)


def field(key: str, kind: FieldKind, *, needed: bool = True, **more: Any) -> FormField:
    return FormField(key, kind, key.title(), key, is_required=needed, **more)


def form(*fields: FormField) -> Form:
    return Form((FormSection("all", "All", "全部", fields=fields),))


FORM = form(
    field("theme", FieldKind.THEME),
    field("title", FieldKind.LINE),
    field("population", FieldKind.INTEGER),
    field("contact_name", FieldKind.PLAIN),
    field("contact_email", FieldKind.EMAIL),
    field("summary", FieldKind.TEXT, words=3, characters=4),
    field("background", FieldKind.TEXT, words=5, characters=8),
    field("annex", FieldKind.TEXT, needed=False, words=3, characters=3),
    field("slogan", FieldKind.PLAIN, needed=False, words=2),
)
COMPLETE = {
    "theme": "7",
    "title_en": "Springs",
    "title_zh": "",
    "population": 1,
    "contact_name": "A",
    "contact_email": "a@city.example",
    "summary_en": "Short.",
    "background_en": "Five words and not more",
}


def found(values: dict[str, Any], *, rules: Rules | None = None, of: Form = FORM, now: datetime = NOW) -> list[str]:
    return [p.field for p in problems(values, form=of, rules=rules or Rules(), now=now)]


def test_a_complete_submission_in_one_language_lacks_nothing() -> None:
    assert found(COMPLETE) == []


def test_either_language_is_enough_unless_the_rules_ask_for_both() -> None:
    texts = {"title_zh": "泉", "summary_zh": "短", "background_zh": "项目的背景"}
    chinese = {**{k: v for k, v in COMPLETE.items() if not k.endswith("_en")}, **texts}
    assert found(chinese) == []
    assert found(COMPLETE, rules=BOTH) == ["title_zh", "summary_zh", "background_zh"]
    assert found(chinese, rules=BOTH) == ["title_en", "summary_en", "background_en"]
    assert found(chinese, rules=replace(Rules(), languages=("en",))) == ["title_en", "summary_en", "background_en"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title_en": " ", "title_zh": "\n"}, ["title_en"]),
        ({"theme": ""}, ["theme"]),
        ({"summary_en": ""}, ["summary_en"]),
        ({"summary_en": "", "source_language": "zh"}, ["summary_zh"]),
        ({"contact_name": "  "}, ["contact_name"]),
        ({"contact_email": ""}, ["contact_email"]),
        ({"contact_email": "a@city"}, ["contact_email"]),
        ({"contact_email": "a b@city.example"}, ["contact_email"]),
        ({"population": None}, ["population"]),
        ({"population": ""}, ["population"]),
        ({"background_en": ""}, ["background_en"]),
    ],
)
def test_each_missing_part_is_named_by_its_input(changes: dict[str, Any], fields: list[str]) -> None:
    assert found({**COMPLETE, **changes}) == fields


def test_a_population_of_nought_is_an_answer() -> None:
    assert found({**COMPLETE, "population": 0}) == []


def test_everything_missing_is_named_in_the_order_of_the_form() -> None:
    assert found({}) == [
        "theme", "title_en", "population", "contact_name", "contact_email", "summary_en", "background_en",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "nothing"),
    [
        (field("kind", FieldKind.CHOICE, choices=(Choice("a", "A", "甲"),)), ""),
        (field("kinds", FieldKind.CHOICES, choices=(Choice("a", "A", "甲"),)), []),
        (field("sdgs", FieldKind.GOALS), []),
        (field("area", FieldKind.NUMBER), None),
        (field("phone", FieldKind.PHONE), ""),
    ],
)
def test_a_field_of_every_kind_can_be_needed(asked: FormField, nothing: Any) -> None:
    assert found({asked.key: nothing}, of=form(asked)) == [asked.key]
    assert found({asked.key: ["a"] if nothing == [] else "a"}, of=form(asked)) == []


def test_a_text_over_its_limit_says_how_long_it_is_and_may_be() -> None:
    long = {**COMPLETE, "background_en": "one two three four five six", "background_zh": "一二三四五六七八九"}
    assert [(p.field, p.params) for p in problems(long, form=FORM, rules=Rules(), now=NOW)] == [
        ("background_en", {"words": 6, "limit": 5}),
        ("background_zh", {"words": 9, "limit": 8}),
    ]


def test_the_limit_itself_is_allowed() -> None:
    edge = {**COMPLETE, "background_en": "one two three four five", "background_zh": "一二三四五六七八"}
    assert found(edge) == []


def test_an_optional_text_may_be_empty_but_not_too_long() -> None:
    assert found({**COMPLETE, "annex_en": "one two three four", "slogan": "one two three"}) == ["annex_en", "slogan"]


def test_a_field_becomes_needed_at_the_instant_given_and_not_before() -> None:
    asked = field("evidence", FieldKind.TEXT, needed=False, required_from=NOW)
    assert found({}, of=form(asked), now=NOW - timedelta(microseconds=1)) == []
    assert found({}, of=form(asked), now=NOW) == ["evidence_en"]
    assert found({"evidence_zh": "有"}, of=form(asked), now=NOW) == []
