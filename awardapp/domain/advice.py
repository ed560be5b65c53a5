"""Advice before the early date: until when a city may ask, when it can be given, and whom it bars from judging.

Who takes a file up to advise on it may not judge its city in the same cycle, whether or not the advice was given in the end:
the file was read. See queries/assessments.ties_of, where this is a conflict of interest like those that are declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from awardapp.domain.cycles import CyclePhase, intake_is_open
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, TooLate
from awardapp.domain.forms import Form
from awardapp.domain.submissions import SubmissionStatus

WHOLE = ""  # the key of what is advised about the file as a whole
LONGEST = 10_000  # characters of one text


class AdviceStatus(StrEnum):
    """Where an adviser's work on a file stands. Let go: taken up, read, and left to others."""

    DRAFT = "draft"
    GIVEN = "given"
    LET_GO = "let_go"


# A draft has not been handed in; a file found not valid or withdrawn has no use for advice.
_ASKING = frozenset({SubmissionStatus.SUBMITTED, SubmissionStatus.VALID})
_ADVISABLE = frozenset({SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the form that can be advised on: a text, or what a section asks besides texts. `key` is where the advice
    is kept and shown, `anchor` where the part stands on the pages."""

    key: str
    anchor: str
    name_en: str
    name_zh: str


def parts(form: Form) -> list[Part]:
    """The parts of a form in its order: each text, and for the rest of a section (figures, choices) the section. What
    judges do not read, such as the contact, advisers do not read either."""
    found: list[Part] = []
    for section in form.sections:
        fields = [field for field in section.fields if field.is_for_judges]
        if not all(field.is_paired for field in fields):
            found.append(Part(f"section:{section.key}", section.key, section.title_en, section.title_zh))
        found.extend(
            Part(f.key, f.key if f.is_long and len(fields) > 1 else section.key, f.label_en, f.label_zh)
            for f in fields
            if f.is_paired
        )
    return found


def may_ask(
    status: SubmissionStatus,
    *,
    phase: CyclePhase,
    early_at: datetime | None,
    deadline_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether advice could be asked for at this instant on a file in this state. The early date is exclusive."""
    is_early = early_at is not None and now < early_at
    return is_early and status in _ASKING and intake_is_open(phase, deadline_at=deadline_at, now=now)


def check_early(early_at: datetime | None, *, phase: CyclePhase, deadline_at: datetime | None, now: datetime) -> None:
    """Refuse once the early date has passed. Raises RuleViolation where the cycle has none, TooLate."""
    if early_at is None:
        raise RuleViolation(N_("This cycle gives no advice."))
    if now >= early_at or not intake_is_open(phase, deadline_at=deadline_at, now=now):
        raise TooLate(N_("The early date has passed: advice can no longer be asked for."))


def check_asking(status: SubmissionStatus) -> None:
    """Refuse to ask for a file that is not in. Raises IllegalTransition."""
    if status not in _ASKING:
        raise IllegalTransition(N_("Advice can be asked for on a file that is handed in."))


def can_be_advised(status: SubmissionStatus, *, phase: CyclePhase, deadline_at: datetime | None, now: datetime) -> bool:
    """Whether advice is still of use: the city can change its file and hand it in again."""
    return status in _ADVISABLE and intake_is_open(phase, deadline_at=deadline_at, now=now)


def stays_open(*, is_asked: bool, phase: CyclePhase, deadline_at: datetime | None, now: datetime) -> bool:
    """Whether a file is promised to stay open for its city: one that asked for advice, until the deadline."""
    return is_asked and intake_is_open(phase, deadline_at=deadline_at, now=now)


def check_texts(texts: Mapping[str, str], *, form: Form) -> dict[str, str]:
    """The texts that say something, by part. Raises RuleViolation for a part the form does not have or a text too long."""
    known = {WHOLE, *(part.key for part in parts(form))}
    for key, text in texts.items():
        if key not in known:
            raise RuleViolation(N_("The form has no such field."), field=key)
        if len(text) > LONGEST:
            raise RuleViolation(N_("This text is too long to be kept."), field=key)
    return {key: text.strip() for key, text in texts.items() if text.strip()}


def check_complete(texts: Mapping[str, str]) -> None:
    """Refuse to give advice without a word. Raises RuleViolation."""
    if not any(text.strip() for text in texts.values()):
        raise RuleViolation(N_("Write advice on at least one part of the file."), field="texts")
