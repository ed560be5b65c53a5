"""The score sheet: what the page shows of each criterion, and what a posted sheet says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any

from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from awardapp.domain.cycles import Rules
from awardapp.domain.errors import N_, RuleViolation
from awardapp.i18n import format_number, language
from awardapp.i18n import gettext as _
from awardapp.models import Criterion
from awardapp.web.filters import level_of
from awardapp.web.forms import BaseForm, LongText, MaxLength

MAX_TEXT = 20_000
PREFIX = "mark-"


class SheetForm(BaseForm):
    """The texts of a sheet and the version it was filled from; the marks are read by `typed_marks`."""

    edit_version = IntegerField(widget=HiddenInput(), default=1)
    comment = LongText(N_("Comment for the committee"), validators=[MaxLength(MAX_TEXT)])
    private_note = LongText(N_("Private note"), validators=[MaxLength(MAX_TEXT)])

    def speak(self) -> SheetForm:
        """Put the labels into the reader's language."""
        self.comment.label.text = _("Comment for the committee")
        self.private_note.label.text = _("Private note")
        return self


class AsideForm(BaseForm):
    """Why a member steps aside."""

    reason = LongText(N_("Reason"), validators=[MaxLength(2000)])


@dataclass(frozen=True, slots=True)
class Mark:
    """One choice of the scale: what is posted, what is shown, whether it stands between two whole numbers."""

    value: str
    label: str
    between: bool
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion on the sheet with its scale, its described levels and the mark chosen, if any."""

    name: str
    criterion: Criterion
    marks: list[Mark]
    levels: list[tuple[str, str]]
    chosen: str | None


def value_of(mark: float | None) -> str | None:
    """A mark as it is posted: "7.5", "8"."""
    return None if mark is None else f"{mark:g}"


@cache
def _number(mark: float, _language: str) -> str:
    """A mark in the language spoken, kept: a sheet shows some hundred of them, and there are few different ones."""
    return format_number(mark)


def lines(
    rows: Sequence[tuple[Criterion, int | None]], rules: Rules, typed: Mapping[int, float | None] | None = None
) -> list[Line]:
    """The sheet's lines from the stored units, with what was typed laid over them."""
    own = language()
    scale = [(mark, f"{mark:g}", _number(mark, own), mark != int(mark)) for mark in rules.marks()]
    found = []
    for criterion, units in rows:
        levels = [(float(level["mark"]), str(level[own] or level["en"])) for level in criterion.levels]
        stored = None if units is None else rules.mark(units)
        mark = typed.get(criterion.id, stored) if typed else stored
        found.append(
            Line(
                name=f"{PREFIX}{criterion.id}",
                criterion=criterion,
                marks=[Mark(value, label, between, level_of(m, levels)) for m, value, label, between in scale],
                levels=[
                    (f"{_number(lowest, own)}{'' if n == len(levels) - 1 else '+'}", words)
                    for n, (lowest, words) in enumerate(levels)
                ],
                chosen=value_of(mark),
            )
        )
    return found


def typed_marks(posted: Mapping[str, Any]) -> dict[int, float | None]:
    """The posted marks by criterion id; a criterion without a choice is left out. Raises RuleViolation."""
    found: dict[int, float | None] = {}
    for name, text in posted.items():
        if not name.startswith(PREFIX):
            continue
        try:
            criterion_id, mark = int(name.removeprefix(PREFIX)), float(text) if text else None
        except ValueError as error:
            raise RuleViolation(N_("A score could not be read as a number.")) from error
        if mark is not None and not isfinite(mark):
            raise RuleViolation(N_("A score could not be read as a number."))
        found[criterion_id] = mark
    return found


def spread(own_units: Mapping[int, int], rules: Rules) -> list[tuple[str, int]]:
    """How many marks the member gave in each whole step of the scale, lowest first, as words and numbers."""
    counts: dict[int, int] = {}
    for units, n in own_units.items():
        whole = int(rules.mark(units) // 1)
        counts[whole] = counts.get(whole, 0) + n
    lowest, highest = int(rules.scale_min // 1), int(rules.scale_max // 1)
    return [(format_number(whole), counts.get(whole, 0)) for whole in range(lowest, highest + 1)]
