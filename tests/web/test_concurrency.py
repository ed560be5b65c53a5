"""Many windows at once, each a thread with its own connection: one wish, one effect, nobody gets an error of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import IllegalTransition
from awardapp.domain.locking import RequestState
from awardapp.domain.people import Role
from awardapp.domain.selection import record as selection_record
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    Assessment,
    AuditEntry,
    Ballot,
    Cycle,
    Decision,
    LockRequest,
    Membership,
    Notification,
    Publication,
    Release,
    Selection,
    Submission,
    SubmissionEvent,
    SubmissionVersion,
    User,
)
from awardapp.services import audit, locking, shortlist, shortlist_lock
from tests import factories as make
from tests.conftest import NOW
from tests.support import awarding, judging
from tests.support.announcement_pages import make_scene, seal
from tests.support.pages import Browser, fresh
from tests.support.separate import all_at_once, separate_app

WINDOWS = 8


@pytest.fixture
def site(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A whole application of the test's own, since rolled-back transactions know no second connection."""
    with separate_app(database, request) as app:
        clock.set_offset(NOW + timedelta(days=1) - clock.now())
        yield app
        assert audit.first_fault() is None


def windows(site: Flask, *users: User, count: int = WINDOWS) -> list[Browser]:
    """As many signed-in windows, of these people in turn."""
    return [Browser(site).sign_in(users[n % len(users)]) for n in range(count)]


def at_once(site: Flask, act: Callable[[int], Any], *, people: int = WINDOWS) -> Counter[int]:
    """The answers' status codes, counted."""
    db.session.commit()
    found = Counter(page.status for page in all_at_once(site, act, people=people))
    db.session.expire_all()
    assert not [status for status in found if status >= 500], found
    return found


def count(model: type[Any], **where: Any) -> int:
    db.session.commit()
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where)) or 0


def test_eight_clicks_on_submit_hand_in_one_version(site: Flask) -> None:
    submission = make.make_submission(make.make_cycle(CyclePhase.OPEN))
    delegate = db.session.get_one(User, submission.created_by)
    opened = [(w, w.get(f"/submissions/{submission.ref}/submit")) for w in windows(site, delegate)]
    found = at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/submit", declaration="y"))
    assert found[303] == WINDOWS
    assert count(SubmissionVersion, submission_id=submission.id) == 1
    assert count(SubmissionEvent, submission_id=submission.id, kind="submitted") == 1
    assert count(Notification, kind="submission_received") == 1
    assert count(AuditEntry, action="submission.submit") == 1


def test_eight_clicks_on_start_begin_one_draft(site: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.OPEN)
    delegate = make.make_delegate(make.make_city())
    opened = [(w, w.get("/submissions")) for w in windows(site, delegate)]
    found = at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/start"))
    assert found[303] == WINDOWS
    assert count(Submission, cycle_id=cycle.id) == 1


def test_of_eight_saves_from_one_version_one_is_stored_and_seven_are_shown_both_texts(site: Flask) -> None:
    submission = make.make_submission(make.make_cycle(CyclePhase.OPEN))
    delegate = db.session.get_one(User, submission.created_by)
    opened = [(w, w.get(f"/submissions/{submission.ref}/edit")) for w in windows(site, delegate)]
    found = at_once(site, lambda n: opened[n][0].submit(opened[n][1], holding="edit_version", title_en=f"Window {n}"))
    assert found == {303: 1, 409: WINDOWS - 1}
    assert fresh(Submission, id=submission.id).title_en.startswith("Window ")


def test_two_secretaries_decide_on_one_file_once(site: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.SCREENING)
    people = [make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2)]
    submission = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED)
    address = f"/secretariat/{cycle.slug}/check/{submission.ref}"
    opened = [(w, w.get(address)) for w in windows(site, *people)]

    def decide(n: int) -> Any:
        window, page = opened[n]
        if n % 2:
            return window.submit(page, "/accept")
        words: dict[str, Any] = {"reject-reason": "duplicate", "reject-note": "Twice.", "send": "1"}
        return window.submit(page, "/not-valid", **words)

    assert at_once(site, decide) == {303: 1, 409: WINDOWS - 1}
    assert count(AuditEntry, object=f"submission:{submission.id}") == 1
    assert count(Notification) == 1


