"""Checking a record by recomputing it from its own inputs: nothing is needed but the file and this
package."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from awardapp.domain.selection.calibration import Score
from awardapp.domain.selection.canonical import Json, NotCanonical, dumps, loads
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.evidence import Evidence, read_cast, read_evidence
from awardapp.domain.selection.jury_recording import compose_jury, jury_limits, jury_problems
from awardapp.domain.selection.outcome import Move, SpecialAward, beyond_the_rules
from awardapp.domain.selection.process import Process, process_problems, read_process
from awardapp.domain.selection.profiles import Conflict
from awardapp.domain.selection.receipts import CastBallot
from awardapp.domain.selection.record_text import (
    BrokenRecord,
    Part,
    read_ballot,
    read_calibration_rules,
    read_jury_rules,
    read_shortlist_rules,
)
from awardapp.domain.selection.recording import (
    OLDER_VERSIONS,
    VERSION,
    WITHOUT_PROCESS,
    Record,
    RecordedSubmission,
    committee_limits,
    compose_committee,
    sealed,
)

# objects keyed by ids, not by names of fields: written with brackets in a path
KEYED = {
    "raw", "calibrated", "uncertainty", "times_in_first", "members", "scores", "groups", "pairwise", "commitments", "barred",
    "code", "quorum", "themes",
}  # fmt: skip
LAST_DIGIT = Decimal("0.000001")


def differences(data: bytes) -> list[str]:
    """Every difference as a sentence that begins with its path, in the order of the computation.

    Empty when the file is whole. Differences of the result come before those of the digests, so the first one
    says what was changed or what follows from the change.
    """
    try:
        value = loads(data)
    except NotCanonical as problem:
        return [str(problem)]
    if not isinstance(value, dict):
        return ["the file is not a record: an object is expected"]
    version = value.get("version")
    if version not in (*OLDER_VERSIONS, VERSION):
        known = " and ".join((*OLDER_VERSIONS, VERSION))
        return [f"version: this program reads {known}, the file says {version!r}"]
    found = _recomputed(value)
    try:
        canonical = dumps(value)
    except NotCanonical as problem:
        return [*found, str(problem)]
    if canonical != data:
        at = next(
            (n for n, (one, other) in enumerate(zip(canonical, data, strict=False)) if one != other), len(canonical)
        )
        found.append(f"the bytes are not canonical JSON (RFC 8785) from byte {min(at, len(data))} on")
    return found


def _recomputed(value: dict[str, Json]) -> list[str]:
    """Committee first, then the jury on the recomputed committee, then decisions and digests."""
    part, version = Part(value, ""), value["version"]
    found: list[str] = []
    try:
        process = None if value["version"] == WITHOUT_PROCESS else read_process(part["committee"])
        if process is not None:
            found += _process(part["committee"], process)
        again = _committee(part, process)
        found += _compare(_without(value, "jury", "seal"), _without(again, "seal"), "", keyed=False)
        if "jury" in value:
            ballots, evidence = _ballots(part), _evidence(part)
            again = _jury(part, again, ballots, evidence)
            found += _compare(value["jury"], again["jury"], "jury", keyed=False)
            if version not in OLDER_VERSIONS and isinstance(again["jury"], dict):
                rules = read_jury_rules(part["jury"]["rules"])
                found += jury_problems(again["jury"], evidence, ballots, rules)
        found += _beyond(value)
    except BrokenRecord as problem:
        found.append(str(problem))
    except SelectionError as problem:
        found.append(f"the inputs contradict themselves: {problem}")
    return [*found, *_seal(value)]


def _without(record: dict[str, Json], *names: str) -> dict[str, Json]:
    return {name: value for name, value in record.items() if name not in names}


def _beyond(value: dict[str, Json]) -> list[str]:
    """Decisions of the file with more places than its rules have."""
    part = Part(value, "")
    limits = committee_limits(read_shortlist_rules(part["committee"]["rules"]["shortlist"]))
    found = [f"committee.decision: {one}" for one in beyond_the_rules(part["committee"]["decision"].value, limits)]
    if "jury" in value:
        limits = jury_limits(read_jury_rules(part["jury"]["rules"]))
        found += [f"jury.decision: {one}" for one in beyond_the_rules(part["jury"]["decision"].value, limits)]
    return found


def _seal(value: dict[str, Json]) -> list[str]:
    """The digests the file carries against those of its own content."""
    try:
        again = sealed(value)["seal"]
    except NotCanonical:
        return []  # told by the caller, who writes the same value
    return list(_compare(value.get("seal"), again, "seal", keyed=False))


def _process(committee: Part, process: Process) -> list[str]:
    """How it came about: the assignment computed again, and the rules of reading against the rest."""
    return process_problems(
        process,
        calibration_rules=read_calibration_rules(committee["rules"]["calibration"]),
        assignment=[_pair(one) for one in committee["assignment"].list()],
    )


def _committee(part: Part, process: Process | None) -> Record:
    committee = part["committee"]
    rules = committee["rules"]
    award = part["award"].value
    if not isinstance(award, dict):
        raise BrokenRecord("broken", "award: an object is expected", path="award")
    return compose_committee(
        award={key: one if isinstance(one, int) else Part(one, f"award.{key}").text() for key, one in award.items()},
        calibration_rules=read_calibration_rules(rules["calibration"]),
        shortlist_rules=read_shortlist_rules(rules["shortlist"]),
        submissions=[
            RecordedSubmission(one["id"].text(), {name: group.text() for name, group in one["groups"].items()})
            for one in committee["submissions"].list()
        ],
        members=committee["members"].texts(),
        conflicts=[
            Conflict(one["member"].text(), one["submission"].text(), one["kind"].text())
            for one in committee["conflicts"].list()
        ],
        assignment=[_pair(one) for one in committee["assignment"].list()],
        scores=[
            Score(submission, member, criterion, units.whole())
            for submission, own in committee["scores"].items()
            for member, sheet in own.items()
            for criterion, units in sheet.items()
        ],
        commitments={name: one.text() for name, one in committee["commitments"].items()},
        moves=_moves(committee["moves"], timed=process is not None),
        process=process,
        log_root=committee["log_root"].text(),
        version=part["version"].text(),
    )


def _ballots(part: Part) -> list[CastBallot]:
    is_older = part["version"].text() in OLDER_VERSIONS
    ballots = part["jury"]["ballots"].list()
    return [CastBallot(read_ballot(one)) if is_older else read_cast(one) for one in ballots]


def _evidence(part: Part) -> Evidence:
    return Evidence() if part["version"].text() in OLDER_VERSIONS else read_evidence(part["jury"])


def _jury(part: Part, record: Record, ballots: list[CastBallot], evidence: Evidence) -> Record:
    jury = part["jury"]
    return compose_jury(
        record,
        rules=read_jury_rules(jury["rules"]),
        jurors=jury["jurors"].texts(),
        ballots=ballots,
        moves=_moves(jury["moves"], timed=part["version"].text() != WITHOUT_PROCESS),
        special_awards=[
            SpecialAward(one["award"].text(), one["submission"].text(), one["reason"].text())
            for one in jury["special_awards"].list()
        ],
        evidence=evidence,
        log_root=jury["log_root"].text(),
    )


def _pair(part: Part) -> tuple[str, str]:
    both = part.texts()
    if len(both) != 2:
        raise BrokenRecord("broken", f"{part.path}: a submission and a member are expected", path=part.path)
    return both[0], both[1]


def _moves(part: Part, *, timed: bool) -> list[Move]:
    return [
        Move(
            one["submission"].text(),
            one["to"].text(),
            one["reason"].text(),
            one["by"].text(),
            at=one["at"].text() if timed else "",
        )
        for one in part.list()
    ]


def _compare(said: Json, again: Json, path: str, *, keyed: bool) -> Iterator[str]:
    """Walk both in the order in which the recomputed one was built, which is the order of the computation."""
    if isinstance(said, dict) and isinstance(again, dict):
        for key in [*again, *(key for key in said if key not in again)]:
            here = f"{path}[{key}]" if keyed else f"{path}.{key}" if path else key
            if key not in said:
                yield f"{here}: missing in the file, recomputed {_shown(again[key])}"
            elif key not in again:
                yield f"{here}: in the file only, {_shown(said[key])}"
            else:
                deeper = key in KEYED or (keyed and ".result.members[" not in here)
                yield from _compare(said[key], again[key], here, keyed=deeper)
    elif isinstance(said, list) and isinstance(again, list):
        for at in range(max(len(said), len(again))):
            here = f"{path}[{at}]"
            if at >= len(said):
                yield f"{here}: missing in the file, recomputed {_shown(again[at])}"
            elif at >= len(again):
                yield f"{here}: in the file only, {_shown(said[at])}"
            else:
                yield from _compare(said[at], again[at], here, keyed=False)
    elif said != again or type(said) is not type(again):
        yield f"{path}: file says {_shown(said)}, recomputed {_shown(again)}{_only_rounding(said, again)}"


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) and value else dumps(value).decode()
    return text if len(text) <= 80 else text[:77] + "..."


def _only_rounding(said: Json, again: Json) -> str:
    if not isinstance(said, str) or not isinstance(again, str) or "." not in again:
        return ""
    try:
        near = abs(Decimal(said) - Decimal(again)) <= LAST_DIGIT
    except InvalidOperation:
        return ""
    return " (a difference of the last digit, below rounding)" if near else ""
