"""What follows from the inputs of a record: results, and decisions as proposals plus moves by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from awardapp.domain.selection.calibration import Calibration, CalibrationRules, Score, calibrate
from awardapp.domain.selection.canonical import Json
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.jury import Ballot, Finalist, JuryRules, count
from awardapp.domain.selection.profiles import Conflict
from awardapp.domain.selection.record_text import texts
from awardapp.domain.selection.shortlist import Proposal, ShortlistRules, candidates, propose

PROPOSAL = "proposal"  # where a move goes that takes the hand off again


@dataclass(frozen=True, slots=True)
class Move:
    """A decision by hand: `to` is "shortlisted", "deserving" or "none" (committee), "winner" or "none"
    (jury), or "proposal": the hand is taken off again and the computed outcome counts, while the moves before
    stay told. The reason is required; `by` is a pseudonymous id or an office ("chair"), `at` the instant as text."""

    submission: str
    to: str
    reason: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class SpecialAward:
    """A special award given to a submission, with the reason the jury gave."""

    award: str
    submission: str
    reason: str = ""


def recusals_of(conflicts: Sequence[Conflict]) -> dict[str, int]:
    """How many members are recused from each submission: what the tie rule "recusals" counts."""
    found: dict[str, set[str]] = {}
    for one in conflicts:
        found.setdefault(one.submission, set()).add(one.member)
    return {submission: len(members) for submission, members in found.items()}


def committee_part(
    *,
    scores: Sequence[Score],
    calibration_rules: CalibrationRules,
    shortlist_rules: ShortlistRules,
    groups: Mapping[str, Mapping[str, str]],
    members: Sequence[str],
    conflicts: Sequence[Conflict],
    moves: Sequence[Move],
    timed: bool = False,
) -> dict[str, Json]:
    """`result`, `moves` and `decision` of the committee. `timed`: moves carry their instants, and may lead back to the
    proposal, which records of the first version do not know."""
    calibration = calibrate(scores, calibration_rules, submissions=sorted(groups), members=sorted(members))
    proposal = propose(
        candidates(calibration, recusals=recusals_of(conflicts), groups=groups),
        shortlist_rules,
    )
    before = {one.id: one.outcome for one in proposal.places} | dict.fromkeys(calibration.unscored, "none")
    after = _moved(before, moves, ("shortlisted", "deserving", "none", *((PROPOSAL,) if timed else ())))
    order = [one.id for one in proposal.places] + list(calibration.unscored)
    decision: dict[str, Json] = {
        name: texts(one for one in order if after[one] == name) for name in ("shortlisted", "deserving")
    }
    return {
        "result": _committee_result(calibration, proposal),
        "moves": _moves_json(before, moves, timed=timed),
        "decision": decision,
    }


def _committee_result(calibration: Calibration, proposal: Proposal) -> dict[str, Json]:
    return {
        "method": calibration.used,
        "raw": {one.submission: str(one.raw_rounded) for one in calibration.submissions},
        "calibrated": {one.submission: str(one.calibrated) for one in calibration.submissions},
        "uncertainty": {one.submission: str(one.uncertainty) for one in calibration.submissions},
        "times_in_first": {one.submission: one.times_in_first for one in calibration.submissions},
        "members": {
            one.member: {
                "assessments": one.assessments,
                "offset": str(one.offset),
                "scale": str(one.scale),
                "noise": str(one.noise),
                "agreement": None if one.agreement is None else str(one.agreement),
            }
            for one in calibration.members
        },
        "unscored": texts(calibration.unscored),
        "order": [{"id": one.id, "decided_by": one.decided_by} for one in proposal.places],
        "ties": [{"ids": texts(one.ids), "rules": texts(one.rules), "at_line": one.at_line} for one in proposal.ties],
        "proposal": {"shortlisted": texts(proposal.shortlisted), "deserving": texts(proposal.deserving)},
        "price": str(proposal.price),
        "notes": texts((*calibration.notes, *proposal.explanation)),
    }


def _moved(before: Mapping[str, str], moves: Sequence[Move], goals: Sequence[str]) -> dict[str, str]:
    after = dict(before)
    for move in moves:
        if move.submission not in after:
            raise BadInput("unknown", f"a move names the unknown submission {move.submission}", ids=[move.submission])
        if move.to not in goals:
            raise BadInput("move", f"{move.submission} cannot be moved to {move.to}; known: {', '.join(goals)}")
        if not move.reason.strip():
            raise BadInput("reason", f"the move of {move.submission} to {move.to} has no reason", ids=[move.submission])
        after[move.submission] = before[move.submission] if move.to == PROPOSAL else move.to
    return after


def _moves_json(before: Mapping[str, str], moves: Sequence[Move], *, timed: bool) -> list[Json]:
    """The moves in the order they were made, each with where the submission came from."""
    now = dict(before)
    found: list[Json] = []
    for move in moves:
        one: dict[str, Json] = {
            "submission": move.submission,
            "from": now[move.submission],
            "to": move.to,
            "reason": move.reason,
            "by": move.by,
        }
        found.append({**one, "at": move.at} if timed else one)
        now[move.submission] = before[move.submission] if move.to == PROPOSAL else move.to
    return found


def _finalists(committee: Mapping[str, Json]) -> list[Finalist]:
    """The shortlisted of the committee's decision with their calibrated means (0 for one without
    assessments)."""
    result, decision = committee["result"], committee["decision"]
    if not (isinstance(result, dict) and isinstance(decision, dict)):
        raise BadInput("record", "the committee's part has no result or no decision")
    means, shortlisted = result["calibrated"], decision["shortlisted"]
    if not (isinstance(means, dict) and isinstance(shortlisted, list)):
        raise BadInput("record", "the committee's part has no calibrated means or no shortlist")
    return [Finalist(str(one), Decimal(str(means.get(str(one), "0.000000")))) for one in shortlisted]


def jury_part(
    committee: Mapping[str, Json],
    *,
    rules: JuryRules,
    ballots: Sequence[Ballot],
    moves: Sequence[Move],
    special_awards: Sequence[SpecialAward],
    timed: bool = False,
    may_go_back: bool = False,
) -> dict[str, Json]:
    """`finalists`, `result`, `moves`, `decision` and `special_awards` of the jury. `timed`: moves carry their instants;
    `may_go_back`: they may lead back to the count, which the first two versions do not know."""
    finalists = _finalists(committee)
    counted = count(finalists, ballots, rules)
    before = {one.id: "winner" if one.id in counted.winners else "none" for one in counted.order}
    after = _moved(before, moves, ("winner", "none", *((PROPOSAL,) if may_go_back else ())))
    winners = [one.id for one in counted.order if after[one.id] == "winner"]
    known = committee["submissions"]
    ids = {one["id"] for one in known if isinstance(one, dict)} if isinstance(known, list) else set()
    strangers = sorted({one.submission for one in special_awards} - ids)
    if strangers:
        raise BadInput("unknown", f"special awards name unknown submissions: {listed(strangers)}", ids=strangers)
    return {
        "finalists": texts(one.id for one in finalists),
        "result": {
            "order": [{"id": one.id, "decided_by": one.decided_by, "figure": one.figure} for one in counted.order],
            "pairwise": {
                one: {other: counted.pairwise[i][j] for j, other in enumerate(counted.ids) if i != j}
                for i, one in enumerate(counted.ids)
            },
            "undecided": [texts(pair) for pair in counted.undecided],
            "counted": texts(counted.counted),
            "abstained": texts(counted.abstained),
            "winners": texts(counted.winners),
            "notes": texts(counted.notes),
        },
        "moves": _moves_json(before, moves, timed=timed),
        "decision": {"winners": texts(winners)},
        "special_awards": [
            {"award": one.award, "submission": one.submission, "reason": one.reason}
            for one in sorted(special_awards, key=lambda one: (one.award, one.submission))
        ],
    }


def beyond_the_rules(decision: object, most: Mapping[str, int]) -> list[str]:
    """A sentence for each list of a decision that is longer than the rules allow."""
    found = []
    for name, limit in most.items():
        chosen = decision.get(name) if isinstance(decision, dict) else None
        if isinstance(chosen, list) and len(chosen) > limit:
            found.append(f"the decision has {len(chosen)} {name}, the rules allow {limit}")
    return found
