"""What stands in the Word document of a submission: the cycle's form, in one language, filled with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from awardapp import i18n, rulebook, wordform
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import FieldKind, FormField
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext, pick
from awardapp.models import Cycle, Submission
from awardapp.services import inputs
from awardapp.services.intake import closed_inputs
from awardapp.wordform import Box, BoxKind, Chapter, Option, Question, Sheet

NOTHING_OPEN = N_(
    "The secretariat asked for nothing that stands in the form's fields, so there is nothing to write in a Word document."
)
_TYPE_HERE, _CHOOSE_HERE = N_("Type here"), N_("Choose from the list")


def sheet_of(submission: Submission, *, language: str, now: datetime) -> Sheet:
    """The document's content in a language: sections, help, limits, and what is stored in every box. What cannot be changed
    now is left out: fields that are frozen, and of a file sent back those about which nothing was asked.
    """
    with i18n.speaking(language):
        values = inputs.values_of(submission)
        closed = closed_inputs(submission)
        frozen = inputs.frozen_names(submission, now=now) | closed
        return Sheet(
            reference=submission.ref,
            language=language,
            title=_("Submission form"),
            subtitle=f"{pick(submission.city, 'name')} · {pick(submission.cycle, 'name')}",
            intro=(
                *(
                    (_("Only the fields about which the secretariat asked stand here; all others stay as they are."),)
                    if closed
                    else ()
                ),
                _(
                    "Write in the boxes; English and Chinese have a box each. Save as DOCX and bring it back to the desk."
                ),
                _("Nothing changes when you bring it back: first you see, field by field, what would."),
                _("Leave the small grey names beside the boxes: by them a box is found again if it was damaged."),
                _("Files and pictures are added at the desk, not in this document."),
            ),
            placeholder=_(_TYPE_HERE),
            choose=_(_CHOOSE_HERE),
            page_words=_("page"),
            chapters=tuple(
                Chapter(
                    pick(section, "title"),
                    pick(section, "help"),
                    tuple(
                        _question(field, submission, values, now=now)
                        for field in section.fields
                        if not frozen.intersection(field.inputs)
                    ),
                )
                for section in submission.form.sections
                if any(not frozen.intersection(field.inputs) for field in section.fields)
            ),
        )


def document(submission: Submission, *, language: str, now: datetime) -> bytes:
    """The Word document of all that is open of the form, filled with what is stored. Raises RuleViolation for nothing."""
    sheet = sheet_of(submission, language=language, now=now)
    if not sheet.chapters:
        raise RuleViolation(NOTHING_OPEN)
    return wordform.write(sheet)


def _question(field: FormField, submission: Submission, values: Mapping[str, Any], *, now: datetime) -> Question:
    return Question(
        pick(field, "label"),
        pick(field, "help"),
        _("needed to submit") if field.is_needed(now) else _("optional"),
        tuple(_box(field, name, values[name], submission.cycle) for name in field.inputs),
    )


def _box(field: FormField, name: str, value: Any, cycle: Cycle) -> Box:
    language = name.rpartition("_")[2] if field.is_paired else ""
    kinds = {FieldKind.TEXT: BoxKind.TEXT, FieldKind.THEME: BoxKind.CHOICE, FieldKind.CHOICE: BoxKind.CHOICE}
    kind = BoxKind.TICKS if field.kind.is_list else kinds.get(field.kind, BoxKind.LINE)
    return Box(
        name,
        kind,
        inputs.digest(value),
        value=tuple(value) if field.kind.is_list else "" if value is None else str(value),
        label=i18n.LANGUAGE_NAMES.get(language, ""),
        note=_note(field, language),
        language=language,
        options=options_of(field, cycle),
    )


def _note(field: FormField, language: str) -> str:
    """Limit or unit of a box."""
    if field.kind.is_list:
        return _("tick what applies")
    if limit := field.limit(language):
        if language == "zh":
            return ngettext("at most %(n)s character", "at most %(n)s characters", limit)
        return ngettext("at most %(n)s word", "at most %(n)s words", limit)
    return pick(field, "unit")


def options_of(field: FormField, cycle: Cycle) -> tuple[Option, ...]:
    """What can be chosen, in the language being spoken."""
    own = i18n.language()
    if field.kind is FieldKind.THEME:
        return tuple(Option(str(theme.id), pick(theme, "name")) for theme in cycle.themes)
    if field.kind is FieldKind.GOALS:
        return tuple(
            Option(str(goal.number), f"{goal.number} {getattr(goal.name, own)}") for goal in rulebook.load_rules().goals
        )
    return tuple(Option(choice.key, getattr(choice, own) or choice.en) for choice in field.choices)
