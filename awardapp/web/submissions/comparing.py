"""Two versions of a submission laid out for reading beside each other: for its city and for the secretariat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from awardapp.domain.differences import Change, FileChange, Piece, difference
from awardapp.domain.forms import FieldKind, FormField
from awardapp.domain.returning import PARTNERS
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Cycle
from awardapp.services.comparing import InputChange, compare
from awardapp.services.former_forms import form_of_both
from awardapp.web.submissions.reading import answer_of

_AROUND = 120  # characters of unchanged text kept on either side of a change


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of a changed text; `is_gap` where unchanged text was left out."""

    change: str
    text: str
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text that differs, in its language ("" for one that belongs to none)."""

    language: str
    pieces: list[Shown]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs: its texts word by word, or what was and what is chosen or stated in words."""

    key: str
    label: str
    texts: list[TextChange]
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything in which two versions differ, for the page."""

    fields: list[FieldChange]
    files: tuple[FileChange, ...]

    @property
    def is_empty(self) -> bool:
        return not self.fields and not self.files

    @property
    def count(self) -> int:
        return len(self.fields) + len(self.files)


def compared(before: Mapping[str, Any], after: Mapping[str, Any], cycle: Cycle, *, whole: bool = False) -> Compared:
    """Lay out what differs between two contents (services.versions.frozen); `whole` leaves no unchanged text out."""
    found = compare(before, after, form_of_both(before, after, cycle))
    fields = [
        _field(field, list(changes), before, after, cycle, whole=whole)
        for field, changes in groupby(found.inputs, key=lambda change: change.field)
    ]
    if found.has_other_partners:
        cities = [[pick(city, "name") for city in content.get("partners", [])] for content in (before, after)]
        fields.append(FieldChange(PARTNERS, _("Partner cities"), [], *cities))
    return Compared(fields, found.files)


def _field(
    field: FormField,
    changes: Sequence[InputChange],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    cycle: Cycle,
    *,
    whole: bool,
) -> FieldChange:
    label = pick(field, "label")
    texts = [
        TextChange(change.name.rpartition("_")[2], list(shown(difference(change.before, change.after), whole=whole)))
        for change in changes
        if change.name in field.inputs and field.is_paired
    ]
    if field.kind is FieldKind.PLAIN:
        texts = [TextChange("", list(shown(difference(changes[0].before, changes[0].after), whole=whole)))]
    if texts:
        return FieldChange(field.key, label, texts, [], [])
    if field.is_paired:  # only what is said about its two languages
        return FieldChange(
            field.key, label, [], [_provenance(before, field, cycle)], [_provenance(after, field, cycle)]
        )
    return FieldChange(
        field.key, label, [], answer_of(before, field, cycle).lines, answer_of(after, field, cycle).lines
    )


def _provenance(content: Mapping[str, Any], field: FormField, cycle: Cycle) -> str:
    found = answer_of(content, field, cycle).provenance
    if found is None or not found.is_stated:
        return _("The authoritative text is not named.")
    return (
        _("The authoritative text is the Chinese one.")
        if found.source == "zh"
        else _("The authoritative text is the English one.")
    )


def shown(pieces: Sequence[Piece], *, whole: bool) -> Iterator[Shown]:
    """The pieces with long unchanged passages cut to what surrounds the changes."""
    for number, piece in enumerate(pieces):
        if whole or piece.change is not Change.SAME or len(piece.text) <= 3 * _AROUND:
            yield Shown(piece.change.value, piece.text)
            continue
        if number:
            yield Shown(piece.change.value, piece.text[:_AROUND])
        yield Shown(piece.change.value, "", is_gap=True)
        if number + 1 < len(pieces):
            yield Shown(piece.change.value, piece.text[-_AROUND:])
