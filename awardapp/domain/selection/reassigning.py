"""The assignment of a whole cycle as data: canonical inputs of every draft, and the function that recomputes it.

A released draft is a step: its inputs, the changes made by hand in their order, and the digest of what came out. The steps
of a cycle follow on each other: what a later one keeps must be what earlier ones gave, and who gets more readings in a
later round must follow from the scores it carries. `reassign` recomputes all of it from the steps alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from awardapp.domain.selection.assignment import assign
from awardapp.domain.selection.assignment_text import (
    GivenPair,
    assignment_rules_json,
    contest_json,
    member_json,
    pairs_json,
    read_assignment_rules,
    read_contest,
    read_member,
    read_pairs,
    read_submission,
    submission_json,
)
from awardapp.domain.selection.canonical import Json, dumps, sha256
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.profiles import (
    AssignmentPlan,
    AssignmentRules,
    Conflict,
    MemberProfile,
    SubmissionProfile,
)
from awardapp.domain.selection.record_text import Part
from awardapp.domain.selection.rounds import Contest, contenders

__all__ = [
    "VERSION",
    "AssignmentInputs",
    "AssignmentStep",
    "Change",
    "GivenPair",
    "changed",
    "compute",
    "expected_readings",
    "pairs_digest",
    "reassign",
]

VERSION = "award-assignment/1"


@dataclass(frozen=True, slots=True)
class AssignmentInputs:
    """Everything one draft is computed from, by pseudonym.

    `readings` names the submissions that are to have another number of readings than the rules' first round, all rounds
    together. `fixed`, `movable` and `newcomers` as `assignment.assign` takes them. `contest` is there where the draft opens
    a later round.
    """

    number: int  # of the round, from 1
    submissions: tuple[SubmissionProfile, ...]
    members: tuple[MemberProfile, ...]
    barred: tuple[Conflict, ...]
    rules: AssignmentRules
    readings: Mapping[str, int] = field(default_factory=dict)
    fixed: tuple[GivenPair, ...] = ()
    movable: tuple[GivenPair, ...] = ()
    newcomers: tuple[str, ...] = ()
    contest: Contest | None = None

    def to_json(self) -> dict[str, Json]:
        """The inputs as canonical values: sorted, so that the same inputs have one text and one digest."""
        barred: dict[str, dict[str, set[str]]] = {}
        for one in self.barred:
            barred.setdefault(one.kind, {}).setdefault(one.member, set()).add(one.submission)
        return {
            "version": VERSION,
            "round": self.number,
            "rules": assignment_rules_json(self.rules),
            "submissions": [submission_json(one) for one in sorted(self.submissions, key=lambda one: one.id)],
            "members": [member_json(one) for one in sorted(self.members, key=lambda one: one.id)],
            "barred": {
                kind: {member: list[Json](sorted(files)) for member, files in own.items()}
                for kind, own in barred.items()
            },
            "readings": dict(self.readings),
            "fixed": pairs_json(self.fixed),
            "movable": pairs_json(self.movable),
            "newcomers": list[Json](sorted(self.newcomers)),
            "contest": contest_json(self.contest),
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, as hex."""
        return sha256(dumps(self.to_json()))

    @classmethod
    def from_json(cls, value: object, path: str = "inputs") -> AssignmentInputs:
        """Read what `to_json` wrote. Raises BrokenRecord naming the path."""
        part = Part(value, path)
        if part["version"].text() != VERSION:
            raise BadInput("version", f"{path}: this program reads {VERSION}")
        return cls(
            number=part["round"].whole(),
            submissions=tuple(read_submission(one) for one in part["submissions"].list()),
            members=tuple(read_member(one) for one in part["members"].list()),
            barred=tuple(
                Conflict(member, submission, kind)
                for kind, own in part["barred"].items()
                for member, files in own.items()
                for submission in files.texts()
            ),
            rules=read_assignment_rules(part["rules"]),
            readings={one: number.whole() for one, number in part["readings"].items()},
            fixed=read_pairs(part["fixed"]),
            movable=read_pairs(part["movable"]),
            newcomers=tuple(part["newcomers"].texts()),
            contest=read_contest(part["contest"]),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A change by hand: readings taken away and given, (submission, member) each."""

    removed: tuple[GivenPair, ...] = ()
    added: tuple[GivenPair, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return {"removed": pairs_json(self.removed), "added": pairs_json(self.added)}

    @classmethod
    def from_json(cls, value: object, path: str = "change") -> Change:
        part = Part(value, path)
        return cls(read_pairs(part["removed"]), read_pairs(part["added"]))


@dataclass(frozen=True, slots=True)
class AssignmentStep:
    """A released draft: what it was computed from, what was changed by hand, and the digest of the pairs."""

    inputs: AssignmentInputs
    changes: tuple[Change, ...]
    digest: str

    def to_json(self) -> dict[str, Json]:
        return {
            "inputs": self.inputs.to_json(),
            "changes": [one.to_json() for one in self.changes],
            "sha256": self.digest,
        }

    @classmethod
    def from_json(cls, value: object, path: str = "step") -> AssignmentStep:
        part = Part(value, path)
        return cls(
            AssignmentInputs.from_json(part["inputs"].value, f"{path}.inputs"),
            tuple(Change.from_json(one.value, f"{path}.changes") for one in part["changes"].list()),
            part["sha256"].text(),
        )


def pairs_digest(pairs: Collection[GivenPair]) -> str:
    """SHA-256 of the sorted (submission, member) pairs as canonical JSON: what a released draft is known by."""
    return sha256(dumps(pairs_json(pairs)))


def compute(inputs: AssignmentInputs, *, reached: Callable[[str], None] = lambda _stage: None) -> AssignmentPlan:
    """The plan of one draft, before changes by hand. Raises as `assignment.assign` does."""
    return assign(
        inputs.submissions,
        inputs.members,
        inputs.barred,
        inputs.rules,
        fixed=inputs.fixed,
        readings=inputs.readings,
        movable=inputs.movable,
        newcomers=inputs.newcomers,
        reached=reached,
    )


def changed(pairs: Collection[GivenPair], changes: Sequence[Change]) -> tuple[GivenPair, ...]:
    """The pairs after the changes, in their order. Raises BadInput for a change that does not fit."""
    found = set(pairs)
    for change in changes:
        missing = sorted(set(change.removed) - found)
        twice = sorted(set(change.added) & (found - set(change.removed)))
        if missing or twice:
            names = listed(f"{submission} / {member}" for submission, member in missing or twice)
            raise BadInput(
                "change",
                f"a change takes away readings that nobody has: {names}"
                if missing
                else f"a change gives readings that are given already: {names}",
                pairs=missing or twice,
            )
        found = (found - set(change.removed)) | set(change.added)
    return tuple(sorted(found))


def reassign(steps: Sequence[AssignmentStep]) -> tuple[GivenPair, ...]:
    """All readings ever released in the cycle, recomputed from the steps; the same wherever it is run.

    Raises SelectionError (BadInput) naming the first step that does not come out as it says: another digest, a reading kept
    that nobody had, or a later round for others than the scores name.
    """
    released: set[GivenPair] = set()
    readings: dict[str, int] = {}
    for number, step in enumerate(steps, 1):
        inputs = step.inputs
        strangers = sorted((set(inputs.fixed) | set(inputs.movable)) - released)
        if strangers:
            names = listed(f"{submission} / {member}" for submission, member in strangers)
            raise BadInput("step", f"step {number} keeps readings that no earlier step gave: {names}", step=number)
        wanted = expected_readings(inputs, readings)
        if inputs.contest is not None and dict(inputs.readings) != wanted:
            raise BadInput(
                "step",
                f"step {number} gives more readings to others than the scores of the round before say",
                step=number,
            )
        pairs = changed([(one.submission, one.member) for one in compute(inputs).pairs], step.changes)
        if pairs_digest(pairs) != step.digest:
            raise BadInput(
                "step", f"step {number} comes out as {pairs_digest(pairs)} and not as {step.digest}", step=number
            )
        barred = {(one.submission, one.member) for one in inputs.barred} & set(pairs)
        if barred:
            raise BadInput("conflict", f"step {number} gives barred readings: {listed(sorted(barred))}", step=number)
        released = (released - set(inputs.movable)) | set(pairs)
        readings = dict(inputs.readings)
    return tuple(sorted(released))


def expected_readings(inputs: AssignmentInputs, before: Mapping[str, int]) -> dict[str, int]:
    """The readings of each submission that has not the first round's number, once a contest is decided.

    `before` are those of the step before. What concerns submissions that are no longer there is dropped.
    """
    known = {one.id for one in inputs.submissions}
    found = {name: number for name, number in before.items() if name in known}
    if inputs.contest is not None:
        for one in contenders(inputs.contest, sorted(known)):
            found[one.submission] = found.get(one.submission, inputs.rules.per_submission) + inputs.contest.more
    return found
