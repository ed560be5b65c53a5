"""What a city is told of its entry beyond the outcome: strengths and advice by criterion, in the committee's words.

Written by the committee's chair, or by members whom the chair named for a case, from the readings; approved by the chair one
by one or many at a time. What readers wrote is never shown as it is. Until it is approved and the outcome is announced,
nobody outside the committee learns that there is a text at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, RuleViolation, StaleVersion

LANGUAGES = ("en", "zh")
PARTS = ("strengths", "advice")
MAX_TEXT = 10_000  # characters of one text; a page has some three thousand

WRITING = frozenset(
    {
        CyclePhase.COMMITTEE,
        CyclePhase.SHORTLIST_SEALED,
        CyclePhase.SHORTLIST_PUBLIC,
        CyclePhase.JURY,
        CyclePhase.WINNERS_SEALED,
        CyclePhase.WINNERS_PUBLIC,
    }
)


class FeedbackState(StrEnum):
    """How far the feedback on one entry is. `approved` opens by itself with the announcement, `open` the city can read."""

    NONE = "none"
    DRAFT = "draft"
    READY = "ready"
    APPROVED = "approved"
    OPEN = "open"


STATE_NAMES: dict[FeedbackState, str] = {
    FeedbackState.NONE: N_("not begun"),
    FeedbackState.DRAFT: N_("being written"),
    FeedbackState.READY: N_("ready to approve"),
    FeedbackState.APPROVED: N_("approved, not announced"),
    FeedbackState.OPEN: N_("open to the city"),
}


class FeedbackChanged(StaleVersion):
    """Other texts are stored by now in the inputs `names` than the ones the writer started from."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(N_("Somebody else changed this text after you opened it."))
        self.names = list(names)


def input_name(part: str, criterion: str, language: str) -> str:
    """The name under which a text is stored and saved, e.g. "strengths-innovation_en"."""
    return f"{part}-{criterion}_{language}"


def inputs(criteria: Iterable[str]) -> list[str]:
    """The names of all texts of these criteria."""
    return [input_name(part, key, language) for key in criteria for part in PARTS for language in LANGUAGES]


def missing(texts: Mapping[str, str], criteria: Iterable[str]) -> list[str]:
    """Message ids of what keeps the feedback from being approved; empty when it can be."""
    criteria = list(criteria)
    written = {name for name in inputs(criteria) if texts.get(name, "").strip()}
    problems = []
    for part, words in (("strengths", N_("No strength is named.")), ("advice", N_("No advice is given."))):
        if not any(input_name(part, key, language) in written for key in criteria for language in LANGUAGES):
            problems.append(words)
    halves = [
        1
        for key in criteria
        for part in PARTS
        if len({input_name(part, key, language) for language in LANGUAGES} & written) == 1
    ]
    if halves:
        problems.append(N_("A text stands in one language only."))
    return problems


def tidy(text: str) -> str:
    """A text as it is stored. Raises RuleViolation when it is too long to be kept."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if len(kept) > MAX_TEXT:
        raise RuleViolation(N_("This text is too long to be kept."))
    return kept


@dataclass(frozen=True, slots=True)
class Access:
    """A person before a cycle's feedback. `own`: submissions they were named for; `barred`: those they have a tie with."""

    is_chair: bool
    own: frozenset[int]
    barred: frozenset[int]
    phase: CyclePhase
    scores_open: bool

    @property
    def may_enter(self) -> bool:
        """Whether there is anything here for them: the readings are open to the chair from the opening of the scores."""
        return self.scores_open and (self.is_chair or bool(self.own))

    @property
    def is_writing(self) -> bool:
        return self.phase in WRITING

    def may_read(self, submission_id: int) -> bool:
        return self.may_enter and submission_id not in self.barred and (self.is_chair or submission_id in self.own)

    def may_write(self, submission_id: int) -> bool:
        return self.is_writing and self.may_read(submission_id)

    def may_approve(self, submission_id: int) -> bool:
        """The chair, unless they have a tie with the city."""
        return self.may_write(submission_id) and self.is_chair
