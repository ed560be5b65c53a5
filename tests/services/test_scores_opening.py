"""The chair opens the scores: when, by whom, what it freezes, and that nothing is told before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry
from awardapp.services import calibrations, cycles, progress, scores_opening, shortlist
from tests import factories as make
from tests.conftest import NOW
from tests.support.judging import Committee, assessed, committee


@pytest.fixture
def closed(app: Flask) -> Committee:
    """A committee that has read everything; the scores are not open."""
    return committee(opened=False)


def test_the_chair_opens_the_scores_once_and_the_rules_are_recorded_as_they_stand(closed: Committee) -> None:
    assert not scores_opening.are_open(closed.cycle)
    scores_opening.open_scores(actor=closed.chair, cycle=closed.cycle, now=NOW)
    assert (closed.cycle.scores_opened_at, closed.cycle.scores_opened_by) == (NOW, closed.chair.id)
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "scores.open"))
    assert entry.details["rules"]["calibration"] == "robust"
    assert (entry.details["rules"]["shortlist_size"], entry.details["handed_in"], entry.details["left"]) == (3, 18, 0)
    assert set(entry.details["weights"]) == {criterion.key for criterion in closed.cycle.criteria}
    assert len(entry.details["tie_seed_sha256"]) == 64
    with pytest.raises(IllegalTransition, match="open already"):
        scores_opening.open_scores(actor=closed.chair, cycle=closed.cycle, now=NOW)


def test_nobody_but_the_chair_opens_them(closed: Committee) -> None:
    secretary = make.make_member(closed.cycle, Role.SECRETARIAT).user
    for somebody in (secretary, closed.members[1].user, make.make_user()):
        with pytest.raises(NotPermitted):
            scores_opening.open_scores(actor=somebody, cycle=closed.cycle, now=NOW)


def test_before_the_opening_there_is_neither_a_proposal_nor_a_calibration(closed: Committee) -> None:
    with pytest.raises(IllegalTransition, match="not open yet"):
        shortlist.propose(actor=closed.chair, cycle=closed.cycle, now=NOW)
    for ask in (calibrations.inputs, calibrations.files):
        with pytest.raises(IllegalTransition, match="not open yet"):
            ask(closed.cycle)


def test_while_members_read_the_scores_stay_closed_unless_scoring_is_stopped(closed: Committee) -> None:
    late = make.make_submission(closed.cycle, status=SubmissionStatus.VALID)
    make.make_assignment(late, closed.members[1])
    with pytest.raises(RuleViolation, match="under way"):
        scores_opening.open_scores(actor=closed.chair, cycle=closed.cycle, now=NOW)
    progress.freeze(actor=closed.chair, cycle=closed.cycle, now=NOW)
    scores_opening.open_scores(actor=closed.chair, cycle=closed.cycle, now=NOW)
    progress.unfreeze(actor=closed.chair, cycle=closed.cycle, now=NOW)
    assert scores_opening.handed_in_after(closed.cycle) == 0
    other = make.make_submission(closed.cycle, status=SubmissionStatus.VALID)
    assessed(other, closed.members[2], 12).changed_at = NOW.replace(year=NOW.year + 1)
    db.session.flush()
    assert scores_opening.handed_in_after(closed.cycle) == 1


def test_with_nothing_handed_in_or_in_another_phase_there_is_nothing_to_open(app: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    chair = make.make_member(cycle, Role.COMMITTEE, is_chair=True)
    with pytest.raises(RuleViolation, match="No assessment is handed in yet"):
        scores_opening.open_scores(actor=chair.user, cycle=cycle, now=NOW)
    cycle.phase = CyclePhase.SCREENING
    with pytest.raises(IllegalTransition, match="during the committee's phase"):
        scores_opening.open_scores(actor=chair.user, cycle=cycle, now=NOW)


@pytest.mark.parametrize("phase", [CyclePhase.COMMITTEE, CyclePhase.SCREENING])
def test_once_open_the_rules_cannot_change_in_any_phase(closed: Committee, phase: CyclePhase) -> None:
    secretary = make.make_member(closed.cycle, Role.SECRETARIAT).user
    scores_opening.open_scores(actor=closed.chair, cycle=closed.cycle, now=NOW)
    closed.cycle.phase = phase
    changed = replace(closed.cycle.rules, calibration="mean")
    with pytest.raises(IllegalTransition, match="can no longer change"):
        cycles.change_rules(actor=secretary, cycle=closed.cycle, rules=changed, reason="Better so.", now=NOW)
    assert closed.cycle.rules.calibration == "robust"
