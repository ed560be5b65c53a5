"""Changing a cycle's form and themes: prepared in a draft, put in force as a version of the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import rulebook
from awardapp.domain import form_design as design
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.forms import FieldKind, Form, FormField
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, FormDraft, RulesVersion, Theme, User
from awardapp.services import cycles, forms, inputs
from tests import factories as make

GENDER = FormField("gender", FieldKind.TEXT, "Gender", "性别", words=100, characters=200)


def secretary_of(cycle: Cycle) -> User:
    return make.make_member(cycle, Role.SECRETARIAT).user


def adding(field: FormField = GENDER) -> Callable[[Form], Form]:
    return lambda form: design.add_field(form, "results", field)


def versions(cycle: Cycle) -> list[RulesVersion]:
    return list(
        db.session.scalars(select(RulesVersion).where(RulesVersion.cycle_id == cycle.id).order_by(RulesVersion.number))
    )


def test_a_change_is_prepared_seen_and_put_in_force_with_its_reason(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    draft = forms.edit(actor=secretary, cycle=cycle, change=adding(), revision=0, now=now)
    assert draft is not None
    assert (draft.revision, draft.begun_from) == (1, 1)
    assert cycle.form_data == rulebook.load_rules().form
    assert forms.edited(cycle).field("gender") == GENDER
    with pytest.raises(RuleViolation) as refused:
        forms.put_in_force(actor=secretary, cycle=cycle, revision=1, reason=" ", now=now)
    assert refused.value.field == "reason"
    assert forms.put_in_force(actor=secretary, cycle=cycle, revision=1, reason="The jury asked.", now=now) == 1
    assert cycle.form_data.field("gender") == GENDER
    assert forms.draft_of(cycle) is None
    last = versions(cycle)[-1]
    assert (last.number, last.reason) == (2, "The jury asked.")
    assert Form.from_json(last.content["form"]) == cycle.form_data
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.details) == ("cycle.change_rules", {"form:1:field_added": [None, "gender"]})


def test_two_people_editing_do_not_overwrite_each_other(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    one, two = secretary_of(cycle), secretary_of(cycle)
    forms.edit(actor=one, cycle=cycle, change=adding(), revision=0, now=now)
    other = replace(GENDER, key="climate")
    with pytest.raises(StaleVersion):
        forms.edit(actor=two, cycle=cycle, change=adding(other), revision=0, now=now)
    with pytest.raises(StaleVersion):
        forms.put_in_force(actor=two, cycle=cycle, revision=0, reason="x", now=now)
    with pytest.raises(StaleVersion):
        forms.discard(actor=two, cycle=cycle, revision=2)
    forms.edit(actor=two, cycle=cycle, change=adding(other), revision=1, now=now)
    draft = forms.draft_of(cycle)
    assert draft is not None
    assert (draft.revision, draft.changed_by) == (2, two.id)


def test_what_changes_nothing_begins_no_draft_and_makes_no_version(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    stays: Callable[[Form], Form] = lambda form: design.move_section(form, "basic", -1)  # noqa: E731 - at its edge already
    assert forms.edit(actor=secretary, cycle=cycle, change=stays, revision=0, now=now) is None
    forms.edit(actor=secretary, cycle=cycle, change=adding(), revision=0, now=now)
    back: Callable[[Form], Form] = lambda form: design.remove_field(form, "gender")  # noqa: E731 - said once
    forms.edit(actor=secretary, cycle=cycle, change=back, revision=1, now=now)
    assert forms.put_in_force(actor=secretary, cycle=cycle, revision=2, reason="x", now=now) == 0
    assert (len(versions(cycle)), db.session.scalars(select(FormDraft)).all()) == (1, [])
    with pytest.raises(RuleViolation):
        forms.put_in_force(actor=secretary, cycle=cycle, revision=0, reason="x", now=now)


def test_a_draft_thrown_away_leaves_the_form_as_it_was(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    forms.edit(actor=secretary, cycle=cycle, change=adding(), revision=0, now=now)
    forms.discard(actor=secretary, cycle=cycle, revision=1)
    assert forms.edited(cycle) == cycle.form_data == rulebook.load_rules().form


def test_only_the_cycles_secretariat_changes_its_form_and_not_after_the_committee_began(
    app: Flask, now: datetime
) -> None:
    cycle, begun = make.make_cycle(), make.make_cycle(CyclePhase.COMMITTEE)
    with pytest.raises(NotPermitted):
        forms.edit(actor=secretary_of(begun), cycle=cycle, change=adding(), revision=0, now=now)
    with pytest.raises(IllegalTransition):
        forms.edit(actor=secretary_of(begun), cycle=begun, change=adding(), revision=0, now=now)


def test_an_open_call_takes_no_form_with_a_language_missing_and_a_new_one_does_not_open(
    app: Flask, now: datetime
) -> None:
    half = replace(GENDER, label_zh="")
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    forms.edit(actor=secretary, cycle=cycle, change=adding(half), revision=0, now=now)
    with pytest.raises(RuleViolation) as refused:
        forms.put_in_force(actor=secretary, cycle=cycle, revision=1, reason="x", now=now)
    assert refused.value.msgid == "The form lacks words in one of the languages."
    draft = make.make_cycle(CyclePhase.DRAFT)
    secretary = secretary_of(draft)
    forms.edit(actor=secretary, cycle=draft, change=adding(half), revision=0, now=now)
    assert forms.put_in_force(actor=secretary, cycle=draft, revision=1, reason="", now=now) == 1
    assert "The form lacks words in one of the languages." in cycles.problems_before_opening(draft, now=now)


def test_answers_to_a_field_taken_out_are_kept_and_come_back_with_it(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    submission = make.make_submission(cycle)
    before = inputs.value_of(submission, "lessons_en")
    forms.change_form(
        actor=secretary, cycle=cycle, form=design.remove_field(cycle.form_data, "lessons"), reason="Shorter", now=now
    )
    with pytest.raises(inputs.UnknownInput):
        inputs.value_of(submission, "lessons_en")
    assert "lessons_en" not in inputs.values_of(submission)
    inputs.put(submission, "origins_en", "Changed meanwhile.")
    again = next(one for one in forms.earlier_fields(cycle) if one.field.key == "lessons")
    assert (again.section, again.was_asked) == ("results", True)
    forms.edit(actor=secretary, cycle=cycle, change=adding(again.field), revision=0, now=now)
    forms.put_in_force(actor=secretary, cycle=cycle, revision=1, reason="Missed", now=now)
    assert inputs.value_of(submission, "lessons_en") == before != ""


def test_a_choice_that_was_chosen_cannot_be_taken_out(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    submission = make.make_submission(cycle)
    inputs.put(submission, "innovation_kinds", ["policy"])
    db.session.flush()
    field = cycle.form_data.field("innovation_kinds")
    assert field is not None
    for kept, is_refused in ((field.choices[1:], True), (field.choices[:1], False)):
        form = design.change_field(cycle.form_data, "innovation_kinds", choices=kept)
        if is_refused:
            with pytest.raises(RuleViolation) as refused:
                forms.change_form(actor=secretary, cycle=cycle, form=form, reason="x", now=now)
            assert refused.value.params == {"name": "New policy"}
        else:
            assert forms.change_form(actor=secretary, cycle=cycle, form=form, reason="x", now=now) == 1


def rows(cycle: Cycle) -> list[dict[str, Any]]:
    return [{"id": t.id, "name_en": t.name_en, "name_zh": t.name_zh} for t in cycle.themes]


def test_themes_are_added_renamed_ordered_and_taken_out_in_one_version(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    social, economic, *others = rows(cycle)
    new = {"id": None, "name_en": "Climate", "name_zh": "气候"}
    themes = [new, {**economic, "name_en": "Economy"}, *others]
    forms.change_themes(actor=secretary, cycle=cycle, themes=themes, reason="New priorities", now=now, seen=1)
    stored = db.session.execute(
        select(Theme.key, Theme.name_en).where(Theme.cycle_id == cycle.id).order_by(Theme.position)
    ).all()
    assert [tuple(row) for row in stored][:3] == [
        ("climate", "Climate"),
        ("economic", "Economy"),
        ("environmental", "Environmental"),
    ]
    assert social["id"] not in [theme.id for theme in cycle.themes]
    assert [v.content["themes"][0]["key"] for v in versions(cycle)] == ["social_cultural", "climate"]
    forms.change_themes(actor=secretary, cycle=cycle, themes=rows(cycle), reason="Looked", now=now, seen=2)
    assert len(versions(cycle)) == 2


def test_a_theme_in_use_stays_and_names_are_complete_and_different(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    used = make.make_submission(cycle).theme_id
    first, second, *others = rows(cycle)
    assert used == first["id"]
    for themes in (
        [second, *others],
        [],
        [first, {**second, "name_zh": " "}, *others],
        [first, {**second, "name_en": first["name_en"].upper()}, *others],
        [first, second, {"id": 10**6, "name_en": "x", "name_zh": "x"}],
    ):
        with pytest.raises(RuleViolation), db.session.begin_nested():
            forms.change_themes(actor=secretary, cycle=cycle, themes=themes, reason="x", now=now)
    db.session.expire_all()
    assert (rows(cycle), cycle.rules_version) == ([first, second, *others], 1)
    assert forms.used_themes(cycle) == {used: 1}
