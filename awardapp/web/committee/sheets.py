"""The score sheet: what the page shows of each criterion, and what a posted sheet says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isfinite
from typing import Any

from flask import current_app
from markupsafe import Markup

from awardapp.domain.answers import digest
from awardapp.domain.cycles import Rules
from awardapp.domain.errors import N_, RuleViolation
from awardapp.i18n import format_number, language, pick
from awardapp.i18n import gettext as _
from awardapp.models import Assessment, Criterion
from awardapp.services.sheets import MAX_TEXT, Seen
from awardapp.web.filters import level_of
from awardapp.web.forms import BaseForm, LongText, MaxLength

PREFIX = "mark-"
BASE = "base-"
TEXTS = ("comment", "private_note")


class SheetForm(BaseForm):
    """The texts of a sheet; the marks and what the page had shown are read by `typed_marks` and `seen`."""

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
    """One criterion on the sheet: its choices as markup, the mark chosen and the mark stored ("" for none)."""

    name: str
    criterion: Criterion
    scale: Markup
    chosen: str
    stored: str
    words: str  # of the chosen mark's level, "" for none

    @property
    def shown(self) -> str:
        """The chosen mark with the reader's decimal sign, a dash where there is none."""
        return mark_words(self.chosen)

    @property
    def stored_shown(self) -> str:
        return mark_words(self.stored)


def value_of(mark: float | None) -> str:
    """A mark as it is posted: "7.5", "8", "" for none."""
    return "" if mark is None else f"{mark:g}"


def mark_words(value: str) -> str:
    """A posted mark as it is shown."""
    return _number(float(value), language()) if value else "–"


@cache
def _number(mark: float, _language: str) -> str:
    """A mark in the language spoken, kept: a sheet shows some hundred of them, and there are few different ones."""
    return format_number(mark)


def lines(
    rows: Sequence[tuple[Criterion, int | None]], rules: Rules, typed: Mapping[int, float | None] | None = None
) -> list[Line]:
    """The sheet's lines from the stored units, with what was typed laid over them."""
    own = language()
    found = []
    for criterion, units in rows:
        name = f"{PREFIX}{criterion.id}"
        levels = tuple((float(level["mark"]), str(level[own] or level["en"])) for level in criterion.levels)
        stored = None if units is None else rules.mark(units)
        mark = typed.get(criterion.id, stored) if typed else stored
        scale = (rules.scale_min, rules.scale_step, rules.steps)
        drawn = _drawn(name, pick(criterion, "name"), pick(criterion, "description"), levels, scale, own)
        chosen = value_of(mark)
        found.append(
            Line(
                name=name,
                criterion=criterion,
                scale=Markup(drawn.replace(f'value="{chosen}"', f'value="{chosen}" checked', 1)),  # noqa: S704 - a template's
                chosen=chosen,
                stored=value_of(stored),
                words=levels[level_of(mark, levels)][1] if mark is not None and levels else "",
            )
        )
    return found


@lru_cache(maxsize=256)
def _drawn(
    name: str,
    title: str,
    description: str,
    levels: tuple[tuple[float, str], ...],
    scale: tuple[float, float, int],
    own: str,
) -> str:
    """The choices of one criterion, drawn once for each language: a sheet has a hundred, the same for every member."""
    lowest, step, steps = scale
    marks = []
    for n in range(steps + 1):
        mark = lowest + n * step
        marks.append(Mark(value_of(mark), _number(mark, own), mark != int(mark), level_of(mark, levels)))
    heads = [f"{_number(at, own)}{'' if n == len(levels) - 1 else '+'}" for n, (at, _words) in enumerate(levels)]
    return current_app.jinja_env.get_template("committee/_scale.html").render(
        name=name,
        title=title,
        description=description,
        marks=marks,
        levels=list(zip(heads, [words for _at, words in levels], strict=True)),
    )


def _mark(text: str) -> float | None:
    try:
        mark = float(text) if text else None
    except ValueError as error:
        raise RuleViolation(N_("A score could not be read as a number.")) from error
    if mark is not None and not isfinite(mark):
        raise RuleViolation(N_("A score could not be read as a number."))
    return mark


def typed_mark(text: str | None) -> float | None:
    """One posted mark, None for "". Raises RuleViolation."""
    return _mark((text or "").strip())


def typed_marks(posted: Mapping[str, Any], *, prefix: str = PREFIX) -> dict[int, float | None]:
    """The posted marks by criterion id; a criterion without a choice is left out. Raises RuleViolation."""
    found: dict[int, float | None] = {}
    for name, text in posted.items():
        if name.startswith(prefix):
            number = name.removeprefix(prefix)
            if not (number.isascii() and number.isdigit() and len(number) < 10):
                raise RuleViolation(N_("A score could not be read as a number."))
            found[int(number)] = _mark(text)
    return found


def seen(posted: Mapping[str, Any]) -> Seen:
    """What the page had shown when the posted sheet was filled in. Raises RuleViolation."""
    marks = typed_marks(posted, prefix=BASE + PREFIX)
    return Seen(marks, *(str(posted.get(f"{BASE}{name}", "")) for name in TEXTS))


def bases(assessment: Assessment | None) -> dict[str, str]:
    """The digests of the texts that the page shows, by name."""
    return {name: digest(getattr(assessment, name) if assessment else "") for name in TEXTS}


def spread(own_units: Mapping[int, int], rules: Rules) -> list[tuple[str, int]]:
    """How many marks the member gave in each whole step of the scale, lowest first, as words and numbers."""
    counts: dict[int, int] = {}
    for units, n in own_units.items():
        whole = int(rules.mark(units) // 1)
        counts[whole] = counts.get(whole, 0) + n
    lowest, highest = int(rules.scale_min // 1), int(rules.scale_max // 1)
    return [(format_number(whole), counts.get(whole, 0)) for whole in range(lowest, highest + 1)]


def mean(rows: Sequence[tuple[Criterion, int | None]], rules: Rules) -> float | None:
    """The weighted mean of the marks given; None while a criterion has none."""
    if not rows or any(units is None for _criterion, units in rows):
        return None
    total = sum(criterion.weight for criterion, _units in rows)
    return rules.mark(sum(criterion.weight * (units or 0) for criterion, units in rows) / total)
