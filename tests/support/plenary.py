"""A committee in session: the ground of the plenary's tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from awardapp.domain.people import Role
from awardapp.domain.plenary import Agenda, Majority, Question, Quorum
from awardapp.extensions import db
from awardapp.models import ConflictOfInterest, Cycle, Membership, PlenaryItem, PlenarySession, Submission, User
from awardapp.queries import plenary_room as queries
from awardapp.services import plenary, plenary_floor, plenary_votes, shortlist
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging

MARKS = (
    (18, 17, 18, 17, 18), (16, 15, 16, 15, 16), (13, 14, 13, 14, 13), (11, 10, 11, 10, 11), (8, 9, 8, 9, 8), (5, 6, 5, 6, 5),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Room:
    """A session of five members, of whom the first is the chair and the second the deputy, with a clerk."""

    session: PlenarySession
    members: list[Membership]
    clerk: Membership
    submissions: list[Submission]  # best first

    @property
    def cycle(self) -> Cycle:
        return self.session.cycle

    @property
    def chair(self) -> User:
        return self.members[0].user

    def item(self, n: int) -> PlenaryItem:
        """The item of the n-th best submission."""
        wanted = self.submissions[n].id
        return next(line.item for line in queries.agenda(self.session) if line.submission.id == wanted)

    def seen(self) -> str:
        turn = queries.turn_now(self.session)
        return turn.item.submission.ref if turn else ""

    def go(self, n: int | None, *, by: User | None = None) -> None:
        plenary_floor.go_to(
            actor=by or self.chair,
            session=self.session,
            item=None if n is None else self.item(n),
            seen=self.seen(),
            now=NOW,
        )

    def arrive(self, *numbers: int, how: str = "room") -> None:
        for n in numbers:
            member = self.members[n]
            plenary_floor.arrive(actor=member.user, session=self.session, member=member, how=how, now=NOW)

    def open_vote(self, question: Question = Question.PLACE, *, by: User | None = None, because: str = "") -> None:
        plenary_votes.open_vote(
            actor=by or self.chair,
            session=self.session,
            question=question,
            words="Shall we visit?" if question is Question.OWN else "",
            again_because=because,
            seen=self.seen(),
            now=NOW,
        )

    def cast(self, n: int, choice: str, *, number: int = 1) -> None:
        plenary_votes.cast(
            actor=self.members[n].user, session=self.session, seen=self.seen(), number=number, choice=choice, now=NOW
        )

    def close_vote(self, *, by: User | None = None, number: int = 1) -> plenary_votes.Count:
        return plenary_votes.close_vote(
            actor=by or self.chair, session=self.session, seen=self.seen(), number=number, now=NOW
        )


def tie(member: Membership, submission: Submission) -> None:
    """The member has declared a tie to the city."""
    db.session.add(
        ConflictOfInterest(
            membership_id=member.id,
            city_id=submission.city_id,
            kind="other",
            declared_by=member.user_id,
            declared_at=NOW,
        )
    )
    db.session.flush()


def opened(
    *,
    marks: Sequence[Sequence[int]] = MARKS,
    ties: Sequence[tuple[int, int]] = (),
    present: Sequence[int] = (1, 2, 3, 4),
    kind: Agenda = Agenda.TOP,
    quorum: Quorum = Quorum.HALF,
    majority: Majority = Majority.CAST,
    is_secret: bool = False,
) -> Room:
    """A session on the five of the proposal, opened by the chair; `ties`: pairs of member and submission by number."""
    scene = judging.committee(marks)
    clerk = make.make_member(scene.cycle, Role.SECRETARIAT)
    shortlist.propose(actor=scene.chair, cycle=scene.cycle, now=NOW)
    for member, submission in ties:
        tie(scene.members[member], scene.submissions[submission])
    session = plenary.open_session(
        actor=scene.chair, cycle=scene.cycle, deputy=scene.members[1], clerk=clerk, kind=kind, quorum=quorum,
        majority=majority, is_secret=is_secret, now=NOW,
    )  # fmt: skip
    room = Room(session, scene.members, clerk, scene.submissions)
    room.arrive(*present)
    return room


def to_watch() -> Room:
    """A session of three with speaking titles; the third member has a tie to the first file."""
    room = opened(marks=judging_marks(3), ties=[(2, 0)], present=())
    for submission, name in zip(
        room.submissions, ("First", "Second", "Third", "Fourth", "Fifth", "Sixth"), strict=True
    ):
        submission.title_en = f"{name} initiative"
    db.session.flush()
    return room


def judging_marks(members: int) -> list[Sequence[int]]:
    """The same marks of fewer members."""
    return [row[:members] for row in MARKS]
