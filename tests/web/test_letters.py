"""The pages of the outbox: approving by filter, words, who has heard what, reports handed in, ending letters."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import emails
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Bounce, City, Cycle, LetterOptOut, Notification, Reminder, Submission, User, WorkStatus
from awardapp.services.notifications import notify, notify_city
from tests import factories as make
from tests.conftest import NOW
from tests.domain.test_letters import report
from tests.support.pages import Browser, fresh


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.SCREENING)


@pytest.fixture
def secretary(cycle: Cycle) -> User:
    return make.make_member(cycle, Role.SECRETARIAT).user


def room(cycle: Cycle, place: str = "letters") -> str:
    return f"/secretariat/{cycle.slug}/{place}"


def accepted(cycle: Cycle) -> Notification:
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    notify_city("submission_accepted", submission=submission, cause=f"submission:{submission.id}", now=NOW)
    db.session.commit()
    return db.session.scalars(select(Notification).where(Notification.submission_id == submission.id)).one()


def sent(letter: Notification) -> Notification:
    letter.status, letter.done_at, letter.sent_to = WorkStatus.DONE, NOW, letter.recipient.email
    db.session.commit()
    return letter


def test_drafts_are_approved_by_filter_when_their_number_is_typed(
    cycle: Cycle, secretary: User, browser: Browser
) -> None:
    for _ in range(2):
        accepted(cycle)
    page = browser.sign_in(secretary).get(room(cycle))
    assert "2 files, 2 letters" in page.words
    group = browser.get(f"{room(cycle)}?status=draft&group=submission_accepted")
    refused = browser.submit(group, "/approve", follow=True, number="3")
    assert "2 letters fit now, not 3." in refused.words
    done = browser.submit(refused, "/approve", follow=True, number="2")
    assert "2 letters go out now." in done.words
    assert set(db.session.scalars(select(Notification.status))) == {WorkStatus.QUEUED}


def test_drafts_are_discarded_with_a_reason(cycle: Cycle, secretary: User, browser: Browser) -> None:
    letter = accepted(cycle)
    page = browser.sign_in(secretary).get(f"{room(cycle)}?status=draft")
    assert "Say why." in browser.submit(page, "/discard", follow=True, number="1", reason="").words
    browser.submit(page, "/discard", number="1", reason="Told by telephone.")
    assert (fresh(Notification).status, fresh(Notification).discard_reason) == (
        WorkStatus.DISCARDED,
        "Told by telephone.",
    )
    assert "Told by telephone." in browser.get(f"{room(cycle)}/{letter.id}").words


def test_a_contradiction_is_shown_let_pass_and_then_approved(cycle: Cycle, secretary: User, browser: Browser) -> None:
    letter = accepted(cycle)
    db.session.get_one(Submission, letter.submission_id).status = SubmissionStatus.RETURNED
    page = browser.sign_in(secretary).get(f"{room(cycle)}?contradiction=open")
    assert "the file is in another state by now" in page.words
    page = browser.get(f"{room(cycle)}/{letter.id}")
    assert not [f for f in page.all("form") if "/approve" in (f.get("action") or "")]
    page = browser.submit(page, "/dismiss", follow=True, reason="The city asked for it.")
    assert "Let pass: The city asked for it." in page.words
    assert "One letter goes out now." in browser.submit(page, "/approve", follow=True).words


def test_words_need_both_languages_and_are_seen_in_both(cycle: Cycle, secretary: User, browser: Browser) -> None:
    letter = accepted(cycle)
    page = browser.sign_in(secretary).get(f"{room(cycle)}/words?group=submission_accepted")
    refused = browser.submit(page, "/words", added_en="Bring {ref}.")
    assert refused.status == 422
    assert "Write it in both languages" in refused.words
    browser.submit(refused, "/words", added_en="Bring {ref}.", added_zh="请携带 {ref}。")
    ref = db.session.get_one(Submission, letter.submission_id).ref
    assert f"Bring {ref}." in browser.get(f"{room(cycle)}/{letter.id}").words
    assert f"请携带 {ref}。" in browser.get(f"{room(cycle)}/{letter.id}?language=zh").words
    page = browser.get(f"{room(cycle)}/words?letter={letter.id}")
    browser.submit(page, "/back-to-template")
    assert "Bring" not in browser.get(f"{room(cycle)}/{letter.id}").words


def test_a_letter_of_ones_own_is_written_and_lies_in_the_outbox(
    cycle: Cycle, secretary: User, browser: Browser
) -> None:
    make.make_member(cycle, Role.OBSERVER)
    page = browser.sign_in(secretary).get(room(cycle, "letters/compose"))
    text = {"subject_en": "Hello {name}", "subject_zh": "{name}您好", "body_en": "Words.", "body_zh": ""}
    refused = browser.submit(page, holding="audience", audience="observer", **text)
    assert (refused.status, refused.all("textarea", name="body_en")[0].text.strip()) == (422, "Words.")
    page = browser.submit(refused, holding="audience", follow=True, body_zh="文字。")
    assert "as drafts" in page.words
    assert fresh(Notification).status is WorkStatus.DRAFT


def test_a_report_marks_the_letter_and_makes_the_address_doubtful_until_somebody_checks(
    cycle: Cycle, secretary: User, browser: Browser
) -> None:
    letter = sent(accepted(cycle))
    page = browser.sign_in(secretary).get(room(cycle, "letters/bounces"))

    def hand_in(data: bytes) -> Any:
        return browser.submit(page, holding="file", follow=True, file=(io.BytesIO(data), "bounce.eml"))

    guessed = report(message_id=emails.message_id(letter.id), recipient="somebody@else.example")
    assert "About no letter of ours: 1." in hand_in(guessed).words
    true = report(message_id=emails.message_id(letter.id), recipient=letter.recipient.email)
    assert "One letter came back." in hand_in(true).words
    assert "Known before: 1." in hand_in(true).words
    assert fresh(Notification).bounced_at is not None
    city = db.session.get_one(Submission, letter.submission_id).city_id
    assert "address doubtful" in browser.get(room(cycle, f"letters/heard/{city}")).words
    assert "This letter came back" in browser.get(room(cycle, f"letters/{letter.id}")).words
    browser.submit(browser.get(room(cycle, "letters/bounces")), "/settle")
    assert "address doubtful" not in browser.get(room(cycle, f"letters/heard/{city}")).words


def test_a_large_or_empty_report_is_refused(cycle: Cycle, secretary: User, browser: Browser) -> None:
    page = browser.sign_in(secretary).get(room(cycle, "letters/bounces"))
    for data in (b"", b"x" * 20_000_001):
        assert browser.submit(page, holding="file", file=(io.BytesIO(data), "bounce.eml")).status == 422
    assert db.session.scalar(select(Bounce.id)) is None


@pytest.mark.parametrize("rows", [1, 4])
def test_who_has_heard_what_is_asked_city_by_city_and_costs_the_same_for_any_number(
    cycle: Cycle, secretary: User, browser: Browser, queries: Any, rows: int
) -> None:
    heard = [sent(accepted(cycle)) for _ in range(rows)]
    silent = make.make_submission(cycle, make.make_city("Silent City"))
    elsewhere = sent(accepted(make.make_cycle(CyclePhase.SCREENING)))
    browser.sign_in(secretary)
    for place, bound in (("letters/heard", 9), ("letters", 16), ("letters?status=draft", 17)):
        with queries() as asked:
            assert browser.get(room(cycle, place)).status == 200
        assert len(asked) <= bound, place
    only = browser.get(room(cycle, "letters/heard?only=silent")).words
    name = db.session.get_one(City, db.session.get_one(Submission, heard[0].submission_id).city_id).name_en
    assert ("Silent City" in only, name in only) == (True, False)
    page = browser.get(room(cycle, f"letters/heard/{silent.city_id}"))
    assert "has heard nothing in this cycle" in page.words
    other = db.session.get_one(Submission, elsewhere.submission_id)
    assert "has heard nothing in this cycle" in browser.get(room(cycle, f"letters/heard/{other.city_id}")).words


def test_a_reminder_is_put_on_the_schedule_and_taken_off(cycle: Cycle, secretary: User, browser: Browser) -> None:
    page = browser.sign_in(secretary).get(room(cycle, "letters/reminders"))
    assert browser.submit(page, holding="hours_before", hours_before="0").status == 422
    page = browser.submit(page, holding="hours_before", follow=True, hours_before="72")
    assert "3 days before" in page.words
    browser.submit(page, "/remove")
    assert db.session.scalar(select(Reminder.id)) is None


def test_the_address_in_a_letter_asks_first_and_one_click_ends_it(app: Flask, browser: Browser) -> None:
    person = make.make_user()
    db.session.commit()
    address = f"/no-more-letters/news/{emails.sign_link(person.id, purpose=emails.NO_MORE)}"
    page = browser.get(address)
    assert "No more of these letters?" in page.words
    assert db.session.scalar(select(LetterOptOut.topic)) is None
    done = browser.post(address, {"List-Unsubscribe": "One-Click"})  # as a mail program does: no cookie, no token
    assert (done.status, db.session.scalar(select(LetterOptOut.topic))) == (200, "news")
    browser.submit(done)
    assert db.session.scalar(select(LetterOptOut.topic)) is None
    for wrong in (
        f"/no-more-letters/news/{emails.sign_link(person.id)}",
        f"/no-more-letters/gossip/{emails.sign_link(person.id, purpose=emails.NO_MORE)}",
    ):
        assert [browser.get(wrong).status, browser.post(wrong).status] == [404, 404]


def test_a_person_chooses_on_the_account_what_else_they_get(app: Flask, browser: Browser) -> None:
    person = make.make_user()
    cycle = make.make_cycle()
    page = browser.sign_in(person).get("/account/letters")
    browser.submit(page, holding="topic", topic=["reminders"])
    assert db.session.scalars(select(LetterOptOut.topic)).all() == ["news"]
    assert notify("secretariat_news", recipient=person, cause="1", cycle=cycle, now=NOW).status is WorkStatus.DISCARDED
