"""The lock of the shortlist: what keeps it open, and the record that is sealed with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from awardapp.domain.announcements import Outcome, Stage, shortlist_problems
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.permissions import can_decide_shortlist, require
from awardapp.domain.selection import record
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assignment, Cycle, Selection, Submission, User
from awardapp.queries import people as people_queries
from awardapp.services import audit, selections
from awardapp.services.locks import lock_row
from awardapp.services.shortlist import is_outdated


def problems(cycle: Cycle) -> list[str]:
    """Message ids of everything that keeps the shortlist from being locked."""
    undecided = db.session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.cycle_id == cycle.id,
            Submission.status.in_([SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED]),
        )
    )
    decisions = selections.decided(cycle, Stage.COMMITTEE)
    found = shortlist_problems(
        undecided=undecided or 0,
        shortlisted=sum(d.outcome is Outcome.SHORTLISTED for d in decisions),
        deserving=sum(d.outcome is Outcome.DESERVING for d in decisions),
        size=cycle.rules.shortlist_size,
        deserving_max=cycle.rules.deserving_max,
    )
    if any(not d.reason_en.strip() or not d.reason_zh.strip() for d in decisions):
        found.append(N_("A shortlisted or deserving submission lacks its reason in one of the languages."))
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is not None and selection.result.get("unscored"):
        found.append(N_("Some valid submissions have no assessment at all."))
    if selection is not None and is_outdated(selection):
        found.append(N_("Scores have changed since the proposal was computed. Compute it again first."))
    return found


def lock(*, actor: User, cycle: Cycle, now: datetime) -> Selection:
    """Seal the shortlist: write the record, close scoring. Raises NotPermitted, RuleViolation with what is missing."""
    require(can_decide_shortlist(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None or cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("There is no open proposal to lock."))
    found = problems(cycle)
    if found:
        raise RuleViolation(found[0])
    data = selections.inputs(cycle)
    _, proposal = selections.compute(data)
    shown = [(p["id"], p["outcome"]) for p in selection.result["places"]]
    if shown != [(p.id, p.outcome) for p in proposal.places]:
        raise RuleViolation(N_("Scores have changed since the proposal was computed. Compute it again first."))
    built = record.build_committee(
        award={"cycle": cycle.slug, "name": cycle.name_en, "year": cycle.year},
        calibration_rules=data.calibration_rules,
        shortlist_rules=data.shortlist_rules,
        submissions=[record.RecordedSubmission(s.pseudonym, selections.groups(s)) for s in data.submissions],
        members=[m.pseudonym for m in data.members],
        conflicts=data.conflicts,
        assignment=_assigned_pairs(cycle, data),
        scores=data.scores,
        commitments={
            "tie_seed_sha256": selections.tie_commitment(cycle),
            "rules_version": str(cycle.rules_version),
            **_accepted_late(data.submissions),
        },
        moves=[
            record.Move(name, move["to"], move["reason"], "chair")
            for name, move in sorted(selection.result.get("moves", {}).items())
        ],
    )
    selections.seal(selection, record.to_bytes(built), actor=actor, now=now)
    cycle.phase = CyclePhase.SHORTLIST_SEALED
    audit.record(
        actor=actor,
        action="shortlist.lock",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"record_sha256": selection.record_sha256},
    )
    return selection


def _accepted_late(submissions: Sequence[Submission]) -> dict[str, str]:
    """The record names the files that came after the deadline by a decision of two people; the audit log has the rest."""
    late = [submission.pseudonym for submission in submissions if submission.is_late]
    return {"accepted_late": " ".join(late)} if late else {}


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
