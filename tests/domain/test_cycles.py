"""The rules of a cycle as data, its phases, and the instant at which a call is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awardapp.domain.cycles import (
    MANUAL_STEPS,
    PHASE_NAMES,
    PUBLIC_PHASE_NAMES,
    CyclePhase,
    Rules,
    check_intake,
    intake_is_open,
    next_phase,
    opening_problems,
    rule_changes,
)
from awardapp.domain.errors import RuleViolation, TooLate

DEADLINE = datetime(2027, 8, 31, 15, 59, 59, tzinfo=UTC)
TICK = timedelta(microseconds=1)

ORDER = [
    "draft",
    "open",
    "screening",
    "committee",
    "shortlist_sealed",
    "shortlist_public",
    "jury",
    "winners_sealed",
    "winners_public",
    "archived",
]


def test_the_phases_stand_in_the_order_in_which_a_cycle_passes_them() -> None:
    assert [phase.value for phase in CyclePhase] == ORDER
    assert [phase.position for phase in CyclePhase] == list(range(10))
    assert CyclePhase.OPEN.is_before(CyclePhase.JURY)
    assert not CyclePhase.JURY.is_before(CyclePhase.JURY)


# Into and out of a sealed phase leads only a lock or a release.
@pytest.mark.parametrize(
    ("phase", "following"),
    [
        ("draft", "open"),
        ("open", "screening"),
        ("screening", "committee"),
        ("committee", None),
        ("shortlist_sealed", None),
        ("shortlist_public", "jury"),
        ("jury", None),
        ("winners_sealed", None),
        ("winners_public", "archived"),
        ("archived", None),
    ],
)
def test_by_hand_a_cycle_takes_only_the_steps_that_reveal_nothing(phase: str, following: str | None) -> None:
    if following is None:
        with pytest.raises(RuleViolation):
            next_phase(CyclePhase(phase))
    else:
        assert next_phase(CyclePhase(phase)).value == following
        assert MANUAL_STEPS[CyclePhase(phase)].value == following


def test_outside_a_sealed_phase_reads_like_the_one_before() -> None:
    assert set(PHASE_NAMES) == set(PUBLIC_PHASE_NAMES) == set(CyclePhase)
    differing = {
        phase: PUBLIC_PHASE_NAMES[phase] for phase in CyclePhase if PUBLIC_PHASE_NAMES[phase] != PHASE_NAMES[phase]
    }
    assert differing == {CyclePhase.SHORTLIST_SEALED: "Technical committee", CyclePhase.WINNERS_SEALED: "Jury"}


@pytest.mark.parametrize("phase", CyclePhase)
def test_a_call_is_open_in_one_phase_until_its_instant_which_is_over(phase: CyclePhase) -> None:
    for now, in_time in ((DEADLINE - TICK, True), (DEADLINE, False), (DEADLINE + TICK, False)):
        is_open = phase is CyclePhase.OPEN and in_time
        assert intake_is_open(phase, deadline_at=DEADLINE, now=now) is is_open
        if is_open:
            check_intake(phase, deadline_at=DEADLINE, now=now)
        else:
            with pytest.raises(RuleViolation) as refused:
                check_intake(phase, deadline_at=DEADLINE, now=now)
            assert isinstance(refused.value, TooLate) is (phase is not CyclePhase.DRAFT)


def test_a_call_without_a_deadline_is_not_open() -> None:
    assert not intake_is_open(CyclePhase.OPEN, deadline_at=None, now=DEADLINE)
    with pytest.raises(TooLate):
        check_intake(CyclePhase.OPEN, deadline_at=None, now=DEADLINE)


def test_the_shipped_numbers_are_those_of_the_sixth_cycle() -> None:
    rules = Rules()
    rules.check()
    assert (rules.shortlist_size, rules.deserving_max, rules.winners_max, rules.prize_usd) == (15, 30, 5, 20_000)
    assert rules.languages == ("en", "zh")


def test_rules_survive_being_stored_and_an_unknown_one_is_refused() -> None:
    rules = replace(Rules(), shortlist_size=20, languages=("zh",), publish_score_table=True)
    assert Rules.from_json(rules.to_json()) == rules
    with pytest.raises(RuleViolation) as refused:
        Rules.from_json({**rules.to_json(), "shortlst_size": 12, "extra": 1})
    assert refused.value.params == {"names": "extra, shortlst_size"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shortlist_size": 0}, "shortlist_size"),
        ({"winners_max": 0}, "winners_max"),
        ({"reviews_per_submission": 0}, "reviews_per_submission"),
        ({"max_files": 0}, "max_files"),
        ({"max_file_bytes": 0}, "max_file_bytes"),
        ({"deserving_max": -1}, "deserving_max"),
        ({"winners_max": 16}, "winners_max"),
        ({"scale_step": 0}, "scale_step"),
        ({"scale_min": 10}, "scale_step"),
        ({"scale_step": 0.3}, "scale_step"),
        ({"max_total_bytes": 1}, "max_total_bytes"),
        ({"calibration": "guess"}, "calibration"),
        ({"jury_method": "dice"}, "jury_method"),
        ({"languages": ()}, "languages"),
    ],
)
def test_contradicting_rules_are_refused_at_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        replace(Rules(), **changes).check()
    assert refused.value.field == field


def test_no_deserving_and_every_finalist_a_winner_are_possible_rules() -> None:
    replace(Rules(), deserving_max=0, shortlist_size=5, winners_max=5).check()


@given(st.sampled_from([(0, 10, 0.5), (0, 10, 0.1), (1, 5, 1), (-2, 2, 0.25), (0, 1, 0.05)]), st.data())
def test_a_mark_is_stored_as_whole_steps_and_read_back_exactly(scale: tuple[float, float, float], data: Any) -> None:
    rules = replace(Rules(), scale_min=scale[0], scale_max=scale[1], scale_step=scale[2])
    rules.check()
    units = data.draw(st.integers(0, rules.steps))
    assert rules.units(rules.mark(units)) == units
    assert len(rules.marks()) == rules.steps + 1


@pytest.mark.parametrize("mark", [-0.5, 10.5, 7.3, 0.25, 1e9])
def test_a_mark_off_the_scale_or_between_its_steps_is_refused(mark: float) -> None:
    with pytest.raises(RuleViolation) as refused:
        Rules().units(mark)
    assert refused.value.params == {"low": 0, "high": 10, "step": 0.5}


def test_a_difference_between_two_versions_names_what_changed_in_the_declared_order() -> None:
    changes = rule_changes(Rules(), replace(Rules(), winners_max=3, shortlist_size=20))
    assert [(c.name, c.before, c.after) for c in changes] == [("shortlist_size", 15, 20), ("winners_max", 5, 3)]
    assert rule_changes(Rules(), Rules()) == []


READY: dict[str, Any] = {
    "opens_at": DEADLINE - timedelta(days=60),
    "deadline_at": DEADLINE,
    "criteria": 5,
    "criteria_complete": True,
    "themes": 5,
    "themes_complete": True,
    "names_complete": True,
    "now": DEADLINE - timedelta(days=90),
}


def test_a_complete_cycle_can_open() -> None:
    assert opening_problems(**READY) == []
    assert opening_problems(**{**READY, "opens_at": None}) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"deadline_at": None}, "The deadline is not set."),
        ({"now": DEADLINE}, "The deadline lies in the past."),
        ({"opens_at": DEADLINE}, "The call would open after its deadline."),
        ({"criteria": 0}, "There is no criterion."),
        ({"criteria_complete": False}, "A criterion lacks its name or description in one of the languages."),
        ({"themes": 0}, "There is no theme."),
        ({"themes_complete": False}, "A theme lacks its name in one of the languages."),
        ({"names_complete": False}, "The cycle lacks its name in one of the languages."),
    ],
)
def test_each_thing_that_keeps_a_call_from_opening_is_named(changes: dict[str, Any], problem: str) -> None:
    assert opening_problems(**{**READY, **changes}) == [problem]


def test_all_problems_are_named_at_once() -> None:
    nothing = {
        **READY,
        "deadline_at": None,
        "criteria": 0,
        "criteria_complete": False,
        "themes": 0,
        "names_complete": False,
    }
    assert len(opening_problems(**nothing)) == 5
