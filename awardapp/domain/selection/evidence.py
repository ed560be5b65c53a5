"""What a record tells of the jury beside rules and ballots: receipts, who was excused, the meetings and who left the room.

None of it enters the count. What can be checked is: every receipt is computed again from its ballot and nonce, people and
cities must be those of the record, and a decision with fewer winners than the rules allow has its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from awardapp.domain.selection.canonical import Json, dumps, sha256
from awardapp.domain.selection.errors import listed
from awardapp.domain.selection.receipts import CastBallot, ballot_receipt
from awardapp.domain.selection.record_text import Part, ballot_json, read_ballot, texts

GROUNDS = ("tie", "noted")  # a conflict of interest; noted by hand, the reason is in the minutes


@dataclass(frozen=True, slots=True)
class OutOfRoom:
    """A juror who was out of the room while the jury spoke of a finalist."""

    submission: str
    juror: str
    ground: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the jury behind closed doors. `present`: who was there at any time, without instants: the minutes have
    them by name, and the two together would say whose ballot is whose.
    """

    number: int
    opened_at: str
    closed_at: str
    present: Sequence[str] = ()
    out_of_room: Sequence[OutOfRoom] = ()

    def to_json(self) -> dict[str, Json]:
        """The meeting as the record has it: people in the order of pseudonyms."""
        present: list[Json] = [*sorted(set(self.present))]
        out: list[Json] = [
            {"submission": one.submission, "juror": one.juror, "ground": one.ground}
            for one in sorted(self.out_of_room, key=lambda one: (one.submission, one.juror))
        ]
        return {
            "number": self.number,
            "opened_at": self.opened_at,
            "closed_at": self.closed_at,
            "present": present,
            "out_of_room": out,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """`excused`: jurors of whom no ballot was asked. `commitments`: digests of texts that are not in the record, the
    citations and the notes. `fewer_reason`: why fewer winners are named than the rules allow.
    """

    excused: Sequence[str] = ()
    meetings: Sequence[Meeting] = ()
    commitments: Mapping[str, str] = field(default_factory=dict)
    fewer_reason: str = ""

    def to_json(self) -> dict[str, Json]:
        """The parts under `jury`; the digest tells the meetings apart from everything else that may differ."""
        meetings: list[Json] = [one.to_json() for one in self.meetings]
        return {
            "excused": texts(sorted(self.excused)),
            "meetings": meetings,
            "meetings_sha256": sha256(dumps(meetings)),
            "commitments": dict(sorted(self.commitments.items())),
            "fewer_reason": self.fewer_reason,
        }


def cast_json(cast: CastBallot, *, cycle: str) -> dict[str, Json]:
    """A ballot with what belongs to it. Where there is a nonce the receipt is computed, and never taken as given."""
    receipt = ballot_receipt(cycle, cast.ballot, cast.nonce) if cast.nonce else cast.receipt
    return {
        **ballot_json(cast.ballot),
        "nonce": cast.nonce,
        "receipt": receipt,
        "on_paper": cast.on_paper,
        "replaced": texts(cast.replaced),
    }


def wrong_receipts(ballots: Sequence[CastBallot], *, cycle: str) -> list[str]:
    """A sentence for every ballot whose receipt is not that of its content."""
    return [
        f"the receipt of {one.ballot.juror} is not that of the ballot"
        for one in ballots
        if one.nonce and ballot_receipt(cycle, one.ballot, one.nonce) != one.receipt
    ]


def evidence_problems(
    evidence: Evidence,
    *,
    jurors: Sequence[str],
    voted: Sequence[str],
    finalists: Sequence[str],
    winners: int,
    most: int,
) -> list[str]:
    """A sentence for everything in which the evidence contradicts the rest of the record, with its path."""
    found = []
    if strangers := sorted(set(evidence.excused) - set(jurors)):
        found.append(f"jury.excused: unknown jurors: {listed(strangers)}")
    if both := sorted(set(evidence.excused) & set(voted)):
        found.append(f"jury.excused: jurors who have a ballot: {listed(both)}")
    if silent := sorted(set(jurors) - set(voted) - set(evidence.excused)):
        found.append(f"jury.ballots: neither a ballot nor an excuse: {listed(silent)}")
    for at, meeting in enumerate(evidence.meetings):
        found += [f"jury.meetings[{at}]{one}" for one in _meeting_problems(meeting, at + 1, jurors, finalists)]
    if winners < most and not evidence.fewer_reason.strip():
        found.append(f"jury.fewer_reason: {winners} winners are named, the rules allow {most}, and no reason is given")
    if winners >= most and evidence.fewer_reason:
        found.append("jury.fewer_reason: as many winners are named as the rules allow")
    return found


def _meeting_problems(meeting: Meeting, number: int, jurors: Sequence[str], finalists: Sequence[str]) -> list[str]:
    found = []
    if meeting.number != number:
        found.append(f".number: {meeting.number} stands at place {number}")
    if meeting.closed_at < meeting.opened_at:
        found.append(": closed before it was opened")
    found += [f".present: unknown juror: {one}" for one in meeting.present if one not in jurors]
    for out in meeting.out_of_room:
        if out.juror not in jurors or out.submission not in finalists or out.ground not in GROUNDS:
            found.append(
                f".out_of_room: unknown juror, finalist or ground: {out.juror}, {out.submission}, {out.ground}"
            )
    return found


def read_evidence(jury: Part) -> Evidence:
    """The inverse of Evidence.to_json. Raises BrokenRecord naming the path."""
    return Evidence(
        excused=jury["excused"].texts(),
        meetings=[_read_meeting(one) for one in jury["meetings"].list()],
        commitments={name: one.text() for name, one in jury["commitments"].items()},
        fewer_reason=jury["fewer_reason"].text(),
    )


def _read_meeting(part: Part) -> Meeting:
    return Meeting(
        number=part["number"].whole(),
        opened_at=part["opened_at"].text(),
        closed_at=part["closed_at"].text(),
        present=part["present"].texts(),
        out_of_room=[
            OutOfRoom(one["submission"].text(), one["juror"].text(), one["ground"].text())
            for one in part["out_of_room"].list()
        ],
    )


def read_cast(part: Part) -> CastBallot:
    """The inverse of cast_json."""
    return CastBallot(
        read_ballot(part),
        nonce=part["nonce"].text(),
        receipt=part["receipt"].text(),
        on_paper=part["on_paper"].yes(),
        replaced=part["replaced"].texts(),
    )
