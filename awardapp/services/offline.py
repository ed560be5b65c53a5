"""The form as a Word document: made with what is stored, read when it comes back, applied after somebody has looked at it.

What comes back is kept as a row until it is applied, so that nobody loses it by signing out. Every box carries the digest of
the text it was made from: what only a colleague changed meanwhile is left alone, what both changed is asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from awardapp import i18n, wordform
from awardapp.domain.answers import is_empty
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.forms import LANGUAGES, FieldKind, FormField
from awardapp.extensions import db
from awardapp.filekinds.forms import read_form
from awardapp.models import Cycle, OfflineForm, Submission, User
from awardapp.services import inputs, writing
from awardapp.services.intake import check_editable, closed_inputs, locked
from awardapp.services.offline_sheet import NOTHING_OPEN, document, options_of, sheet_of
from awardapp.wordform import Box, NotReadable, ReadForm, Sheet

__all__ = [
    "NOTHING_OPEN",
    "Check",
    "Fate",
    "Line",
    "Sought",
    "apply",
    "check",
    "document",
    "options_of",
    "read",
    "receive",
    "sheet_of",
    "sought",
]

LARGEST = 20_000_000  # bytes of a document that comes back
MOST_WAITING = 20  # read documents of one submission; the oldest gives way

# What word processors themselves put into an emptied box.
_OTHERS_PLACEHOLDERS = frozenset(
    (
        "Click or tap here to enter text.",
        "Click here to enter text.",
        "Choose an item.",
        "单击或点击此处输入文字。",
        "单击此处输入文字。",
        "选择一项。",
    )
)

_REFUSALS = {
    "damaged": N_("This document is damaged and cannot be read. Save it again as DOCX and send that."),
    "too_large": N_("This document holds far more text than the form."),
    "not_ours": N_(
        "No box of the form was found in this document. Send the Word document that was downloaded here, saved as DOCX."
    ),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in a document: the boxes the form has now, and the words that stand in empty ones."""

    boxes: list[Box]
    placeholders: frozenset[str]


def sought(submission: Submission, *, now: datetime) -> Sought:
    """What a document of this submission may hold. Raises RuleViolation where nothing of the form is open."""
    sheets = {language: sheet_of(submission, language=language, now=now) for language in LANGUAGES}
    if not sheets["en"].chapters:
        raise RuleViolation(NOTHING_OPEN)
    placeholders = {words for sheet in sheets.values() for words in (sheet.placeholder, sheet.choose)}
    return Sought(_boxes_of(sheets), frozenset(placeholders) | _OTHERS_PLACEHOLDERS)


def read(path: Path, what: Sought) -> ReadForm:
    """Read a document that came back, in a process of its own; no transaction needs to be open. Raises RuleViolation for one
    that cannot be read.
    """
    try:
        return read_form(path, what.boxes, placeholders=what.placeholders)
    except NotReadable as error:
        raise RuleViolation(_REFUSALS[error.why], field="file") from error


def receive(
    *, actor: User, submission: Submission, found: ReadForm, filename: str, sha256: str, now: datetime
) -> OfflineForm:
    """Keep what was read in a document that came back; nothing of the submission changes.

    Raises NotPermitted, TooLate, RuleViolation for a document that is not this submission's form.
    """
    locked(submission)
    check_editable(submission, actor=actor, now=now)
    if found.reference and found.reference != submission.ref:
        raise RuleViolation(
            N_("This is the form of another submission, %(ref)s."), field="file", ref=found.reference[:40]
        )
    form = OfflineForm(
        submission_id=submission.id,
        filename=filename,
        sha256=sha256,
        content={
            "values": {name: box.ticks or box.text for name, box in found.boxes.items()},
            "base": {name: box.digest for name, box in found.boxes.items()},
            "notes": {name: sorted(box.notes) for name, box in found.boxes.items() if box.notes},
            "has_reference": bool(found.reference),
        },
        uploaded_by=actor.id,
        uploaded_at=now,
    )
    db.session.add(form)
    db.session.flush()
    _keep_few(submission)
    return form


def _boxes_of(sheets: Mapping[str, Sheet]) -> list[Box]:
    """The boxes to look for; the words of their options in both languages."""
    boxes = {box.name: box for box in sheets["en"].boxes}
    for box in sheets["zh"].boxes:
        known = boxes[box.name]
        boxes[box.name] = Box(known.name, known.kind, known.digest, options=(*known.options, *box.options))
    return list(boxes.values())


def _keep_few(submission: Submission) -> None:
    rows = db.session.scalars(
        db.select(OfflineForm)
        .where(OfflineForm.submission_id == submission.id)
        .order_by(OfflineForm.id.desc())
        .offset(MOST_WAITING)
    )
    for row in rows:
        db.session.delete(row)


