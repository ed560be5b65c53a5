"""The rules of a cycle as data, its phases, and what each phase allows.

The numbers of the 6th cycle are the defaults (15 shortlisted, up to 30 deserving, up to 5 winners). Weights and scales
were never published; ours are equal and editable (see awardapp/data).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any

from awardapp.domain.balance import TIE_RULES, GroupRule, check_group_rules, check_tie_order
from awardapp.domain.ballot_rules import BallotRules
from awardapp.domain.errors import N_, RuleViolation, TooLate
from awardapp.domain.files import FILE_KINDS
from awardapp.domain.letters import MAY_GO_AT_ONCE
from awardapp.domain.scales import Scale


class CyclePhase(StrEnum):
    """Where a cycle stands. The order of the members is the order of the phases."""

    DRAFT = "draft"
    OPEN = "open"
    SCREENING = "screening"
    COMMITTEE = "committee"
    SHORTLIST_SEALED = "shortlist_sealed"
    SHORTLIST_PUBLIC = "shortlist_public"
    JURY = "jury"
    WINNERS_SEALED = "winners_sealed"
    WINNERS_PUBLIC = "winners_public"
    ARCHIVED = "archived"

    @property
    def position(self) -> int:
        return list(CyclePhase).index(self)

    def is_before(self, other: CyclePhase) -> bool:
        return self.position < other.position


PHASE_NAMES: dict[CyclePhase, str] = {
    CyclePhase.DRAFT: N_("In preparation"),
    CyclePhase.OPEN: N_("Call open"),
    CyclePhase.SCREENING: N_("Validity check"),
    CyclePhase.COMMITTEE: N_("Technical committee"),
    CyclePhase.SHORTLIST_SEALED: N_("Shortlist decided, not yet announced"),
    CyclePhase.SHORTLIST_PUBLIC: N_("Shortlist announced"),
    CyclePhase.JURY: N_("Jury"),
    CyclePhase.WINNERS_SEALED: N_("Winners decided, not yet announced"),
    CyclePhase.WINNERS_PUBLIC: N_("Winners announced"),
    CyclePhase.ARCHIVED: N_("Archived"),
}

PUBLIC_PHASE_NAMES: dict[CyclePhase, str] = {
    **PHASE_NAMES,
    # Outside the seal nobody may learn that a decision exists, so a sealed phase reads like the one before it.
    CyclePhase.SHORTLIST_SEALED: PHASE_NAMES[CyclePhase.COMMITTEE],
    CyclePhase.WINNERS_SEALED: PHASE_NAMES[CyclePhase.JURY],
}

# Steps that the secretariat takes by hand. The steps into and out of a sealed phase happen only through the
# committee's and the jury's lock and through the release of an announcement.
MANUAL_STEPS: dict[CyclePhase, CyclePhase] = {
    CyclePhase.DRAFT: CyclePhase.OPEN,
    CyclePhase.OPEN: CyclePhase.SCREENING,
    CyclePhase.SCREENING: CyclePhase.COMMITTEE,
    CyclePhase.SHORTLIST_PUBLIC: CyclePhase.JURY,
    CyclePhase.WINNERS_PUBLIC: CyclePhase.ARCHIVED,
}

CALIBRATIONS = ("robust", "offsets", "mean")
LARGEST_FILE = 2_000_000_000  # bytes; the database counts no further


@dataclass(frozen=True, slots=True)
class FurtherRound:
    """A later round of reading: `more` readings each for the `on` submissions with the best chance so far."""

    more: int
    on: int


PANEL_LANGUAGES = ("any", "one", "all")  # how many of a file's readers must read one of its languages
MOST_ROUNDS = 4  # the first one included


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers and choices of one cycle. Immutable: a change makes a new version with a reason."""

    shortlist_size: int = 15
    deserving_max: int = 30
    winners_max: int = 5
    reviews_per_submission: int = 3  # in the first round
    further_rounds: tuple[FurtherRound, ...] = ()
    panel_languages: str = "any"
    one_per_region: bool = False
    level_loads: bool = False
    load_least: int = 0  # 0: nine tenths of the mean load
    load_most: int = 0  # 0: eleven tenths
    theme_weight: int = 3
    language_weight: int = 1
    open_zero_affinity: bool = False
    tail_price: float = 1.0  # per cent of the best total that the weaker panels may cost
    tail_beta: int = 90  # per cent of its own best panel to which a weak one is brought
    scale_min: float = 0
    scale_max: float = 10
    scale_step: float = 0.5
    calibration: str = "robust"
    tie_order: tuple[str, ...] = TIE_RULES  # after the score; a public draw always comes last
    group_rules: tuple[GroupRule, ...] = ()  # caps and minimums of the shortlist
    # Per cent of the members that must have finished all readings before the lock. 66 asks of any committee of up to 49
    # members for exactly two thirds, of 67 it would ask of six members for five.
    quorum_finished: int = 66
    quorum_present: int = 50  # per cent that must have been at the plenary, where one was held here
    jury_method: str = "schulze"  # how the jury votes: see domain.ballot_rules, also for the next ten
    jury_equal_places: bool = False
    jury_strength: str = "winning votes"
    pair_quorum: int = 1
    jury_approvals_most: int = 5
    jury_scale_min: float = 0
    jury_scale_max: float = 10
    jury_scale_step: float = 1
    jury_trim: int = 1
    jury_points: int = 100
    jury_points_most: int = 40
    bar_own_country: bool = True
    languages: tuple[str, ...] = ("en", "zh")
    both_languages_required: bool = False
    file_kinds: tuple[str, ...] = tuple(FILE_KINDS)
    max_files: int = 10
    max_file_bytes: int = 50_000_000
    max_total_bytes: int = 200_000_000
    publish_score_table: bool = False
    certificates_deserving: bool = False  # whether the award ever gave them any was not found
    certificates_public: bool = False  # whoever has the code may also download the certificate
    feedback_means: bool = False  # a city reads its own corrected mean beside strengths and advice
    hide_names_from_committee: bool = False
    others_after_own: bool = True
    prize_usd: int = 20_000
    vote_ballots_per_person_per_day: int = 1
    vote_choices: int = 3
    letters_at_once: tuple[str, ...] = ()  # kinds of letters that go without the secretariat's approval

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rules:
        """Read stored rules; unknown keys are refused so that a typing error cannot silently change a rule."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(data) - known)
        if unknown:
            raise RuleViolation(N_("Unknown rule: %(names)s."), names=", ".join(unknown))
        values = dict(data)
        for name in ("languages", "file_kinds", "tie_order", "letters_at_once"):
            if name in values:
                values[name] = tuple(values[name])
        values["further_rounds"] = tuple(FurtherRound(**one) for one in values.get("further_rounds", ()))
        values["group_rules"] = tuple(GroupRule(**one) for one in values.get("group_rules", ()))
        rules = cls(**values)
        rules.check()
        return rules

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        data["languages"] = list(self.languages)
        data["further_rounds"] = list(data["further_rounds"])
        data["tie_order"] = list(self.tie_order)
        data["letters_at_once"] = list(self.letters_at_once)
        data["group_rules"] = list(data["group_rules"])
        data["file_kinds"] = list(self.file_kinds)
        return data

    def check(self) -> None:
        """Refuse rules that contradict each other. Raises RuleViolation naming the field."""
        at_least_one = (
            "shortlist_size",
            "winners_max",
            "reviews_per_submission",
            "max_files",
            "max_file_bytes",
        )
        for name in at_least_one:
            if getattr(self, name) < 1:
                raise RuleViolation(N_("This number must be at least 1."), field=name)
        if self.deserving_max < 0:
            raise RuleViolation(N_("This number cannot be negative."), field="deserving_max")
        if self.winners_max > self.shortlist_size:
            raise RuleViolation(N_("There cannot be more winners than shortlisted cities."), field="winners_max")
        self.scale.check()
        if self.max_total_bytes < self.max_file_bytes:
            raise RuleViolation(
                N_("All files together must be allowed at least the size of one file."), field="max_total_bytes"
            )
        if self.max_file_bytes > LARGEST_FILE:
            raise RuleViolation(
                N_("No file can be larger than %(n)d MB."), field="max_file_bytes", n=LARGEST_FILE // 1_000_000
            )
        if not self.file_kinds or not FILE_KINDS.keys() >= set(self.file_kinds):
            raise RuleViolation(
                N_("Choose at least one kind of file, of those that can be checked."), field="file_kinds"
            )
        self._check_reading()
        if self.calibration not in CALIBRATIONS:
            raise RuleViolation(N_("Unknown calibration method."), field="calibration")
        check_tie_order(self.tie_order)
        check_group_rules(self.group_rules, size=self.shortlist_size)
        self.ballots.check(cities=self.shortlist_size)
        if not set(MAY_GO_AT_ONCE) >= set(self.letters_at_once):
            raise RuleViolation(N_("Unknown kind of letter."), field="letters_at_once")
        if not self.languages:
            raise RuleViolation(N_("At least one language must be allowed."), field="languages")

    def _check_reading(self) -> None:
        """The rules by which files are given to readers."""
        if len(self.further_rounds) > MOST_ROUNDS - 1:
            raise RuleViolation(N_("At most %(n)d rounds of reading."), field="further_rounds", n=MOST_ROUNDS)
        if any(one.more < 1 or one.on < 1 for one in self.further_rounds):
            raise RuleViolation(
                N_("A later round gives at least one more reading to at least one file."), field="further_rounds"
            )
        if self.panel_languages not in PANEL_LANGUAGES:
            raise RuleViolation(N_("Unknown rule for the languages of readers."), field="panel_languages")
        if self.one_per_region and self.panel_languages == "one":
            raise RuleViolation(
                N_(
                    "“At least one reader of the language” and “one member of a region at most” cannot hold together. "
                    "Ask for all readers, or drop one of the two."
                ),
                field="panel_languages",
            )
        for name in ("load_least", "load_most", "theme_weight", "language_weight"):
            if getattr(self, name) < 0:
                raise RuleViolation(N_("This number cannot be negative."), field=name)
        if self.load_most and self.load_least > self.load_most:
            raise RuleViolation(N_("The lowest load cannot exceed the highest."), field="load_most")
        if not self.theme_weight and not self.language_weight:
            raise RuleViolation(N_("Themes and languages cannot both count nothing."), field="theme_weight")
        for name in ("tail_price", "tail_beta", "quorum_finished", "quorum_present"):
            if not isfinite(getattr(self, name)) or not 0 <= getattr(self, name) <= 100:
                raise RuleViolation(N_("This must be a share from 0 to 100."), field=name)

    @property
    def rounds(self) -> int:
        """The number of rounds of reading."""
        return 1 + len(self.further_rounds)

    @property
    def scale(self) -> Scale:
        """The scale of the committee's marks."""
        return Scale(self.scale_min, self.scale_max, self.scale_step)

    @property
    def ballots(self) -> BallotRules:
        """How the jury votes."""
        return BallotRules(
            method=self.jury_method,
            winners_max=self.winners_max,
            equal_places=self.jury_equal_places,
            strength=self.jury_strength,
            pair_quorum=self.pair_quorum,
            approvals_most=self.jury_approvals_most,
            scale=Scale(self.jury_scale_min, self.jury_scale_max, self.jury_scale_step),
            trim=self.jury_trim,
            points=self.jury_points,
            points_most=self.jury_points_most,
        )

    @property
    def steps(self) -> int:
        """Number of steps on the scale: a score is stored as a whole number of steps above the lowest mark."""
        return self.scale.steps

    def units(self, mark: float) -> int:
        """The stored whole number for a mark such as 7.5. Raises RuleViolation off the scale or between steps."""
        return self.scale.units(mark)

    def mark(self, units: float) -> float:
        """The mark for a stored number of steps (also for means, which lie between steps)."""
        return self.scale.mark(units)

    def marks(self) -> list[float]:
        """Every mark of the scale, lowest first."""
        return self.scale.marks()


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One line of a readable difference between two versions of the rules."""

    name: str
    before: Any
    after: Any


def rule_changes(before: Rules, after: Rules) -> list[RuleChange]:
    """What differs between two versions, in the order in which the rules are declared."""
    return [
        RuleChange(f.name, getattr(before, f.name), getattr(after, f.name))
        for f in fields(Rules)
        if getattr(before, f.name) != getattr(after, f.name)
    ]


def opening_problems(
    *,
    opens_at: datetime | None,
    deadline_at: datetime | None,
    criteria: int,
    criteria_complete: bool,
    themes: int,
    themes_complete: bool,
    names_complete: bool,
    now: datetime,
) -> list[str]:
    """Message ids of everything that keeps a call from opening."""
    problems: list[str] = []
    if deadline_at is None:
        problems.append(N_("The deadline is not set."))
    elif deadline_at <= now:
        problems.append(N_("The deadline lies in the past."))
    if opens_at is not None and deadline_at is not None and opens_at >= deadline_at:
        problems.append(N_("The call would open after its deadline."))
    if criteria == 0:
        problems.append(N_("There is no criterion."))
    if not criteria_complete:
        problems.append(N_("A criterion lacks its name or description in one of the languages."))
    if themes == 0:
        problems.append(N_("There is no theme."))
    if not themes_complete:
        problems.append(N_("A theme lacks its name in one of the languages."))
    if not names_complete:
        problems.append(N_("The cycle lacks its name in one of the languages."))
    return problems


def next_phase(phase: CyclePhase) -> CyclePhase:
    """The phase that follows by hand. Raises RuleViolation where only a lock or a release leads on."""
    following = MANUAL_STEPS.get(phase)
    if following is None:
        raise RuleViolation(N_("This phase ends with a decision or an announcement, not by hand."))
    return following


def check_intake(phase: CyclePhase, *, deadline_at: datetime | None, now: datetime, has_waited: bool = False) -> None:
    """Refuse unless the call is open at this instant. The deadline is exclusive: at the instant itself it is over.

    With `has_waited`, `now` is when something arrived that had to wait since: it counts if it came before the deadline,
    also when the call was closed while it waited. Raises RuleViolation (not open) or TooLate.
    """
    if phase is CyclePhase.DRAFT:
        raise RuleViolation(N_("The call is not open yet."))
    is_open = phase is CyclePhase.OPEN or (has_waited and phase is CyclePhase.SCREENING)
    if not is_open or deadline_at is None or now >= deadline_at:
        raise TooLate(N_("The deadline has passed. Your text is kept and can still be read and copied."))


def intake_is_open(phase: CyclePhase, *, deadline_at: datetime | None, now: datetime) -> bool:
    """Whether a submission could be handed in at this instant."""
    return phase is CyclePhase.OPEN and deadline_at is not None and now < deadline_at
