"""Two versions of a submission side by side: which inputs of the form and which files differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awardapp.domain.answers import comparable
from awardapp.domain.differences import FileChange, file_changes
from awardapp.domain.forms import Form, FormField
from awardapp.domain.returning import FILES, PARTNERS
from awardapp.services import inputs


@dataclass(frozen=True, slots=True)
class InputChange:
    """An input whose value differs, as each version holds it (services.inputs.value_of)."""

    field: FormField
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything in which two versions differ, in the order of the form."""

    inputs: tuple[InputChange, ...]
    files: tuple[FileChange, ...]
    has_other_partners: bool


def compare(before: Mapping[str, Any], after: Mapping[str, Any], form: Form) -> Comparison:
    """Compare the contents of two versions (services.versions.frozen) by the cycle's form."""
    old, new = inputs.values_in(before, form), inputs.values_in(after, form)
    changed = [
        InputChange(field, name, old[name], new[name])
        for field in form.fields
        for name in (*field.inputs, *field.notes)
        if comparable(old[name]) != comparable(new[name])
    ]
    return Comparison(
        tuple(changed),
        tuple(file_changes(before["files"], after["files"])),
        before.get("partners", []) != after.get("partners", []),
    )


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any], form: Form) -> set[str]:
    """Keys of the fields that differ, with "files" and "partners" where these lists do."""
    found = compare(before, after, form)
    keys = {change.field.key for change in found.inputs}
    return keys | ({FILES} if found.files else set()) | ({PARTNERS} if found.has_other_partners else set())
