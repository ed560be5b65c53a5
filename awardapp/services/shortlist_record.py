"""The record of the shortlist as its lock would seal it: built from the rows, the same bytes for the same state."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import select

from awardapp.domain.announcements import Outcome, Stage, digest
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.selection import record
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.profiles import MemberProfile, SubmissionProfile
from awardapp.domain.selection.reassigning import AssignmentStep
from awardapp.extensions import db
from awardapp.models import Assignment, Cycle, Selection, Submission
from awardapp.queries import moves as move_queries
from awardapp.services import assignments, rule_versions, selection_code, selections

Profile = TypeVar("Profile", SubmissionProfile, MemberProfile)

CHANGED = N_("Scores have changed since the proposal was computed. Compute it again first.")


def build(cycle: Cycle, selection: Selection, *, log_root: str) -> bytes:
    """The canonical bytes that would be sealed now. `log_root` is the hash of an entry of the log: the record says with it
    which log it follows.

    Raises RuleViolation when the proposal shown or the decisions are not what the scores and moves give now.
    """
    data = selections.inputs(cycle)
    partitions = {rule.partition for rule in data.shortlist_rules.group_rules}
    try:
        built = record.build_committee(
            award={"cycle": cycle.slug, "name": cycle.name_en, "year": cycle.year},
            calibration_rules=data.calibration_rules,
            shortlist_rules=data.shortlist_rules,
            submissions=[
                # where a submission comes from is told as far as a rule asks for it, and no further
                record.RecordedSubmission(
                    s.pseudonym, {name: group for name, group in data.groups_of(s).items() if name in partitions}
                )
                for s in data.submissions
            ],
            members=[m.pseudonym for m in data.members],
            conflicts=data.conflicts,
            assignment=_assigned_pairs(cycle, data),
            scores=data.scores,
            commitments=_commitments(cycle, data.submissions),
            moves=_moves(cycle, data.submissions),
            process=_process(cycle),
            log_root=log_root,
        )
    except SelectionError as error:
        raise RuleViolation(N_("The record cannot be written: %(why)s"), why=str(error)) from error
    _check(built, cycle, selection, data)
    return record.to_bytes(built)


def _check(built: record.Record, cycle: Cycle, selection: Selection, data: selections.Inputs) -> None:
    """What people were shown, what is decided and what the record computes are one and the same."""
    committee = built["committee"]
    result = committee["result"] if isinstance(committee, dict) else None
    decision = committee["decision"] if isinstance(committee, dict) else None
    if not isinstance(result, dict) or not isinstance(decision, dict):
        raise TypeError("a record without a result")
    proposal = result["proposal"]
    shown = [one["id"] for one in selection.result["places"]]
    proposed = {
        name: [one["id"] for one in selection.result["places"] if one["outcome"] == name]
        for name in ("shortlisted", "deserving")
    }
    order = result["order"]
    again = [one["id"] for one in order if isinstance(one, dict)] if isinstance(order, list) else []
    if shown != again or proposed != proposal:
        raise RuleViolation(CHANGED)
    names = {s.id: s.pseudonym for s in data.submissions}
    decided = selections.decided(cycle, Stage.COMMITTEE)
    for outcome in (Outcome.SHORTLISTED, Outcome.DESERVING):
        chosen = {names.get(d.submission_id, "") for d in decided if d.outcome is outcome}
        recorded = decision[outcome.value]
        if not isinstance(recorded, list) or chosen != set(recorded):
            raise RuleViolation(CHANGED)


def _commitments(cycle: Cycle, submissions: Sequence[Submission]) -> dict[str, str]:
    """What was fixed beforehand or elsewhere, as digests: the seed of draws, the rules, the reasons given to the cities.

    Also names the files that came after the deadline by a decision of two people; the audit log has the rest.
    """
    reasons = {
        d.submission.pseudonym: {"en": d.reason_en, "zh": d.reason_zh}
        for d in selections.decided(cycle, Stage.COMMITTEE)
    }
    late = [submission.pseudonym for submission in submissions if submission.is_late]
    return {
        "tie_seed_sha256": selections.tie_commitment(cycle),
        "rules_version": str(cycle.rules_version),
        "rules_sha256": digest(rule_versions.content(cycle)),
        "reasons_sha256": digest(reasons),
        **({"accepted_late": " ".join(late)} if late else {}),
    }


def _moves(cycle: Cycle, submissions: Sequence[Submission]) -> list[record.Move]:
    """Every move ever made, the undone ones too. Made by the chair: the office is named, which tells no pseudonym."""
    known = {s.id for s in submissions}
    return [
        record.Move(
            move.submission.pseudonym,
            record.PROPOSAL if move.is_back else move.to_outcome,
            move.reason,
            "chair",
            at=_instant(move.moved_at),
        )
        for move in move_queries.of_cycle(cycle)
        if move.submission_id in known
    ]


def _process(cycle: Cycle) -> record.Process:
    rules = cycle.rules
    low, high, step = (Fraction(str(value)) for value in (rules.scale_min, rules.scale_max, rules.scale_step))
    return record.Process(
        scale=(low, high, step),
        readings=rules.reviews_per_submission,
        further_rounds=[(one.more, one.on) for one in rules.further_rounds],
        quorum={"finished": rules.quorum_finished, "present": rules.quorum_present},
        scores_opened_at=_instant(cycle.scores_opened_at) if cycle.scores_opened_at is not None else "",
        steps=[_masked(step, cycle) for step in assignments.steps(cycle)],
        code=selection_code.code(),
    )


def _masked(step: AssignmentStep, cycle: Cycle) -> AssignmentStep:
    """A step of the assignment with its places under other names, by which nobody is known.

    A computation compares countries, regions and cities and never looks at them otherwise: it comes out the same.
    """

    def name(place: str) -> str:
        return hashlib.sha256(f"{cycle.tie_seed}:place:{place}".encode()).hexdigest()[:12] if place else ""

    def masked(one: Profile) -> Profile:
        return replace(one, country=name(one.country), region=name(one.region), city=name(one.city))

    inputs = step.inputs
    return replace(
        step,
        inputs=replace(
            inputs,
            submissions=tuple(masked(one) for one in inputs.submissions),
            members=tuple(masked(one) for one in inputs.members),
        ),
    )


def _instant(at: datetime) -> str:
    """An instant to the second, in UTC, as RFC 3339 writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _assigned_pairs(cycle: Cycle, data: selections.Inputs) -> list[tuple[str, str]]:
    names = {s.id: s.pseudonym for s in data.submissions}
    member_names = {m.id: m.pseudonym for m in data.members}
    rows = db.session.execute(
        select(Assignment.submission_id, Assignment.membership_id)
        .where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_not(None))
        .order_by(Assignment.id)
    )
    pairs = [(names[s], member_names[m]) for s, m in rows if s in names and m in member_names]
    barred = {(c.submission, c.member) for c in data.conflicts}  # recused since it was assigned: no reading
    return [pair for pair in pairs if pair not in barred]
