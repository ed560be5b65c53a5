"""Moves by hand for ever, rules on groups in the proposal, and settings computed without being stored."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.balance import GroupRule
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection import record
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Move, Score, Selection, Submission, SubmissionVersion
from awardapp.queries import moves as move_queries
from awardapp.services import cycles, group_rules, selections, shortlist, workbench
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import SMALL, Committee, assessed, committee, lock, write_reasons


def propose(found: Committee) -> Selection:
    return shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)


def decide(found: Committee, submission: Submission, outcome: Outcome | None, why: str = "") -> None:
    shortlist.decide(
        actor=found.chair,
        cycle=found.cycle,
        submission=submission,
        outcome=outcome,
        reason_en="Good.",
        reason_zh="好。",
        move_reason=why,
        now=NOW,
    )


def outcomes(found: Committee) -> list[str]:
    decided = {d.submission_id: d.outcome.value for d in selections.decided(found.cycle, Stage.COMMITTEE)}
    return [decided.get(s.id, "-") for s in found.submissions]


def look(found: Committee, **changes: Any) -> workbench.Bench:
    setting = replace(workbench.official(found.cycle), **changes)
    return workbench.look(actor=found.chair, cycle=found.cycle, setting=setting)


def told(found: Committee) -> list[tuple[str, str, str, str]]:
    return [(m.from_outcome, m.to_outcome, m.proposed_outcome, m.reason) for m in move_queries.of_cycle(found.cycle)]


def test_a_move_and_the_move_back_each_need_a_reason_and_both_stay_for_ever(app: Flask) -> None:
    found = committee()
    propose(found)
    last = found.submissions[5]
    decide(found, last, Outcome.SHORTLISTED, "A region not yet named.")
    decide(found, last, Outcome.SHORTLISTED)  # the words alone: no move
    with pytest.raises(RuleViolation) as refused:
        decide(found, last, None)
    assert refused.value.field == "move_reason"
    decide(found, last, None, "The vote went the other way.")
    assert told(found) == [
        ("none", "shortlisted", "none", "A region not yet named."),
        ("shortlisted", "none", "none", "The vote went the other way."),
    ]
    assert [move.is_back for move in move_queries.of_cycle(found.cycle)] == [False, True]
    assert move_queries.standing(found.cycle) == {}
    for statement in (update(Move).values(reason="x"), delete(Move)):
        with pytest.raises(DBAPIError, match="only be added to"), db.session.begin_nested():
            db.session.execute(statement)


def test_a_reason_without_a_move_is_not_swallowed(app: Flask) -> None:
    found = committee()
    propose(found)
    with pytest.raises(RuleViolation) as refused:
        decide(found, found.submissions[0], Outcome.SHORTLISTED, "It stays.")
    assert refused.value.field == "move_reason"
    assert told(found) == []


def test_a_later_proposal_keeps_moves_also_those_off_the_lists_and_lets_go_of_what_was_moved_back(app: Flask) -> None:
    found = committee()
    propose(found)
    first, second, fourth = found.submissions[0], found.submissions[1], found.submissions[3]
    decide(found, first, None, "Withdrawn in all but form.")
    decide(found, fourth, Outcome.SHORTLISTED, "Instead of it.")
    decide(found, second, Outcome.DESERVING, "Too like another.")
    decide(found, second, Outcome.SHORTLISTED, "Not so like it.")
    for _ in range(3):
        latecomer = make.make_submission(found.cycle, status=SubmissionStatus.VALID)
        for member in found.members:
            assessed(latecomer, member, 20)
    selection = propose(found)
    # three better files are in; the moved back one follows the proposal, which now has it as deserving (place 5)
    assert outcomes(found) == ["-", "deserving", "-", "shortlisted", "-", "-"]
    assert set(selection.result["moves"]) == {first.pseudonym, fourth.pseudonym}
    assert len(told(found)) == 4


def test_rules_on_groups_of_the_cycle_shape_the_proposal_and_their_price_is_kept_with_it(app: Flask) -> None:
    found = committee(rules=replace(SMALL, group_rules=(GroupRule("country", None, 0, 1),)))
    for submission, country in zip(found.submissions, ("DE", "DE", "KE", "BR", "JP", "US"), strict=True):
        submission.city.country = country
    db.session.flush()
    selection = propose(found)
    assert outcomes(found) == ["shortlisted", "deserving", "shortlisted", "shortlisted", "deserving", "-"]
    assert float(selection.result["price"]) > 0
    assert selection.result["went_out"] == [found.submissions[1].pseudonym]


def test_a_setting_changes_nothing_and_is_beside_what_the_rules_of_the_cycle_give(app: Flask) -> None:
    found = committee()
    names = [s.pseudonym for s in found.submissions]
    bench = look(found, shortlist_size=2, deserving_max=1)
    assert bench.official.shortlisted == tuple(names[:3])
    assert bench.trial.shortlisted == tuple(names[:2])
    assert [one.id for one in bench.swaps.leaving] == [names[2]]
    assert [one.id for one in bench.swaps.leaving_all] == names[3:5]
    assert selections.selection_of(found.cycle, Stage.COMMITTEE) is None
    assert look(found).swaps.entering == ()


def test_an_answer_kept_in_the_process_is_never_out_of_date(app: Flask) -> None:
    found = committee()
    before = look(found, method="mean").trial.places
    assert look(found, method="mean").trial.places == before
    score = db.session.query(Score).filter(Score.assessment.has(submission_id=found.submissions[5].id)).first()
    score.units = 20
    db.session.flush()
    assert look(found, method="mean").trial.places != before
    score.units = 5
    db.session.flush()
    assert look(found, method="mean").trial.places == before
    found.submissions[0].status = SubmissionStatus.WITHDRAWN
    db.session.flush()
    assert found.submissions[0].pseudonym not in {one.id for one in look(found, method="mean").trial.places}


def test_weights_move_the_ranking(app: Flask) -> None:
    found = committee(marks=((10, 10), (11, 11), (2, 2), (3, 3)))
    keys = [criterion.key for criterion in found.cycle.criteria]
    first = found.cycle.criteria[0]
    for score in db.session.query(Score).filter(Score.assessment.has(submission_id=found.submissions[0].id)):
        score.units = 20 if score.criterion_id == first.id else 6
    db.session.flush()
    names = [s.pseudonym for s in found.submissions]
    assert look(found, method="mean").trial.places[0].id == names[1]
    only = {key: int(key == first.key) for key in keys}
    assert look(found, method="mean", weights=only).trial.places[0].id == names[0]


def test_only_chair_and_secretariat_look_and_only_once_the_scores_are_open(app: Flask) -> None:
    found = committee(opened=False)
    setting = workbench.official(found.cycle)
    with pytest.raises(NotPermitted):
        workbench.look(actor=found.members[1].user, cycle=found.cycle, setting=setting)
    for act in (workbench.look, workbench.without_one, workbench.pairs):
        with pytest.raises(IllegalTransition):
            act(actor=found.chair, cycle=found.cycle, setting=setting)


def test_city_size_goals_and_first_time_come_from_the_version_handed_in_and_the_archive(app: Flask) -> None:
    found = committee(marks=((9, 9), (8, 8)))
    told_of, silent = found.submissions
    told_of.city.country, silent.city.country = "CN", "TV"
    version = db.session.query(SubmissionVersion).filter_by(submission_id=told_of.id).one()
    version.content = {**version.content, "answers": {"city_data": {"population": 2_500_000}, "sdgs": ["11", "3", "x"]}}
    version.sha256 = "a" * 64
    other = db.session.query(SubmissionVersion).filter_by(submission_id=silent.id).one()
    other.content, other.sha256 = {**other.content, "answers": {}}, "b" * 64
    db.session.flush()
    facts = selections.inputs(found.cycle).facts
    known = facts[told_of.pseudonym]
    assert (known.groups["size"], known.groups["income"], known.goals) == ("1m_5m", "upper_middle", (3, 11))
    assert known.seen_before is True
    unknown = facts[silent.pseudonym]
    assert ("size" in unknown.groups, unknown.goals, unknown.seen_before) == (False, (), False)


def test_the_queries_of_the_workbench_do_not_grow_with_the_submissions(app: Flask, queries: Any) -> None:
    counts = []
    for size in (4, 9):
        found = committee(marks=((9, 8),) * size)
        db.session.commit()
        with queries() as sent:
            look(found)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_committee_does_not_begin_under_rules_that_the_valid_submissions_cannot_keep(app: Flask) -> None:
    found = committee()
    cycle = found.cycle
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    cycle.phase, cycle.scores_opened_at, cycle.scores_opened_by = CyclePhase.SCREENING, None, None
    impossible, innocent = GroupRule("country", "TV", 1), GroupRule("region", None, 0, 3)
    cycles.change_rules(
        actor=secretary,
        cycle=cycle,
        rules=replace(cycle.rules, group_rules=(innocent, impossible)),
        reason="To see.",
        now=NOW,
    )
    assert group_rules.impossible(cycle) == [impossible]
    with pytest.raises(RuleViolation, match="rules on groups"):
        cycles.advance_phase(actor=secretary, cycle=cycle, now=NOW)
    cycles.change_rules(
        actor=secretary, cycle=cycle, rules=replace(cycle.rules, group_rules=(innocent,)), reason="So.", now=NOW
    )
    assert cycles.advance_phase(actor=secretary, cycle=cycle, now=NOW) is CyclePhase.COMMITTEE


def test_a_record_under_rules_on_groups_with_moves_there_and_back_verifies(app: Flask) -> None:
    rules = replace(SMALL, group_rules=(GroupRule("country", None, 0, 1), GroupRule("income", "high", 1)))
    found = committee(rules=rules)
    for submission, country in zip(found.submissions, ("CN", "CN", "KE", "BR", "JP", "ET"), strict=True):
        submission.city.country = country
    db.session.flush()
    propose(found)
    assert outcomes(found) == ["shortlisted", "deserving", "shortlisted", "deserving", "shortlisted", "-"]
    decide(found, found.submissions[1], Outcome.SHORTLISTED, "Both are convincing.")
    decide(found, found.submissions[1], Outcome.DESERVING, "One country, one place.")
    write_reasons(found.cycle, chair=found.chair)
    sealed = lock(found.cycle, chair=found.chair)
    data = (sealed.record or "").encode()
    assert record.verify(data) == []
    committee_part = json.loads(data)["committee"]
    assert len(committee_part["moves"]) == 2
    assert [one["partition"] for one in committee_part["rules"]["shortlist"]["group_rules"]] == ["country", "income"]
    assert committee_part["submissions"][0]["groups"]["income"] in ("upper_middle", "lower_middle", "high", "low")
