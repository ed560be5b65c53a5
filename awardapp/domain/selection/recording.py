"""Building the record: the locked inputs and the result as canonical JSON with a SHA-256.

It carries pseudonymous ids only. First the committee's part is built; after the jury's vote a second part is
added (see `jury_recording`) and the first stays as it was, with its own digest, so that what was printed in the
committee's minutes remains checkable. `verify` (see `verification`) recomputes everything from the file alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from awardapp.domain.selection.affinity import repeated
from awardapp.domain.selection.calibration import CalibrationRules, Score
from awardapp.domain.selection.canonical import Json, dumps, sha256
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.outcome import (
    Move,
    beyond_the_rules,
    committee_part,
    recusals_of,
)
from awardapp.domain.selection.process import Process, process_problems
from awardapp.domain.selection.profiles import Conflict
from awardapp.domain.selection.record_text import (
    calibration_rules_json,
    shortlist_rules_json,
)
from awardapp.domain.selection.shortlist import ShortlistRules

__all__ = [
    "OLDER_VERSIONS",
    "VERSION",
    "WITHOUT_PROCESS",
    "Move",
    "Process",
    "Record",
    "RecordedSubmission",
    "build_committee",
    "digest",
    "recusals_of",
    "to_bytes",
]

VERSION = "award-record/3"
# The first has no process (rules of reading, steps of the assignment, the code, instants); neither has the jury's evidence
# (receipts, meetings, who was excused). A jury joins a record in the version in which the committee sealed it.
WITHOUT_PROCESS = "award-record/1"
OLDER_VERSIONS = (WITHOUT_PROCESS, "award-record/2")

Record = dict[str, Json]


@dataclass(frozen=True, slots=True)
class RecordedSubmission:
    """A submission in the record: a pseudonymous id and its groups (partition -> group) for the group
    rules."""

    id: str
    groups: Mapping[str, str] = field(default_factory=dict)


def build_committee(
    *,
    award: Mapping[str, str | int],
    calibration_rules: CalibrationRules,
    shortlist_rules: ShortlistRules,
    submissions: Sequence[RecordedSubmission],
    members: Sequence[str],
    conflicts: Sequence[Conflict],
    assignment: Sequence[tuple[str, str]],
    scores: Sequence[Score],
    commitments: Mapping[str, str] | None = None,
    moves: Sequence[Move] = (),
    process: Process | None = None,
    log_root: str = "",
) -> Record:
    """The record after the committee: assignment pairs are (submission, member).

    The result is computed here, by the same functions a workbench shows it with; `moves` are the decisions by
    hand on top of it. The same in any order of the input (moves keep theirs, steps of the assignment too). Without a
    `process` it is a record of the first version. Raises BadInput for input that contradicts itself, for an assignment
    that does not follow from its steps, and for a decision with more places than the rules have.
    """
    record = compose_committee(
        award=award,
        calibration_rules=calibration_rules,
        shortlist_rules=shortlist_rules,
        submissions=submissions,
        members=members,
        conflicts=conflicts,
        assignment=assignment,
        scores=scores,
        commitments=commitments or {},
        moves=moves,
        process=process,
        log_root=log_root,
    )
    if process is not None:
        refuse(process_problems(process, calibration_rules=calibration_rules, assignment=assignment))
    committee = record["committee"]
    if isinstance(committee, dict):
        refuse(beyond_the_rules(committee["decision"], committee_limits(shortlist_rules)))
    return record


def compose_committee(
    *,
    award: Mapping[str, str | int],
    calibration_rules: CalibrationRules,
    shortlist_rules: ShortlistRules,
    submissions: Sequence[RecordedSubmission],
    members: Sequence[str],
    conflicts: Sequence[Conflict],
    assignment: Sequence[tuple[str, str]],
    scores: Sequence[Score],
    commitments: Mapping[str, str],
    moves: Sequence[Move],
    process: Process | None,
    log_root: str,
    version: str = VERSION,
) -> Record:
    """`build_committee` without its last checks: what a verification recomputes, whatever was decided."""
    ids = [one.id for one in submissions]
    no_repeats("submission", ids)
    no_repeats("member", members)
    pairs = set(assignment)
    strangers = sorted(
        {f"{one.submission} by {one.member}" for one in scores if (one.submission, one.member) not in pairs}
    )
    if strangers:
        raise BadInput("not assigned", f"scores without an assignment: {listed(strangers)}", pairs=strangers)
    outside = [
        f"{submission} / {member}" for submission, member in pairs if submission not in ids or member not in members
    ]
    if outside:
        raise BadInput("unknown", f"assigned pairs name unknown ids: {listed(sorted(outside))}", pairs=outside)
    both = sorted(f"{one.submission} / {one.member}" for one in conflicts if (one.submission, one.member) in pairs)
    if both:
        raise BadInput("conflict", f"assigned in spite of a conflict: {listed(both)}", pairs=both)

    sheets: dict[str, dict[str, dict[str, Json]]] = {}
    for score in sorted(scores, key=lambda one: (one.submission, one.member, one.criterion)):
        sheets.setdefault(score.submission, {}).setdefault(score.member, {})[score.criterion] = score.units
    committee: Record = {
        "rules": {
            "calibration": calibration_rules_json(calibration_rules),
            "shortlist": shortlist_rules_json(shortlist_rules),
            **(process.rules_json() if process is not None else {}),
        },
        "commitments": dict(sorted(commitments.items())),
        **({"scores_opened_at": process.scores_opened_at} if process is not None else {}),
        "submissions": [
            {"id": one.id, "groups": dict(sorted(one.groups.items()))}
            for one in sorted(submissions, key=lambda one: one.id)
        ],
        "members": list[Json](sorted(members)),
        "conflicts": [
            {"submission": one.submission, "member": one.member, "kind": one.kind}
            for one in sorted(conflicts, key=lambda one: (one.submission, one.member, one.kind))
        ],
        **({"assignment_steps": process.steps_json()} if process is not None else {}),
        "assignment": [[submission, member] for submission, member in sorted(pairs)],
        "scores": {one: {**own} for one, own in sheets.items()},
    }
    committee |= committee_part(
        scores=scores,
        calibration_rules=calibration_rules,
        shortlist_rules=shortlist_rules,
        groups={one.id: one.groups for one in submissions},
        members=members,
        conflicts=conflicts,
        moves=moves,
        timed=process is not None,
    )
    if process is not None:
        committee["code"] = dict(sorted(process.code.items()))
    committee["log_root"] = log_root
    return sealed(
        {"version": WITHOUT_PROCESS if process is None else version, "award": dict(award), "committee": committee}
    )


def no_repeats(noun: str, ids: Sequence[str]) -> None:
    """Raise BadInput naming ids given more than once."""
    if twice := repeated(ids):
        raise BadInput("duplicate", f"{noun} given more than once: {listed(twice)}", kind=noun, ids=twice)


def refuse(problems: Sequence[str]) -> None:
    """Raise BadInput with the first sentence, where there is one."""
    for sentence in problems:
        raise BadInput("too many", sentence)


def committee_limits(rules: ShortlistRules) -> dict[str, int]:
    """The most places of each kind in the committee's decision."""
    return {"shortlisted": rules.shortlist_size, "deserving": rules.deserving_max}


def sealed(record: Record) -> Record:
    """The record with its digests: of the committee's stage, and of everything but the seal itself."""
    bare = {name: value for name, value in record.items() if name != "seal"}
    stage = {name: value for name, value in bare.items() if name != "jury"}
    return {**bare, "seal": {"committee": sha256(dumps(stage)), "record": sha256(dumps(bare))}}


def to_bytes(record: Record) -> bytes:
    """The canonical bytes to publish (RFC 8785)."""
    return dumps(record)


def digest(data: bytes) -> str:
    """SHA-256 of the published bytes, as hex: what is printed in the minutes."""
    return sha256(data)
