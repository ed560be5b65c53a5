"""The lock of the winners by two people: what voids it, what the record tells of the jury, whom the digest reaches."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import Stage
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.locking import RequestState
from awardapp.domain.people import Role
from awardapp.domain.selection import record
from awardapp.extensions import db
from awardapp.models import AuditEntry, LockRequest, Notification, User
from awardapp.services import (
    audit,
    ballot_counting,
    citations,
    deliberation_notes,
    deliberations,
    integrity,
    jury_decision,
    jury_lock,
    locking,
    selections,
)
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.judging import Jury, cast_all, counted, tie_to, write_citations
from tests.support.judging import jury as seated

LATER = NOW + timedelta(hours=1)


def decided() -> Jury:
    """A jury that has counted and written its citations: it could lock."""
    found = seated()
    cast_all(found)
    counted(found)
    write_citations(found.cycle)
    return found


def ask(found: Jury, *, named: User | None = None) -> LockRequest:
    return judging.ask_lock(found.cycle, chair=found.chair, named=named, of=jury_lock.LOCK)


def confirm(found: Jury, actor: User, request: LockRequest) -> object:
    return locking.confirm(
        actor=actor, lock=jury_lock.LOCK, cycle=found.cycle, shown_sha256=request.record_sha256, now=LATER
    )


def secretary(found: Jury) -> User:
    return make.make_member(found.cycle, Role.SECRETARIAT).user


def test_two_people_seal_a_record_of_both_stages_that_anyone_can_verify(app: Flask) -> None:
    found = seated()
    tie_to(found.jurors[2], found.finalists[1])
    cast_all(found)
    counted(found)
    write_citations(found.cycle)
    observer = make.make_member(found.cycle, Role.OBSERVER).user
    request = ask(found)
    assert found.cycle.phase is CyclePhase.JURY
    second = secretary(found)

    assert confirm(found, second, request) is not None

    selection = selections.selection_of(found.cycle, Stage.JURY)
    assert selection is not None
    data = (selection.record or "").encode()
    assert (found.cycle.phase, selection.locked_by) == (CyclePhase.WINNERS_SEALED, second.id)
    assert selection.record_sha256 == request.record_sha256 == record.digest(data)
    assert record.verify(data) == []
    committee = selections.selection_of(found.cycle, Stage.COMMITTEE)
    assert committee is not None
    assert json.loads(committee.record or "")["seal"]["committee"] == json.loads(data)["seal"]["committee"]
    assert [m.user.name for m in found.jurors if f'"{m.user.name}"' in data.decode()] == []
    log = [e.action for e in db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("jury.%lock")))]
    assert log == ["jury.ask_lock", "jury.lock"]
    told = db.session.scalars(select(Notification).where(Notification.kind == "record_sealed")).all()
    assert [(n.recipient_id, n.context["record_sha256"]) for n in told if n.context["stage"] == "jury"] == [
        (observer.id, selection.record_sha256)
    ]
    assert audit.first_fault() is None
    assert list(integrity._locks()) == []
    with pytest.raises(NotPermitted):
        counted(found)


def test_winners_sealed_without_a_second_person_are_found(app: Flask) -> None:
    found = decided()
    judging.lock(found.cycle, chair=found.chair, of=jury_lock.LOCK)
    db.session.delete(db.session.scalars(select(LockRequest).where(LockRequest.stage == Stage.JURY)).one())
    db.session.flush()
    assert [fault.partition(": ")[2] for fault in integrity._locks()] == ["sealed without a second person"]


def test_nobody_confirms_but_a_secretary_of_the_cycle_or_the_juror_named(app: Flask) -> None:
    found = decided()
    named, other = found.jurors[1].user, found.jurors[2].user
    with pytest.raises(RuleViolation) as refused:
        ask(found, named=make.make_member(found.cycle, Role.COMMITTEE).user)
    assert refused.value.field == "second"
    with pytest.raises(NotPermitted):
        judging.ask_lock(found.cycle, chair=other, of=jury_lock.LOCK)
    request = ask(found, named=named)
    elsewhere = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    member = make.make_member(found.cycle, Role.COMMITTEE).user
    for person in (found.chair, other, elsewhere, member, make.make_user()):
        with pytest.raises(NotPermitted):
            confirm(found, person, request)
    assert confirm(found, named, request) is not None


def test_the_lock_names_what_is_missing(app: Flask) -> None:
    found = seated()
    with pytest.raises(IllegalTransition):
        ask(found)
    cast_all(found)
    counted(found)
    assert jury_lock.problems(found.cycle) == ["A winner lacks its citation in one of the languages."]
    write_citations(found.cycle)
    meeting = deliberations.open_meeting(actor=found.chair, cycle=found.cycle, deputy=None, clerk=None, now=NOW)
    assert jury_lock.problems(found.cycle) == ["The jury's meeting is still open. Close it first."]
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=LATER)
    assert jury_lock.problems(found.cycle) == []
    move(found, 2, wins=True)
    assert jury_lock.problems(found.cycle) == [
        "More winners are named than the rules allow.",
        "A winner lacks its citation in one of the languages.",
    ]
    for n in range(3):
        move(found, n, wins=False)
    assert jury_lock.problems(found.cycle) == ["No winner is named."]


def move(found: Jury, n: int, *, wins: bool) -> None:
    jury_decision.decide(
        actor=found.chair, cycle=found.cycle, submission=found.finalists[n], wins=wins, reason="By hand.", now=NOW
    )


def _a_citation(found: Jury) -> None:
    citations.save(
        actor=found.chair, cycle=found.cycle, submission=found.finalists[0], values={"en": "Bolder.", "zh": "更大胆。"},
        bases={"en": digest("Convincing."), "zh": digest("令人信服。")}, now=LATER,
    )  # fmt: skip


def _a_move(found: Jury) -> None:
    move(found, 1, wins=False)


def _a_move_and_back(found: Jury) -> None:
    move(found, 1, wins=False)
    move(found, 1, wins=True)
    write_citations(found.cycle)


def _a_meeting(found: Jury) -> None:
    meeting = deliberations.open_meeting(actor=found.chair, cycle=found.cycle, deputy=None, clerk=None, now=NOW)
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=LATER)


def _a_tie(found: Jury) -> None:
    tie_to(found.jurors[2], found.finalists[2])


def _a_ballot(found: Jury) -> None:
    ballot_counting.outdate(found.cycle)


def _a_juror_gone(found: Jury) -> None:
    found.jurors[2].ended_at = LATER
    db.session.flush()


def _another_chair(found: Jury) -> None:
    found.jurors[0].is_chair, found.jurors[1].is_chair = False, True
    db.session.flush()


@pytest.mark.parametrize(
    "change", [_a_citation, _a_move, _a_move_and_back, _a_meeting, _a_tie, _a_ballot, _a_juror_gone, _another_chair]
)
def test_any_change_in_between_voids_the_request_and_seals_nothing(app: Flask, change: Callable[[Jury], None]) -> None:
    found = decided()
    request = ask(found)
    assert locking.holds(jury_lock.LOCK, found.cycle, request)
    change(found)
    assert not locking.holds(jury_lock.LOCK, found.cycle, request)
    assert confirm(found, secretary(found), request) is None
    assert request.state is RequestState.VOID
    assert found.cycle.phase is CyclePhase.JURY
    selection = selections.selection_of(found.cycle, Stage.JURY)
    assert selection is not None
    assert selection.locked_at is None


def test_what_only_reads_or_is_logged_does_not_void_it(app: Flask) -> None:
    found = decided()
    request = ask(found)
    audit.record(actor=found.chair, action="x.y", object="z", cycle_id=found.cycle.id, now=NOW)
    assert confirm(found, secretary(found), request) is not None


def test_a_note_is_sealed_by_its_digest(app: Flask) -> None:
    found = decided()
    meeting = deliberations.open_meeting(actor=found.chair, cycle=found.cycle, deputy=None, clerk=None, now=NOW)
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=LATER)
    request = ask(found)
    deliberation_notes.save_notes(
        actor=found.chair, meeting=meeting, submission=None, text="One word more.", base=digest(""), now=LATER
    )
    assert not locking.holds(jury_lock.LOCK, found.cycle, request)


def test_the_record_tells_of_the_jury_what_anyone_can_check_and_names_nobody(app: Flask) -> None:
    found = seated()
    tie_to(found.jurors[0], found.finalists[0])
    cast_all(found)
    counted(found)
    meeting = deliberations.open_meeting(
        actor=found.chair, cycle=found.cycle, deputy=found.jurors[1], clerk=None, now=NOW
    )
    deliberations.arrive(actor=found.chair, meeting=meeting, member=found.jurors[1], how="remote", now=NOW)
    deliberation_notes.note_out(
        actor=found.chair, meeting=meeting, member=found.jurors[1], submission=found.finalists[2], reason="A friend.", now=NOW
    )  # fmt: skip
    deliberations.close_meeting(actor=found.chair, meeting=meeting, now=LATER)
    jury_decision.decide(
        actor=found.jurors[1].user, cycle=found.cycle, submission=found.finalists[0], wins=False, reason="A doubt.", now=LATER
    )  # fmt: skip
    jury_decision.say_why_fewer(actor=found.chair, cycle=found.cycle, reason="One stood out.", now=LATER)
    write_citations(found.cycle)
    sealed = judging.lock(found.cycle, chair=found.chair, of=jury_lock.LOCK)

    data = (sealed.record or "").encode()
    jury = json.loads(data)["jury"]

    assert record.verify(data) == []
    by_name = {one["juror"]: one for one in jury["ballots"]}
    for member in found.jurors:
        own = by_name[member.pseudonym]
        kept = next(b for b in ballot_counting.all_cast(found.cycle) if b.membership_id == member.id)
        assert (own["nonce"], own["receipt"]) == (kept.nonce, kept.receipt_sha256)
    first, second, third = (s.pseudonym for s in found.finalists)
    chair, deputy = (member.pseudonym for member in found.jurors[:2])
    (told,) = jury["meetings"]
    assert told["present"] == sorted([chair, deputy])  # no instants, which the minutes have beside the names
    assert {(one["submission"], one["juror"], one["ground"]) for one in told["out_of_room"]} == {
        (first, chair, "tie"), (third, deputy, "noted"),
    }  # fmt: skip
    assert [(one["submission"], one["to"], one["by"], one["reason"]) for one in jury["moves"]] == [
        (first, "none", "deputy", "A doubt.")
    ]
    assert (jury["decision"]["winners"], jury["fewer_reason"]) == ([second], "One stood out.")
    assert "A friend." not in data.decode()  # reasons about people stay in the minutes
    assert json.loads(data)["version"] == record.VERSION