def test_eight_releases_by_two_people_publish_once(site: Flask) -> None:
    scene = make_scene()
    page = seal(Browser(site).sign_in(scene.first), scene)
    address = page.response.request.path
    opened = [(w, w.get(address)) for w in windows(site, scene.first, scene.second)]
    at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/release", letters="5", password=make.PASSWORD))
    assert count(Release) == 2
    assert count(Publication) == 1
    assert count(AuditEntry, action="announcement.publish") == 1
    assert count(Notification) == 5
    assert fresh(Cycle, id=scene.cycle.id).phase is CyclePhase.SHORTLIST_PUBLIC


def test_eight_clicks_on_prepare_begin_one_announcement(site: Flask) -> None:
    scene = make_scene()
    opened = [(w, w.get(scene.list_address)) for w in windows(site, scene.first, scene.second)]
    at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/announcements", holding="kind"))
    assert count(Announcement) == 1


def test_the_chair_proposes_and_asks_for_the_lock_once_in_eight_windows(site: Flask) -> None:
    decided = judging.committee()
    room = f"/committee/{decided.cycle.slug}"
    opened = [(w, w.get(f"{room}/shortlist")) for w in windows(site, decided.chair)]
    at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/compute"))
    assert count(Selection) == 1
    judging.write_reasons(decided.cycle, chair=decided.chair)
    db.session.commit()
    asking = [(w, w.get(f"{room}/shortlist-lock")) for w, _page in opened]
    words = {"sure": "y", "password": make.PASSWORD}
    found = at_once(site, lambda n: asking[n][0].submit(asking[n][1], holding="sure", **words))
    assert found == {303: 1, 422: WINDOWS - 1}
    assert count(AuditEntry, action="shortlist.ask_lock") == count(LockRequest) == 1
    assert fresh(Cycle, id=decided.cycle.id).phase is CyclePhase.COMMITTEE


def asked_for() -> tuple[judging.Committee, list[User]]:
    """A committee whose chair has asked for the lock, and two secretaries who may confirm it."""
    decided = judging.committee()
    shortlist.propose(actor=decided.chair, cycle=decided.cycle, now=NOW)
    judging.write_reasons(decided.cycle, chair=decided.chair)
    people = [make.make_member(decided.cycle, Role.SECRETARIAT).user for _ in range(2)]
    judging.ask_lock(decided.cycle, chair=decided.chair)
    db.session.commit()
    return decided, people


def test_eight_confirmations_by_two_people_lock_once(site: Flask) -> None:
    decided, people = asked_for()
    address = f"/secretariat/{decided.cycle.slug}/shortlist-lock"
    opened = [(w, w.get(address)) for w in windows(site, *people)]
    words = {"sure": "y", "password": make.PASSWORD}
    assert at_once(site, lambda n: opened[n][0].submit(opened[n][1], holding="sure", **words))[303] == 1
    assert count(AuditEntry, action="shortlist.lock") == 1
    selection = fresh(Selection, cycle_id=decided.cycle.id)
    assert selection.locked_by in {person.id for person in people}
    assert selection_record.verify((selection.record or "").encode()) == []


def test_a_proposal_computed_while_the_lock_is_confirmed_comes_too_late(site: Flask) -> None:
    decided, people = asked_for()
    cycle_id, chair_id = decided.cycle.id, decided.chair.id
    request = fresh(LockRequest, cycle_id=cycle_id)
    db.session.commit()

    def compute() -> bool:
        with site.app_context():
            cycle, chair = db.session.get_one(Cycle, cycle_id), db.session.get_one(User, chair_id)
            try:
                shortlist.propose(actor=chair, cycle=cycle, now=NOW + timedelta(hours=2))
                db.session.commit()
            except IllegalTransition:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(1) as pool:
        sealed = locking.confirm(
            actor=people[0],
            lock=shortlist_lock.LOCK,
            cycle=decided.cycle,
            shown_sha256=request.record_sha256,
            now=NOW + timedelta(hours=1),
        )
        assert sealed is not None
        late = pool.submit(compute)
        wait([late], timeout=1)  # it has begun by now and waits for the seal
        db.session.commit()
        assert late.result(10) is False
    assert fresh(Selection, cycle_id=cycle_id).created_at == NOW


