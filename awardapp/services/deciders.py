"""Who decides on a finalist for the jury: its chair; for a city the chair has a tie with, the deputy of its last meeting."""

from __future__ import annotations

from awardapp.domain.announcements import Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_winners, require
from awardapp.models import Cycle, Membership, Selection, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import deliberations as deliberation_queries
from awardapp.queries import people as people_queries
from awardapp.services import selections

CHAIR, DEPUTY = "chair", "deputy"
TIED = N_("You have declared a conflict of interest with this city.")


def chair_of(cycle: Cycle) -> Membership | None:
    """The jury's chair."""
    return next((one for one in people_queries.members(cycle, Role.JUROR) if one.is_chair), None)


def deputy_of(cycle: Cycle) -> Membership | None:
    """The deputy named in the jury's last meeting, as long as they are on the jury."""
    meetings = deliberation_queries.meetings(cycle)
    deputy = meetings[-1].deputy if meetings else None
    return deputy if deputy is not None and deputy.ended_at is None else None


def office(actor: User, cycle: Cycle, submission: Submission) -> str | None:
    """As what this person decides on the city: "chair" or "deputy"; None for everybody else, and for a chair with a tie."""
    member = people_queries.membership(actor, cycle, Role.JUROR)
    if member is None or assessment_queries.conflict(member, submission) is not None:
        return None
    if member.is_chair:
        return CHAIR
    chair, deputy = chair_of(cycle), deputy_of(cycle)
    if deputy is None or deputy.id != member.id or chair is None:
        return None
    return DEPUTY if assessment_queries.conflict(chair, submission) is not None else None


def require_office(actor: User, cycle: Cycle, submission: Submission) -> str:
    """The same where it is needed. Raises NotPermitted."""
    found = office(actor, cycle, submission) if cycle.phase is CyclePhase.JURY else None
    if found is not None:
        return found
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    raise NotPermitted(TIED)  # the chair, with a tie


def open_count(cycle: Cycle) -> Selection:
    """The count on which decisions are made. Raises IllegalTransition before it and after the lock."""
    selection = selections.selection_of(cycle, Stage.JURY)
    if selection is None or selection.locked_at is not None or cycle.phase is not CyclePhase.JURY:
        raise IllegalTransition(N_("There is no open count to decide on."))
    return selection


def is_decider(actor: User, cycle: Cycle) -> bool:
    """Whether the person decides on anything: the chair, or the deputy of the last meeting. For the doors of pages."""
    if people_queries.standing(actor, cycle).chairs(Role.JUROR):
        return True
    deputy = deputy_of(cycle)
    return deputy is not None and deputy.user_id == actor.id
