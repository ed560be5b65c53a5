"""The jury's part of the record as its lock would seal it: built from the rows, the same bytes for the same state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from awardapp.domain.announcements import Stage, digest
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection import record
from awardapp.domain.selection.errors import SelectionError
from awardapp.models import Cycle, Decision, Deliberation, Membership, Selection
from awardapp.queries import deliberations as deliberation_queries
from awardapp.queries import jury_decisions as queries
from awardapp.queries import people as people_queries
from awardapp.services import ballot_counting, selections

NO_COMMITTEE = N_("The committee's record, which the jury's joins, is missing.")


def build(cycle: Cycle, selection: Selection, *, log_root: str) -> bytes:
    """The canonical bytes that would be sealed now: the committee's part as it was sealed, and the jury's.

    Raises RuleViolation when the count shown or the decisions are not what ballots and moves give now.
    """
    committee = selections.selection_of(cycle, Stage.COMMITTEE)
    if committee is None or committee.record is None:
        raise RuleViolation(NO_COMMITTEE)
    decisions = selections.decided(cycle, Stage.JURY)
    ballots = ballot_counting.cast_ballots(cycle)
    jurors = people_queries.members(cycle, Role.JUROR)
    rules = ballot_counting.rules(cycle)
    allowed = min(rules.winners_max, len(selection.result["order"]))
    try:
        built = record.add_jury(
            json.loads(committee.record),
            rules=rules,
            jurors=[member.pseudonym for member in jurors],
            ballots=ballots,
            moves=[
                record.Move(
                    move.submission.pseudonym,
                    record.PROPOSAL if move.is_back else move.to_outcome,
                    move.reason,
                    move.office,
                    at=_instant(move.moved_at),
                )
                for move in queries.moves(cycle)
            ],
            evidence=record.Evidence(
                excused=_excused(cycle, jurors, {one.ballot.juror for one in ballots}),
                meetings=_meetings(cycle),
                commitments=_commitments(cycle, decisions),
                fewer_reason=(selection.fewer_reason or "") if len(decisions) < allowed else "",
            ),
            log_root=log_root,
        )
    except SelectionError as error:
        raise RuleViolation(N_("The record cannot be written: %(why)s"), why=str(error)) from error
    _check(built, selection, decisions)
    return record.to_bytes(built)


def _check(built: record.Record, selection: Selection, decisions: Sequence[Decision]) -> None:
    """What people were shown, what is decided and what the record computes are one and the same."""
    jury = built["jury"]
    result = jury["result"] if isinstance(jury, dict) else None
    decision = jury["decision"] if isinstance(jury, dict) else None
    if not isinstance(result, dict) or not isinstance(decision, dict):
        raise TypeError("a record without a result")
    order, winners = result["order"], decision["winners"]
    again = [one["id"] for one in order if isinstance(one, dict)] if isinstance(order, list) else []
    if [one["id"] for one in selection.result["order"]] != again or result["winners"] != selection.result["winners"]:
        raise RuleViolation(ballot_counting.OUTDATED)
    if not isinstance(winners, list) or {d.submission.pseudonym for d in decisions} != {str(one) for one in winners}:
        raise RuleViolation(ballot_counting.OUTDATED)


def _excused(cycle: Cycle, jurors: Sequence[Membership], voted: set[str]) -> list[str]:
    present = {member.pseudonym for member in jurors}
    return [m.pseudonym for m in ballot_counting.excused(cycle) if m.pseudonym in present - voted]


def _commitments(cycle: Cycle, decisions: Sequence[Decision]) -> dict[str, str]:
    """Digests of what is told elsewhere: the citations, and the notes of the meetings."""
    citations = {d.submission.pseudonym: {"en": d.reason_en, "zh": d.reason_zh} for d in decisions}
    notes = deliberation_queries.notes_of_cycle(cycle)
    return {"citations_sha256": digest(citations), **({"notes_sha256": digest({"notes": notes})} if notes else {})}


def _meetings(cycle: Cycle) -> list[record.Meeting]:
    """Closed meetings by pseudonym. Only people of the jury as it is now: others left it, and the record with it."""
    jurors = {member.id: member.pseudonym for member in people_queries.members(cycle, Role.JUROR)}
    return [_meeting(one, jurors) for one in deliberation_queries.meetings(cycle)]


def _meeting(meeting: Deliberation, jurors: dict[int, str]) -> record.Meeting:
    closed = meeting.closed_at or meeting.opened_at  # an open one keeps the lock open anyway
    return record.Meeting(
        number=meeting.number,
        opened_at=_instant(meeting.opened_at),
        closed_at=_instant(closed),
        present=[
            jurors[one.membership_id] for one in deliberation_queries.attendance(meeting) if one.membership_id in jurors
        ],
        out_of_room=[
            record.OutOfRoom(one.submission.pseudonym, jurors[one.membership_id], "noted" if one.reason else "tie")
            for one in deliberation_queries.absences(meeting)
            if one.membership_id in jurors
        ],
    )


def _instant(at: datetime) -> str:
    """An instant to the second, in UTC, as RFC 3339 writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
