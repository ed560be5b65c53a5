"""The last instants of a call: what the page says, and clicks that meet the close and an extension."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from flask.json import loads

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Notification, Submission, SubmissionVersion, User
from awardapp.services import cycles
from awardapp.services.locks import lock_row
from tests import factories as make
from tests.conftest import NOW
from tests.support.desk import at
from tests.support.pages import Browser, Page, fresh
from tests.support.separate import all_at_once, separate_app


def test_the_page_says_the_deadline_in_three_zones_and_how_long_with_and_without_script(
    desk: Browser, cycle: Cycle, delegate: User, draft: Submission
) -> None:
    cycle.deadline_at, delegate.time_zone = NOW + timedelta(hours=3, minutes=5), "Asia/Jakarta"
    db.session.commit()
    page = desk.get(at(draft, "/submit"))
    for words in ("1 March 2027, 19:04:59", "11:04:59 UTC", "18:04:59", "3 hours 4 minutes left"):
        assert words in page.words
    node = next(strong for strong in page.all("strong") if strong.get("data-countdown"))
    assert node.get("data-countdown") == "2027-03-01T11:05:00+00:00"
    assert loads(node.get("data-announce"))["30"] == "30 minutes left"
    cycle.deadline_at = NOW + timedelta(days=3)
    db.session.commit()
    assert [strong for strong in desk.get(at(draft, "/submit")).all("strong") if strong.get("data-countdown")] == []


@pytest.fixture
def site(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    with separate_app(database, request) as app:
        clock.set_offset(timedelta())
        yield app


def holding(site: Flask, cycle_id: int, act: Callable[[Cycle], Any], *, until: float) -> tuple[Thread, Event]:
    """A thread that holds the cycle's row, acts on it at a time (time.monotonic) and commits; and when it holds it."""
    held = Event()

    def hold() -> None:
        with site.app_context():
            cycle = db.session.get_one(Cycle, cycle_id)
            lock_row(cycle)
            held.set()
            time.sleep(max(0, until - time.monotonic()))
            act(cycle)
            db.session.commit()
            db.session.remove()

    thread = Thread(target=hold)
    return thread, held


def close(cycle: Cycle) -> None:
    cycles.advance_phase(actor=None, cycle=cycle, now=clock.database_now())


@pytest.mark.slow
def test_a_click_in_time_that_waits_for_the_close_counts_and_one_after_it_does_not(site: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN, deadline_at=clock.now() + timedelta(days=1))
    files = [make.make_submission(cycle) for _ in range(2)]
    opened = []
    for file in files:
        window = Browser(site).sign_in(db.session.get_one(User, file.created_by))
        opened.append((window, window.get(at(file, "/submit"))))
    deadline = clock.database_now() + timedelta(seconds=1.5)
    cycle.deadline_at = deadline
    cycle_id = cycle.id
    db.session.commit()
    thread, held = holding(site, cycle_id, close, until=time.monotonic() + 2.5)
    thread.start()
    held.wait(5)

    def click(n: int) -> Page:
        time.sleep(2.0 * n)  # the first half a second or so before the deadline, the second after it; both wait
        window, page = opened[n]
        return window.submit(page, "/submit", declaration="y")

    answers = all_at_once(site, click, people=2)
    thread.join()
    assert [answer.status for answer in answers] == [303, 422]
    assert "The deadline has passed." in answers[1].words
    version = fresh(SubmissionVersion, submission_id=files[0].id)
    assert version.submitted_at < deadline
    db.session.expire_all()
    assert db.session.get_one(Cycle, cycle_id).phase is CyclePhase.SCREENING
    assert [db.session.get_one(Submission, file.id).status for file in files] == [
        SubmissionStatus.SUBMITTED,
        SubmissionStatus.DRAFT,
    ]


@pytest.mark.slow
def test_a_click_after_the_old_deadline_that_waits_for_its_extension_counts(site: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN, deadline_at=clock.now() + timedelta(days=1))
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    file = make.make_submission(cycle)
    window = Browser(site).sign_in(db.session.get_one(User, file.created_by))
    page = window.get(at(file, "/submit"))
    deadline = clock.database_now() + timedelta(seconds=0.3)
    cycle.deadline_at = deadline
    cycle_id, secretary_id = cycle.id, secretary.id
    db.session.commit()

    def extend(row: Cycle) -> None:
        cycles.extend_intake(
            actor=db.session.get_one(User, secretary_id), cycle=row, deadline_at=deadline + timedelta(days=1),
            reason="Power cut.", now=deadline - timedelta(seconds=0.1),
        )  # fmt: skip

    thread, held = holding(site, cycle_id, extend, until=time.monotonic() + 1.5)
    thread.start()
    held.wait(5)
    time.sleep(0.6)
    answer = window.submit(page, "/submit", declaration="y")
    thread.join()
    assert answer.status == 303
    kinds = sorted(db.session.scalars(db.select(Notification.kind)))
    assert kinds == ["deadline_extended", "submission_received"]
