"""The lock by two people: who may, what voids a request, the quorum, what the record tells, whom the digest reaches."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.locking import Quorum, RequestState
from awardapp.domain.people import Role
from awardapp.domain.selection import record
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    AuditEntry,
    Criterion,
    LockRequest,
    Membership,
    Notification,
    PlenaryAttendance,
    PlenarySession,
    Score,
    Selection,
    User,
)
from awardapp.services import (
    assignment_release,
    assignments,
    audit,
    integrity,
    letters,
    locking,
    selections,
    shortlist,
    shortlist_lock,
)
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.judging import Committee, ask_lock, committee, write_reasons

LATER = NOW + timedelta(hours=1)


def proposed() -> Committee:
    """A committee whose proposal could be locked."""
    found = committee()
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)
    write_reasons(found.cycle, chair=found.chair)
    return found


def secretary(found: Committee) -> User:
    return make.make_member(found.cycle, Role.SECRETARIAT).user


def confirm(found: Committee, actor: User, request: LockRequest, shown: str = "") -> Selection | None:
    return locking.confirm(
        actor=actor, lock=shortlist_lock.LOCK, cycle=found.cycle, shown_sha256=shown or request.record_sha256, now=LATER
    )


def selection_of(found: Committee) -> Selection:
    selection = selections.selection_of(found.cycle, Stage.COMMITTEE)
    assert selection is not None
    return selection


def test_asking_seals_nothing_and_the_second_person_seals_exactly_what_was_asked_for(app: Flask) -> None:
    found = proposed()
    request = ask_lock(found.cycle, chair=found.chair)
    assert (found.cycle.phase, selection_of(found).locked_at) == (CyclePhase.COMMITTEE, None)
    second = secretary(found)

    selection = confirm(found, second, request)

    assert selection is not None
    assert (found.cycle.phase, selection.locked_by) == (CyclePhase.SHORTLIST_SEALED, second.id)
    assert selection.record_sha256 == request.record_sha256
    data = (selection.record or "").encode()
    assert record.digest(data) == request.record_sha256
    assert record.verify(data) == []
    assert (request.state, request.live, request.ended_by) == (RequestState.CONFIRMED, None, second.id)
    log = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("shortlist.%lock")).order_by(AuditEntry.id)
    )
    asked, locked = log.all()
    assert (asked.action, locked.action) == ("shortlist.ask_lock", "shortlist.lock")
    assert asked.previous_hash == json.loads(data)["committee"]["log_root"]
    assert locked.details["record_sha256"] == request.record_sha256
    assert audit.first_fault() is None


def test_nobody_confirms_but_a_secretary_of_the_cycle_or_the_member_named(app: Flask) -> None:
    found = proposed()
    named, other = found.members[1].user, found.members[2].user
    request = ask_lock(found.cycle, chair=found.chair, named=named)
    elsewhere = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    for person in (found.chair, other, elsewhere, make.make_member(found.cycle, Role.OBSERVER).user, make.make_user()):
        with pytest.raises(NotPermitted):
            confirm(found, person, request)
    assert confirm(found, named, request) is not None


def test_a_chair_who_is_also_of_the_secretariat_cannot_be_both_people(app: Flask) -> None:
    found = proposed()
    make.make_member(found.cycle, Role.SECRETARIAT, found.chair)
    request = ask_lock(found.cycle, chair=found.chair)
    with pytest.raises(NotPermitted) as refused:
        confirm(found, found.chair, request)
    assert refused.value.msgid.startswith("You asked for the lock yourself")


def test_only_the_chair_asks_and_names_another_member_of_this_committee(app: Flask) -> None:
    found = proposed()
    for person in (found.members[1].user, secretary(found)):
        with pytest.raises(NotPermitted):
            ask_lock(found.cycle, chair=person)
    for person in (found.chair, make.make_user(), committee().members[1].user):
        with pytest.raises(RuleViolation) as refused:
            ask_lock(found.cycle, chair=found.chair, named=person)
        assert refused.value.field == "second"


def _a_score(found: Committee) -> None:
    assessment = db.session.scalars(
        select(Assessment).where(Assessment.submission_id == found.submissions[0].id).limit(1)
    ).one()
    assessment.scores[0].units -= 1


def _a_reason(found: Committee) -> None:
    selections.decided(found.cycle, Stage.COMMITTEE)[0].reason_zh = "另一个理由。"


def _a_move(found: Committee) -> None:
    shortlist.decide(
        actor=found.chair, cycle=found.cycle, submission=found.submissions[0], outcome=Outcome.DESERVING,
        reason_en="x", reason_zh="x", move_reason="The committee's vote.", now=LATER,
    )  # fmt: skip


def _a_move_and_back(found: Committee) -> None:
    for outcome, reason in ((Outcome.DESERVING, "Tried."), (Outcome.SHORTLISTED, "And back.")):
        shortlist.decide(
            actor=found.chair, cycle=found.cycle, submission=found.submissions[0], outcome=outcome,
            reason_en="Convincing.", reason_zh="令人信服。", move_reason=reason, now=LATER,
        )  # fmt: skip


def _a_conflict(found: Committee) -> None:
    found.members[1].user.country = found.submissions[0].city.country = "PT"


def _a_file(found: Committee) -> None:
    make.make_submission(found.cycle, status="submitted")


def _the_rules(found: Committee) -> None:
    found.cycle.rules_json = {**found.cycle.rules_json, "prize_usd": 1}


@pytest.mark.parametrize("change", [_a_score, _a_reason, _a_move, _a_move_and_back, _a_conflict, _a_file, _the_rules])
def test_any_change_in_between_voids_the_request(app: Flask, change: Callable[[Committee], None]) -> None:
    found = proposed()
    request = ask_lock(found.cycle, chair=found.chair)
    assert locking.holds(shortlist_lock.LOCK, found.cycle, request)
    change(found)
    db.session.flush()
    assert not locking.holds(shortlist_lock.LOCK, found.cycle, request)
    assert confirm(found, secretary(found), request) is None
    assert (request.state, selection_of(found).locked_at) == (RequestState.VOID, None)
    assert found.cycle.phase is CyclePhase.COMMITTEE
    with pytest.raises(IllegalTransition):
        confirm(found, secretary(found), request)


def test_what_happens_elsewhere_in_the_log_leaves_the_request_as_it_is(app: Flask) -> None:
    found = proposed()
    request = ask_lock(found.cycle, chair=found.chair)
    audit.record(actor=None, action="user.sign_in", object="user:1", now=LATER)
    assert confirm(found, secretary(found), request) is not None


def test_a_request_is_taken_back_and_asked_for_anew(app: Flask) -> None:
    found = proposed()
    first = ask_lock(found.cycle, chair=found.chair)
    with pytest.raises(IllegalTransition) as refused:
        ask_lock(found.cycle, chair=found.chair)
    assert refused.value.msgid.startswith("The lock is asked for already")
    with pytest.raises(NotPermitted):
        locking.withdraw(actor=found.members[1].user, lock=shortlist_lock.LOCK, cycle=found.cycle, now=LATER)
    locking.withdraw(actor=found.chair, lock=shortlist_lock.LOCK, cycle=found.cycle, now=LATER)
    with pytest.raises(IllegalTransition):
        confirm(found, secretary(found), first)
    _a_reason(found)
    db.session.flush()
    second = ask_lock(found.cycle, chair=found.chair)
    _a_move_and_back(found)
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=LATER)
    third = ask_lock(found.cycle, chair=found.chair)
    assert [one.state for one in (first, second, third)] == [
        RequestState.WITHDRAWN,
        RequestState.VOID,
        RequestState.OPEN,
    ]
    assert confirm(found, secretary(found), third) is not None


def test_what_was_shown_must_be_what_is_asked_for_and_confirmed(app: Flask) -> None:
    found = proposed()
    shown = locking.digest_now(shortlist_lock.LOCK, found.cycle, selection_of(found))
    _a_reason(found)
    db.session.flush()
    with pytest.raises(StaleVersion):
        locking.ask(
            actor=found.chair, lock=shortlist_lock.LOCK, cycle=found.cycle, shown_sha256=shown, named=None, now=NOW
        )
    request = ask_lock(found.cycle, chair=found.chair)
    with pytest.raises(StaleVersion):
        confirm(found, secretary(found), request, shown="0" * 64)


@pytest.mark.parametrize(
    ("count", "members", "share", "needed", "is_met"),
    [(8, 12, 66, 8, True), (7, 12, 66, 8, False), (4, 6, 66, 4, True), (8, 11, 66, 8, True), (7, 11, 66, 8, False),
     (0, 5, 0, 0, True), (5, 5, 100, 5, True), (0, 0, 66, 0, False), (2, 3, 50, 2, True), (1, 3, 50, 2, False)],
)  # fmt: skip
def test_the_default_quorum_is_exactly_two_thirds(
    count: int, members: int, share: int, needed: int, is_met: bool
) -> None:
    quorum = Quorum(count, members, share)
    assert (quorum.needed, quorum.is_met) == (needed, is_met)


def test_too_few_members_who_have_finished_keep_it_from_being_locked(app: Flask) -> None:
    found = proposed()
    too_few = "Too few members have finished all their readings: the quorum of the rules is not reached."
    for member in found.members[:2]:
        make.make_assignment(make.make_submission(found.cycle, status="valid"), member)
    assert shortlist_lock.quorums(found.cycle).finished.count == 1
    assert too_few in shortlist_lock.problems(found.cycle)
    found.cycle.rules_json = {**found.cycle.rules_json, "quorum_finished": 33}
    assert too_few not in shortlist_lock.problems(found.cycle)


def test_a_plenary_held_here_asks_for_its_own_quorum_and_must_be_over(app: Flask) -> None:
    found = proposed()
    assert shortlist_lock.quorums(found.cycle).present is None
    session = PlenarySession(
        cycle_id=found.cycle.id, number=1, chair_id=found.members[0].id, deputy_id=found.members[1].id,
        is_secret=False, opened_at=NOW, opened_by=found.chair.id,
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()

    def arrive(member: Membership) -> None:
        db.session.add(
            PlenaryAttendance(session_id=session.id, membership_id=member.id, how="room", arrived_at=NOW, left_at=NOW)
        )
        db.session.flush()

    arrive(found.members[0])
    arrive(found.members[0])  # went out and came back
    assert shortlist_lock.problems(found.cycle) == [
        "Too few members were at the plenary: the quorum of the rules is not reached.",
        "The plenary is still in session. Close it first.",
    ]
    arrive(found.members[1])
    session.closed_at, session.closed_by = NOW, found.chair.id
    db.session.flush()
    assert shortlist_lock.problems(found.cycle) == []


def test_the_record_tells_how_it_came_about_and_every_move_ever_made(app: Flask) -> None:
    found = proposed()
    _a_move_and_back(found)
    built = json.loads(judging.lock(found.cycle, chair=found.chair).record or "")
    committee_part = built["committee"]
    assert built["version"] == record.VERSION
    assert committee_part["rules"]["scale"] == {"lowest": "0", "highest": "10", "step": "0.5"}
    assert committee_part["rules"]["reading"] == {"readings": 3, "further_rounds": []}
    assert committee_part["rules"]["quorum"] == {"finished": 66, "present": 50}
    assert committee_part["scores_opened_at"] == "2027-03-01T08:00:00Z"
    assert set(committee_part["code"]) == {"package", "version", "sha256"}
    assert {"tie_seed_sha256", "rules_sha256", "reasons_sha256"} <= set(committee_part["commitments"])
    first = found.submissions[0].pseudonym
    assert [(m["submission"], m["from"], m["to"], m["reason"], m["at"]) for m in committee_part["moves"]] == [
        (first, "shortlisted", "deserving", "Tried.", "2027-03-01T09:00:00Z"),
        (first, "deserving", "proposal", "And back.", "2027-03-01T09:00:00Z"),
    ]
    assert first in committee_part["decision"]["shortlisted"]


def test_the_record_recomputes_the_assignment_and_names_no_place(app: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE, rules=replace(judging.SMALL, reviews_per_submission=2))
    people = [make.make_member(cycle, Role.COMMITTEE, make.make_user(country=c)) for c in ("FR", "KE", "BR", "JP")]
    people[0].is_chair = True
    secretariat = make.make_member(cycle, Role.SECRETARIAT).user
    files = [
        make.make_submission(cycle, make.make_city(f"City {n}", "FR" if n == 3 else "PE"), status="valid")
        for n in range(6)
    ]
    assignments.propose(actor=secretariat, cycle=cycle, now=NOW)
    assignment_release.release(actor=secretariat, cycle=cycle, now=NOW)
    for n, row in enumerate(db.session.scalars(select(Assignment).where(Assignment.cycle_id == cycle.id)).all()):
        _assess(row, cycle.criteria, units=5 + n)
    make.open_scores(cycle, people[0].user)
    shortlist.propose(actor=people[0].user, cycle=cycle, now=NOW)
    write_reasons(cycle, chair=people[0].user)
    text = judging.lock(cycle, chair=people[0].user).record or ""
    built = json.loads(text)
    assert len(built["committee"]["assignment_steps"]) == 1
    assert len(built["committee"]["assignment"]) == 12
    assert record.verify(text.encode()) == []
    places = {
        one[key]
        for kind in ("submissions", "members")
        for one in built["committee"]["assignment_steps"][0]["inputs"][kind]
        for key in ("country", "region", "city")
    }
    assert not places & {"FR", "KE", "BR", "JP", "PE", "Europe", *(str(s.city_id) for s in files)}
    built["committee"]["assignment"][0] = [files[3].pseudonym, people[0].pseudonym]
    assert record.verify(record.to_bytes(built))[0].startswith("committee.assignment: readings that no step")


def _assess(row: Assignment, criteria: list[Criterion], *, units: int) -> None:
    assessment = Assessment(
        cycle_id=row.cycle_id, submission_id=row.submission_id, membership_id=row.membership_id, status="submitted",
        created_at=NOW, changed_at=NOW, submitted_at=NOW,
    )  # fmt: skip
    assessment.scores = [Score(criterion_id=criterion.id, units=units) for criterion in criteria]
    db.session.add(assessment)
    db.session.flush()


def test_the_check_of_everything_names_a_shortlist_sealed_without_a_second_person(app: Flask) -> None:
    found = proposed()
    selection = judging.lock(found.cycle, chair=found.chair)
    fault = f"record of selection {selection.id}: sealed without a second person"
    assert fault not in list(integrity.faults())
    selection.locked_by = found.chair.id
    db.session.flush()
    assert fault in list(integrity.faults())


def test_the_digest_reaches_every_observer_in_their_language_and_nobody_else(app: Flask) -> None:
    found = proposed()
    english = make.make_member(found.cycle, Role.OBSERVER).user
    chinese = make.make_member(found.cycle, Role.OBSERVER, make.make_user(language="zh")).user
    make.make_member(make.make_cycle(), Role.OBSERVER)
    selection = judging.lock(found.cycle, chair=found.chair)
    rows = db.session.scalars(select(Notification).where(Notification.kind == "record_sealed")).all()
    assert {row.recipient_id for row in rows} == {english.id, chinese.id}
    for row in rows:
        letter = letters.render(row)
        assert (selection.record_sha256 or "-") in letter.text
        assert f"/observer/{found.cycle.slug}/records" in letter.text
        assert ("密封" in letter.subject) is (row.recipient_id == chinese.id)
        names = [s.city.name_en for s in found.submissions] + [s.pseudonym for s in found.submissions]
        assert [name for name in names if name in letter.text] == []
