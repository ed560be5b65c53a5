"""The technical committee: seated, reading, deciding; the tie at the line is arranged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.people import Role
from awardapp.domain.selection.calibration import Score, calibrate
from awardapp.extensions import db
from awardapp.invention import InventedCycle, InventedMember, Judging, place_tie
from awardapp.models import (
    Assignment,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.rehearsal.course import Rehearsal, chair, declare, invite, present
from awardapp.rehearsal.locking import lock_by_two
from awardapp.services import (
    assessments,
    assignment_changes,
    assignment_prices,
    assignment_release,
    assignments,
    calibrations,
    cycles,
    progress,
    questions,
    scores_opening,
    selections,
    shortlist,
    shortlist_lock,
)


def seat_committee(run: Rehearsal) -> None:
    """Members are invited, declare their conflicts of interest, and get their files; the tie at the line is arranged."""
    now = run.at(days=6)
    for invented in run.each("committee", run.invented.members):
        run.members[invented.number] = invite(
            run,
            invented.person,
            Role.COMMITTEE,
            now=now,
            is_chair=invented.is_chair,
            themes=" ".join(invented.expertise),
            languages=" ".join(invented.languages),
        )
        declare(run, run.members[invented.number], invented.conflicts, now=now)
    cycles.advance_phase(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=7))
    run.commit()
    assignments.propose(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=7))
    panels = _panels(run)
    if run.invented.twins is not None:
        _give_twins_one_panel(run, panels)
        panels = _panels(run)
        run.recused = _choose_recusal(run, panels)
        run.invented = place_tie(
            run.invented,
            panels,
            line=run.cycle.rules.shortlist_size,
            calibration=_calibration(run),
            judging=lambda cycle: _judging(run, cycle),
        )
    assignment_release.release(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=8))
    run.commit()


def _choose_recusal(run: Rehearsal, panels: dict[int, list[int]]) -> tuple[int, int] | None:
    """The member who will step back from a file of a full panel; taken out of the panels, since no score comes of it."""
    for number, panel in panels.items():
        if len(panel) > 1 and number not in (run.invented.twins or ()):
            return number, panel.pop()
    return None


def _judging(run: Rehearsal, invented: InventedCycle) -> Judging:
    rules = run.cycle.rules
    return Judging(invented, low=rules.scale_min, high=rules.scale_max, step=rules.scale_step)


def _panels(run: Rehearsal) -> dict[int, list[int]]:
    by_submission = {s.id: n for n, s in run.submissions.items()}
    by_member = {m.id: n for n, m in run.members.items()}
    rows = db.session.execute(
        select(Assignment.submission_id, Assignment.membership_id)
        .where(Assignment.cycle_id == run.cycle.id)
        .order_by(Assignment.submission_id, Assignment.membership_id)
    ).all()
    return {
        by_submission[submission_id]: [by_member[m] for _, m in group]
        for submission_id, group in groupby(rows, key=lambda row: row[0])
    }


def _give_twins_one_panel(run: Rehearsal, panels: dict[int, list[int]]) -> None:
    """The second twin gets the first one's readers, by a change of the draft by hand."""
    first, second = present(run.invented.twins)
    file = run.submissions[second].pseudonym
    leaving = sorted(set(panels[second]) - set(panels[first]))
    coming = sorted(set(panels[first]) - set(panels[second]))
    for out, into in zip(leaving, coming, strict=True):
        assignment_changes.change(
            actor=run.secretaries[0],
            cycle=run.cycle,
            change=assignment_prices.of_one_file(file, run.members[out].pseudonym, run.members[into].pseudonym),
            reason="Two initiatives of one kind are read by the same members.",
            now=run.at(days=7),
        )


def _calibration(run: Rehearsal) -> Callable[[Any], dict[int, float]]:
    """The cycle's own calibration, over invented numbers, for placing the tie."""
    rules = selections.inputs(run.cycle).calibration_rules

    def figures(marks: Any) -> dict[int, float]:
        scores = [
            Score(run.submissions[s].pseudonym, run.members[m].pseudonym, key, run.cycle.rules.units(mark))
            for (s, m, key), mark in marks.items()
        ]
        found = {f.submission: f.calibrated for f in calibrate(scores, rules).submissions}
        return {n: float(found[s.pseudonym]) for n, s in run.submissions.items() if s.pseudonym in found}

    return figures


