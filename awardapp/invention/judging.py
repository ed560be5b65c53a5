"""How the invented judges judge: marks, remarks, rankings, reasons, and the tie at the line.

Every draw has a generator of its own, seeded by cycle, judge, submission and criterion: asking twice, or in
another order, or for one criterion only, gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from awardapp.invention import library
from awardapp.invention.draws import draws
from awardapp.invention.telling import fill
from awardapp.invention.values import InventedCycle, InventedJuror, InventedMember, InventedSubmission, Text

CRITERIA = ("innovation", "effectiveness", "context", "replicability", "relevance")
# A rival next to the line is moved by so many marks at a time, at most so often.
_PUSH, _PUSHES = 0.3, 12
# (submission number, member number, criterion) -> mark
Marks = Mapping[tuple[int, int, str], float]
# What a shortlist is made from: all marks in, one comparable number per submission number out.
Calibration = Callable[[Marks], Mapping[int, float]]


@dataclass(frozen=True, slots=True)
class Judging:
    """The judges of a cycle at work, on a scale of marks from `low` to `high` in steps of `step`."""

    cycle: InventedCycle
    criteria: tuple[str, ...] = CRITERIA
    low: float = 0.0
    high: float = 10.0
    step: float = 0.5

    def mark(self, member: InventedMember, submission: InventedSubmission, criterion: str) -> float:
        """The mark a member gives, on the scale. The twins of the cycle get the same from everybody."""
        twins = self.cycle.twins
        if twins and submission.number == twins[1]:
            submission = self.cycle.submission(twins[0])
        random = draws(self.cycle.seed, "mark", member.number, submission.number, criterion)
        # Quality is on 0 to 10 whatever the scale of marks is.
        true = submission.quality + submission.strengths.get(criterion, 0.0)
        felt = 5.0 + (true - 5.0) * member.spread + member.severity + random.gauss(0.0, member.noise)
        exact = self.low + (self.high - self.low) * felt / 10.0
        return min(self.high, max(self.low, self.low + round((exact - self.low) / self.step) * self.step))

    def marks(self, member: InventedMember, submission: InventedSubmission) -> dict[str, float]:
        """A member's marks for a submission by criterion."""
        return {criterion: self.mark(member, submission, criterion) for criterion in self.criteria}

    def remark(self, member: InventedMember, submission: InventedSubmission, criterion: str) -> str:
        """What the member writes beside a mark, in the member's language and fitting its height.

        Empty for a criterion of which the library knows nothing.
        """
        heights = library.remarks().get(criterion)
        if heights is None:
            return ""
        share = (self.mark(member, submission, criterion) - self.low) / (self.high - self.low)
        height = "low" if share < 0.4 else "middle" if share < 0.7 else "high"
        random = draws(self.cycle.seed, "remark", member.number, submission.number, criterion)
        return random.choice(heights[height]).of(member.person.language)

    def comment(self, member: InventedMember, submission: InventedSubmission) -> str:
        """The member's comment on the whole file: beside the highest mark, then beside the lowest."""
        marks = self.marks(member, submission)
        best = max(self.criteria, key=lambda criterion: (marks[criterion], criterion))
        worst = min(self.criteria, key=lambda criterion: (marks[criterion], criterion))
        said = [self.remark(member, submission, criterion) for criterion in dict.fromkeys((best, worst))]
        return ("" if member.person.language == "zh" else " ").join(remark for remark in said if remark)

    def ranking(self, juror: InventedJuror, candidates: Iterable[int]) -> tuple[int, ...]:
        """The juror's order of the candidates (submission numbers), best first, each once."""
        liking: dict[int, float] = {}
        for number in sorted(set(candidates)):
            submission = self.cycle.submission(number)
            random = draws(self.cycle.seed, "ranking", juror.number, number)
            taste = 0.5 if submission.theme in juror.favours else 0.0
            liking[number] = submission.quality + taste + random.gauss(0.0, juror.noise)
        return tuple(sorted(liking, key=lambda number: (-liking[number], number)))

    def all_marks(self, panels: Mapping[int, Sequence[int]]) -> dict[tuple[int, int, str], float]:
        """Every mark under an assignment: `panels` gives the member numbers for each submission number."""
        members = {member.number: member for member in self.cycle.members}
        return {
            (number, reader, criterion): self.mark(members[reader], self.cycle.submission(number), criterion)
            for number, panel in sorted(panels.items())
            for reader in panel
            for criterion in self.criteria
        }

    def reason(self, submission: InventedSubmission, outcome: str) -> Text:
        """Why the committee puts a submission among the "shortlisted" or the "deserving". Raises KeyError for
        others.
        """
        return self._decision(submission, {"shortlisted": "shortlisted", "deserving": "deserving"}[outcome])

    def citation(self, submission: InventedSubmission) -> Text:
        """What the jury says of a winner."""
        return self._decision(submission, "citation")

    def _decision(self, submission: InventedSubmission, name: str) -> Text:
        decisions: dict[str, Any] = library.telling()["decisions"]
        random = draws(self.cycle.seed, name, submission.number)
        names = {"city": submission.city.name, "district": submission.district, "title": submission.title}
        return fill(random.choice(library.pairs(decisions[name])), numbers={}, names=names)


