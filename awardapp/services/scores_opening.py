"""Opening the scores: from then on averages, places and the proposal can be seen, and what they are computed by is frozen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.permissions import can_open_scores, require
from awardapp.extensions import db
from awardapp.models import Assessment, Cycle, User
from awardapp.queries import people as people_queries
from awardapp.queries import progress as progress_queries
from awardapp.services import audit, selections
from awardapp.services.locks import lock_row

# What a shortlist is computed by: written into the log with the opening, as it stands then.
_FROZEN = (
    "calibration",
    "scale_min",
    "scale_max",
    "scale_step",
    "shortlist_size",
    "deserving_max",
    "tie_order",
    "group_rules",
)


def are_open(cycle: Cycle) -> bool:
    """Whether the chair has opened the scores: before it nobody sees an average, a place or another's marks."""
    return cycle.scores_opened_at is not None


def is_over(cycle: Cycle) -> bool:
    """Whether the committee's phase is past, so that no mark can change any more."""
    return CyclePhase.COMMITTEE.is_before(cycle.phase)


def require_open(cycle: Cycle) -> None:
    """Raise IllegalTransition unless the scores are open."""
    if not are_open(cycle):
        raise IllegalTransition(N_("The scores are not open yet. The committee's chair opens them."))


def readings_left(cycle: Cycle) -> int:
    """How many readings are neither handed in nor stepped back from. One query."""
    return sum(member.left for member in progress_queries.members(cycle))


def handed_in(cycle: Cycle) -> int:
    """How many assessments are handed in. One query."""
    return db.session.scalar(select(func.count()).select_from(Assessment).where(*_in(cycle))) or 0


def handed_in_after(cycle: Cycle) -> int:
    """How many assessments were handed in or changed after the scores were opened; 0 before. One query."""
    if cycle.scores_opened_at is None:
        return 0
    later = (*_in(cycle), Assessment.changed_at > cycle.scores_opened_at)
    return db.session.scalar(select(func.count()).select_from(Assessment).where(*later)) or 0


def _in(cycle: Cycle) -> tuple[ColumnElement[bool], ...]:
    return (Assessment.cycle_id == cycle.id, Assessment.status == AssessmentStatus.SUBMITTED)


def problem(cycle: Cycle, *, handed_in: int, left: int) -> str | None:
    """Message id of what keeps the scores from being opened now, None when nothing does."""
    if cycle.phase is not CyclePhase.COMMITTEE:
        return N_("The scores are opened during the committee's phase.")
    if not handed_in:
        return N_("No assessment is handed in yet.")
    if left and cycle.scoring_frozen_at is None:
        return N_("Readings are still under way. Wait until all are finished, or stop scoring first.")
    return None


def open_scores(*, actor: User, cycle: Cycle, now: datetime) -> None:
    """The chair opens the scores, for good; the rules by which they are computed are frozen and recorded as they stand.

    Raises NotPermitted for anybody but the chair, IllegalTransition when they are open already or in another phase,
    RuleViolation while readings are under way.
    """
    require(can_open_scores(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if are_open(cycle):
        raise IllegalTransition(N_("The scores are open already."))
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("The scores are opened during the committee's phase."))
    done, left = handed_in(cycle), readings_left(cycle)
    found = problem(cycle, handed_in=done, left=left)
    if found is not None:
        raise RuleViolation(found)
    cycle.scores_opened_at, cycle.scores_opened_by = now, actor.id
    db.session.flush()
    rules = cycle.rules.to_json()
    audit.record(
        actor=actor,
        action="scores.open",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={
            "rules_version": cycle.rules_version,
            "rules": {name: rules[name] for name in _FROZEN},
            "weights": {criterion.key: criterion.weight for criterion in cycle.criteria},
            "tie_seed_sha256": selections.tie_commitment(cycle),
            "handed_in": done,
            "left": left,
        },
    )
