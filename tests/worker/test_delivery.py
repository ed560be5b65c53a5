"""Letters from the row to the recipient: a real worker, a real broker, a real SMTP conversation, real crashes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from awardapp.extensions import db
from awardapp.models import Notification, User, WorkStatus
from awardapp.queue import TaskName, send
from awardapp.services.notifications import notify
from tests import factories as make
from tests.conftest import NOW
from tests.support.processes import running_beat, running_worker
from tests.worker.conftest import System


def write_letters(count: int, *, language: str = "en") -> list[User]:
    """So many letters to so many people, committed."""
    people = [make.make_user(language=language) for _ in range(count)]
    for person in people:
        notify("account_exists", recipient=person, cause="test", now=NOW)
    db.session.commit()
    return people


def count(status: WorkStatus) -> int:
    return db.session.scalar(select(func.count()).select_from(Notification).where(Notification.status == status)) or 0


def test_a_letter_reaches_its_recipient_in_their_language(system: System) -> None:
    with running_worker(system.process_environ, folder=system.folder):
        english = write_letters(1)[0]
        chinese = write_letters(1, language="zh")[0]
        system.wait_until(lambda: count(WorkStatus.DONE) == 2)
    one, other = system.mail.to(english.email), system.mail.to(chinese.email)
    assert [letter.message["Subject"] for letter in one] == ["You already have an account"]
    assert [letter.message["Subject"] for letter in other] == ["您已有账户"]
    message = one[0].message
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    row = db.session.scalars(select(Notification).where(Notification.recipient_id == english.id)).one()
    assert (row.message_id, row.attempts) == (str(message["Message-ID"]), 1)
    assert str(message["Message-ID"]) == f"<notification-{row.id}@award.example>"


def test_a_temporary_refusal_is_tried_later_and_a_permanent_one_is_not(system: System) -> None:
    slow, gone = write_letters(2)
    system.mail.refuse(slow.email, "451 4.7.1 greylisted", times=1)
    system.mail.refuse(gone.email)
    with running_worker(system.process_environ, folder=system.folder):
        send(TaskName.SWEEP_NOTIFICATIONS)
        system.wait_until(lambda: count(WorkStatus.LEASED) == 0 and count(WorkStatus.DEAD) == 1)
        later = db.session.scalars(select(Notification).where(Notification.recipient_id == slow.id)).one()
        assert (later.status, later.attempts) == (WorkStatus.QUEUED, 1)
        assert later.not_before is not None
        assert "451 4.7.1 greylisted" in (later.last_error or "")
        later.not_before = None  # the minute of waiting has passed
        db.session.commit()
        send(TaskName.SWEEP_NOTIFICATIONS)
        system.wait_until(lambda: count(WorkStatus.DONE) == 1)
    dead = db.session.scalars(select(Notification).where(Notification.recipient_id == gone.id)).one()
    assert (dead.status, dead.attempts) == (WorkStatus.DEAD, 1)
    assert "550" in (dead.last_error or "")
    assert [len(system.mail.to(p.email)) for p in (slow, gone)] == [1, 0]


@pytest.mark.only_on("postgresql")
def test_letters_written_while_the_broker_was_down_are_found_by_the_clock(system: System) -> None:
    system.broker.kill()
    people = write_letters(3)  # the request does not fail: the row is the truth, the message only a nudge
    system.broker.start()
    with (
        running_worker(system.process_environ, folder=system.folder),
        running_beat(system.process_environ, folder=system.folder),
    ):
        system.wait_until(lambda: count(WorkStatus.DONE) == len(people), seconds=60)
    assert all(len(system.mail.to(person.email)) == 1 for person in people)


def test_a_mail_server_that_is_away_delays_letters_and_loses_none(system: System) -> None:
    system.mail.stop()
    people = write_letters(5)
    with running_worker(system.process_environ, folder=system.folder):
        send(TaskName.SWEEP_NOTIFICATIONS)
        system.wait_until(lambda: count(WorkStatus.LEASED) == 0 and count(WorkStatus.QUEUED) == 5)
        system.mail.start()
        for row in db.session.scalars(select(Notification)):
            row.not_before = None
        db.session.commit()
        send(TaskName.SWEEP_NOTIFICATIONS)
        system.wait_until(lambda: count(WorkStatus.DONE) == 5)
    assert all(len(system.mail.to(person.email)) == 1 for person in people)