def test_a_reason_changed_while_the_lock_is_confirmed_is_either_sealed_with_it_or_voids_it(site: Flask) -> None:
    decided, people = asked_for()
    slug, first = decided.cycle.slug, decided.submissions[0]
    seals = [(w, w.get(f"/secretariat/{slug}/shortlist-lock")) for w in windows(site, people[0], count=2)]
    edits = [(w, w.get(f"/committee/{slug}/shortlist/{first.ref}")) for w in windows(site, decided.chair, count=2)]

    def act(n: int) -> Any:
        window, page = (seals if n % 2 else edits)[n // 2]
        if n % 2:
            return window.submit(page, holding="sure", sure="y", password=make.PASSWORD)
        return window.submit(page, holding="reason_en", reason_en=f"Changed {n}", reason_zh="改")

    at_once(site, act, people=4)
    request = fresh(LockRequest, cycle_id=decided.cycle.id)
    reason = fresh(Decision, submission_id=first.id).reason_en
    selection = fresh(Selection, cycle_id=decided.cycle.id)
    if request.state is RequestState.CONFIRMED:
        assert reason == "Convincing."
        assert selection.record_sha256 == request.record_sha256
    else:
        assert (request.state, selection.locked_at) == (RequestState.VOID, None)
        assert reason.startswith("Changed")


def test_a_sheet_begun_in_eight_windows_is_one_assessment(site: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.COMMITTEE)
    member = make.make_member(cycle, Role.COMMITTEE)
    submission = make.make_submission(cycle, status=SubmissionStatus.VALID)
    make.make_assignment(submission, member)
    address = f"/committee/{cycle.slug}/submissions/{submission.ref}/assessment"
    opened = [(w, w.get(address)) for w in windows(site, member.user)]
    found = at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/assessment", comment=f"Window {n}"))
    assert found[302] == 1, found
    assert count(Assessment) == 1


def test_a_ballot_begun_and_cast_in_eight_windows_counts_once(site: Flask) -> None:
    jury = judging.jury()
    juror: Membership = jury.jurors[1]
    room = f"/jury/{jury.cycle.slug}"
    places: dict[str, Any] = {f"place-{s.id}": str(n) for n, s in enumerate(jury.finalists, 1)}
    opened = [(w, w.get(f"{room}/ballot")) for w in windows(site, juror.user)]
    found = at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/ballot", **places))
    assert found == {302: 1, 409: WINDOWS - 1}
    assert count(Ballot) == 1
    casting = [(w, w.get(f"{room}/ballot/cast")) for w, _page in opened]
    at_once(site, lambda n: casting[n][0].submit(casting[n][1], holding="sure", sure="y"))
    assert count(AuditEntry, action="ballot.cast") == 1


def test_an_award_with_one_place_is_given_once(site: Flask) -> None:
    jury = judging.jury()
    people = [make.make_member(jury.cycle, Role.SECRETARIAT).user for _ in range(2)]
    award = awarding.by_hand(jury.cycle)
    db.session.commit()
    address, key = f"/secretariat/{jury.cycle.slug}/awards", award.key
    refs = [submission.ref for submission in jury.finalists]
    opened = [(w, w.get(address)) for w in windows(site, *people)]

    def give(n: int) -> Any:
        window, page = opened[n]
        typed: dict[str, Any] = {"submission": refs[n % len(refs)], "reason_en": "Chosen.", "reason_zh": "入选。"}
        return window.submit(page, f"/{key}", **{f"{key}-{name}": text for name, text in typed.items()})

    assert at_once(site, give)[303] == 1
    assert count(Decision, award_key=key) == 1


def test_the_next_phase_is_one_step_however_often_it_is_clicked(site: Flask) -> None:
    cycle = make.make_cycle(CyclePhase.SHORTLIST_PUBLIC)
    people = [make.make_member(cycle, Role.SECRETARIAT).user for _ in range(2)]
    make.make_member(cycle, Role.JUROR)
    opened = [(w, w.get(f"/secretariat/{cycle.slug}/next-phase")) for w in windows(site, *people)]
    at_once(site, lambda n: opened[n][0].submit(opened[n][1], "/next-phase"))
    assert fresh(Cycle, id=cycle.id).phase is CyclePhase.JURY
    assert count(AuditEntry, action="cycle.advance_phase") == 1


def test_a_city_is_joined_by_one_delegate_and_an_address_registered_once(site: Flask) -> None:
    opened = [(w, w.get("/register")) for w in (Browser(site) for _ in range(WINDOWS))]
    typed: dict[str, Any] = {"name": "Li Na", "email": "li@city.example", "city_name": "Porto", "country": "PT"}
    found = at_once(site, lambda n: opened[n][0].submit(opened[n][1], holding="city_name", **typed))
    assert found[303] == WINDOWS
    assert count(User, email="li@city.example") == 1
