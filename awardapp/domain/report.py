"""The committee's report: what it is written of, who may write and read it, and what is still missing in which language.

It tells of sealed decisions, so until the shortlist is public it is for the chair, for members whom the chair named (each for
their own cases) and for the secretariat. Nobody ever opens a case with whose city they have a tie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, RuleViolation, StaleVersion

LANGUAGES = ("en", "zh")
EDITIONS = ("en", "zh", "both")
FORMATS = ("pdf", "docx")

WHOLE_PARTS = ("opening", "closing")
CASE_PARTS = ("summary", "reasons")
GOALS = "sdgs"
WHOLE_INPUTS = tuple(f"{part}_{language}" for part in WHOLE_PARTS for language in LANGUAGES)
CASE_INPUTS = (*(f"{part}_{language}" for part in CASE_PARTS for language in LANGUAGES), GOALS)

MAX_TEXT = 100_000  # characters; a case takes one or two pages, some three thousand
LAST_GOAL = 17

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


class ReportChanged(StaleVersion):
    """Other texts are stored by now in the inputs `names` than the ones the writer started from."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(N_("Somebody else changed this text of the report after you opened it."))
        self.names = list(names)


@dataclass(frozen=True, slots=True)
class Access:
    """A person before the report of one cycle. `own`: submissions they were named for; `barred`: those they have a tie with."""

    is_chair: bool
    is_secretariat: bool
    is_member: bool
    own: frozenset[int]
    barred: frozenset[int]
    phase: CyclePhase

    @property
    def is_public(self) -> bool:
        """Whether the shortlist is announced: then the report is no secret among those who made it."""
        return not self.phase.is_before(CyclePhase.SHORTLIST_PUBLIC)

    @property
    def may_enter(self) -> bool:
        """Whether they learn that there is a report."""
        return self.is_chair or self.is_secretariat or bool(self.own) or (self.is_member and self.is_public)

    @property
    def sees_all(self) -> bool:
        """Whether they see which cases there are and how far each is."""
        return self.is_chair or self.is_secretariat

    @property
    def may_write_whole(self) -> bool:
        """Opening and closing are the chair's."""
        return self.is_chair and self.phase in WRITING

    def may_read_case(self, submission_id: int) -> bool:
        """The chair and the members named for it, unless barred."""
        return submission_id not in self.barred and (self.is_chair or submission_id in self.own)

    def may_write_case(self, submission_id: int) -> bool:
        return self.may_read_case(submission_id) and self.phase in WRITING

    def may_have_files(self, cases: Collection[int]) -> bool:
        """The whole report as a document. Under the seal not for a chair who has a tie with one of its cases."""
        if self.is_secretariat:
            return True
        if self.is_public:
            return self.is_member
        return self.is_chair and self.barred.isdisjoint(cases)

    def may_order_files(self, cases: Collection[int]) -> bool:
        """Having them made anew."""
        return self.sees_all and self.may_have_files(cases)


@dataclass(frozen=True, slots=True)
class CaseTexts:
    """What the report says of a case: what was written, or what it starts from where nothing was."""

    summary_en: str
    summary_zh: str
    reasons_en: str
    reasons_zh: str
    goals: tuple[int, ...]

    def value(self, name: str) -> str:
        """The text of an input; of the goals their numbers."""
        return goals_text(self.goals) if name == GOALS else str(getattr(self, name))

    def missing(self, language: str) -> list[str]:
        """The parts without a text in this language."""
        return [part for part in CASE_PARTS if not self.value(f"{part}_{language}").strip()]


def goals_text(goals: Iterable[int]) -> str:
    """Goals as an input holds them: "3 11 13"."""
    return " ".join(str(goal) for goal in sorted(set(goals)))


def goals_of(text: str) -> list[int]:
    """The goals of an input. Raises RuleViolation for anything that is not one of the 17."""
    found = set()
    for word in text.split():
        if not (word.isascii() and word.isdigit() and len(word) < 3 and 1 <= int(word) <= LAST_GOAL):
            raise RuleViolation(N_("There is no Sustainable Development Goal of this number."), field=GOALS)
        found.add(int(word))
    return sorted(found)


def tidy(text: str) -> str:
    """A text as it is stored. Raises RuleViolation when it is too long to be kept."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if len(kept) > MAX_TEXT:
        raise RuleViolation(N_("This text is too long to be kept."))
    return kept
