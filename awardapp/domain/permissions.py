"""Who may do what. Pages hide by these predicates, services refuse by them; both ask the same function."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, NotPermitted
from awardapp.domain.people import Role
from awardapp.domain.submissions import EDITABLE, SubmissionStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as the rules see them, in one cycle: which cities they act for, which roles they hold."""

    user_id: int
    city_ids: frozenset[int] = frozenset()
    roles: Mapping[Role, bool] = field(default_factory=dict)  # role -> is chair

    def has(self, role: Role) -> bool:
        return role in self.roles

    def chairs(self, role: Role) -> bool:
        return self.roles.get(role, False)


def require(permitted: bool) -> None:
    """Raise NotPermitted unless permitted."""
    if not permitted:
        raise NotPermitted(N_("You are not permitted to do this."))


def can_edit_submission(standing: Standing, *, city_id: int, status: SubmissionStatus) -> bool:
    """A city's delegates write its submissions until they are judged."""
    return city_id in standing.city_ids and status in EDITABLE


def can_view_submission(standing: Standing, *, city_id: int, status: SubmissionStatus) -> bool:
    """Delegates see their own city's; the secretariat sees what was handed in, and that drafts exist."""
    return city_id in standing.city_ids or standing.has(Role.SECRETARIAT)


def can_check_validity(standing: Standing) -> bool:
    return standing.has(Role.SECRETARIAT)


def can_advise(standing: Standing, *, city_ids: Collection[int]) -> bool:
    """Advisers help any city but their own. `city_ids`: of the file's city and its partners."""
    return standing.has(Role.ADVISER) and standing.city_ids.isdisjoint(city_ids)


def can_run_cycle(standing: Standing) -> bool:
    return standing.has(Role.SECRETARIAT)


def can_assess(standing: Standing, *, declared: bool, phase: CyclePhase) -> bool:
    """Members assess during the committee phase, and only after they declared their conflicts of interest."""
    return standing.has(Role.COMMITTEE) and declared and phase is CyclePhase.COMMITTEE


def can_see_scores(standing: Standing) -> bool:
    """Scores of others are for the chair of the committee and for the secretariat."""
    return standing.chairs(Role.COMMITTEE) or standing.has(Role.SECRETARIAT)


def can_open_scores(standing: Standing) -> bool:
    """The committee's chair opens the scores, once; the service knows when."""
    return standing.chairs(Role.COMMITTEE)


def can_see_figures(standing: Standing, *, opened: bool) -> bool:
    """Averages, places and calibration: for those who see scores, and for nobody before the chair has opened them."""
    return opened and can_see_scores(standing)


def can_decide_shortlist(standing: Standing, *, phase: CyclePhase) -> bool:
    return standing.chairs(Role.COMMITTEE) and phase is CyclePhase.COMMITTEE


def can_vote(standing: Standing, *, declared: bool, phase: CyclePhase) -> bool:
    return standing.has(Role.JUROR) and declared and phase is CyclePhase.JURY


def can_decide_winners(standing: Standing, *, phase: CyclePhase) -> bool:
    return standing.chairs(Role.JUROR) and phase is CyclePhase.JURY
