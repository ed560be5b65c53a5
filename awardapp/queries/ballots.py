"""What may be known of ballots from outside: that they are cast, on paper, or not waited for. Never what they say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from awardapp.extensions import db
from awardapp.models import Ballot, BallotReopening, Cycle, JurorExcuse, PaperBallot


@dataclass(frozen=True, slots=True)
class BallotState:
    """One juror's ballot from outside."""

    is_cast: bool = False
    on_paper: bool = False
    excuse: str | None = None
    reopened: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether the juror has nothing to do on screen: cast, on paper, or not waited for."""
        return self.is_cast or self.on_paper or self.excuse is not None


def states(cycle: Cycle) -> dict[int, BallotState]:
    """The state of every ballot of the cycle by membership id; one that was never begun is simply not cast. Four queries."""
    cast = dict(
        db.session.execute(
            select(Ballot.membership_id, Ballot.paper_number.is_not(None)).where(
                Ballot.cycle_id == cycle.id, Ballot.cast_at.is_not(None)
            )
        ).all()
    )  # fmt: skip
    papers = set(
        db.session.scalars(
            select(PaperBallot.membership_id).where(PaperBallot.cycle_id == cycle.id, PaperBallot.live.is_(True))
        )
    )
    excuses = dict(
        db.session.execute(
            select(JurorExcuse.membership_id, JurorExcuse.reason).where(
                JurorExcuse.cycle_id == cycle.id, JurorExcuse.live.is_(True)
            )
        ).all()
    )  # fmt: skip
    reopened = dict(
        db.session.execute(
            select(Ballot.membership_id, func.count(BallotReopening.id))
            .join(BallotReopening, BallotReopening.ballot_id == Ballot.id)
            .where(Ballot.cycle_id == cycle.id)
            .group_by(Ballot.membership_id)
        ).all()
    )  # fmt: skip
    found: defaultdict[int, BallotState] = defaultdict(BallotState)
    for member in {*cast, *papers, *excuses, *reopened}:
        found[member] = BallotState(
            is_cast=member in cast,
            on_paper=cast.get(member, False) or member in papers,
            excuse=excuses.get(member),
            reopened=reopened.get(member, 0),
        )
    return found
