"""A cycle whose committee has read everything, or whose shortlist is public: the ground of the deciding rooms' tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, Cycle, Membership, Score, Submission, User
from awardapp.services import selections, shortlist, shortlist_lock
from tests import factories as make
from tests.conftest import NOW

SMALL = replace(Rules(), shortlist_size=3, deserving_max=2, winners_max=2)


@dataclass(frozen=True, slots=True)
class Committee:
    """A cycle in the committee's phase: members, the first of them in the chair, and valid submissions, best first."""

    cycle: Cycle
    members: list[Membership]
    submissions: list[Submission]

    @property
    def chair(self) -> User:
        return self.members[0].user


@dataclass(frozen=True, slots=True)
class Jury:
    """A cycle in the jury's phase: jurors, the first of them in the chair, and the shortlisted submissions."""

    cycle: Cycle
    jurors: list[Membership]
    finalists: list[Submission]

    @property
    def chair(self) -> User:
        return self.jurors[0].user


def assessed(submission: Submission, member: Membership, units: int, *, status: str = "submitted") -> Assessment:
    """A finished reading with the same number of steps on every criterion."""
    make.make_assignment(submission, member)
    handed_in = status == "submitted"
    assessment = Assessment(
        cycle_id=submission.cycle_id,
        submission_id=submission.id,
        membership_id=member.id,
        status=status,
        comment="Well founded.",
        reason=None if handed_in else "a tie",
        created_at=NOW,
        changed_at=NOW,
        submitted_at=NOW if handed_in else None,
    )
    if handed_in:
        assessment.scores = [Score(criterion_id=c.id, units=units) for c in submission.cycle.criteria]
    db.session.add(assessment)
    db.session.flush()
    return assessment


def committee(
    marks: Sequence[Sequence[int]] = ((18, 17, 18), (16, 15, 16), (13, 14, 13), (11, 10, 11), (8, 9, 8), (5, 6, 5)),
    *,
    rules: Rules = SMALL,
) -> Committee:
    """A committee that read everything: `marks` has a row per submission with one number of steps (0 to 20) per member."""
    cycle = make.make_cycle(CyclePhase.COMMITTEE, rules=rules)
    members = [make.make_member(cycle, Role.COMMITTEE, is_chair=not n) for n in range(len(marks[0]))]
    submissions = []
    for row in marks:
        submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
        submissions.append(submission)
        for member, units in zip(members, row, strict=True):
            assessed(submission, member, units)
    return Committee(cycle, members, submissions)


def write_reasons(cycle: Cycle, *, chair: User) -> None:
    """The committee's reason in both languages on every decision of the proposal, as the chair would write them."""
    for decision in selections.decided(cycle, shortlist.Stage.COMMITTEE):
        decision.reason_en, decision.reason_zh, decision.decided_by = "Convincing.", "令人信服。", chair.id
    db.session.flush()


def jury(jurors: int = 3, *, recorded: bool = True) -> Jury:
    """The same cycle after its shortlist was locked and announced, with jurors who declared their conflicts.

    Not `recorded`: without the committee's readings and record, for what only needs the announced shortlist.
    """
    decided = committee() if recorded else committee(marks=[()] * SMALL.shortlist_size)
    cycle = decided.cycle
    if recorded:
        shortlist.propose(actor=decided.chair, cycle=cycle, now=NOW)
        write_reasons(cycle, chair=decided.chair)
        shortlist_lock.lock(actor=decided.chair, cycle=cycle, now=NOW)
    finalists = decided.submissions[: cycle.rules.shortlist_size]
    make.make_published_shortlist(cycle, finalists)
    cycle.phase = CyclePhase.JURY
    people = [make.make_member(cycle, Role.JUROR, is_chair=not n) for n in range(jurors)]
    db.session.flush()
    return Jury(cycle, people, finalists)
