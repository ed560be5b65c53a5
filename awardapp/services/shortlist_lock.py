"""The lock of the shortlist: what keeps it open, its quorum, and what it seals (services/locking.py has the two people)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from awardapp.domain.announcements import Outcome, Stage, shortlist_problems
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_
from awardapp.domain.locking import Quorum
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Submission
from awardapp.queries import locking as queries
from awardapp.queries import progress as progress_queries
from awardapp.services import selections, shortlist_record
from awardapp.services.locking import Lock
from awardapp.services.shortlist import is_outdated


@dataclass(frozen=True, slots=True)
class Quorums:
    """The two questions of quorum; `present` is None where no plenary was held here."""

    finished: Quorum
    present: Quorum | None


def quorums(cycle: Cycle) -> Quorums:
    """How many members have finished every reading of theirs, how many were at the plenary, against the rules."""
    members = progress_queries.members(cycle)
    done, there = sum(member.left == 0 for member in members), queries.attended(cycle)
    rules = cycle.rules
    return Quorums(
        Quorum(done, len(members), rules.quorum_finished),
        None if there is None else Quorum(there, len(members), rules.quorum_present),
    )


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
        found.append(shortlist_record.CHANGED)
    asked = quorums(cycle)
    if not asked.finished.is_met:
        found.append(N_("Too few members have finished all their readings: the quorum of the rules is not reached."))
    if asked.present is not None and not asked.present.is_met:
        found.append(N_("Too few members were at the plenary: the quorum of the rules is not reached."))
    if queries.is_sitting(cycle):
        found.append(N_("The plenary is still in session. Close it first."))
    return found


LOCK = Lock(
    stage=Stage.COMMITTEE,
    role=Role.COMMITTEE,
    during=CyclePhase.COMMITTEE,
    after=CyclePhase.SHORTLIST_SEALED,
    verbs="shortlist",
    nothing=N_("There is no open proposal to lock."),
    other_member=N_("The second person is another member of this committee."),
    problems=problems,
    build=shortlist_record.build,
)
