"""Who may do what: each predicate against every kind of person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from awardapp.domain import permissions
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted
from awardapp.domain.people import Role
from awardapp.domain.permissions import Standing, require
from awardapp.domain.submissions import SubmissionStatus

PEOPLE = {
    "nobody": Standing(1),
    "delegate": Standing(2, frozenset({7})),
    "other delegate": Standing(3, frozenset({8})),
    "secretariat": Standing(4, roles={Role.SECRETARIAT: False}),
    "member": Standing(5, roles={Role.COMMITTEE: False}),
    "chair": Standing(6, roles={Role.COMMITTEE: True}),
    "juror": Standing(7, roles={Role.JUROR: False}),
    "jury chair": Standing(8, roles={Role.JUROR: True}),
    "adviser": Standing(9, roles={Role.ADVISER: False}),
    "adviser of the city": Standing(10, frozenset({7}), roles={Role.ADVISER: False}),
}
COMMITTEE, JURY = CyclePhase.COMMITTEE, CyclePhase.JURY


def those_who(may: Callable[[Standing], bool]) -> set[str]:
    return {name for name, standing in PEOPLE.items() if may(standing)}


@pytest.mark.parametrize("status", SubmissionStatus)
def test_only_the_citys_own_delegates_write_and_only_until_it_is_checked(status: SubmissionStatus) -> None:
    writable = {"draft", "submitted", "returned"}
    expected = {"delegate", "adviser of the city"} if status.value in writable else set()
    assert those_who(lambda s: permissions.can_edit_submission(s, city_id=7, status=status)) == expected


@pytest.mark.parametrize("status", SubmissionStatus)
def test_a_submission_is_seen_by_its_city_and_the_secretariat(status: SubmissionStatus) -> None:
    seen_by = those_who(lambda s: permissions.can_view_submission(s, city_id=7, status=status))
    assert seen_by == {"delegate", "adviser of the city", "secretariat"}


def test_advisers_help_any_city_but_their_own() -> None:
    assert those_who(lambda s: permissions.can_advise(s, city_ids=[6, 7])) == {"adviser"}
    assert those_who(lambda s: permissions.can_advise(s, city_ids=[8])) == {"adviser", "adviser of the city"}


def test_the_secretariat_checks_validity_and_runs_the_cycle() -> None:
    assert those_who(permissions.can_check_validity) == {"secretariat"}
    assert those_who(permissions.can_run_cycle) == {"secretariat"}


@pytest.mark.parametrize("phase", CyclePhase)
def test_members_assess_in_their_phase_once_they_have_declared(phase: CyclePhase) -> None:
    may = those_who(lambda s: permissions.can_assess(s, declared=True, phase=phase))
    assert may == ({"member", "chair"} if phase is COMMITTEE else set())
    assert those_who(lambda s: permissions.can_assess(s, declared=False, phase=phase)) == set()


def test_scores_of_others_are_for_the_chair_and_the_secretariat() -> None:
    assert those_who(permissions.can_see_scores) == {"chair", "secretariat"}


def test_averages_and_places_are_for_nobody_before_the_chair_has_opened_the_scores() -> None:
    assert those_who(permissions.can_open_scores) == {"chair"}
    assert those_who(lambda s: permissions.can_see_figures(s, opened=True)) == {"chair", "secretariat"}
    assert those_who(lambda s: permissions.can_see_figures(s, opened=False)) == set()


@pytest.mark.parametrize("phase", CyclePhase)
def test_the_chair_decides_the_shortlist_during_the_committees_phase(phase: CyclePhase) -> None:
    may = those_who(lambda s: permissions.can_decide_shortlist(s, phase=phase))
    assert may == ({"chair"} if phase is COMMITTEE else set())


@pytest.mark.parametrize("phase", CyclePhase)
def test_jurors_vote_in_their_phase_once_they_have_declared(phase: CyclePhase) -> None:
    may = those_who(lambda s: permissions.can_vote(s, declared=True, phase=phase))
    assert may == ({"juror", "jury chair"} if phase is JURY else set())
    assert those_who(lambda s: permissions.can_vote(s, declared=False, phase=phase)) == set()


@pytest.mark.parametrize("phase", CyclePhase)
def test_the_jurys_chair_decides_the_winners_during_its_phase(phase: CyclePhase) -> None:
    may = those_who(lambda s: permissions.can_decide_winners(s, phase=phase))
    assert may == ({"jury chair"} if phase is JURY else set())


def test_a_refusal_is_raised_and_a_permission_is_silent() -> None:
    require(True)
    with pytest.raises(NotPermitted):
        require(False)


def test_every_predicate_is_tested_here() -> None:
    source = Path(__file__).read_text()
    predicates = [name for name in vars(permissions) if name.startswith("can_")]
    assert [name for name in predicates if f"permissions.{name}" not in source] == []
