"""The states of an assessment, told from its changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from awardapp.domain.history import Change, states

START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def score(seconds: float, units: int | None, criterion_id: int = 1) -> Change:
    return Change(at(seconds), "score", criterion_id=criterion_id, units=units)


def test_nothing_saved_has_no_state() -> None:
    assert states([]) == []


def test_saves_that_follow_closely_are_one_state_and_a_pause_begins_the_next() -> None:
    found = states([score(0, 10), score(30, 12), score(60, 8, criterion_id=2), score(300, 14)])
    assert [(state.at, dict(state.units)) for state in found] == [(at(60), {1: 12, 2: 8}), (at(300), {1: 14, 2: 8})]
    assert [(c.criterion_id, c.units) for c in found[0].changes] == [(1, 12), (2, 8)]
    assert dict(found[1].before) == {1: 12, 2: 8}


def test_a_mark_set_and_taken_back_in_one_step_is_no_change() -> None:
    assert states([score(0, 10), score(5, None)])[0].changes == ()


def test_handing_in_closes_a_state_so_that_it_stands_by_itself() -> None:
    submitted = Change(at(2), "submitted")
    found = states([score(0, 10), Change(at(1), "comment", text="Good"), submitted, score(3, 11)])
    assert [(dict(s.units), s.comment) for s in found] == [({1: 10}, "Good"), ({1: 11}, "Good")]
    assert [c.what for c in found[0].changes] == ["score", "comment", "submitted"]


def test_a_text_that_was_never_saved_is_unknown_and_an_emptied_one_is_empty() -> None:
    assert states([score(0, 10)])[0].comment is None
    emptied = states([Change(at(0), "comment", text="Good"), Change(at(1), "comment", text="")])[0]
    assert (emptied.comment, emptied.private_note) == ("", None)
