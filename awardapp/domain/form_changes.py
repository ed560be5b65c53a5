"""What differs between two forms, as lines that can be put into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from awardapp.domain.forms import Form, FormField, FormSection

# Properties in the order in which they are told; the key never changes.
SECTION_PARTS = ("title_en", "title_zh", "help_en", "help_zh")
FIELD_PARTS = tuple(item.name for item in fields(FormField) if item.name not in ("key", "kind"))


@dataclass(frozen=True, slots=True)
class FormChange:
    """One line of a difference. `kind`: section_added, section_removed, section_changed, field_added, field_removed,
    field_changed, field_moved, order. `thing` is the section or field as it is now, or was; `part` its property that changed.
    """

    kind: str
    thing: FormSection | FormField | None
    part: str = ""
    before: Any = None
    after: Any = None


def form_changes(before: Form, after: Form) -> list[FormChange]:
    """What differs, sections first, in the order of the later form; things taken out at the end."""
    return [*_section_changes(before, after), *_field_changes(before, after), *_order(before, after)]


def _section_changes(before: Form, after: Form) -> Iterator[FormChange]:
    for section in after.sections:
        old = before.section(section.key)
        if old is None:
            yield FormChange("section_added", section)
        else:
            yield from _parts("section_changed", old, section, SECTION_PARTS)
    for old in before.sections:
        if after.section(old.key) is None:
            yield FormChange("section_removed", old)


def _field_changes(before: Form, after: Form) -> Iterator[FormChange]:
    places = {field.key: section for section in before.sections for field in section.fields}
    for section in after.sections:
        for field in section.fields:
            old = before.field(field.key)
            if old is None:
                yield FormChange("field_added", field, after=section)
                continue
            yield from _parts("field_changed", old, field, FIELD_PARTS)
            if places[field.key].key != section.key:
                yield FormChange("field_moved", field, before=places[field.key], after=section)
    for old in before.fields:
        if after.field(old.key) is None:
            yield FormChange("field_removed", old, before=places[old.key])


def _parts(kind: str, old: Any, new: Any, parts: tuple[str, ...]) -> Iterator[FormChange]:
    for part in parts:
        if getattr(old, part) != getattr(new, part):
            yield FormChange(kind, new, part, getattr(old, part), getattr(new, part))


def _order(before: Form, after: Form) -> Iterator[FormChange]:
    """Whether what both forms have stands in another order: of the sections, and of the fields of each section."""
    yield from _reordered(list(before.sections), list(after.sections), None)
    for section in after.sections:
        old = before.section(section.key)
        if old is not None:
            yield from _reordered(list(old.fields), list(section.fields), section)


def _reordered(old: list[Any], new: list[Any], section: FormSection | None) -> Iterator[FormChange]:
    both = {thing.key for thing in old} & {thing.key for thing in new}
    was, now = ([thing for thing in things if thing.key in both] for things in (old, new))
    if [thing.key for thing in was] != [thing.key for thing in now]:
        yield FormChange("order", section, before=was, after=now)
