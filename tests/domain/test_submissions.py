"""The submission's states: the whole table written out once more, by hand, and every other step refused."""

from __future__ import annotations

from itertools import product

import pytest

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition
from awardapp.domain.submissions import (
    EDITABLE,
    NOT_VALID_REASONS,
    PUBLIC_STATUS_NAMES,
    TRANSITIONS,
    Action,
    Side,
    SubmissionStatus,
    available_actions,
    next_status,
)

# who           action               from       to         in these phases of the cycle; nothing else leads anywhere
STEPS = """
city            submit               draft      submitted  open screening
city            submit               submitted  submitted  open screening
city            submit               returned   submitted  open screening committee
city            withdraw             draft      withdrawn  open screening
city            withdraw             submitted  withdrawn  open screening
city            withdraw             returned   withdrawn  open screening
city            withdraw             valid      withdrawn  open screening
secretariat     accept_as_valid      submitted  valid      open screening committee
secretariat     accept_as_valid      returned   valid      open screening committee
secretariat     reject_as_not_valid  submitted  not_valid  open screening committee
secretariat     reject_as_not_valid  returned   not_valid  open screening committee
secretariat     return_for_changes   submitted  returned   open screening committee
secretariat     return_for_changes   valid      returned   open screening committee
city            reopen               valid      submitted  open
"""
EXPECTED: dict[tuple[str, str, str], tuple[str, str]] = {
    (action, status, phase): (side, target)
    for side, action, status, target, *phases in (line.split() for line in STEPS.split("\n") if line)
    for phase in phases
}
EVERYTHING = list(product(Action, SubmissionStatus, CyclePhase))


def test_the_table_covers_every_action_and_every_step_it_names_exists() -> None:
    assert {action for action, _, _ in EXPECTED} == {action.value for action in Action}
    assert len(EXPECTED) == 34
    assert len(EVERYTHING) == 6 * 6 * 10


@pytest.mark.parametrize("phase", CyclePhase)
def test_every_step_leads_where_the_table_says_and_no_other_step_exists(phase: CyclePhase) -> None:
    for action, status in product(Action, SubmissionStatus):
        expected = EXPECTED.get((action.value, status.value, phase.value))
        if expected is None:
            with pytest.raises(IllegalTransition):
                next_status(status, action, phase=phase)
        else:
            assert next_status(status, action, phase=phase).value == expected[1], (status, action)


@pytest.mark.parametrize("phase", CyclePhase)
@pytest.mark.parametrize("status", SubmissionStatus)
def test_the_offered_actions_are_exactly_those_that_would_be_accepted(
    status: SubmissionStatus, phase: CyclePhase
) -> None:
    for side in Side:
        expected = [
            action
            for action in Action
            if EXPECTED.get((action.value, status.value, phase.value), ("", ""))[0] == side.value
        ]
        assert available_actions(status, phase=phase, sides=[side]) == expected
    assert available_actions(status, phase=phase, sides=[]) == []
    both = [action for action in Action if (action.value, status.value, phase.value) in EXPECTED]
    assert available_actions(status, phase=phase, sides=[Side.SECRETARIAT, Side.CITY]) == both


def test_after_the_shortlist_nothing_moves_any_more() -> None:
    for phase in list(CyclePhase)[CyclePhase.SHORTLIST_SEALED.position :]:
        for status in SubmissionStatus:
            assert available_actions(status, phase=phase, sides=Side) == []


def test_not_valid_and_withdrawn_are_final() -> None:
    for status, phase in product((SubmissionStatus.NOT_VALID, SubmissionStatus.WITHDRAWN), CyclePhase):
        assert available_actions(status, phase=phase, sides=Side) == []


def test_a_text_can_be_edited_exactly_while_it_can_be_handed_in() -> None:
    assert {SubmissionStatus(status) for action, status, _ in EXPECTED if action == "submit"} == EDITABLE


def test_a_refusal_says_what_the_submission_is_now_or_that_the_phase_is_over() -> None:
    with pytest.raises(IllegalTransition) as wrong_status:
        next_status(SubmissionStatus.VALID, Action.SUBMIT, phase=CyclePhase.OPEN)
    assert wrong_status.value.params == {"status": "Under review"}
    with pytest.raises(IllegalTransition) as wrong_phase:
        next_status(SubmissionStatus.SUBMITTED, Action.ACCEPT_AS_VALID, phase=CyclePhase.JURY)
    assert wrong_phase.value.params == {}


def test_every_status_and_every_action_is_named() -> None:
    assert set(PUBLIC_STATUS_NAMES) == set(SubmissionStatus)
    assert set(TRANSITIONS) == set(Action)


def test_the_names_shown_to_a_city_tell_nothing_of_an_outcome() -> None:
    shown = " ".join(PUBLIC_STATUS_NAMES.values()).lower()
    assert [word for word in ("shortlist", "winner", "deserving", "rejected") if word in shown] == []


def test_a_rejection_always_has_the_way_out_of_a_reason_in_words() -> None:
    assert "other" in NOT_VALID_REASONS
    assert len(set(NOT_VALID_REASONS.values())) == len(NOT_VALID_REASONS)
