"""From scores to the shortlist: the proposal, the committee's reasons and moves, the lock and its record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection import record
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, ConflictOfInterest, Decision, Selection, Submission
from awardapp.services import audit, selections, shortlist, shortlist_lock
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.judging import SMALL, Committee, assessed, committee, write_reasons


def outcomes(found: Committee) -> list[str]:
    """The outcome of each submission, best first; "-" for none."""
    decided = {d.submission_id: d.outcome.value for d in selections.decided(found.cycle, Stage.COMMITTEE)}
    return [decided.get(s.id, "-") for s in found.submissions]


def propose(found: Committee) -> Selection:
    return shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)


def decide(found: Committee, submission: Submission, outcome: Outcome | None, **changes: Any) -> None:
    values = {"actor": found.chair, "reason_en": "Good.", "reason_zh": "好。", "move_reason": "", "now": NOW, **changes}
    shortlist.decide(cycle=found.cycle, submission=submission, outcome=outcome, **values)


def decision_on(submission: Submission) -> Decision:
    return next(d for d in selections.decided(submission.cycle, Stage.COMMITTEE) if d.submission_id == submission.id)


def test_the_proposal_ranks_by_calibrated_scores_and_fills_both_lists(app: Flask) -> None:
    found = committee()
    selection = propose(found)
    assert outcomes(found) == ["shortlisted"] * 3 + ["deserving"] * 2 + ["-"]
    assert [place["id"] for place in selection.result["places"]] == [s.pseudonym for s in found.submissions]
    assert [place["assessments"] for place in selection.result["places"]] == [3] * 6
    assert (selection.record, selection.locked_at) == (None, None)


def test_a_later_proposal_follows_new_scores_and_keeps_reasons_and_moves(app: Flask) -> None:
    found = committee()
    propose(found)
    decide(found, found.submissions[0], Outcome.SHORTLISTED)
    decide(found, found.submissions[5], Outcome.SHORTLISTED, move_reason="A new region.")
    latecomer = make.make_submission(found.cycle, status=SubmissionStatus.VALID)
    for member in found.members:
        assessed(latecomer, member, 20)
    propose(found)
    assert outcomes(found) == ["shortlisted", "shortlisted", "deserving", "deserving", "-", "shortlisted"]
    assert decision_on(latecomer).outcome is Outcome.SHORTLISTED
    assert decision_on(found.submissions[0]).reason_en == "Good."
    assert decision_on(found.submissions[5]).move_reason == "A new region."


def test_scores_of_drafts_recusals_and_abstentions_do_not_count(app: Flask) -> None:
    found = committee(marks=((18, 18), (10, 10)))
    late = make.make_submission(found.cycle, status=SubmissionStatus.VALID)
    assessed(late, found.members[0], 15)
    assessed(late, found.members[1], 0, status="recused")
    data = selections.inputs(found.cycle)
    assert {(s.member, s.units) for s in data.scores if s.submission == late.pseudonym} == {
        (found.members[0].pseudonym, 15)
    }
    assert [(c.member, c.kind) for c in data.conflicts] == [(found.members[1].pseudonym, "recused")]


def test_following_the_proposal_needs_no_extra_reason_and_departing_from_it_does(app: Flask) -> None:
    found = committee()
    propose(found)
    decide(found, found.submissions[0], Outcome.SHORTLISTED)
    assert decision_on(found.submissions[0]).moved_by_hand is False
    for submission, outcome in ((found.submissions[5], Outcome.DESERVING), (found.submissions[0], None)):
        with pytest.raises(RuleViolation) as refused:
            decide(found, submission, outcome, move_reason=" ")
        assert refused.value.field == "move_reason"
    decide(found, found.submissions[5], Outcome.DESERVING, move_reason="Region not yet named.")
    moved = decision_on(found.submissions[5])
    assert (moved.moved_by_hand, moved.move_reason) == (True, "Region not yet named.")
    decide(found, found.submissions[5], None, move_reason="The region is named after all.")
    assert outcomes(found)[5] == "-"


def test_the_chair_alone_decides_and_never_moves_a_city_of_their_own(app: Flask, now: datetime) -> None:
    found = committee()
    propose(found)
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    for other in (found.members[1].user, secretary):
        with pytest.raises(NotPermitted):
            decide(found, found.submissions[0], Outcome.SHORTLISTED, actor=other)
    with pytest.raises(NotPermitted):
        shortlist.propose(actor=found.members[1].user, cycle=found.cycle, now=now)
    shortlist.propose(actor=secretary, cycle=found.cycle, now=now)
    last = found.submissions[5]
    db.session.add(
        ConflictOfInterest(
            membership_id=found.members[0].id,
            city_id=last.city_id,
            kind="family",
            declared_by=found.chair.id,
            declared_at=now,
        )
    )
    db.session.flush()
    with pytest.raises(NotPermitted):
        decide(found, last, Outcome.SHORTLISTED, move_reason="I know them well.")


def test_a_chair_who_stepped_back_from_a_file_does_not_move_it(app: Flask) -> None:
    found = committee()
    propose(found)
    own = db.session.scalars(
        select(Assessment).filter_by(submission_id=found.submissions[5].id, membership_id=found.members[0].id)
    ).one()
    own.status, own.reason = "recused", "A former colleague."
    db.session.flush()
    with pytest.raises(NotPermitted, match="recused"):
        decide(found, found.submissions[5], Outcome.SHORTLISTED, move_reason="I know them well.")


def test_only_valid_submissions_of_the_cycle_and_only_the_committees_outcomes(app: Flask) -> None:
    found = committee()
    first = found.submissions[0]
    with pytest.raises(IllegalTransition):
        decide(found, first, Outcome.SHORTLISTED)
    propose(found)
    foreign = committee(marks=((9, 9),)).submissions[0]
    withdrawn = make.make_submission(found.cycle, status=SubmissionStatus.WITHDRAWN)
    for submission, outcome in (
        (foreign, Outcome.SHORTLISTED),
        (withdrawn, Outcome.SHORTLISTED),
        (first, Outcome.WINNER),
        (first, Outcome.SPECIAL),
    ):
        with pytest.raises(RuleViolation):
            decide(found, submission, outcome, move_reason="why not")


def test_the_lock_names_what_is_missing(app: Flask, now: datetime) -> None:
    found = committee()
    with pytest.raises(IllegalTransition):
        judging.lock(found.cycle, chair=found.chair, now=now)
    propose(found)
    missing_reason = "A shortlisted or deserving submission lacks its reason in one of the languages."
    assert shortlist_lock.problems(found.cycle) == [missing_reason]
    with pytest.raises(RuleViolation) as refused:
        judging.lock(found.cycle, chair=found.chair, now=now)
    assert refused.value.msgid == missing_reason
    write_reasons(found.cycle, chair=found.chair)
    make.make_submission(found.cycle, status=SubmissionStatus.RETURNED)
    decide(found, found.submissions[5], Outcome.SHORTLISTED, move_reason="x")
    unread = make.make_submission(found.cycle, status=SubmissionStatus.VALID)
    propose(found)
    assert shortlist_lock.problems(found.cycle) == [
        "Some submissions have not been checked for validity yet.",
        "More submissions are shortlisted than the rules allow.",
        "Some valid submissions have no assessment at all.",
    ]
    assert unread.id not in {d.submission_id for d in selections.decided(found.cycle, Stage.COMMITTEE)}


def test_the_lock_seals_a_record_that_anyone_can_verify(app: Flask, now: datetime) -> None:
    found = committee()
    propose(found)
    decide(found, found.submissions[5], Outcome.DESERVING, move_reason="A region not yet named.")
    decide(found, found.submissions[4], None, move_reason="To make room.")
    write_reasons(found.cycle, chair=found.chair)

    selection = judging.lock(found.cycle, chair=found.chair, now=now)

    assert (found.cycle.phase, selection.locked_at) == (CyclePhase.SHORTLIST_SEALED, now)
    assert selection.locked_by not in (None, found.chair.id)
    assert selection.record is not None
    data = selection.record.encode()
    assert record.verify(data) == []
    assert selection.record_sha256 == record.digest(data)
    assert outcomes(found) == ["shortlisted"] * 3 + ["deserving", "-", "deserving"]
    assert audit.first_fault() is None


def test_the_record_holds_no_name_and_finds_a_changed_score(app: Flask, now: datetime) -> None:
    found = committee()
    propose(found)
    write_reasons(found.cycle, chair=found.chair)
    text = judging.lock(found.cycle, chair=found.chair, now=now).record or ""
    private = [m.user.name for m in found.members] + [s.city.name_en for s in found.submissions]
    assert [name for name in private if f'"{name}"' in text] == []
    assert (found.cycle.tie_seed or "") not in text

    built = json.loads(text)
    sheet = next(iter(next(iter(built["committee"]["scores"].values())).values()))
    sheet["innovation"] += 1
    assert record.verify(record.to_bytes(built)) != []


def test_a_tie_that_becomes_known_after_the_reading_takes_the_reading_out(app: Flask, now: datetime) -> None:
    found = committee()
    found.members[1].user.country = found.submissions[0].city.country = "PT"
    db.session.flush()
    readings = {(s.member, s.submission) for s in selections.inputs(found.cycle).scores}
    assert (found.members[1].pseudonym, found.submissions[0].pseudonym) not in readings
    assert len(readings) == 6 * 3 - 1
    propose(found)
    write_reasons(found.cycle, chair=found.chair)
    selection = judging.lock(found.cycle, chair=found.chair, now=now)
    assert record.verify((selection.record or "").encode()) == []


def test_scores_that_changed_since_the_proposal_keep_it_from_being_locked(app: Flask, now: datetime) -> None:
    found = committee()
    propose(found)
    write_reasons(found.cycle, chair=found.chair)
    latecomer = make.make_submission(found.cycle, status=SubmissionStatus.VALID)
    for member in found.members:
        assessed(latecomer, member, 20)
    with pytest.raises(RuleViolation) as refused:
        judging.lock(found.cycle, chair=found.chair, now=now)
    assert refused.value.msgid.startswith("Scores have changed")
    assert found.cycle.phase is CyclePhase.COMMITTEE


def test_after_the_lock_nothing_is_proposed_decided_or_locked_again(app: Flask, now: datetime) -> None:
    found = committee()
    propose(found)
    write_reasons(found.cycle, chair=found.chair)
    judging.lock(found.cycle, chair=found.chair, now=now)
    with pytest.raises(IllegalTransition):
        propose(found)
    with pytest.raises(NotPermitted):
        decide(found, found.submissions[0], Outcome.SHORTLISTED)
    with pytest.raises(IllegalTransition):
        judging.lock(found.cycle, chair=found.chair, now=now)


def test_a_tie_at_the_line_is_drawn_from_the_committed_seed_and_shown(app: Flask) -> None:
    found = committee(
        marks=((18, 18), (12, 12), (12, 12), (5, 5)), rules=replace(SMALL, shortlist_size=2, winners_max=1)
    )
    selection = propose(found)
    tied = {s.pseudonym for s in found.submissions[1:3]}
    assert [(set(t["ids"]), t["at_line"]) for t in selection.result["ties"]] == [(tied, "shortlist")]
    first = [place["id"] for place in selection.result["places"]]
    assert [place["id"] for place in propose(found).result["places"]] == first
    assert len(selections.tie_commitment(found.cycle)) == 64


def test_the_queries_of_the_inputs_do_not_grow_with_the_submissions(app: Flask, queries: Any) -> None:
    counts = []
    for size in (2, 6):
        cycle_id = committee(marks=((9, 9),) * size).cycle
        db.session.commit()
        with queries() as sent:
            selections.inputs(cycle_id)
        counts.append(len(sent))
    assert counts[0] == counts[1]
