"""The assignment of a cycle as data: canonical inputs, later rounds from scores, and recomputing it all."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from decimal import Decimal

import pytest

from awardapp.domain.selection.assignment import AssignmentRules
from awardapp.domain.selection.calibration import CalibrationRules
from awardapp.domain.selection.canonical import dumps, loads
from awardapp.domain.selection.errors import BadInput, SelectionError
from awardapp.domain.selection.reassigning import (
    AssignmentInputs,
    AssignmentStep,
    Change,
    changed,
    compute,
    expected_readings,
    pairs_digest,
    reassign,
)
from awardapp.domain.selection.rounds import Contest, contenders

from . import invented

RULES = AssignmentRules(per_submission=2, seed="7", price=Decimal("0.01"))


def inputs(seed: int = 3) -> AssignmentInputs:
    submissions, members, conflicts = invented.profiles(seed, submissions=40, members=8)
    return AssignmentInputs(1, tuple(submissions), tuple(members), tuple(conflicts), RULES)


def step(given: AssignmentInputs, *changes: Change) -> AssignmentStep:
    pairs = changed([(one.submission, one.member) for one in compute(given).pairs], changes)
    return AssignmentStep(given, changes, pairs_digest(pairs))


def contest(first: AssignmentStep, more: int = 2, on: int = 10) -> Contest:
    """Scores of every reading of the first step."""
    draw = random.Random(1)
    marks = []
    for pair in compute(first.inputs).pairs:
        for criterion in invented.CRITERIA:
            marks.append(invented.Score(pair.submission, pair.member, criterion.id, draw.randint(4, 20)))
    return Contest(tuple(marks), CalibrationRules(invented.CRITERIA, shortlist_size=5, draws=200, seed="7"), more, on)


def second(first: AssignmentStep) -> AssignmentInputs:
    """The inputs of a second round that builds on the first."""
    kept = tuple((one.submission, one.member) for one in compute(first.inputs).pairs)
    bare = replace(first.inputs, number=2, fixed=kept, contest=contest(first))
    return replace(bare, readings=expected_readings(bare, {}))


def test_inputs_have_one_text_whatever_their_order_and_read_back_the_same() -> None:
    given = inputs()
    shuffle = random.Random(5)
    mixed = replace(
        given,
        submissions=tuple(shuffle.sample(given.submissions, len(given.submissions))),
        members=tuple(shuffle.sample(given.members, len(given.members))),
        barred=tuple(shuffle.sample(given.barred, len(given.barred))),
    )
    assert mixed.digest == given.digest
    again = AssignmentInputs.from_json(loads(dumps(given.to_json())))
    assert again.digest == given.digest
    assert compute(again).pairs == compute(given).pairs


def test_contenders_are_the_likeliest_whatever_the_order_of_the_scores() -> None:
    first = step(inputs())
    asked = contest(first)
    ids = [one.id for one in first.inputs.submissions]
    found = contenders(asked, ids)
    assert len(found) == 10
    assert [one.times_in_first for one in found] == sorted((one.times_in_first for one in found), reverse=True)
    mixed = replace(asked, scores=tuple(random.Random(2).sample(asked.scores, len(asked.scores))))
    assert contenders(mixed, ids) == found
    assert len(contenders(replace(asked, on=1000), ids)) == 40


@pytest.mark.parametrize("wrong", [{"more": 0}, {"on": 0}])
def test_a_round_for_nobody_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        contenders(replace(contest(step(inputs())), **wrong), [])


def test_two_rounds_and_changes_by_hand_are_recomputed_from_the_steps_alone() -> None:
    given = inputs()
    pair = compute(given).pairs[0]
    other = next(
        one.id for one in given.members
        if not compute(given).of_submission(pair.submission) or one.id not in {
            reader.member for reader in compute(given).of_submission(pair.submission)
        } | {bar.member for bar in compute(given).barred if bar.submission == pair.submission}
    )  # fmt: skip
    first = step(given, Change(((pair.submission, pair.member),), ((pair.submission, other),)))
    bare = replace(given, number=2, fixed=reassign([first]), contest=contest(step(given)))
    later = step(replace(bare, readings=expected_readings(bare, {})))
    found = reassign([first, later])
    assert (pair.submission, other) in found
    assert len(found) == 40 * 2 + 10 * 2
    text = json.loads(dumps([one.to_json() for one in (first, later)]))
    assert reassign([AssignmentStep.from_json(one) for one in text]) == found


def test_whatever_was_tampered_with_in_a_step_is_found() -> None:
    first = step(inputs())
    later = step(second(first))
    assert len(reassign([first, later])) == 100
    lucky = dict(later.inputs.readings)
    lucky["S000"], loser = 4, next(name for name in lucky if name != "S000")
    del lucky[loser]
    tampered = {
        "gives more readings to others": [first, replace(later, inputs=replace(later.inputs, readings=lucky))],
        "comes out as": [replace(first, digest="0" * 64), later],
        "keeps readings that no earlier step gave": [later],
        "takes away readings that nobody has": [
            replace(first, changes=(Change((("S000", "M99"),)),)),
        ],
    }
    for sentence, steps in tampered.items():
        with pytest.raises(SelectionError, match=sentence):
            reassign(steps)


def test_one_changed_affinity_changes_the_digest_of_the_inputs() -> None:
    given = inputs()
    first, *rest = given.members
    other = replace(given, members=(replace(first, themes={**first.themes, "water": Decimal("0.123")}), *rest))
    assert other.digest != given.digest


def test_broken_inputs_are_told_with_their_path() -> None:
    broken = inputs().to_json()
    broken["rules"] = {**broken["rules"], "per_submission": "two"}  # type: ignore[dict-item]
    with pytest.raises(SelectionError, match=r"rules\.per_submission"):
        AssignmentInputs.from_json(broken)
    with pytest.raises(SelectionError, match="this program reads"):
        AssignmentInputs.from_json({**inputs().to_json(), "version": "x"})
