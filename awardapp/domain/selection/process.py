"""How a selection came about, for its record: the rules of reading, the steps of the assignment, the instants, the code.

None of it enters the calculation of the places. What can be checked is: the assignment is computed again from its steps, and
the scale and the numbers of readings must agree with what the rest of the record says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from awardapp.domain.selection.calibration import CalibrationRules
from awardapp.domain.selection.canonical import Json
from awardapp.domain.selection.errors import SelectionError, listed
from awardapp.domain.selection.reassigning import AssignmentStep, GivenPair, reassign
from awardapp.domain.selection.record_text import BrokenRecord, Part, fraction_text


@dataclass(frozen=True, slots=True)
class Process:
    """What a record tells beside the inputs of its calculation.

    `scale`: lowest mark, highest mark and step as members see them; scores are whole steps above the lowest. `readings`:
    of each submission in the first round; `further_rounds`: (more readings, for so many submissions) of each later one.
    `quorum`: names and per cent of what the lock asked of the members. `code`: version of the program, and a digest of the
    part of it that selects. `steps`: the released drafts of the assignment, oldest first; without any, the assignment was
    not made here and is not recomputed.
    """

    scale: tuple[Fraction, Fraction, Fraction]
    readings: int
    further_rounds: Sequence[tuple[int, int]] = ()
    quorum: Mapping[str, int] = field(default_factory=dict)
    scores_opened_at: str = ""
    steps: Sequence[AssignmentStep] = ()
    code: Mapping[str, str] = field(default_factory=dict)

    def rules_json(self) -> dict[str, Json]:
        """The part under `rules`."""
        low, high, step = self.scale
        rounds: list[Json] = [{"more": more, "on": on} for more, on in self.further_rounds]
        return {
            "scale": {"lowest": fraction_text(low), "highest": fraction_text(high), "step": fraction_text(step)},
            "reading": {"readings": self.readings, "further_rounds": rounds},
            "quorum": dict(sorted(self.quorum.items())),
        }

    def steps_json(self) -> list[Json]:
        """The part under `assignment_steps`."""
        return [step.to_json() for step in self.steps]


def read_process(committee: Part) -> Process:
    """The process of a committee's part. Raises BrokenRecord naming the path."""
    rules = committee["rules"]
    scale, reading = rules["scale"], rules["reading"]
    return Process(
        scale=(scale["lowest"].fraction(), scale["highest"].fraction(), scale["step"].fraction()),
        readings=reading["readings"].whole(),
        further_rounds=tuple((one["more"].whole(), one["on"].whole()) for one in reading["further_rounds"].list()),
        quorum={name: share.whole() for name, share in rules["quorum"].items()},
        scores_opened_at=committee["scores_opened_at"].text(),
        steps=[_step(one) for one in committee["assignment_steps"].list()],
        code={name: one.text() for name, one in committee["code"].items()},
    )


def _step(part: Part) -> AssignmentStep:
    try:
        return AssignmentStep.from_json(part.value, part.path)
    except BrokenRecord:
        raise
    except SelectionError as problem:
        raise BrokenRecord("broken", str(problem), path=part.path) from problem


def process_problems(
    process: Process, *, calibration_rules: CalibrationRules, assignment: Sequence[GivenPair]
) -> list[str]:
    """A sentence for everything in which the process contradicts the rest of the record, with its path."""
    return [
        *_scale_problems(process, calibration_rules),
        *_reading_problems(process),
        *_assignment_problems(process, assignment),
    ]


def _scale_problems(process: Process, calibration_rules: CalibrationRules) -> list[str]:
    low, high, step = process.scale
    if step <= 0 or high <= low or (high - low) % step:
        return ["committee.rules.scale: the step does not divide the scale"]
    steps = (high - low) / step
    wrong = [
        one.id
        for one in calibration_rules.criteria
        if one.lowest != 0 or Fraction(one.highest) != steps or one.step != step
    ]
    return [f"committee.rules.scale: another scale than that of {listed(wrong)}"] if wrong else []


def _reading_problems(process: Process) -> list[str]:
    """The steps were made by the numbers of readings that the rules name."""
    for number, step in enumerate(process.steps, 1):
        inputs = step.inputs
        if inputs.rules.per_submission != process.readings:
            return [
                f"committee.rules.reading: step {number} of the assignment gives {inputs.rules.per_submission} readings "
                f"each, the rules say {process.readings}"
            ]
        contest = inputs.contest
        if contest is not None:
            at = inputs.number - 2
            known = process.further_rounds[at] if 0 <= at < len(process.further_rounds) else None
            if known != (contest.more, contest.on):
                return [
                    f"committee.rules.reading: the rules name no such round as step {number} of the assignment opens"
                ]
    return []


def _assignment_problems(process: Process, assignment: Sequence[GivenPair]) -> list[str]:
    """The assignment computed again from its steps; every reading of the record must come from one of them."""
    if not process.steps:
        return []
    try:
        given = set(reassign(process.steps))
    except SelectionError as problem:
        return [f"committee.assignment_steps: {problem}"]
    strangers = sorted(set(assignment) - given)
    if strangers:
        names = listed(f"{submission} / {member}" for submission, member in strangers)
        return [f"committee.assignment: readings that no step of the assignment gave: {names}"]
    return []