def assess(run: Rehearsal, *, leave: dict[int, int] | None = None) -> None:
    """Every member reads, scores and comments; one recuses from a file. `leave`: files left to a member (by number)."""
    work: list[tuple[InventedMember, Assignment]] = []
    for invented in run.invented.members:
        rows = db.session.scalars(
            select(Assignment)
            .where(Assignment.membership_id == run.members[invented.number].id)
            .order_by(Assignment.position)
        ).all()
        kept = len(rows) - (leave or {}).get(invented.number, 0)
        work += [(invented, row) for row in rows[:kept]]
    criteria = {c.key: c.id for c in run.cycle.criteria}
    judging = run.judging
    numbers = {s.id: n for n, s in run.submissions.items()}
    read: dict[int, timedelta] = defaultdict(timedelta)
    for invented, assignment in run.each("assessment", work):
        member = run.members[invented.number]
        minutes = 9 + assignment.position % 13  # a file takes its time, and not always the same
        read[member.id] += timedelta(minutes=minutes)
        now = run.at(days=12) + read[member.id]
        submission = run.invented.submission(numbers[assignment.submission_id])
        if (submission.number, invented.number) == run.recused:
            assessments.step_aside(
                actor=member.user,
                member=member,
                assignment=assignment,
                status=AssessmentStatus.RECUSED,
                reason="I know one of the authors of this initiative.",
                now=now,
            )
            continue
        marks = judging.marks(invented, submission)
        assessments.record(
            actor=member.user,
            member=member,
            assignment=assignment,
            marks={criteria[key]: mark for key, mark in marks.items() if key in criteria},
            comment=judging.comment(invented, submission) or "-",
            private_note="",
            submit=True,
            now=now,
        )


def _open_scores(run: Rehearsal) -> None:
    """The chair opens the scores; where members still read, scoring is stopped for it and goes on afterwards."""
    the_chair, now = chair(run.members), run.at(days=14)
    if still_reading := scores_opening.readings_left(run.cycle) > 0:
        progress.freeze(actor=the_chair, cycle=run.cycle, now=now)
    scores_opening.open_scores(actor=the_chair, cycle=run.cycle, now=now)
    if still_reading:
        progress.unfreeze(actor=the_chair, cycle=run.cycle, now=now)
    run.commit()


def decide_shortlist(run: Rehearsal, *, leave_reasons: int = 0) -> None:
    """The committee computes its proposal, writes a reason for each of the 45 and locks, unless reasons are left open."""
    the_chair = chair(run.members)
    now = run.at(days=14)
    _open_scores(run)
    shortlist.propose(actor=the_chair, cycle=run.cycle, now=now)
    run.commit()
    decisions = selections.decided(run.cycle, Stage.COMMITTEE)
    for decision in run.each("shortlist", decisions[: len(decisions) - leave_reasons]):
        invented = run.invented.submission(run.number_of(decision.submission_id))
        reason = run.judging.reason(invented, decision.outcome.value)
        shortlist.decide(
            actor=the_chair,
            cycle=run.cycle,
            submission=decision.submission,
            outcome=decision.outcome,
            reason_en=reason.en,
            reason_zh=reason.zh,
            move_reason="",
            now=now,
        )
    if not leave_reasons:
        lock_by_two(run, shortlist_lock.LOCK, chair=the_chair, now=now)


def move_and_move_back(run: Rehearsal) -> None:
    """The chair takes the best of the deserving onto the shortlist and, after a vote, back: both moves stay for ever."""
    the_chair = chair(run.members)
    member = next(one for one in run.members.values() if one.user_id == the_chair.id)
    selection = selections.selection_of(run.cycle, Stage.COMMITTEE)
    ranks = {place["id"]: place["place"] for place in selection.result["places"]} if selection is not None else {}
    deserving = [d for d in selections.decided(run.cycle, Stage.COMMITTEE) if d.outcome is Outcome.DESERVING]
    free = [d for d in deserving if assessment_queries.conflict(member, d.submission) is None]
    best = min(free, key=lambda decision: ranks[decision.submission.pseudonym])
    for outcome, reason, hour in (
        (Outcome.SHORTLISTED, "The committee asks for this file to be heard beside the fifteen.", 1),
        (Outcome.DESERVING, "The vote went the other way: the fifteen stay as they are.", 2),
    ):
        shortlist.decide(
            actor=the_chair,
            cycle=run.cycle,
            submission=best.submission,
            outcome=outcome,
            reason_en=best.reason_en,
            reason_zh=best.reason_zh,
            move_reason=reason,
            now=run.at(days=14, hours=hour),
        )
    run.commit()


def answer_a_question(run: Rehearsal) -> None:
    """The chair writes down what was found out about one of the questions that the readings raise; the others stay open."""
    the_chair = chair(run.members)
    data = calibrations.inputs(run.cycle)
    asked = questions.ask(run.cycle, data).questions
    others = [one for one in asked if questions.may_answer(the_chair, one, members=data.members, is_chair=True)]
    if not others:
        return
    questions.answer(
        actor=the_chair,
        cycle=run.cycle,
        key=others[0].key,
        words="Asked in the break. The member goes by the words of the levels as the rules have them; the marks stay.",
        now=run.at(days=14),
    )
    run.commit()
