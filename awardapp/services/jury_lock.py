"""The lock of the winners: what keeps it open, and what it seals (services/locking.py has the two people)."""

from __future__ import annotations

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_
from awardapp.domain.people import Role
from awardapp.models import Cycle
from awardapp.queries import deliberations as deliberation_queries
from awardapp.services import ballot_counting, ballots, citations, jury_record, selections
from awardapp.services.locking import Lock


def most(cycle: Cycle) -> int:
    """How many winners can be named: as many as the rules allow, and no more than there are finalists."""
    return min(cycle.rules.winners_max, len(ballots.finalists(cycle)))


def fewer_reason(cycle: Cycle, winners: int) -> str:
    """Why so few winners are named; "" where as many are named as the rules allow, or nobody has said why yet."""
    selection = selections.selection_of(cycle, Stage.JURY)
    reason = selection.fewer_reason if selection is not None else None
    return (reason or "") if winners < most(cycle) else ""


def problems(cycle: Cycle) -> list[str]:
    """Message ids of everything that keeps the winners from being locked."""
    decisions = selections.decided(cycle, Stage.JURY)
    selection = selections.selection_of(cycle, Stage.JURY)
    committee = selections.selection_of(cycle, Stage.COMMITTEE)
    found = []
    if committee is None or committee.record is None:
        found.append(N_("The committee's record, which the jury's joins, is missing."))
    if not decisions:
        found.append(N_("No winner is named."))
    if len(decisions) > cycle.rules.winners_max:
        found.append(N_("More winners are named than the rules allow."))
    if decisions and len(decisions) < most(cycle) and not fewer_reason(cycle, len(decisions)):
        found.append(N_("Fewer winners are named than the rules allow: write down why."))
    if any(not d.reason_en.strip() or not d.reason_zh.strip() for d in decisions):
        found.append(N_("A winner lacks its citation in one of the languages."))
    if citations.any_behind(cycle, decisions):
        found.append(N_("A citation was changed in one language after the other was written. Read both once more."))
    if ballot_counting.is_outdated(selection):
        found.append(ballot_counting.OUTDATED)
    if deliberation_queries.is_sitting(cycle):
        found.append(N_("The jury's meeting is still open. Close it first."))
    return found


LOCK = Lock(
    stage=Stage.JURY,
    role=Role.JUROR,
    during=CyclePhase.JURY,
    after=CyclePhase.WINNERS_SEALED,
    verbs="jury",
    nothing=N_("There is no open count to lock."),
    other_member=N_("The second person is another member of this jury."),
    problems=problems,
    build=jury_record.build,
)
