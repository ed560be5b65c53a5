"""Writing the committee's report: each text against what was seen of it, by the chair and by members named, never by a tie."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import Outcome
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.report import ReportChanged
from awardapp.extensions import db
from awardapp.models import Decision, ReportCase, ReportChange, ReportFile, Submission, Suspicion, WorkStatus
from awardapp.queries import reports as queries
from awardapp.queue import TaskName
from awardapp.services import committee_report, report_content, report_files
from tests import factories as make
from tests.conftest import NOW, Queue
from tests.support.judging import Committee
from tests.support.reporting import proposed, tie, write_case


def content_of(found: Committee) -> dict[str, Any]:
    gathered = report_content.gather(found.cycle)
    assert gathered is not None
    return gathered.content


def case_of(found: Committee, submission: Submission) -> dict[str, Any]:
    return next(case for case in content_of(found)["cases"] if case["ref"] == submission.ref)


def stored(submission: Submission) -> ReportCase:
    row = queries.case(submission.id)
    assert row is not None
    return row


def sha_of(found: Committee) -> str:
    gathered = report_content.gather(found.cycle)
    assert gathered is not None
    return gathered.sha256


def test_the_queries_for_who_can_be_named_do_not_grow_with_the_committee(app: Flask, queries: Any) -> None:
    found = proposed()
    counts = []
    for more in (0, 4):
        for _ in range(more):
            make.make_member(found.cycle, Role.COMMITTEE).conflicts_declared_at = NOW
        db.session.commit()
        submission = found.submissions[0]
        assert submission.city.country and found.cycle.rules  # read beforehand, as by a page
        with queries() as sent:
            named = committee_report.may_be_named(found.cycle, submission)
        counts.append((len(sent), len(named)))
    assert counts[1] == (counts[0][0], counts[0][1] + 4)


def test_a_case_starts_from_the_files_goals_and_the_decisions_reason_and_keeps_what_is_written(app: Flask) -> None:
    found = proposed()
    case = found.submissions[0]
    before = case_of(found, case)
    assert (before["goals"], before["reasons_en"], before["summary_en"]) == ([11, 13], "Convincing.", "")
    write_case(case, found.chair, summary_en="It drinks the rain.", summary_zh="它喝雨水。", sdgs="6 11")
    write_case(case, found.chair, reasons_zh="更好的理由。")
    after = case_of(found, case)
    assert (after["summary_en"], after["goals"]) == ("It drinks the rain.", [6, 11])
    assert (after["reasons_en"], after["reasons_zh"]) == ("Convincing.", "更好的理由。")
    kept = db.session.execute(select(ReportChange.name, ReportChange.text, ReportChange.by)).all()
    assert {tuple(row) for row in kept} == {
        ("summary_en", "It drinks the rain.", found.chair.id),
        ("summary_zh", "它喝雨水。", found.chair.id),
        ("sdgs", "6 11", found.chair.id),
        ("reasons_zh", "更好的理由。", found.chair.id),
    }


def test_a_text_that_somebody_else_saved_is_never_overwritten_unseen(app: Flask) -> None:
    found = proposed()
    case, blank = found.submissions[0], digest("")
    write_case(case, found.chair, summary_en="First.")

    def save(**values: str) -> None:
        committee_report.save_case(
            actor=found.chair,
            cycle=found.cycle,
            ref=case.ref,
            values=values,
            bases=dict.fromkeys(values, blank),
            now=NOW,
        )

    with pytest.raises(ReportChanged) as refused:
        save(summary_en="Second.", summary_zh="第二。")
    assert refused.value.names == ["summary_en"]
    assert (stored(case).summary_en, stored(case).summary_zh) == ("First.", "")
    save(summary_en="First.")  # the same once more is no change: an answer lost on its way costs nothing
    save(summary_zh="第二。")  # another text of the same case is nobody's conflict
    assert stored(case).summary_zh == "第二。"


def test_opening_and_closing_are_the_chairs_alone(app: Flask) -> None:
    found = proposed()
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    values, bases = {"opening_en": "We met."}, {"opening_en": digest("")}
    for person in (found.members[1].user, secretary):
        with pytest.raises(NotPermitted):
            committee_report.save_whole(actor=person, cycle=found.cycle, values=values, bases=bases, now=NOW)
    committee_report.save_whole(actor=found.chair, cycle=found.cycle, values=values, bases=bases, now=NOW)
    assert content_of(found)["texts"]["opening_en"] == "We met."
    with pytest.raises(RuleViolation):
        committee_report.save_whole(actor=found.chair, cycle=found.cycle, values={"id": "7"}, bases={}, now=NOW)


def test_a_member_writes_the_case_they_were_named_for_and_no_other(app: Flask) -> None:
    found = proposed()
    member, case = found.members[1], found.submissions[0]
    with pytest.raises(NotPermitted):
        write_case(case, member.user, summary_en="Mine.")
    for _twice in range(2):
        committee_report.name_rapporteur(
            actor=found.chair, cycle=found.cycle, ref=case.ref, member_id=member.id, now=NOW
        )
    assert [row.membership_id for row in queries.rapporteurs(found.cycle)[case.id]] == [member.id]
    write_case(case, member.user, summary_en="Mine.")
    for other in found.submissions[1:3]:
        with pytest.raises(NotPermitted):
            write_case(other, member.user, summary_en="Not mine.")
    committee_report.end_rapporteur(actor=found.chair, cycle=found.cycle, ref=case.ref, member_id=member.id, now=NOW)
    with pytest.raises(NotPermitted):
        write_case(case, member.user, summary_en="Again.")
    assert stored(case).summary_en == "Mine."


def test_a_member_with_a_tie_an_open_suspicion_or_no_declaration_cannot_be_named(app: Flask) -> None:
    found = proposed()
    chair, tied, suspected = found.members
    case = found.submissions[0]
    undeclared = make.make_member(found.cycle, Role.COMMITTEE, declared=False)
    tie(tied, case)
    db.session.add(
        Suspicion(
            cycle_id=found.cycle.id, membership_id=suspected.id, submission_id=case.id, ground="employer",
            words="City hall", found_at=NOW,
        )
    )  # fmt: skip
    db.session.flush()
    assert [member.id for member in committee_report.may_be_named(found.cycle, case)] == [chair.id]
    for member in (tied, suspected, undeclared):
        with pytest.raises(RuleViolation):
            committee_report.name_rapporteur(
                actor=found.chair, cycle=found.cycle, ref=case.ref, member_id=member.id, now=NOW
            )


def test_nobody_but_the_chair_is_named_while_the_rules_hide_the_cities_from_members(app: Flask) -> None:
    found = proposed()
    case = found.submissions[0]
    found.cycle.rules_json = replace(found.cycle.rules, hide_names_from_committee=True).to_json()
    assert committee_report.may_be_named(found.cycle, case) == [found.members[0]]
    found.cycle.phase = CyclePhase.SHORTLIST_SEALED
    assert len(committee_report.may_be_named(found.cycle, case)) == 3


def test_a_tie_that_comes_to_light_later_takes_the_case_away_also_from_the_chair(app: Flask) -> None:
    found = proposed()
    member, case = found.members[1], found.submissions[0]
    committee_report.name_rapporteur(actor=found.chair, cycle=found.cycle, ref=case.ref, member_id=member.id, now=NOW)
    for one in (member, found.members[0]):
        tie(one, case)
        with pytest.raises(NotPermitted):
            write_case(case, one.user, summary_en="Mine.")
        assert not committee_report.access_of(one.user, found.cycle).may_read_case(case.id)
    with pytest.raises(NotPermitted):
        report_files.request(actor=found.chair, cycle=found.cycle, edition="en", now=NOW)


def test_documents_are_asked_for_once_and_void_as_soon_as_a_text_changes(app: Flask, queue: Queue) -> None:
    found = proposed()
    case = found.submissions[0]

    def ask() -> list[ReportFile]:
        return report_files.request(actor=found.chair, cycle=found.cycle, edition="both", now=NOW)

    first = ask()
    db.session.commit()
    assert queue.sent == [(TaskName.BUILD_REPORT.value, [row.id]) for row in first]
    assert [row.id for row in ask()] == [row.id for row in first]
    assert report_files.wanted(first[0]) is not None
    write_case(case, found.chair, summary_en="New.")
    assert report_files.wanted(first[0]) is None
    assert queries.files(found.cycle, sha_of(found)) == {}
    second = ask()
    second[0].status, second[0].done_at = WorkStatus.DEAD, NOW
    assert [row.status for row in ask()] == [WorkStatus.QUEUED, WorkStatus.QUEUED]  # what was given up is tried again
    assert {row.id for row in second}.isdisjoint(row.id for row in first)


def test_the_report_follows_the_decisions_and_tells_no_score(app: Flask) -> None:
    found = proposed()
    write_case(found.submissions[0], found.chair, summary_en="Kept.")
    before = sha_of(found)
    row = db.session.scalars(select(Decision).where(Decision.submission_id == found.submissions[0].id)).one()
    row.outcome = Outcome.DESERVING
    db.session.flush()
    content = content_of(found)
    assert sha_of(found) != before
    assert {case["ref"] for case in content["cases"]} == {s.ref for s in found.submissions[1:3]}
    told = json.dumps(content)
    for word in ("raw", 'calibrated"', "place", "pseudonym", "units"):
        assert f'"{word}' not in told
    assert "Kept." not in told
    assert (content["numbers"]["valid"], content["numbers"]["readings"]) == (6, 18)
    row.outcome = Outcome.SHORTLISTED
    db.session.flush()
    assert sha_of(found) == before


def test_gathering_takes_as_many_queries_for_three_cases_as_for_one(app: Flask, request: pytest.FixtureRequest) -> None:
    found = proposed()

    def count() -> int:
        db.session.expire_all()
        with request.getfixturevalue("queries")() as sent:
            report_content.gather(found.cycle)
        return len(sent)

    whole = count()
    for row in db.session.scalars(select(Decision).where(Decision.submission_id != found.submissions[0].id)).all():
        db.session.delete(row)
    db.session.flush()
    assert count() == whole
