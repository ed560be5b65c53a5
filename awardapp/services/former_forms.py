"""The form by which a version is read: the cycle's own, with what the form asked when the version was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from awardapp.domain.answers import is_empty
from awardapp.domain.earlier import form_in
from awardapp.domain.former_fields import with_former
from awardapp.domain.forms import Form, FormField
from awardapp.extensions import db
from awardapp.models import Cycle, RulesVersion
from awardapp.services import inputs


def form_of(content: Mapping[str, Any], cycle: Cycle) -> Form:
    """For the content of a version (services.versions.frozen). One query where the rules have changed since, else none."""
    return _with_answered(form_in(content, cycle.form_data), content, cycle)


def form_of_both(before: Mapping[str, Any], after: Mapping[str, Any], cycle: Cycle) -> Form:
    """For two contents that are compared: with what either answered."""
    form = form_in({**before, **after}, cycle.form_data)
    return _with_answered(_with_answered(form, before, cycle), after, cycle)


def _with_answered(form: Form, content: Mapping[str, Any], cycle: Cycle) -> Form:
    number = content.get("rules_version", cycle.rules_version)
    if number == cycle.rules_version:
        return form
    stored = db.session.scalar(
        select(RulesVersion.content["form"]).where(RulesVersion.cycle_id == cycle.id, RulesVersion.number == number)
    )
    if stored is None:
        return form
    former = form_in(content, Form.from_json(stored))
    return with_former(form, former, lambda field: _is_answered(content, field))


def _is_answered(content: Mapping[str, Any], field: FormField) -> bool:
    return not all(is_empty(inputs.value_in(content, field, name)) for name in field.inputs)
