"""The outbox, the special awards, the case studies and the audit log, as the secretariat uses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from awardapp import emails
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import AuditEntry, Bundle, CaseStudy, Cycle, Decision, Notification, OneTimeLink, User, WorkStatus
from awardapp.services import people
from awardapp.services.notifications import notify_city
from tests import factories as make
from tests.conftest import NOW, Queue
from tests.support import awarding
from tests.support.pages import Browser, fresh


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.JURY, deadline_at=NOW - timedelta(days=9))


@pytest.fixture
def secretary(cycle: Cycle) -> User:
    return make.make_member(cycle, Role.SECRETARIAT).user


def room(cycle: Cycle, place: str) -> str:
    return f"/secretariat/{cycle.slug}/{place}"


def make_letter(cycle: Cycle, status: WorkStatus = WorkStatus.DONE, **person: Any) -> Notification:
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    for delegate in submission.city.delegates:
        for name, value in person.items():
            setattr(delegate.user, name, value)
    notify_city("submission_accepted", submission=submission, cause=f"submission:{submission.id}", now=NOW)
    letter: Notification = db.session.scalars(
        select(Notification).where(Notification.submission_id == submission.id)
    ).one()
    letter.status, letter.attempts = status, 1 if status is WorkStatus.DONE else 5
    if status is WorkStatus.DEAD:
        letter.last_error = "550 no such mailbox"
        letter.done_at = NOW
    db.session.commit()
    return letter


# Letters ------------------------------------------------------------------------------------------------------------


def test_the_list_shows_states_and_is_filtered_by_the_address(cycle: Cycle, secretary: User, browser: Browser) -> None:
    make_letter(cycle, name="Ana Reyes")
    make_letter(cycle, WorkStatus.DEAD, name="Bao Chen")
    elsewhere = make_letter(make.make_cycle(), name="Carl Else")
    browser.sign_in(secretary)
    every = browser.get(room(cycle, "letters")).words
    assert "Ana Reyes" in every
    assert "550 no such mailbox" in every
    assert elsewhere.recipient.name not in every
    for query, present, absent in (
        ("status=dead", "Bao Chen", "Ana Reyes"),
        ("status=done&kind=submission_accepted", "Ana Reyes", "Bao Chen"),
        ("q=reyes", "Ana Reyes", "Bao Chen"),
    ):
        words = browser.get(room(cycle, f"letters?{query}")).words
        assert present in words
        assert absent not in words
    assert "No letter fits" in browser.get(room(cycle, "letters?kind=rumour")).words
    assert browser.get(room(cycle, "letters?status=lost&page=-3")).status == 200


def test_a_letter_is_shown_in_its_recipients_language_and_its_html_can_do_nothing(
    cycle: Cycle, secretary: User, browser: Browser
) -> None:
    letter = make_letter(cycle, name="<b>陈</b>", language="zh")
    address = room(cycle, f"letters/{letter.id}")
    page = browser.sign_in(secretary).get(address)
    assert "尊敬的 <b>陈</b>：" in page.words
    frame = page.all("iframe")[0]
    assert (frame.get("src"), frame.get("sandbox")) == (f"{address}/html", "")
    assert "frame-src 'self'" in page.response.headers["Content-Security-Policy"]
    html = browser.get(f"{address}/html")
    policy = html.response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert not [b for b in html.all("b") if b.text == "陈"]


def test_a_one_time_link_is_never_shown_to_the_secretariat(cycle: Cycle, secretary: User, browser: Browser) -> None:
    people.invite(
        actor=secretary,
        cycle=cycle,
        role=Role.JUROR,
        email="new@juror.example",
        name="New Juror",
        language="en",
        now=NOW,
    )
    letter = fresh(Notification, kind="invitation")
    token = emails.sign_link(fresh(OneTimeLink).id)
    browser.sign_in(secretary)
    for address in (room(cycle, f"letters/{letter.id}"), room(cycle, f"letters/{letter.id}/html")):
        page = browser.get(address)
        assert page.status == 200
        assert token not in page.text
        assert "[a personal link, which only the recipient sees]" in page.text


def test_a_letter_given_up_is_sent_again_once(cycle: Cycle, secretary: User, browser: Browser, queue: Queue) -> None:
    letter = make_letter(cycle, WorkStatus.DEAD)
    queue.sent.clear()
    page = browser.sign_in(secretary).get(room(cycle, f"letters/{letter.id}"))
    assert "The letter is in the queue again." in browser.submit(page, "/retry", follow=True).words
    again = browser.submit(page, "/retry", follow=True)
    assert "Only a letter that was given up can be sent again." in again.words
    letter = fresh(Notification)
    assert (letter.status, letter.attempts) == (WorkStatus.QUEUED, 0)
    assert queue.sent == [("notifications.deliver", [letter.id])]


def test_all_letters_given_up_are_sent_again_if_their_number_is_still_true(
    cycle: Cycle, secretary: User, browser: Browser
) -> None:
    make_letter(cycle, WorkStatus.DEAD)
    make_letter(cycle)
    page = browser.sign_in(secretary).get(room(cycle, "letters"))
    make_letter(cycle, WorkStatus.DEAD)
    refused = browser.submit(page, "/retry", follow=True)
    assert "2 letters are given up now, not 1." in refused.words
    assert "2 letters are in the queue again." in browser.submit(refused, "/retry", follow=True).words
    statuses = db.session.scalars(select(Notification.status).order_by(Notification.id)).all()
    assert statuses == [WorkStatus.QUEUED, WorkStatus.DONE, WorkStatus.QUEUED]


def test_a_letter_of_another_cycle_does_not_exist_here(cycle: Cycle, secretary: User, browser: Browser) -> None:
    letter = make_letter(make.make_cycle(), WorkStatus.DEAD)
    browser.sign_in(secretary)
    for place in (f"letters/{letter.id}", f"letters/{letter.id}/html", "letters/999999"):
        assert browser.get(room(cycle, place)).status == 404
    token = browser.get(room(cycle, "letters")).all("input", name="csrf_token")[0].get("value")
    assert browser.post(room(cycle, f"letters/{letter.id}/retry"), {"csrf_token": token}).status == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_for_any_number_of_rows(
    cycle: Cycle, secretary: User, browser: Browser, queries: Any, rows: int
) -> None:
    for _ in range(rows):
        make_letter(cycle)
        case = make.make_case_study(cycle)
        people.add_role(make.make_user(), cycle=cycle, role=Role.COMMITTEE, now=NOW)
        db.session.add(Bundle(case_study_id=case.id, content_sha256="0", created_at=NOW))
    browser.sign_in(secretary)
    for place, bound in (("letters", 12), ("case-studies", 12), ("audit", 12), ("announcements", 10)):
        with queries() as sent:
            assert browser.get(room(cycle, place)).status == 200
        assert len(sent) <= bound, (place, sent)


# Special awards -----------------------------------------------------------------------------------------------------


def test_an_award_is_given_and_taken_back(cycle: Cycle, secretary: User, browser: Browser) -> None:
    cities = [make.make_submission(cycle, status=SubmissionStatus.VALID) for _ in range(2)]
    make.make_published_shortlist(cycle, cities)
    awarding.by_hand(cycle)
    page = browser.sign_in(secretary).get(room(cycle, "awards"))
    values = {
        "special_mention-submission": cities[0].ref,
        "special_mention-reason_en": "Most votes.",
        "special_mention-reason_zh": "得票最多。",
    }
    refused = browser.submit(page, "/awards/special_mention", **{**values, "special_mention-reason_zh": ""})
    assert refused.status == 422
    assert "Give the reason in both languages." in refused.words
    assert "Most votes." in refused.words
    page = browser.submit(page, "/awards/special_mention", follow=True, **values)
    assert "It stays sealed" in page.words
    decision = fresh(Decision)
    assert decision.submission_id == cities[0].id
    assert browser.submit(page, "/take-back", reason="").status == 422
    page = browser.submit(page, "/take-back", follow=True, reason="Counted again.")
    assert "taken back" in page.words
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0


def test_the_page_of_awards_records_who_looks_and_refuses_strangers(
    cycle: Cycle, secretary: User, browser: Browser
) -> None:
    browser.sign_in(secretary).get(room(cycle, "awards"))
    entry = fresh(AuditEntry, action="award.look")
    assert (entry.actor_id, entry.object) == (secretary.id, f"cycle:{cycle.id}")
    assert Browser(browser.app).sign_in(make.make_user()).get(room(cycle, "awards")).status == 404


# Case studies -------------------------------------------------------------------------------------------------------


def test_case_studies_are_published_all_at_once_with_their_number(
    cycle: Cycle, secretary: User, browser: Browser
) -> None:
    make.make_case_study(cycle, status=CaseStudyStatus.DRAFT)
    page = browser.sign_in(secretary).get(room(cycle, "case-studies"))
    make.make_case_study(cycle, status=CaseStudyStatus.DRAFT)
    refused = browser.submit(page, "/case-studies", holding="number", follow=True)
    assert "The list has changed since you opened it." in refused.words
    page = browser.submit(refused, "/case-studies", holding="number", follow=True)
    assert "2 case studies are public now." in page.words
    assert set(db.session.scalars(select(CaseStudy.status))) == {CaseStudyStatus.PUBLISHED}


def test_a_case_study_is_mended_published_and_taken_down(cycle: Cycle, secretary: User, browser: Browser) -> None:
    case = make.make_case_study(cycle, status=CaseStudyStatus.DRAFT)
    address = room(cycle, f"case-studies/{case.ref}")
    page = browser.sign_in(secretary).get(address)
    page = browser.submit(page, holding="title_en", follow=True, title_en="Better words")
    page = browser.submit(page, "/publish", follow=True)
    assert (fresh(CaseStudy).title_en, fresh(CaseStudy).status) == ("Better words", CaseStudyStatus.PUBLISHED)
    assert Browser(browser.app).get(f"/cases/{case.ref}").status == 200
    assert browser.submit(page, "/take-down", reason="").status == 422
    browser.submit(page, "/take-down", reason="A picture is not ours.")
    assert fresh(CaseStudy).status is CaseStudyStatus.DRAFT
    assert Browser(browser.app).get(f"/cases/{case.ref}").status == 404


def test_two_people_mending_one_case_see_both_texts(
    cycle: Cycle, secretary: User, browser: Browser, another_browser: Browser
) -> None:
    case = make.make_case_study(cycle, status=CaseStudyStatus.DRAFT)
    address = room(cycle, f"case-studies/{case.ref}")
    page = browser.sign_in(secretary).get(address)
    other = another_browser.sign_in(make.make_member(cycle, Role.SECRETARIAT).user).get(address)
    another_browser.submit(other, holding="title_en", title_en="By the second")
    refused = browser.submit(page, holding="title_en", title_en="By the first")
    assert refused.status == 409
    assert "By the second" in refused.words
    assert refused.all("input", name="title_en")[0].get("value") == "By the first"
    browser.submit(refused, holding="title_en")
    assert fresh(CaseStudy).title_en == "By the first"


def test_a_bundle_given_up_is_built_again(cycle: Cycle, secretary: User, browser: Browser) -> None:
    case = make.make_case_study(cycle)
    db.session.add(
        Bundle(
            case_study_id=case.id, content_sha256="0", created_at=NOW, status=WorkStatus.DEAD, last_error="disk full"
        )
    )
    db.session.commit()
    page = browser.sign_in(secretary).get(room(cycle, f"case-studies/{case.ref}"))
    assert "disk full" in page.words
    browser.submit(page, "/retry")
    assert fresh(Bundle).status is WorkStatus.QUEUED


def test_a_case_of_another_cycle_does_not_exist_here(cycle: Cycle, secretary: User, browser: Browser) -> None:
    case = make.make_case_study(make.make_cycle())
    assert browser.sign_in(secretary).get(room(cycle, f"case-studies/{case.ref}")).status == 404


# The audit log ------------------------------------------------------------------------------------------------------


def test_the_audit_log_is_filtered_and_checked_on_demand(cycle: Cycle, secretary: User, browser: Browser) -> None:
    make.make_published_shortlist(cycle, [])
    browser.sign_in(secretary).get(room(cycle, "awards"))
    page = browser.get(room(cycle, "audit"))
    assert "award.look" in page.words
    assert "The chain holds" not in page.words
    assert "The chain holds" in browser.get(room(cycle, "audit?check=1")).words
    rows = browser.get(room(cycle, f"audit?action=award.look&actor={secretary.id}&object=cycle:{cycle.id}"))
    assert len(rows.all("th", scope="row")) == 1
    assert "No entry fits" in browser.get(room(cycle, "audit?actor=0&action=award.look")).words


def test_a_rewritten_entry_is_found(cycle: Cycle, secretary: User, browser: Browser) -> None:
    browser.sign_in(secretary).get(room(cycle, "awards"))
    if db.engine.dialect.name == "sqlite":
        for (name,) in db.session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.session.execute(text(f"DROP TRIGGER {name}"))
    else:
        db.session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
    db.session.execute(text("UPDATE audit_entries SET action = 'nothing.happened' WHERE action = 'award.look'"))
    page = browser.get(room(cycle, "audit?check=1"))
    assert "The chain is broken" in page.words
