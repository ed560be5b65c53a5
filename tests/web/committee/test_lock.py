"""The lock on screen: exactly what changes, two people with fresh passwords, what voids a request."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from flask import Flask

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.extensions import db, limiter
from awardapp.models import Cycle, LockRequest, Selection
from awardapp.services import selections, shortlist
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.judging import Committee
from tests.support.pages import Browser, Page, fresh


@pytest.fixture
def found(app: Flask) -> Committee:
    """A committee whose shortlist could be locked."""
    found = judging.committee()
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)
    judging.write_reasons(found.cycle, chair=found.chair)
    return found


@pytest.fixture
def chair(app: Flask, found: Committee) -> Browser:
    return Browser(app).sign_in(found.chair)


def room(found: Committee, path: str = "shortlist-lock") -> str:
    return f"/committee/{found.cycle.slug}/{path}"


def desk(found: Committee) -> str:
    return f"/secretariat/{found.cycle.slug}/shortlist-lock"


def sent(window: Browser, page: Page, password: str = make.PASSWORD, **more: str) -> Page:
    return window.submit(page, "", holding="sure", sure="y", password=password, **more)


def secretary(app: Flask, found: Committee, language: str = "en") -> Browser:
    return Browser(app).sign_in(make.make_member(found.cycle, Role.SECRETARIAT, make.make_user(language=language)).user)


def test_the_list_names_every_city_what_closes_and_which_letters_do_not_go(chair: Browser, found: Committee) -> None:
    make.make_member(found.cycle, Role.OBSERVER)
    db.session.flush()
    words = chair.get(room(found)).words
    for submission in found.submissions[:5]:
        assert submission.city.name_en in words
    assert found.submissions[5].city.name_en not in words
    assert "Scoring: no member can change a mark" in words
    assert "the digest of the record, to one observer" in words
    assert "“shortlisted”, about 3 files" in words
    assert "“deserving”, about 2 files" in words
    assert "“not selected”, about one file" in words
    assert "3 of 3 members; needed: 2" in words


def test_a_wrong_or_missing_password_seals_and_asks_for_nothing(app: Flask, chair: Browser, found: Committee) -> None:
    page = chair.get(room(found))
    for password in ("", "not the password"):
        refused = sent(chair, page, password)
        assert refused.status == 422
        assert "password" in refused.words
    assert db.session.query(LockRequest).count() == 0
    judging.ask_lock(found.cycle, chair=found.chair)
    window = secretary(app, found)
    refused = sent(window, window.get(desk(found)), "not the password")
    assert "This is not your present password." in refused.words
    assert fresh(Selection, cycle_id=found.cycle.id).locked_at is None
    assert sent(window, refused).status == 303
    assert fresh(Cycle, id=found.cycle.id).phase is CyclePhase.SHORTLIST_SEALED


def test_wrong_passwords_are_counted_by_account_and_limited_as_at_the_sign_in(
    app: Flask, found: Committee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    judging.ask_lock(found.cycle, chair=found.chair)
    person = make.make_member(found.cycle, Role.SECRETARIAT).user
    person.password_hash = PasswordHasher(time_cost=1, memory_cost=64).hash(make.PASSWORD)  # quick to be wrong about
    window = Browser(app).sign_in(person)
    page = window.get(desk(found))
    answers = [sent(window, page, f"wrong {n}").status for n in range(24)]
    assert set(answers) == {422, 429}
    assert answers.index(429) >= 20  # a count or two may get lost while the limits' store is found to be away
    assert sent(window, page).status == 429  # the right one comes too late
    other = secretary(app, found)
    assert sent(other, other.get(desk(found))).status == 303


def test_the_member_named_confirms_and_no_other_member_learns_of_it(
    app: Flask, chair: Browser, found: Committee
) -> None:
    named, other = (Browser(app).sign_in(m.user) for m in found.members[1:3])
    asked = sent(chair, chair.get(room(found)), second=str(found.members[1].user_id))
    assert asked.status == 303
    request = fresh(LockRequest, cycle_id=found.cycle.id)
    page = chair.get(room(found))
    assert request.record_sha256 in page.words
    assert not page.all("input", name="sure")  # who asked does not confirm
    assert "waits for you" in named.get(room(found, "")).words
    assert "waits for you" not in other.get(room(found, "")).words
    for window in (other, chair):
        assert window.get(room(found, "shortlist-lock/second")).status == 404
    page = named.get(room(found, "shortlist-lock/second"))
    assert request.record_sha256 in page.words
    assert found.submissions[0].city.name_en in page.words
    assert sent(named, page).status == 303
    assert fresh(Selection, cycle_id=found.cycle.id).locked_by == found.members[1].user_id
    assert named.get(room(found, "shortlist-lock/second")).status == 404


def test_a_change_in_between_is_told_to_both_and_nothing_is_sealed(
    app: Flask, chair: Browser, found: Committee
) -> None:
    judging.ask_lock(found.cycle, chair=found.chair)
    window = secretary(app, found)
    page = window.get(desk(found))
    selections.decided(found.cycle, shortlist.Stage.COMMITTEE)[0].reason_en = "Another reason."
    db.session.flush()
    answer = window.submit(page, "", holding="sure", sure="y", password=make.PASSWORD, follow=True)
    assert "the request is void" in answer.words
    assert "Nothing waits for a second person" in answer.words
    assert fresh(Selection, cycle_id=found.cycle.id).locked_at is None
    assert chair.get(room(found)).all("input", name="sure")  # to be asked for anew


def test_a_void_request_is_said_to_be_void_before_anybody_confirms(
    app: Flask, chair: Browser, found: Committee
) -> None:
    judging.ask_lock(found.cycle, chair=found.chair)
    selections.decided(found.cycle, shortlist.Stage.COMMITTEE)[0].reason_en = "Another reason."
    db.session.flush()
    page = secretary(app, found).get(desk(found))
    assert "This request is void" in page.words
    assert not page.all("input", name="sure")
    assert sent(chair, chair.get(room(found))).status == 303
    assert [one.state.value for one in db.session.query(LockRequest).order_by(LockRequest.id)] == ["void", "open"]


def test_the_request_is_taken_back_by_the_chair_or_sent_back_by_the_secretariat(
    app: Flask, chair: Browser, found: Committee
) -> None:
    window = secretary(app, found)
    assert "Nothing waits" in window.get(desk(found)).words
    for person, address, form in ((chair, room(found), "/withdraw"), (window, desk(found), "/decline")):
        judging.ask_lock(found.cycle, chair=found.chair)
        assert person.submit(person.get(address), form).status == 303
        assert fresh(Selection, cycle_id=found.cycle.id).locked_at is None
    assert [one.state.value for one in db.session.query(LockRequest)] == ["withdrawn", "withdrawn"]


def test_the_secretariats_next_step_is_the_lock_that_waits(app: Flask, found: Committee) -> None:
    window = secretary(app, found, "zh")
    overview = f"/secretariat/{found.cycle.slug}/"
    assert "确认锁定" not in window.get(overview).words
    judging.ask_lock(found.cycle, chair=found.chair)
    assert "确认锁定" in window.get(overview).words
    assert "将要密封内容的SHA-256" in window.get(desk(found)).words