def means(marks: Marks) -> dict[int, float]:
    """The plain mean of all marks of each submission."""
    given: dict[int, list[float]] = {}
    for (number, _, _), mark in marks.items():
        given.setdefault(number, []).append(mark)
    return {number: sum(values) / len(values) for number, values in given.items()}


def place_tie(
    cycle: InventedCycle,
    panels: Mapping[int, Sequence[int]],
    *,
    line: int = 15,
    calibration: Calibration = means,
    judging: Callable[[InventedCycle], Judging] = Judging,
) -> InventedCycle:
    """The cycle with the twins moved so that they stand at `line` and `line` + 1 with the same number.

    Call it when the assignment is known and before marks are entered. Both twins must have the same panel in
    `panels` (give the second the members of the first); then their marks, and whatever is computed from them,
    are equal, and only the tie rule can part them. `calibration` must be what the shortlist is made from; it is
    asked some twenty times. First the twins' own quality is moved; where their marks jump over the place, the
    rivals next to it are moved out of the way. Raises ValueError without twins or with unlike panels.
    """
    if cycle.twins is None:
        raise ValueError("this cycle has no twins")
    first, second = cycle.twins
    if sorted(panels[first]) != sorted(panels[second]):
        raise ValueError(f"submissions {first} and {second} need the same panel to tie")

    def above_and_below(moved: InventedCycle) -> tuple[list[int], list[int]]:
        """The rivals above the twins and those not above, each from the highest."""
        figures = calibration(judging(moved).all_marks(panels))
        rivals = sorted((one for one in figures if one not in (first, second)), key=lambda one: (-figures[one], one))
        above = [one for one in rivals if figures[one] > figures[first]]
        return above, rivals[len(above) :]

    low, high = 0.0, 10.0
    for _ in range(10):
        middle = (low + high) / 2
        cycle = _with_quality(cycle, {first: middle, second: middle})
        above, below = above_and_below(cycle)
        if len(above) == line - 1:
            break
        # Too many above: the twins must rise.
        low, high = (middle, high) if len(above) >= line else (low, middle)
    for _ in range(_PUSHES):
        surplus = len(above) - (line - 1)
        if surplus == 0:
            break
        rival, by = (above[-1], -_PUSH) if surplus > 0 else (below[0], _PUSH)
        cycle = _with_quality(cycle, {rival: cycle.submission(rival).quality + by})
        above, below = above_and_below(cycle)
    return cycle


def _with_quality(cycle: InventedCycle, quality: Mapping[int, float]) -> InventedCycle:
    """The cycle with another true quality of some submissions."""
    moved = (replace(one, quality=quality.get(one.number, one.quality)) for one in cycle.submissions)
    return replace(cycle, submissions=tuple(moved))
