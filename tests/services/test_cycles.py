"""Running a cycle: its rule book and versions, its dates, its phases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import rulebook
from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion, TooLate
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, Notification, RulesVersion, User
from awardapp.queries import people as people_queries
from awardapp.services import cycles, rule_versions
from awardapp.services.cycles import NotReady
from tests import factories as make

DAY = timedelta(days=1)


def secretary_of(cycle: Cycle) -> User:
    return make.make_member(cycle, Role.SECRETARIAT).user


def versions(cycle: Cycle) -> list[tuple[int, str]]:
    rows = db.session.scalars(
        select(RulesVersion).where(RulesVersion.cycle_id == cycle.id).order_by(RulesVersion.number)
    )
    return [(row.number, row.reason) for row in rows]


def last_entry() -> AuditEntry:
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_a_new_cycle_has_the_whole_rule_book_and_its_creator_as_secretariat(app: Flask, now: datetime) -> None:
    book, creator = rulebook.load_rules(), make.make_user()
    cycle = cycles.create(actor=creator, slug="9", name_en="Ninth", name_zh="第九届", year=2028, now=now)
    assert (cycle.phase, cycle.rules, cycle.rules_version) == (CyclePhase.DRAFT, Rules(), 1)
    assert [c.key for c in cycle.criteria] == [c.key for c in book.criteria]
    assert {c.weight for c in cycle.criteria} == {1}
    assert [t.key for t in cycle.themes] == [t.key for t in book.themes]
    assert [a.key for a in cycle.special_awards] == [a.key for a in book.special_awards]
    assert cycle.form_data == book.form
    assert people_queries.standing(creator, cycle).chairs(Role.SECRETARIAT)
    assert versions(cycle) == [(1, "created with the shipped default rules")]


def test_two_cycles_never_share_an_address_or_a_seed(app: Flask, now: datetime) -> None:
    first, second = make.make_cycle(slug="one"), make.make_cycle(slug="two")
    assert first.tie_seed != second.tie_seed
    with pytest.raises(RuleViolation) as refused:
        cycles.create(actor=None, slug="one", name_en="x", name_zh="x", year=2027, now=now)
    assert refused.value.field == "slug"


def test_changing_the_rules_makes_a_version_that_keeps_all_of_them(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.DRAFT)
    secretary = secretary_of(cycle)
    rules = replace(cycle.rules, shortlist_size=20, publish_score_table=True)
    assert cycles.change_rules(actor=secretary, cycle=cycle, rules=rules, reason="", now=now, seen=1) == 2
    assert cycle.rules == rules
    assert versions(cycle)[1:] == [(2, "prepared")]
    kept = db.session.scalars(select(RulesVersion.content).order_by(RulesVersion.number.desc())).first()
    assert kept == rule_versions.content(cycle)
    assert last_entry().details == {"shortlist_size": ["15", "20"], "publish_score_table": ["False", "True"]}


def test_rules_that_stay_the_same_make_no_version(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.DRAFT)
    assert cycles.change_rules(actor=secretary_of(cycle), cycle=cycle, rules=cycle.rules, reason="", now=now) == 0
    assert len(versions(cycle)) == 1


@pytest.mark.parametrize("phase", CyclePhase)
def test_after_the_opening_a_change_needs_a_reason_and_after_the_check_it_is_too_late(
    app: Flask, now: datetime, phase: CyclePhase
) -> None:
    cycle = make.make_cycle(phase)
    secretary = secretary_of(cycle)
    rules = replace(cycle.rules, winners_max=3)

    def change(reason: str) -> int:
        return cycles.change_rules(actor=secretary, cycle=cycle, rules=rules, reason=reason, now=now)

    if phase is CyclePhase.DRAFT:
        assert change("") == 1
    elif phase in (CyclePhase.OPEN, CyclePhase.SCREENING):
        with pytest.raises(RuleViolation) as refused:
            change("  ")
        assert refused.value.field == "reason"
        assert change("The committee asked for it.") == 1
    else:
        with pytest.raises(IllegalTransition):
            change("The committee asked for it.")


def test_contradicting_or_outdated_rules_and_strangers_are_refused(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.DRAFT)
    secretary = secretary_of(cycle)
    with pytest.raises(RuleViolation):
        cycles.change_rules(actor=secretary, cycle=cycle, rules=replace(Rules(), winners_max=99), reason="", now=now)
    with pytest.raises(StaleVersion):
        cycles.change_rules(actor=secretary, cycle=cycle, rules=Rules(), reason="", now=now, seen=0)
    for stranger in (make.make_user(), secretary_of(make.make_cycle()), make.make_member(cycle, Role.COMMITTEE).user):
        with pytest.raises(NotPermitted):
            cycles.change_rules(actor=stranger, cycle=cycle, rules=Rules(), reason="", now=now)
    assert len(versions(cycle)) == 1


def test_criteria_are_changed_by_id_with_whole_weights(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.DRAFT)
    other = make.make_cycle(CyclePhase.DRAFT)
    secretary = secretary_of(cycle)
    first = cycle.criteria[0]

    def change(values: dict[str, Any]) -> None:
        cycles.change_criteria(actor=secretary, cycle=cycle, criteria=[values], reason="", now=now)

    change({"id": first.id, "weight": 3, "name_en": "Novelty", "name_zh": "新颖性"})
    assert (first.weight, first.name_en) == (3, "Novelty")
    assert last_entry().details[f"weight:{first.key}"] == ["1", "3"]
    assert len(versions(cycle)) == 2
    with pytest.raises(RuleViolation):
        change({"id": first.id, "weight": 0})
    with pytest.raises(RuleViolation):
        change({"id": other.criteria[0].id, "weight": 2})


def test_dates_are_free_before_the_opening_and_the_deadline_fixed_after_it(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.DRAFT)
    secretary = secretary_of(cycle)
    dates: dict[str, Any] = {"opens_at": now, "early_at": None, "deadline_at": now + 30 * DAY}
    cycles.change_dates(actor=secretary, cycle=cycle, reason="", now=now, **dates)
    assert (cycle.opens_at, cycle.deadline_at) == (now, now + 30 * DAY)
    with pytest.raises(RuleViolation) as refused:
        cycles.change_dates(actor=secretary, cycle=cycle, reason="", now=now, **{**dates, "opens_at": now + 30 * DAY})
    assert refused.value.field == "deadline_at"
    cycle.phase = CyclePhase.OPEN
    with pytest.raises(IllegalTransition):
        cycles.change_dates(
            actor=secretary, cycle=cycle, reason="Please.", now=now, **{**dates, "deadline_at": now + 31 * DAY}
        )
    cycles.change_dates(actor=secretary, cycle=cycle, reason="A hint.", now=now, **{**dates, "early_at": now + DAY})
    assert [reason for _, reason in versions(cycle)][1:] == ["prepared", "A hint."]


def test_an_extension_tells_every_registered_applicant_begun_or_not_in_the_same_transaction(
    app: Flask, now: datetime
) -> None:
    cycle = make.make_cycle()
    secretary = secretary_of(cycle)
    one, two = make.make_city(), make.make_city()
    told = [make.make_delegate(one), make.make_delegate(one), make.make_delegate(two)]
    make.make_delegate(two, confirmed=False)
    told.append(make.make_delegate(make.make_city()))
    make.make_submission(make.make_cycle(is_demonstration=True))  # an invented city: no real letter goes there
    make.make_submission(cycle, one, by=told[0])
    make.make_submission(cycle, one, by=told[1])
    make.make_submission(cycle, two, by=told[2], status=SubmissionStatus.SUBMITTED)
    later = now + 20 * DAY

    count = cycles.extend_intake(actor=secretary, cycle=cycle, deadline_at=later, reason="Holidays.", now=now)

    assert (count, cycle.deadline_at, versions(cycle)[-1]) == (4, later, (2, "Holidays."))
    letters = db.session.scalars(select(Notification).order_by(Notification.recipient_id)).all()
    assert [(n.kind, n.recipient_id) for n in letters] == [("deadline_extended", user.id) for user in told]
    assert letters[0].context == {"deadline_at": later.isoformat(), "reason": "Holidays."}


def test_an_extension_of_a_demonstration_tells_only_those_who_take_part_in_it(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(is_demonstration=True)
    secretary = secretary_of(cycle)
    make.make_submission(cycle)
    make.make_submission(make.make_cycle())
    make.make_delegate(make.make_city())

    count = cycles.extend_intake(actor=secretary, cycle=cycle, deadline_at=now + 20 * DAY, reason="Holidays.", now=now)

    assert count == 1


def test_an_extension_moves_an_open_calls_deadline_to_a_later_instant_with_a_reason(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(deadline_at=now + DAY)
    secretary = secretary_of(cycle)

    def extend(deadline_at: datetime, reason: str = "Holidays.", at: datetime = now) -> None:
        cycles.extend_intake(actor=secretary, cycle=cycle, deadline_at=deadline_at, reason=reason, now=at)

    for deadline_at, reason, at in ((now + DAY, "x", now), (now, "x", now), (now + 2 * DAY, "x", now + 2 * DAY)):
        with pytest.raises(RuleViolation):
            extend(deadline_at, reason, at)
    with pytest.raises(RuleViolation) as refused:
        extend(now + 2 * DAY, " ")
    assert refused.value.field == "reason"
    with pytest.raises(NotPermitted):
        cycles.extend_intake(actor=make.make_user(), cycle=cycle, deadline_at=now + 2 * DAY, reason="Because.", now=now)
    cycle.phase = CyclePhase.SCREENING
    with pytest.raises(TooLate):
        extend(now + 2 * DAY)
    assert cycle.deadline_at == now + DAY


def test_a_call_opens_by_hand_once_nothing_is_missing(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.DRAFT)
    secretary = secretary_of(cycle)
    cycle.deadline_at = None
    cycle.criteria[0].name_zh = ""
    with pytest.raises(NotReady) as refused:
        cycles.advance_phase(actor=secretary, cycle=cycle, now=now)
    assert refused.value.problems == [
        "The deadline is not set.",
        "A criterion lacks its name or description in one of the languages.",
    ]
    cycle.deadline_at = now + DAY
    cycle.criteria[0].name_zh = "创新性"
    db.session.flush()
    assert cycles.advance_phase(actor=secretary, cycle=cycle, now=now) is CyclePhase.OPEN
    assert cycle.opened_at == now
    assert last_entry().details == {"from": "draft", "to": "open"}


def test_a_call_closes_at_its_deadline_and_not_before(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(deadline_at=now + DAY)
    with pytest.raises(RuleViolation):
        cycles.advance_phase(actor=secretary_of(cycle), cycle=cycle, now=now + DAY - timedelta(microseconds=1))
    assert cycles.due_to_close(now=now) == []
    assert cycles.due_to_close(now=now + DAY) == [cycle]
    assert cycles.advance_phase(actor=None, cycle=cycle, now=now + DAY) is CyclePhase.SCREENING
    assert last_entry().actor_id is None
    assert cycles.due_to_close(now=now + DAY) == []


def test_a_demonstration_may_close_early_and_its_deadline_is_then(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(deadline_at=now + DAY, is_demonstration=True)
    cycles.advance_phase(actor=secretary_of(cycle), cycle=cycle, now=now)
    assert (cycle.phase, cycle.deadline_at) == (CyclePhase.SCREENING, now)


def test_the_committee_begins_when_no_submission_waits_for_its_check(app: Flask, now: datetime) -> None:
    cycle = make.make_cycle(CyclePhase.SCREENING)
    secretary = secretary_of(cycle)
    waiting = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    make.make_submission(cycle, status=SubmissionStatus.RETURNED)
    with pytest.raises(RuleViolation):
        cycles.advance_phase(actor=secretary, cycle=cycle, now=now)
    waiting.status = SubmissionStatus.VALID
    db.session.flush()
    assert cycles.advance_phase(actor=secretary, cycle=cycle, now=now) is CyclePhase.COMMITTEE


def test_no_hand_leads_past_a_decision_and_no_strangers_hand_anywhere(app: Flask, now: datetime) -> None:
    for phase in (CyclePhase.COMMITTEE, CyclePhase.SHORTLIST_SEALED, CyclePhase.JURY, CyclePhase.WINNERS_SEALED):
        cycle = make.make_cycle(phase)
        with pytest.raises(RuleViolation):
            cycles.advance_phase(actor=secretary_of(cycle), cycle=cycle, now=now)
        assert cycle.phase is phase
    cycle = make.make_cycle(CyclePhase.SHORTLIST_PUBLIC)
    with pytest.raises(NotPermitted):
        cycles.advance_phase(actor=make.make_member(cycle, Role.JUROR).user, cycle=cycle, now=now)
    assert cycles.advance_phase(actor=secretary_of(cycle), cycle=cycle, now=now) is CyclePhase.JURY
