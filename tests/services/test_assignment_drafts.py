"""Drafts: what they cost, changing them by hand, releasing them, later rounds, and members who come and go."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.assessments import AssessmentStatus, ConflictKind
from awardapp.domain.cycles import CyclePhase, FurtherRound, Rules
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection.reassigning import Change, compute, reassign
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    AssignmentChange,
    AssignmentDraft,
    AuditEntry,
    Cycle,
    DraftState,
    Membership,
    Score,
    User,
    WorkStatus,
)
from awardapp.services import assessments, assignment_changes, assignment_prices, assignment_release, assignments
from awardapp.services.assessments import DeclaredTie
from awardapp.services.assignment_inputs import inputs_of
from tests import factories as make
from tests.conftest import Queue
from worker.assignments import compute_assignment, sweep

DAY = timedelta(days=1)
Pairs = set[tuple[str, str]]


def panel(members: int = 5, submissions: int = 10, **rules: object) -> tuple[Cycle, User, list[Membership]]:
    cycle = make.make_cycle(CyclePhase.COMMITTEE, rules=Rules(**rules))  # type: ignore[arg-type]
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    keys = [theme.key for theme in cycle.themes]
    people = [make.make_member(cycle, Role.COMMITTEE, themes=keys[n % len(keys)]) for n in range(members)]
    for n in range(submissions):
        file = make.make_submission(cycle, status=SubmissionStatus.VALID)
        file.theme_id = cycle.themes[n % len(keys)].id
    db.session.flush()
    return cycle, secretary, people


def pairs(cycle: Cycle, *, released: bool | None = None) -> Pairs:
    query = select(Assignment).where(Assignment.cycle_id == cycle.id).execution_options(populate_existing=True)
    return {
        (one.submission.pseudonym, one.membership.pseudonym)
        for one in db.session.scalars(query)
        if released is None or (one.released_at is not None) is released
    }


def hand_in(
    cycle: Cycle, now: datetime, *, units: int = 12, only: int | None = None, status: str = "submitted"
) -> None:
    """Every released reading without an assessment gets one (or the first `only`)."""
    rows = db.session.scalars(
        select(Assignment)
        .where(Assignment.cycle_id == cycle.id, Assignment.released_at.is_not(None))
        .order_by(Assignment.id)
    ).all()
    done = {(s, m) for s, m in db.session.execute(select(Assessment.submission_id, Assessment.membership_id))}
    for n, row in enumerate(rows[:only]):
        if (row.submission_id, row.membership_id) in done:
            continue
        one = Assessment(
            cycle_id=cycle.id, submission_id=row.submission_id, membership_id=row.membership_id, status=status,
            comment="c", reason=None if status == "submitted" else "r", created_at=now, changed_at=now,
            submitted_at=now if status == "submitted" else None,
        )  # fmt: skip
        if status == "submitted":
            one.scores = [
                Score(criterion_id=c.id, units=min(20, units + (row.submission_id + n) % 7)) for c in cycle.criteria
            ]
        db.session.add(one)
    db.session.flush()


def free_change(draft: AssignmentDraft) -> Change:
    """Some replacement that is allowed."""
    at = assignment_prices.standing(draft)
    for submission, out in sorted(at.pairs):
        table = assignment_prices.fits(at.inputs, [submission])[submission]
        for into, fit in sorted(table.items()):
            if not fit.barred and (submission, into) not in at.pairs:
                return assignment_prices.of_one_file(submission, out, into)
    raise AssertionError("no change is possible")


def test_a_draft_keeps_its_inputs_its_figures_and_its_digest(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert (draft.state, draft.live, draft.round, draft.status) == (DraftState.DRAFT, True, 1, WorkStatus.DONE)
    plan = compute(inputs_of(draft))
    assert {(one.submission, one.member) for one in plan.pairs} == pairs(cycle)
    assert draft.figures["total"] == plan.total.scaleb(6)
    assert draft.figures["best_total"] >= draft.figures["total"]
    assert draft.figures["weakest"] <= draft.figures["weakest_bound"]
    assert sum(db.session.scalars(select(Assignment.affinity))) == draft.figures["total"]
    again = assignments.propose(actor=secretary, cycle=cycle, now=now + DAY)
    assert (draft.state, draft.live) == (DraftState.DISCARDED, None)
    assert (again.inputs_sha256, again.result_sha256) == (draft.inputs_sha256, draft.result_sha256)


def test_computing_again_from_seed_and_inputs_gives_the_same_digest_changes_included(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel()
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignment_changes.change(actor=secretary, cycle=cycle, change=free_change(draft), reason="why", now=now)
    before = pairs(cycle)
    assert assignments.recompute(actor=secretary, cycle=cycle, draft=draft, now=now) == draft.result_sha256
    assert pairs(cycle) == before
    with pytest.raises(NotPermitted):
        assignments.recompute(actor=people[0].user, cycle=cycle, draft=draft, now=now)


def test_a_change_tells_its_price_before_and_is_recorded_with_it(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    total, before = draft.figures["total"], pairs(cycle)
    change = free_change(draft)
    at = assignment_prices.standing(draft)
    told = assignment_prices.price(at, change, assignment_prices.affinities(at, change))
    assert pairs(cycle) == before
    row = assignment_changes.change(
        actor=secretary, cycle=cycle, change=change, reason=" knows the river ", now=now, seen=draft.result_sha256
    )
    assert pairs(cycle) == (before - set(change.removed)) | set(change.added)
    assert (told.total_before, told.total) == (total, draft.figures["total"])
    assert row.figures == {
        "total_before": told.total_before, "total": told.total,
        "weakest_before": told.weakest_before, "weakest": told.weakest,
    }  # fmt: skip
    assert (row.number, row.reason, row.changed_by) == (1, "knows the river", secretary.id)
    by_hand = db.session.scalars(select(Assignment).where(Assignment.by_hand.is_(True))).one()
    assert (by_hand.submission.pseudonym, by_hand.membership.pseudonym) == change.added[0]
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.reason) == ("assignment.change", "knows the river")


def test_an_exchange_of_files_leaves_every_load_as_it_was(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    at = assignment_prices.standing(draft)
    file, out = sorted(at.pairs)[0]
    table = assignment_prices.fits(at.inputs, [one.id for one in at.inputs.submissions])
    found = assignment_prices.exchanges(at, file, out, table)
    assert found
    change = next(iter(found.values()))
    assignment_changes.change(actor=secretary, cycle=cycle, change=change, reason="why", now=now)
    after = assignment_prices.standing(draft)
    assert after.loads == at.loads
    assert "load" not in assignment_prices.price(at, change, assignment_prices.affinities(at, change)).concerns


def test_changes_that_cannot_be_are_refused_and_nothing_is_kept(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel()
    file = make.make_submission(cycle, status=SubmissionStatus.VALID)
    tie = DeclaredTie(file.city_id, None, ConflictKind.FAMILY, "")
    assessments.declare_conflicts(actor=people[0].user, member=people[0], ties=[tie], now=now)
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    good = free_change(draft)
    barred = assignment_prices.of_one_file(file.pseudonym, None, people[0].pseudonym)
    stranger = assignment_prices.of_one_file(file.pseudonym, None, "M-XXXX")
    reader = next(member for one, member in sorted(pairs(cycle)) if one == file.pseudonym)
    twice = assignment_prices.of_one_file(file.pseudonym, None, reader)
    nobody = assignment_prices.of_one_file(file.pseudonym, people[0].pseudonym, None)
    before = pairs(cycle)
    for change, reason, seen in (
        (good, "", None), (good, "why", "0" * 64), (barred, "why", None), (stranger, "why", None),
        (twice, "why", None), (nobody, "why", None), (Change(), "why", None),
    ):  # fmt: skip
        with pytest.raises(RuleViolation):
            assignment_changes.change(actor=secretary, cycle=cycle, change=change, reason=reason, seen=seen, now=now)
    with pytest.raises(NotPermitted):
        assignment_changes.change(actor=people[1].user, cycle=cycle, change=good, reason="why", now=now)
    assert pairs(cycle) == before
    assert db.session.scalars(select(AssignmentChange)).all() == []


def test_a_draft_that_was_changed_since_is_not_released(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    seen = draft.result_sha256
    assignment_changes.change(actor=secretary, cycle=cycle, change=free_change(draft), reason="why", now=now)
    with pytest.raises(RuleViolation):
        assignment_release.release(actor=secretary, cycle=cycle, now=now, seen=seen)
    assert pairs(cycle, released=True) == set()
    assert assignment_release.release(actor=secretary, cycle=cycle, now=now, seen=draft.result_sha256) == 30
    assert draft.state is DraftState.RELEASED
    with pytest.raises(RuleViolation):
        assignment_release.release(actor=secretary, cycle=cycle, now=now, seen=draft.result_sha256)


@pytest.mark.parametrize("what", ["conflict", "withdrawn", "left"])
def test_a_reading_that_became_impossible_keeps_the_draft_from_being_released(
    app: Flask, now: datetime, what: str
) -> None:
    cycle, secretary, people = panel()
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    row = db.session.scalars(select(Assignment).where(Assignment.membership_id == people[0].id)).first()
    assert row is not None
    if what == "conflict":
        tie = DeclaredTie(row.submission.city_id, None, ConflictKind.FINANCIAL, "")
        assessments.declare_conflicts(actor=people[0].user, member=people[0], ties=[tie], now=now)
    elif what == "withdrawn":
        row.submission.status = SubmissionStatus.WITHDRAWN
    else:
        people[0].ended_at = now
    db.session.flush()
    with pytest.raises(RuleViolation) as refused:
        assignment_release.release(actor=secretary, cycle=cycle, now=now)
    assert row.membership.pseudonym in refused.value.params["pairs"]
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert assignment_release.release(actor=secretary, cycle=cycle, now=now) > 0


def test_a_discarded_draft_leaves_nothing_but_its_history(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel()
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    with pytest.raises(NotPermitted):
        assignments.discard(actor=people[0].user, cycle=cycle, now=now)
    assignments.discard(actor=secretary, cycle=cycle, now=now)
    assert (draft.state, pairs(cycle)) == (DraftState.DISCARDED, set())
    with pytest.raises(RuleViolation):
        assignments.discard(actor=secretary, cycle=cycle, now=now)


def test_a_member_lost_later_is_replaced_and_everything_else_stays(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel(members=6)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignment_release.release(actor=secretary, cycle=cycle, now=now)
    before = pairs(cycle)
    lost = people[2]
    done = db.session.scalars(
        select(Assignment).where(Assignment.membership_id == lost.id).order_by(Assignment.id)
    ).all()
    finished = Assessment(
        cycle_id=cycle.id,
        submission_id=done[0].submission_id,
        membership_id=lost.id,
        status="submitted",
        comment="c",
        created_at=now,
        changed_at=now,
        submitted_at=now,
    )
    db.session.add(finished)
    lost.ended_at = now
    db.session.flush()
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now + DAY)
    added = pairs(cycle, released=False)
    assert {one for one, _ in added} == {row.submission.pseudonym for row in done[1:]}
    assert len(added) == len(done) - 1
    assert lost.pseudonym not in {member for _, member in added}
    assignment_release.release(actor=secretary, cycle=cycle, now=now + DAY)
    assert before <= pairs(cycle, released=True)
    assert draft.figures["fixed"] == len(before) - len(added)
    assert len(reassign(assignments.steps(cycle))) == len(pairs(cycle, released=True))


def test_a_recusal_gets_one_new_reader_who_is_not_the_same(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel()
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignment_release.release(actor=secretary, cycle=cycle, now=now)
    hand_in(cycle, now, only=1, status=AssessmentStatus.RECUSED.value)
    stepped = db.session.scalars(select(Assessment)).one()
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    new = db.session.scalars(select(Assignment).where(Assignment.released_at.is_(None))).one()
    assert new.submission_id == stepped.submission_id
    assert new.membership_id != stepped.membership_id
    assert assignment_release.release(actor=secretary, cycle=cycle, now=now) == 1


def test_new_members_take_over_files_nobody_opened_and_only_those(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel(members=4, submissions=12)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignment_release.release(actor=secretary, cycle=cycle, now=now)
    hand_in(cycle, now, only=9)
    opened = {(one.submission.pseudonym, one.membership.pseudonym) for one in db.session.scalars(select(Assessment))}
    before = pairs(cycle)
    new = make.make_member(cycle, Role.COMMITTEE)
    plain = assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert plain.figures["new"] == 0
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now, relieves=True)
    moved = {(one, member) for one, member in draft.figures["moved"]}
    assert len(moved) == draft.figures["new"] > 3
    assert moved <= before - opened
    assignment_release.release(actor=secretary, cycle=cycle, now=now + DAY)
    after = pairs(cycle, released=True)
    assert {member for _, member in after - before} == {new.pseudonym}
    assert before - after == moved
    assert reassign(assignments.steps(cycle)) == tuple(sorted(after))
    assert people[0].ended_at is None


def test_a_file_opened_meanwhile_is_not_taken_from_its_reader(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel(members=4, submissions=12)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignment_release.release(actor=secretary, cycle=cycle, now=now)
    make.make_member(cycle, Role.COMMITTEE)
    assignments.propose(actor=secretary, cycle=cycle, now=now, relieves=True)
    hand_in(cycle, now)
    with pytest.raises(RuleViolation):
        assignment_release.release(actor=secretary, cycle=cycle, now=now)


def test_later_rounds_go_to_the_likeliest_and_build_on_the_first(app: Flask, now: datetime) -> None:
    cycle, secretary, _people = panel(
        members=8, submissions=20, reviews_per_submission=2, shortlist_size=3, winners_max=1,
        further_rounds=(FurtherRound(2, 6), FurtherRound(1, 3)),
    )  # fmt: skip
    assert assignments.next_round(cycle) is None
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignment_release.release(actor=secretary, cycle=cycle, now=now)
    first = pairs(cycle)
    assert len(first) == 40
    with pytest.raises(RuleViolation) as early:
        assignments.propose(actor=secretary, cycle=cycle, now=now, opens_round=True)
    assert early.value.params == {"n": 40}
    hand_in(cycle, now)
    assert assignments.next_round(cycle) == 2
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now + DAY, opens_round=True)
    chosen = {one for one, _times, _draws in draft.figures["contenders"]}
    assert (draft.round, len(chosen), draft.figures["new"]) == (2, 6, 12)
    assert {one for one, _ in pairs(cycle, released=False)} == chosen
    assignment_release.release(actor=secretary, cycle=cycle, now=now + DAY)
    hand_in(cycle, now + DAY)
    third = assignments.propose(actor=secretary, cycle=cycle, now=now + 2 * DAY, opens_round=True)
    assert (third.round, third.figures["new"]) == (3, 3)
    assignment_release.release(actor=secretary, cycle=cycle, now=now + 2 * DAY)
    assert assignments.next_round(cycle) is None
    assert first <= pairs(cycle)
    steps = assignments.steps(cycle)
    assert [step.inputs.number for step in steps] == [1, 2, 3]
    assert reassign(steps) == tuple(sorted(pairs(cycle)))
    with pytest.raises(RuleViolation):
        assignments.propose(actor=secretary, cycle=cycle, now=now, opens_round=True)


def test_a_bound_of_ones_own_counts_from_the_next_draft(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel()
    assignments.bound_load(actor=secretary, cycle=cycle, member=people[0], least="", most="2", now=now)
    assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert sum(member == people[0].pseudonym for _, member in pairs(cycle)) == 2
    for least, most in (("5", "2"), ("x", ""), ("-1", "")):
        with pytest.raises(RuleViolation):
            assignments.bound_load(actor=secretary, cycle=cycle, member=people[0], least=least, most=most, now=now)


def test_a_large_draft_is_computed_by_the_worker_once(
    app: Flask, now: datetime, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle, secretary, _people = panel()
    small = assignments.propose(actor=secretary, cycle=cycle, now=now)
    monkeypatch.setattr(assignments, "AT_ONCE", 0)
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    db.session.commit()
    assert (draft.state, pairs(cycle)) == (DraftState.COMPUTING, set())
    assert ("assignments.compute", [draft.id]) in queue.sent
    assert sweep() == 1
    assert compute_assignment(draft.id) == "computed"
    assert compute_assignment(draft.id) == "skipped"
    assert sweep() == 0
    db.session.refresh(draft)
    assert (draft.state, draft.result_sha256, draft.stage) == (DraftState.DRAFT, small.result_sha256, "done")
    assert len(pairs(cycle)) == 30


def test_a_draft_thrown_away_while_it_waits_is_not_computed(
    app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle, secretary, _people = panel()
    monkeypatch.setattr(assignments, "AT_ONCE", 0)
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    assignments.discard(actor=secretary, cycle=cycle, now=now)
    db.session.commit()
    assert compute_assignment(draft.id) == "skipped"
    assert pairs(cycle) == set()


def test_an_impossible_draft_names_what_blocks_and_gives_way_to_the_next(app: Flask, now: datetime) -> None:
    cycle, secretary, people = panel(members=3)
    file = make.make_submission(cycle, make.make_city(country="PE"), status=SubmissionStatus.VALID)
    people[0].user.country = "PE"
    draft = assignments.propose(actor=secretary, cycle=cycle, now=now)
    assert draft.state is DraftState.IMPOSSIBLE
    assert draft.figures["blocking"]["lacking"] == {file.pseudonym: [3, 2]}
    assert draft.figures["blocking"]["kinds"] == {"same country": 1}
    with pytest.raises(RuleViolation):
        assignment_release.release(actor=secretary, cycle=cycle, now=now)
    people[0].user.country = None
    db.session.flush()
    assert assignments.propose(actor=secretary, cycle=cycle, now=now).state is DraftState.DRAFT


def test_the_number_of_queries_does_not_grow_with_the_files(app: Flask, now: datetime, queries: object) -> None:
    counts = []
    for submissions in (4, 12):
        cycle, secretary, _people = panel(submissions=submissions)
        db.session.commit()
        with queries() as sent:  # type: ignore[operator]
            assignments.propose(actor=secretary, cycle=cycle, now=now)
        counts.append(len(sent))
    assert counts[0] == counts[1]
