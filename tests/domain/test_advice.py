"""Until when advice is asked for and given, and on which parts of a form."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awardapp import rulebook
from awardapp.domain.advice import (
    WHOLE,
    can_be_advised,
    check_complete,
    check_early,
    check_texts,
    may_ask,
    parts,
    stays_open,
)
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation, TooLate
from awardapp.domain.submissions import SubmissionStatus
from tests.conftest import NOW

SOON, LATER = NOW + timedelta(hours=1), NOW + timedelta(days=1)
S = SubmissionStatus


@pytest.mark.parametrize("status", S)
def test_only_a_file_that_is_in_may_ask_and_only_before_the_early_date(status: SubmissionStatus) -> None:
    def may(now: object = NOW, early: object = SOON, phase: CyclePhase = CyclePhase.OPEN) -> bool:
        return may_ask(status, phase=phase, early_at=early, deadline_at=LATER, now=now)  # type: ignore[arg-type] # instants

    assert may() is (status in (S.SUBMITTED, S.VALID))
    assert not may(now=SOON)  # exclusive
    assert not may(early=None)
    assert not any(may(phase=phase) for phase in CyclePhase if phase is not CyclePhase.OPEN)


@pytest.mark.parametrize("status", S)
def test_advice_is_of_use_while_the_city_can_hand_in_again(status: SubmissionStatus) -> None:
    def can(now: object = NOW, phase: CyclePhase = CyclePhase.OPEN) -> bool:
        return can_be_advised(status, phase=phase, deadline_at=LATER, now=now)  # type: ignore[arg-type] # instants

    assert can() is (status in (S.SUBMITTED, S.RETURNED))
    assert not can(now=LATER)
    assert not can(phase=CyclePhase.SCREENING)


def test_a_file_that_asked_stays_open_until_the_deadline() -> None:
    open_call = {"phase": CyclePhase.OPEN, "deadline_at": LATER}
    assert stays_open(is_asked=True, now=NOW, **open_call)  # type: ignore[arg-type] # one mapping of both kinds
    assert not stays_open(is_asked=False, now=NOW, **open_call)  # type: ignore[arg-type] # as above
    assert not stays_open(is_asked=True, now=LATER, **open_call)  # type: ignore[arg-type] # as above


def test_a_cycle_without_an_early_date_gives_no_advice() -> None:
    with pytest.raises(RuleViolation):
        check_early(None, phase=CyclePhase.OPEN, deadline_at=LATER, now=NOW)
    with pytest.raises(TooLate):
        check_early(NOW, phase=CyclePhase.OPEN, deadline_at=LATER, now=NOW)


def test_the_parts_are_every_text_and_the_rest_of_each_section_without_the_contact() -> None:
    keys = [part.key for part in parts(rulebook.load_rules().form)]
    assert keys[:3] == ["section:basic", "title", "section:city"]
    assert {"summary", "background", "outcomes", "transferability"} <= set(keys)
    assert [key for key in keys if "contact" in key] == []
    assert len(keys) == len(set(keys))


def test_advice_names_parts_of_the_form_and_says_something() -> None:
    form = rulebook.load_rules().form
    assert check_texts({WHOLE: " Good. ", "summary": "  "}, form=form) == {WHOLE: "Good."}
    with pytest.raises(RuleViolation):
        check_texts({"contact_name": "Who is it?"}, form=form)
    with pytest.raises(RuleViolation):
        check_texts({"summary": "x" * 10_001}, form=form)
    with pytest.raises(RuleViolation):
        check_complete({"summary": " "})
