"""A cycle whose committee has read everything, or whose shortlist is public: the ground of the deciding rooms' tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from awardapp.domain.announcements import Stage
from awardapp.domain.ballots import Content
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    ConflictOfInterest,
    Cycle,
    LockRequest,
    Membership,
    Score,
    Selection,
    Submission,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import ballot_counting, ballots, locking, scores_opening, selections, shortlist, shortlist_lock
from awardapp.services.locking import Lock
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
    opened: bool = True,
) -> Committee:
    """A committee that read everything: `marks` has a row per submission with one number of steps (0 to 20) per member.

    Its chair has opened the scores, unless not `opened`.
    """
    cycle = make.make_cycle(CyclePhase.COMMITTEE, rules=rules)
    members = [make.make_member(cycle, Role.COMMITTEE, is_chair=not n) for n in range(len(marks[0]))]
    submissions = []
    for row in marks:
        submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
        submissions.append(submission)
        for member, units in zip(members, row, strict=True):
            assessed(submission, member, units)
    found = Committee(cycle, members, submissions)
    if opened and members:
        scores_opening.open_scores(actor=found.chair, cycle=cycle, now=NOW)
    return found


def write_reasons(cycle: Cycle, *, chair: User) -> None:
    """The committee's reason in both languages on every decision of the proposal, as the chair would write them."""
    for decision in selections.decided(cycle, shortlist.Stage.COMMITTEE):
        decision.reason_en, decision.reason_zh, decision.decided_by = "Convincing.", "令人信服。", chair.id
    db.session.flush()


def ask_lock(
    cycle: Cycle, *, chair: User, named: User | None = None, now: datetime = NOW, of: Lock = shortlist_lock.LOCK
) -> LockRequest:
    """The chair asks for the lock of what is decided now, as on the page."""
    selection = locking.open_selection(of, cycle)
    shown = locking.digest_now(of, cycle, selection)
    return locking.ask(actor=chair, lock=of, cycle=cycle, shown_sha256=shown, named=named, now=now)


def lock(cycle: Cycle, *, chair: User, now: datetime = NOW, of: Lock = shortlist_lock.LOCK) -> Selection:
    """The chair asks for the lock and a secretary of the cycle confirms it, as they do on their pages."""
    request = ask_lock(cycle, chair=chair, now=now, of=of)
    present = people_queries.members(cycle, Role.SECRETARIAT)
    second = present[0] if present else make.make_member(cycle, Role.SECRETARIAT)
    sealed = locking.confirm(actor=second.user, lock=of, cycle=cycle, shown_sha256=request.record_sha256, now=now)
    assert sealed is not None
    if not present:
        second.ended_at = now  # came for this alone
    return sealed


def write_citations(cycle: Cycle) -> None:
    """A citation in both languages for every winner named now, as the chair would write them."""
    for decision in selections.decided(cycle, Stage.JURY):
        decision.reason_en, decision.reason_zh = "Convincing.", "令人信服。"
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
        lock(cycle, chair=decided.chair)
    finalists = decided.submissions[: cycle.rules.shortlist_size]
    make.make_published_shortlist(cycle, finalists)
    cycle.phase = CyclePhase.JURY
    people = [make.make_member(cycle, Role.JUROR, is_chair=not n) for n in range(jurors)]
    db.session.flush()
    return Jury(cycle, people, finalists)


def tie_to(member: Membership, submission: Submission) -> None:
    """The juror declares a tie to the city."""
    tie = ConflictOfInterest(
        membership_id=member.id, city_id=submission.city_id, kind="advice", declared_by=member.user_id, declared_at=NOW
    )
    db.session.add(tie)
    db.session.flush()


def cast_all(found: Jury) -> None:
    """Every juror ranks the finalists as they stand, without those they are tied to, and casts."""
    for member in found.jurors:
        votable = {s.id for s in ballots.votable(member, found.cycle)}
        content = Content.ranked(s.id for s in found.finalists if s.id in votable)
        ballots.save(actor=member.user, member=member, content=content, edit_version=0, now=NOW)
        ballots.cast(actor=member.user, member=member, now=NOW)


def counted(found: Jury) -> Selection:
    """The chair counts."""
    return ballot_counting.count(actor=found.chair, cycle=found.cycle, now=NOW)
