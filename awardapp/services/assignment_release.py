"""Releasing a draft: every file to its reader in one step, after a last look at what has changed since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, Cycle, DraftState, Membership, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.assignment_conflicts import conflicts
from awardapp.services.assignment_inputs import valid_submissions
from awardapp.services.assignments import TOO_EARLY, live_draft
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify_all


def release(*, actor: User, cycle: Cycle, now: datetime, seen: str | None = None) -> int:
    """Show every drafted file to its member and tell each by letter. Returns the number of readings released.

    `seen` is the digest of the draft that was looked at. Raises NotPermitted, IllegalTransition in another phase,
    RuleViolation when nothing is drafted, when it is another draft than was seen, and when a reading has become wrong
    since it was drafted (a conflict, a withdrawn file, a member who left, a file opened meanwhile).
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)  # of two clicks one finds nothing left to release
    if cycle.phase is not CyclePhase.COMMITTEE:
        raise IllegalTransition(TOO_EARLY)
    draft = live_draft(cycle)
    if draft is None or draft.state is not DraftState.DRAFT:
        raise RuleViolation(N_("There is no drafted assignment to release."))
    if seen is not None and seen != draft.result_sha256:
        raise RuleViolation(
            N_("The draft has changed since you opened this page. Look at it again; nothing was released.")
        )
    pending = db.session.execute(
        select(
            Submission.pseudonym, Membership.pseudonym, Assignment.membership_id, Submission.status, Membership.ended_at
        )
        .join(Submission, Submission.id == Assignment.submission_id)
        .join(Membership, Membership.id == Assignment.membership_id)
        .where(Assignment.draft_id == draft.id, Assignment.released_at.is_(None))
    ).all()
    if not pending and not draft.figures["moved"]:
        raise RuleViolation(N_("There is no drafted assignment to release."))
    _check_still_right(cycle, [(s, m, status, ended) for s, m, _id, status, ended in pending])
    _take_back(cycle, [(submission, member) for submission, member in draft.figures["moved"]])
    db.session.execute(
        update(Assignment)
        .where(Assignment.draft_id == draft.id, Assignment.released_at.is_(None))
        .values(released_at=now)
        .execution_options(synchronize_session="fetch")
    )
    draft.state, draft.live = DraftState.RELEASED, None
    draft.released_at, draft.released_by = now, actor.id
    member_ids = {membership_id for _s, _m, membership_id, _status, _ended in pending}
    people = [m.user for m in people_queries.members(cycle, Role.COMMITTEE) if m.id in member_ids]
    notify_all("files_assigned", recipients=people, cause=f"assignment:{cycle.id}:{draft.id}", cycle=cycle, now=now)
    audit.record(
        actor=actor,
        action="assignment.release",
        object=f"assignment_draft:{draft.id}",
        cycle_id=cycle.id,
        now=now,
        details={
            "round": draft.round,
            "readings": len(pending),
            "taken_back": len(draft.figures["moved"]),
            "result_sha256": draft.result_sha256,
        },
    )
    return len(pending)


def _check_still_right(cycle: Cycle, pending: list[tuple[str, str, SubmissionStatus, datetime | None]]) -> None:
    members = list(people_queries.members(cycle, Role.COMMITTEE))
    barred = {(one.submission, one.member) for one in conflicts(cycle, members, valid_submissions(cycle))}
    wrong = sorted(
        f"{submission} / {member}"
        for submission, member, status, ended in pending
        if status is not SubmissionStatus.VALID or ended is not None or (submission, member) in barred
    )
    if wrong:
        raise RuleViolation(
            N_(
                "%(n)d drafted readings have become impossible since (a conflict was declared, a file or a member left): "
                "%(pairs)s. Draft the assignment again; nothing was released."
            ),
            n=len(wrong),
            pairs=", ".join(wrong[:5]),
        )


def _take_back(cycle: Cycle, moved: list[tuple[str, str]]) -> None:
    """Released files that others take over leave their former readers, who have not opened them."""
    if not moved:
        return
    rows = db.session.execute(
        select(Assignment.id, Submission.pseudonym, Membership.pseudonym, Assessment.id)
        .join(Submission, Submission.id == Assignment.submission_id)
        .join(Membership, Membership.id == Assignment.membership_id)
        .outerjoin(Assessment, assessment_queries.IS_OWN)
        .where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_not(None))
    ).all()
    wanted = set(moved)
    ids = [row[0] for row in rows if (row[1], row[2]) in wanted and row[3] is None]
    if len(ids) < len(wanted):
        raise RuleViolation(
            N_(
                "A file that was to be taken over has been opened meanwhile. Draft the assignment again; nothing was released."
            )
        )
    db.session.execute(delete(Assignment).where(Assignment.id.in_(ids)))
