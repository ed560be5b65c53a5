"""Case studies: drafted from what was announced, published, mended, taken down, with their bundles."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.domain.provenance import TextState, with_source, with_state
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Bundle, CaseStudy, Notification, User, WorkStatus
from awardapp.services import casebank
from tests import factories as make
from tests.conftest import Queue
from tests.support.pages import Browser


@pytest.fixture
def drafted(app: Flask, now: datetime) -> CaseStudy:
    """The draft of one shortlisted city."""
    cycle = make.make_cycle(CyclePhase.SHORTLIST_PUBLIC)
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID, title_en="River parks")
    publication = make.make_published_shortlist(cycle, [submission])
    submission.title_en = "Edited after it was judged"
    casebank.follow_publication(publication, now=now)
    db.session.commit()
    return db.session.execute(select(CaseStudy)).scalar_one()


@pytest.fixture
def actor(drafted: CaseStudy) -> User:
    return make.make_member(drafted.cycle, Role.SECRETARIAT).user


def bundles(case: CaseStudy) -> list[WorkStatus]:
    query = select(Bundle.status).where(Bundle.case_study_id == case.id).order_by(Bundle.id)
    return list(db.session.scalars(query))


def letters() -> int:
    return db.session.scalar(select(func.count()).select_from(Notification)) or 0


def test_a_draft_holds_the_version_that_was_judged(drafted: CaseStudy) -> None:
    assert (drafted.status, drafted.title_en, drafted.is_shortlisted) == (CaseStudyStatus.DRAFT, "River parks", True)
    assert drafted.citations == [{"by": "committee", "en": "Reason 1", "zh": "理由1"}]
    assert " river " in drafted.search_text
    assert bundles(drafted) == []


def test_a_case_says_how_title_and_summary_came_about_until_a_person_writes_them_anew(
    app: Flask, now: datetime, browser: Browser
) -> None:
    cycle = make.make_cycle(CyclePhase.SHORTLIST_PUBLIC)
    answers = with_source(make.answers(), "en")
    for key in ("title", "summary"):
        answers = with_state(answers, key, TextState.MACHINE, {"en": "", "zh": ""})
    file = make.make_submission(cycle, status=SubmissionStatus.VALID, answers=answers)
    casebank.follow_publication(make.make_published_shortlist(cycle, [file]), now=now)
    case = db.session.execute(select(CaseStudy)).scalar_one()
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    casebank.publish_case_study(actor=secretary, case=case, now=now)
    db.session.commit()
    data = browser.ask("GET", f"/cases/{case.ref}.json").get_json()
    assert data["title_origin"] == data["summary_origin"] == {"en": "own", "zh": "machine, outdated"}
    words = browser.get(f"/cases/{case.ref}?lang=en").words
    assert words.count("machine translation, not checked, of an earlier text") == 2
    values = {"title_zh": "河畔公园", "summary_zh": "一座城市。"}
    casebank.edit(actor=secretary, case=case, values=values, edit_version=case.edit_version, now=now)
    db.session.commit()
    data = browser.ask("GET", f"/cases/{case.ref}.json").get_json()
    assert data["title_origin"] == data["summary_origin"] == {"en": "own", "zh": "checked"}


def test_publishing_opens_it_tells_the_city_and_asks_for_the_bundle(
    drafted: CaseStudy, actor: User, now: datetime, queue: Queue
) -> None:
    casebank.publish_case_study(actor=actor, case=drafted, now=now)
    db.session.commit()
    assert (drafted.status, drafted.published_at) == (CaseStudyStatus.PUBLISHED, now)
    assert (letters(), bundles(drafted)) == (1, [WorkStatus.QUEUED])
    assert "casebank.build_bundle" in queue.names()
    assert "notifications.deliver" not in queue.names()  # the letter waits for the secretariat
    with pytest.raises(IllegalTransition):
        casebank.publish_case_study(actor=actor, case=drafted, now=now)


def test_taken_down_and_published_again_the_city_is_not_told_twice(
    drafted: CaseStudy, actor: User, now: datetime
) -> None:
    casebank.publish_case_study(actor=actor, case=drafted, now=now)
    casebank.take_down(actor=actor, case=drafted, reason="A picture is not ours.", now=now)
    db.session.commit()
    assert (drafted.status, drafted.published_at) == (CaseStudyStatus.DRAFT, None)
    reason = db.session.scalar(select(AuditEntry.reason).where(AuditEntry.action == "case_study.take_down"))
    assert reason == "A picture is not ours."
    casebank.publish_case_study(actor=actor, case=drafted, now=now + timedelta(days=1))
    db.session.commit()
    assert drafted.status is CaseStudyStatus.PUBLISHED
    assert letters() == 1


def test_taking_down_needs_a_reason_and_a_public_case(drafted: CaseStudy, actor: User, now: datetime) -> None:
    with pytest.raises(IllegalTransition):
        casebank.take_down(actor=actor, case=drafted, reason="Why not.", now=now)
    casebank.publish_case_study(actor=actor, case=drafted, now=now)
    with pytest.raises(RuleViolation):
        casebank.take_down(actor=actor, case=drafted, reason="  ", now=now)
    assert drafted.status is CaseStudyStatus.PUBLISHED


def test_an_edit_changes_the_search_and_asks_for_a_new_bundle_once_public(
    drafted: CaseStudy, actor: User, now: datetime
) -> None:
    casebank.publish_case_study(actor=actor, case=drafted, now=now)
    version = drafted.edit_version
    casebank.edit(actor=actor, case=drafted, values={"title_zh": "滨河公园"}, edit_version=version, now=now)
    assert (drafted.title_zh, drafted.title_en) == ("滨河公园", "River parks")
    assert " 滨河 " in drafted.search_text
    assert bundles(drafted) == [WorkStatus.QUEUED, WorkStatus.QUEUED]
    with pytest.raises(StaleVersion):
        casebank.edit(actor=actor, case=drafted, values={"title_zh": "旧"}, edit_version=version, now=now)


def test_a_case_without_any_title_is_never_public(drafted: CaseStudy, actor: User, now: datetime) -> None:
    empty = {"title_en": "", "title_zh": ""}
    casebank.edit(actor=actor, case=drafted, values=empty, edit_version=drafted.edit_version, now=now)
    with pytest.raises(RuleViolation):
        casebank.publish_case_study(actor=actor, case=drafted, now=now)
    casebank.edit(actor=actor, case=drafted, values={"title_en": "X"}, edit_version=drafted.edit_version, now=now)
    casebank.publish_case_study(actor=actor, case=drafted, now=now)
    with pytest.raises(RuleViolation):
        casebank.edit(actor=actor, case=drafted, values=empty, edit_version=drafted.edit_version, now=now)


def test_publishing_all_takes_the_drafts_only(drafted: CaseStudy, actor: User, now: datetime) -> None:
    public = make.make_case_study(drafted.cycle)
    assert casebank.publish_all(actor=actor, cases=[drafted, public], now=now) == 1
    assert drafted.status is CaseStudyStatus.PUBLISHED


def test_the_same_content_is_bundled_once(drafted: CaseStudy, actor: User, now: datetime) -> None:
    first = casebank.publish_case_study(actor=actor, case=drafted, now=now)
    assert casebank.request_bundle(drafted, requested_by=None, now=now).id == first.id
    assert len(bundles(drafted)) == 1


def test_a_bundle_given_up_is_built_again_on_request(
    drafted: CaseStudy, actor: User, now: datetime, queue: Queue
) -> None:
    bundle = casebank.publish_case_study(actor=actor, case=drafted, now=now)
    with pytest.raises(IllegalTransition):
        casebank.retry_bundle(actor=actor, case=drafted, bundle=bundle, now=now)
    bundle.status, bundle.attempts, bundle.last_error = WorkStatus.DEAD, 5, "disk full"
    db.session.commit()
    queue.sent.clear()
    casebank.retry_bundle(actor=actor, case=drafted, bundle=bundle, now=now)
    db.session.commit()
    assert (bundle.status, bundle.attempts) == (WorkStatus.QUEUED, 0)
    assert queue.sent == [("casebank.build_bundle", [bundle.id])]


def test_only_the_secretariat_of_the_cycle(drafted: CaseStudy, actor: User, now: datetime) -> None:
    outsider = make.make_member(make.make_cycle(), Role.SECRETARIAT).user
    bundle = casebank.publish_case_study(actor=actor, case=drafted, now=now)
    with pytest.raises(NotPermitted):
        casebank.publish_case_study(actor=outsider, case=drafted, now=now)
    with pytest.raises(NotPermitted):
        casebank.take_down(actor=outsider, case=drafted, reason="No.", now=now)
    with pytest.raises(NotPermitted):
        casebank.edit(actor=outsider, case=drafted, values={}, edit_version=drafted.edit_version, now=now)
    with pytest.raises(NotPermitted):
        casebank.retry_bundle(actor=outsider, case=drafted, bundle=bundle, now=now)
