"""Giving each valid submission its readers: a draft first, then released to everybody at once."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from awardapp import places
from awardapp.domain.assessments import conflict_with
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.selection.assignment import assign
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.profiles import (
    AssignmentPlan,
    AssignmentRules,
    Conflict,
    MemberProfile,
    SubmissionProfile,
)
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assignment, Cycle, Membership, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_all


def _valid(cycle: Cycle) -> list[Submission]:
    return list(
        db.session.scalars(
            select(Submission)
            .options(joinedload(Submission.city), joinedload(Submission.theme))
            .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
            .order_by(Submission.id)
        )
    )


def _languages(submission: Submission) -> tuple[str, ...]:
    return tuple(code for code in ("en", "zh") if getattr(submission, f"title_{code}"))


def conflicts(cycle: Cycle, members: list[Membership], submissions: list[Submission]) -> list[Conflict]:
    """Every barred pair of member and submission, by pseudonym, with the kind of tie."""
    found = []
    for member in members:
        ties = assessment_queries.ties_of(member)
        for submission in submissions:
            kind = conflict_with(
                city_id=submission.city_id,
                country=submission.city.country,
                own_country=member.user.country,
                ties=ties,
                bar_own_country=cycle.rules.bar_own_country,
            )
            if kind is not None:
                found.append(Conflict(member.pseudonym, submission.pseudonym, kind.value))
    return found


def propose(*, actor: User, cycle: Cycle, now: datetime) -> AssignmentPlan:
    """Compute and store a draft assignment, replacing an earlier draft; released readings stay and are built upon.

    Raises NotPermitted, IllegalTransition in another phase, RuleViolation when a declaration is missing or the rules
    cannot be met (naming what blocks).
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("Files are assigned once the committee's phase has begun."))
    members = list(people_queries.members(cycle, Role.COMMITTEE))
    silent = [m.user.name for m in members if m.conflicts_declared_at is None]
    if silent:
        raise RuleViolation(
            N_("These members have not declared their conflicts of interest yet: %(names)s."), names=", ".join(silent)
        )
    submissions = _valid(cycle)
    kept = db.session.execute(
        select(Assignment.submission_id, Assignment.membership_id).where(
            Assignment.cycle_id == cycle.id, Assignment.released_at.is_not(None)
        )
    ).all()
    names = {s.id: s.pseudonym for s in submissions}
    member_names = {m.id: m.pseudonym for m in members}
    seed = hashlib.sha256(f"{cycle.tie_seed}:assignment".encode()).hexdigest()
    try:
        plan = assign(
            [
                SubmissionProfile(
                    id=s.pseudonym,
                    country=s.city.country,
                    region=places.country(s.city.country).region,
                    city=str(s.city_id),
                    themes=(s.theme.key,) if s.theme else (),
                    languages=_languages(s),
                )
                for s in submissions
            ],
            [
                MemberProfile(
                    id=m.pseudonym,
                    country=m.user.country or "",
                    region=places.country(m.user.country).region if m.user.country else "",
                    themes={key: 1.0 for key in m.themes.split()},
                    languages=tuple(m.languages.split()),
                )
                for m in members
            ],
            conflicts(cycle, members, submissions),
            AssignmentRules(
                per_submission=cycle.rules.reviews_per_submission,
                bar_same_country=cycle.rules.bar_own_country,
                open_zero_affinity=True,
                seed=seed,
            ),
            fixed=[(names[s], member_names[m]) for s, m in kept if s in names and m in member_names],
        )
    except SelectionError as error:
        raise RuleViolation(N_("No assignment is possible under these rules: %(why)s"), why=str(error)) from error
    _store(cycle, plan, submissions, members, {(s, m) for s, m in kept}, seed=seed, now=now)
    audit.record(
        actor=actor,
        action="assignment.propose",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={
            "pairs": len(plan.pairs),
            "total": str(plan.total),
            "seed_sha256": hashlib.sha256(seed.encode()).hexdigest(),
        },
    )
    return plan


def _store(
    cycle: Cycle,
    plan: AssignmentPlan,
    submissions: list[Submission],
    members: list[Membership],
    kept: set[tuple[int, int]],
    *,
    seed: str,
    now: datetime,
) -> None:
    db.session.execute(delete(Assignment).where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_(None)))
    submission_ids = {s.pseudonym: s.id for s in submissions}
    member_ids = {m.pseudonym: m.id for m in members}
    for pair in plan.pairs:
        submission_id, member_id = submission_ids[pair.submission], member_ids[pair.member]
        if (submission_id, member_id) in kept:
            continue
        # Each member has a reading order of their own, so that no city is always read last.
        order = hashlib.sha256(f"{seed}:{pair.member}:{pair.submission}".encode()).hexdigest()
        db.session.add(
            Assignment(
                cycle_id=cycle.id,
                submission_id=submission_id,
                membership_id=member_id,
                position=int(order[:7], 16),
                reasons={
                    "affinity": str(pair.affinity),
                    "themes": list(pair.themes),
                    "languages": list(pair.languages),
                },
                created_at=now,
            )
        )
    db.session.flush()


def release(*, actor: User, cycle: Cycle, now: datetime) -> int:
    """Show every drafted file to its member and tell each by letter. Returns the number of readings released.

    Raises NotPermitted, IllegalTransition in another phase, RuleViolation when nothing is drafted.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)  # of two clicks one finds nothing left to release
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(N_("Files are assigned once the committee's phase has begun."))
    drafts = db.session.scalars(
        select(Assignment).where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_(None))
    ).all()
    if not drafts:
        raise RuleViolation(N_("There is no drafted assignment to release."))
    for assignment in drafts:
        assignment.released_at = now
    member_ids = {a.membership_id for a in drafts}
    people = [m.user for m in people_queries.members(cycle, Role.COMMITTEE) if m.id in member_ids]
    notify_all(
        "files_assigned", recipients=people, cause=f"assignment:{cycle.id}:{now.isoformat()}", cycle=cycle, now=now
    )
    audit.record(
        actor=actor,
        action="assignment.release",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"readings": len(drafts)},
    )
    return len(drafts)
