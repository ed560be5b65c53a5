"""The minutes of a jury, gathered: who was there and who was out of the room, the ballots in numbers, the decision.

Nothing here knows what a ballot says, and of who voted how it tells nothing. Who may read it when is the page's question.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from awardapp import i18n
from awardapp.domain.announcements import Stage
from awardapp.domain.people import Role
from awardapp.models import (
    Cycle,
    Decision,
    Deliberation,
    DeliberationAttendance,
    JuryMove,
    LockRequest,
    Selection,
    Submission,
)
from awardapp.queries import deliberations as deliberation_queries
from awardapp.queries import jury_decisions as queries
from awardapp.queries import locking as locking_queries
from awardapp.queries import people as people_queries
from awardapp.queries import selections as selection_queries
from awardapp.services import ballot_counting, ballots, jury_lock, selections


@dataclass(frozen=True, slots=True)
class Out:
    """Somebody out of the room for a city; `reason` where it was noted by hand, None for a tie."""

    name: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CityMinutes:
    """A city in one meeting: who was out of the room while the jury spoke of it, and what was noted."""

    submission: Submission
    out: Sequence[Out]
    notes: str
    is_masked: bool  # the reader was out of the room: of the notes nothing is left


@dataclass(frozen=True, slots=True)
class MeetingMinutes:
    """One meeting with its attendance, its notes on the whole, and each city on which there is something to tell."""

    meeting: Deliberation
    attendance: Sequence[DeliberationAttendance]
    notes: str
    cities: Sequence[CityMinutes]


@dataclass(frozen=True, slots=True)
class BallotNumbers:
    """The ballots in numbers, as far as anybody may know them. `excused`: names."""

    jurors: int
    cast: int
    on_paper: int
    reopened: int
    abstained: int
    excused: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tie:
    """Two neighbours of the order whom the pairs left level, and the rule that put one first."""

    above: Submission
    below: Submission
    decided_by: str


@dataclass(frozen=True, slots=True)
class JuryMinutes:
    """Everything the minutes tell. `selection` is None before the count: then there is no decision in them yet."""

    meetings: Sequence[MeetingMinutes]
    jurors: Sequence[str]
    ballots: BallotNumbers
    selection: Selection | None
    ties: Sequence[Tie]
    undecided: Sequence[tuple[Submission, Submission]]
    moves: Sequence[JuryMove]
    winners: Sequence[Decision]
    most: int
    fewer_reason: str
    lock: LockRequest | None

    @property
    def ended_at(self) -> datetime | None:
        """When the last meeting was closed or the winners were locked."""
        closed = [one.meeting.closed_at for one in self.meetings if one.meeting.closed_at is not None]
        locked = [self.selection.locked_at] if self.selection is not None and self.selection.locked_at else []
        return max([*closed, *locked], default=None)


def gather(cycle: Cycle, *, closed: Collection[int] = ()) -> JuryMinutes:
    """The minutes as they stand; `closed` are ids of the cities the reader was out of the room for."""
    selection = selections.selection_of(cycle, Stage.JURY)
    winners = selections.decided(cycle, Stage.JURY)
    jurors = people_queries.members(cycle, Role.JUROR)
    return JuryMinutes(
        meetings=[_meeting(one, closed) for one in deliberation_queries.meetings(cycle)],
        jurors=[member.user.name for member in jurors],
        ballots=_numbers(cycle, selection, len(jurors)),
        selection=selection,
        ties=_ties(cycle, selection),
        undecided=_undecided(cycle, selection),
        moves=queries.moves(cycle) if selection is not None else [],
        winners=winners,
        most=jury_lock.most(cycle),
        fewer_reason=jury_lock.fewer_reason(cycle, len(winners)),
        lock=locking_queries.confirmed(cycle, Stage.JURY),
    )


def _meeting(meeting: Deliberation, closed: Collection[int]) -> MeetingMinutes:
    notes = deliberation_queries.notes(meeting)
    out: dict[int, list[Out]] = {}
    for one in deliberation_queries.absences(meeting):
        out.setdefault(one.submission_id, []).append(Out(one.membership.user.name, one.reason))
    told = [
        city
        for city in sorted(ballots.finalists(meeting.cycle), key=lambda one: i18n.name_key(one.city))
        if city.id in out or (city.id in notes and notes[city.id].text.strip())
    ]
    whole = notes.get(None)
    return MeetingMinutes(
        meeting=meeting,
        attendance=deliberation_queries.attendance(meeting),
        notes=whole.text if whole is not None else "",
        cities=[
            CityMinutes(
                submission=city,
                out=sorted(out.get(city.id, []), key=lambda one: one.name),
                notes="" if city.id in closed or city.id not in notes else notes[city.id].text,
                is_masked=city.id in closed,
            )
            for city in told
        ],
    )


def _numbers(cycle: Cycle, selection: Selection | None, jurors: int) -> BallotNumbers:
    cast = ballot_counting.all_cast(cycle)
    voted = {ballot.membership_id for ballot in cast}
    return BallotNumbers(
        jurors=jurors,
        cast=len(cast),
        on_paper=sum(ballot.paper_number is not None for ballot in cast),
        reopened=sum(len(ballot.reopenings) for ballot in cast),
        abstained=selection.result.get("abstained", 0) if selection is not None else 0,
        excused=sorted(m.user.name for m in ballot_counting.excused(cycle) if m.id not in voted),
    )


def _ties(cycle: Cycle, selection: Selection | None) -> list[Tie]:
    """Neighbours that the rule of the vote left level."""
    if selection is None:
        return []
    order = selection.result["order"]
    at = [n for n, one in enumerate(order) if n and one["decided_by"] not in ("", selection.result["method"])]
    cities = selection_queries.submissions_by_pseudonym(cycle, {order[m]["id"] for n in at for m in (n - 1, n)})
    return [Tie(cities[order[n - 1]["id"]], cities[order[n]["id"]], order[n]["decided_by"]) for n in at]


def _undecided(cycle: Cycle, selection: Selection | None) -> list[tuple[Submission, Submission]]:
    pairs = selection.result.get("undecided", []) if selection is not None else []
    cities = selection_queries.submissions_by_pseudonym(cycle, {name for pair in pairs for name in pair})
    return [(cities[one], cities[other]) for one, other in pairs]
