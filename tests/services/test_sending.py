"""What the worker notes about sending: rates, an unreachable server, letters not needed any more, letters perhaps doubled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import emails
from awardapp.domain.cycles import CyclePhase
from awardapp.extensions import db
from awardapp.models import AttemptOutcome, Cycle, DeliveryAttempt, LetterOptOut, Notification, User, WorkStatus
from awardapp.queries import outbox as queries
from awardapp.services import sending
from awardapp.services.notifications import notify
from tests import factories as make
from tests.conftest import NOW
from tests.support.smtp import SmtpServer, running_smtp_server
from worker import notifications as worker


@pytest.fixture
def cycle(app: Flask) -> Cycle:
    return make.make_cycle(CyclePhase.OPEN)


@pytest.fixture
def mail(app: Flask) -> Iterator[SmtpServer]:
    before = app.config["SMTP_URL"], app.config["MAIL_PER_DOMAIN_PER_MINUTE"]
    with running_smtp_server() as server:
        app.config["SMTP_URL"] = server.url
        yield server
    app.config["SMTP_URL"], app.config["MAIL_PER_DOMAIN_PER_MINUTE"] = before


def letter(cycle: Cycle, email: str | None = None, kind: str = "role_given") -> Notification:
    person = make.make_user(**({"email": email} if email else {}))
    return notify(kind, recipient=person, cause="x", cycle=cycle, now=NOW, context={"role": "juror"})


def due(per_minute: int, *, later: timedelta = timedelta()) -> list[int]:
    return list(sending.due(now=NOW + later, per_minute=per_minute, limit=50))


def claim(row: Notification, *, per_minute: int = 0, later: timedelta = timedelta()) -> sending.Claim | None:
    with db.session.begin_nested() as savepoint:
        found = sending.claim(row.id, now=NOW + later, per_minute=per_minute, worker="host:1")
        if found is None:
            savepoint.rollback()
    return found


def test_letters_over_a_domains_rate_wait_for_the_next_minute_in_order_and_hold_up_nobody_else(cycle: Cycle) -> None:
    busy = [letter(cycle, f"p{n}@busy.example") for n in range(4)]
    other = letter(cycle, "p@other.example")
    assert [claim(row, per_minute=2) is not None for row in busy] == [True, True, False, False]
    assert due(2) == [other.id]
    assert claim(other, per_minute=2) is not None
    minute = timedelta(minutes=1)
    assert due(2, later=minute) == [busy[2].id, busy[3].id]
    assert [busy[2].attempts, busy[2].status] == [0, WorkStatus.QUEUED]
    assert [claim(row, per_minute=2, later=minute) is not None for row in busy[2:]] == [True, True]


def test_without_a_rate_everything_goes_the_urgent_first(cycle: Cycle) -> None:
    mass = [letter(cycle) for _ in range(3)]
    urgent = letter(cycle, kind="account_exists")
    assert due(0) == [urgent.id, *(row.id for row in mass)]


def test_a_server_that_is_not_reached_costs_no_attempt_however_long_it_is_away(cycle: Cycle, mail: SmtpServer) -> None:
    row = letter(cycle)
    db.session.commit()
    mail.stop()
    for _ in range(7):
        assert worker.deliver(row.id) == "skipped" or row.status is WorkStatus.QUEUED
        row.not_before = None  # the minute of waiting has passed
        db.session.commit()
    outcomes = db.session.scalars(select(DeliveryAttempt.outcome)).all()
    assert (row.attempts, row.status, list(outcomes)) == (0, WorkStatus.QUEUED, [AttemptOutcome.UNREACHABLE])
    mail.start()
    assert worker.deliver(row.id) == "sent"
    assert len(mail.to(row.recipient.email)) == 1


def test_the_log_keeps_every_attempt_with_the_servers_words(cycle: Cycle, mail: SmtpServer) -> None:
    row = letter(cycle)
    mail.refuse(row.recipient.email, "451 4.7.1 greylisted", times=1)
    db.session.commit()
    assert worker.deliver(row.id) == "later"
    row.not_before = None
    db.session.commit()
    assert worker.deliver(row.id) == "sent"
    attempts = db.session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id)).all()
    assert [(a.number, a.outcome, a.answer) for a in attempts] == [
        (1, AttemptOutcome.TEMPORARY, "451 4.7.1 greylisted"),
        (2, AttemptOutcome.SENT, "250 accepted"),
    ]
    assert row.sent_to == row.recipient.email
    assert queries.doubts(cycle).maybe_doubled == 0


def test_a_server_that_breaks_off_after_taking_it_makes_a_counted_double_of_one_message_id(
    cycle: Cycle, mail: SmtpServer
) -> None:
    row = letter(cycle)
    mail.break_off_after_accepting(row.recipient.email, times=1)
    db.session.commit()
    assert worker.deliver(row.id) == "later"
    row.not_before = None
    db.session.commit()
    assert worker.deliver(row.id) == "sent"
    ids = [str(one.message["Message-ID"]) for one in mail.to(row.recipient.email)]
    assert ids == [emails.message_id(row.id)] * 2
    assert queries.doubts(cycle).maybe_doubled == 1


def test_a_letter_that_is_not_needed_any_more_is_dropped_with_the_reason(cycle: Cycle, mail: SmtpServer) -> None:
    late, unwanted = letter(cycle), letter(cycle, kind="secretariat_news")
    late.expires_at = NOW - timedelta(days=365)
    unwanted.status = WorkStatus.QUEUED
    db.session.add(LetterOptOut(user_id=unwanted.recipient_id, topic="news", since=NOW))
    db.session.commit()
    assert [worker.deliver(row.id) for row in (late, unwanted)] == ["dropped", "dropped"]
    assert [late.discard_reason, unwanted.discard_reason] == [
        "It would have come too late.",
        "The recipient asked for no more letters of this kind.",
    ]
    assert mail.accepted == []


def test_news_carries_one_click_to_end_it_and_service_mail_does_not(app: Flask, cycle: Cycle, mail: SmtpServer) -> None:
    before, app.config["BASE_URL"] = app.config["BASE_URL"], "https://award.a-rather-long-name-of-a-host.example/site"
    service, news = letter(cycle), letter(cycle, kind="secretariat_news")
    news.status = WorkStatus.QUEUED
    db.session.commit()
    assert [worker.deliver(row.id) for row in (service, news)] == ["sent", "sent"]
    app.config["BASE_URL"] = before
    one, other = (mail.to(db.session.get_one(User, row.recipient_id).email)[0].message for row in (service, news))
    assert one["List-Unsubscribe"] is None
    assert other["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    start = b"List-Unsubscribe: <https://award.a-rather-long-name-of-a-host.example/site/no-more-letters/news/"
    assert start in mail.to(db.session.get_one(User, news.recipient_id).email)[0].content
    assert [len(m.get_all("To")) for m in (one, other)] == [1, 1]
    assert {str(m["Auto-Submitted"]) for m in (one, other)} == {"auto-generated"}
    html = one.get_body(("html",))
    assert html is not None
    assert '<html lang="en">' in html.get_content()
    assert "<h1" in html.get_content()