class Fate(StrEnum):
    """What becomes of a box when the document is applied."""

    CHANGE = "change"  # the document's text replaces the stored one
    BOTH = "both"  # a colleague changed it meanwhile too: somebody must choose
    EMPTY = "empty"  # the box is empty, something is stored: taken only if somebody says so
    UNREADABLE = "unreadable"  # what stands in the box cannot be this field's answer
    COLLEAGUE = "colleague"  # not touched in the document, changed here since: stays
    MISSING = "missing"  # the box was not found: stays


@dataclass(frozen=True, slots=True)
class Line:
    """One input on the check screen. `old` and `new` as inputs hold them; `raw` what stands in an unreadable box."""

    name: str
    field: FormField
    fate: Fate
    old: Any
    new: Any
    digest: str
    raw: str = ""
    problem: RuleViolation | None = None
    notes: tuple[str, ...] = ()

    @property
    def can_apply(self) -> bool:
        return self.fate in (Fate.CHANGE, Fate.BOTH, Fate.EMPTY)


@dataclass(frozen=True, slots=True)
class Check:
    """What a document would change now, in the order of the form, and how many boxes say what is stored already."""

    lines: list[Line]
    same: int

    def of(self, *fates: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate in fates]


def check(form: OfflineForm, submission: Submission, *, now: datetime) -> Check:
    """Compare what was read with what is stored at this instant. Changes nothing."""
    stored = inputs.values_of(submission)
    frozen = inputs.frozen_names(submission, now=now) | closed_inputs(submission)
    lines, same = [], 0
    for name, field in submission.form.inputs:
        if name in frozen:
            continue
        line = _line(form.content, name, field, stored[name], submission.cycle)
        if line is None:
            same += 1
        else:
            lines.append(line)
    return Check(lines, same)


def _line(content: Mapping[str, Any], name: str, field: FormField, old: Any, cycle: Cycle) -> Line | None:
    """What becomes of one input; None where the document says what is stored."""
    digest = inputs.digest(old)
    if name not in content["values"]:
        return Line(name, field, Fate.MISSING, old, None, digest)
    read, base = content["values"][name], content["base"].get(name, "")
    notes = tuple(content["notes"].get(name, ()))
    try:
        new = inputs.parse(field, name, _typed(field, read, old, cycle))
    except RuleViolation as problem:
        return Line(name, field, Fate.UNREADABLE, old, None, digest, raw=_raw(read), problem=problem, notes=notes)
    if inputs.is_same(new, old) or (isinstance(old, str) and inputs.is_same(new, wordform.writable(old))):
        return None
    if inputs.digest(new) == base:
        return Line(name, field, Fate.COLLEAGUE, old, new, digest, notes=notes)
    fate = Fate.EMPTY if is_empty(new) else Fate.CHANGE if digest == base else Fate.BOTH
    return Line(name, field, fate, old, new, digest, notes=notes)


def _typed(field: FormField, read: Any, old: Any, cycle: Cycle) -> str | list[str]:
    """What was read, as the input would be typed: words of a list become keys, ticks that were not found stay as stored."""
    if field.kind.is_list:
        ticks: dict[str, bool] = read if isinstance(read, dict) else {}
        return [key for key in field.options if ticks.get(key, key in old)]
    text = str(read)
    if field.kind not in (FieldKind.THEME, FieldKind.CHOICE) or not text.strip():
        return text
    words = " ".join(text.split()).casefold()
    for language in LANGUAGES:
        with i18n.speaking(language):
            for option in options_of(field, cycle):
                if words in (" ".join(option.words.split()).casefold(), option.key.casefold()):
                    return option.key
    raise RuleViolation(N_("This is not among the choices of the list."), field=field.key)


def _raw(read: Any) -> str:
    return read if isinstance(read, str) else ", ".join(key for key, is_ticked in read.items() if is_ticked)


def apply(
    *,
    actor: User,
    form: OfflineForm,
    submission: Submission,
    chosen: Collection[str],
    seen: Mapping[str, str],
    now: datetime,
) -> list[str]:
    """Store the chosen inputs of a document; the names of those that changed. `seen` are the digests of the stored texts that
    the person was shown: where another one is stored by now, nothing is written.

    Raises writing.FormChanged then, and NotPermitted, TooLate, RuleViolation as any save does.
    """
    locked(submission)
    lines = {line.name: line for line in check(form, submission, now=now).lines if line.can_apply}
    wanted = {name: lines[name] for name in chosen if name in lines}
    if not wanted:
        raise RuleViolation(N_("Choose at least one field to take over."))
    changed = writing.save_form(
        actor=actor,
        submission=submission,
        values={name: line.new for name, line in wanted.items()},
        bases={name: seen.get(name, "") for name in wanted},
        over=[name for name, line in wanted.items() if line.fate is not Fate.CHANGE],
        now=now,
    )
    form.applied_at = now
    db.session.flush()
    return changed
