"""The observers' room: the process and the log, and never a score, a place, a file's name or an outcome."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp.domain.announcements import AnnouncementKind, Outcome
from awardapp.domain.observing import OBSERVED
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.models import AuditEntry, ConflictOfInterest, Publication
from awardapp.queries import people as people_queries
from awardapp.services import audit, shortlist
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging
from tests.support.judging import Committee
from tests.support.pages import Browser

PAGES = ("", "rules", "log", "records")


@pytest.fixture
def found(app: Flask) -> Committee:
    """A shortlist that is decided and could be locked; the chair moved a file by hand, a member stepped back."""
    found = judging.committee()
    shortlist.propose(actor=found.chair, cycle=found.cycle, now=NOW)
    judging.write_reasons(found.cycle, chair=found.chair)
    shortlist.decide(
        actor=found.chair, cycle=found.cycle, submission=found.submissions[0], outcome=Outcome.DESERVING,
        reason_en="Planted-reason", reason_zh="理由", move_reason="Planted-move", now=NOW,
    )  # fmt: skip
    shortlist.decide(
        actor=found.chair, cycle=found.cycle, submission=found.submissions[4], outcome=None,
        reason_en="", reason_zh="", move_reason="Planted-move", now=NOW,
    )  # fmt: skip
    audit.record(
        actor=found.members[1].user, action="assessment.recuse", object=f"submission:{found.submissions[2].id}",
        cycle_id=found.cycle.id, reason="Planted-recusal", now=NOW,
    )  # fmt: skip
    return found


@pytest.fixture
def observer(app: Flask, found: Committee) -> Browser:
    db.session.flush()
    return Browser(app).sign_in(make.make_member(found.cycle, Role.OBSERVER).user)


def address(found: Committee, page: str) -> str:
    return f"/observer/{found.cycle.slug}/{page}"


def test_the_pages_tell_who_judges_and_how_and_no_secret_before_and_after_the_lock(
    observer: Browser, found: Committee
) -> None:
    secrets = ["Planted"] + [s.city.name_en for s in found.submissions] + [s.title_en for s in found.submissions]
    secrets += [s.ref for s in found.submissions] + [s.pseudonym for s in found.submissions]
    secrets += [m.pseudonym for m in found.members]
    for locked in (False, True):
        for page in PAGES:
            answer = observer.get(address(found, page))
            assert answer.status == 200, page
            assert [words for words in secrets if words in answer.text] == [], page
        if not locked:
            judging.lock(found.cycle, chair=found.chair)
    process = observer.get(address(found, "")).words
    assert all(member.user.name in process for member in found.members)


def test_the_log_shows_a_list_of_actions_and_nothing_by_which_hidden_ones_could_be_counted(
    observer: Browser, found: Committee
) -> None:
    selection = judging.lock(found.cycle, chair=found.chair)
    page = observer.get(address(found, "log"))
    for words in (
        "Scores opened",
        "Shortlist computed",
        "Lock of the shortlist asked for",
        "locked by a second person",
    ):
        assert words in page.words
    assert selection.record_sha256 in page.words
    assert "A member stepped back from a file" in page.words
    assert found.members[1].user.name not in page.words  # the record tells by pseudonym who stepped back
    hidden = db.session.scalars(
        select(AuditEntry).where(AuditEntry.cycle_id == found.cycle.id, AuditEntry.action.not_in(OBSERVED))
    ).all()
    assert "shortlist.decide" in {entry.action for entry in hidden}
    rows = len(page.all("tr")) - 1
    shown = db.session.scalars(
        select(AuditEntry).where(AuditEntry.cycle_id == found.cycle.id, AuditEntry.action.in_(OBSERVED))
    ).all()
    assert rows == len(shown)
    assert [entry.hash for entry in (*shown, *hidden) if entry.hash in page.text] == []


def test_an_action_that_nobody_put_on_the_list_is_not_shown_and_details_are_shown_by_name_only(
    observer: Browser, found: Committee
) -> None:
    audit.record(
        actor=found.chair, action="something.new", object="submission:1", cycle_id=found.cycle.id, now=NOW,
        reason="Planted-new", details={"city": "Planted-city"},
    )  # fmt: skip
    audit.record(
        actor=found.chair, action="scores.open", object="cycle:1", cycle_id=found.cycle.id, now=NOW,
        reason="Planted-open", details={"rules_version": 1, "leading": "Planted-detail"},
    )  # fmt: skip
    page = observer.get(address(found, "log"))
    assert "Planted" not in page.text
    assert "something.new" not in page.text
    assert "Version 1 of the rules" in page.words


def test_conflicts_are_counted_by_kind_and_loads_are_not_told_by_name(observer: Browser, found: Committee) -> None:
    for kind in ("family", "family", "financial"):
        db.session.add(
            ConflictOfInterest(
                membership_id=found.members[0].id,
                city_id=make.make_city().id,
                kind=kind,
                declared_by=found.chair.id,
                declared_at=NOW,
            )
        )
    make.make_assignment(make.make_submission(found.cycle, status="valid"), found.members[0])
    db.session.flush()
    words = observer.get(address(found, "")).words
    assert "2 declared by members" in words
    assert "1 declared by a member" in words
    assert "Files per member6 to 7" in words


def test_the_record_is_offered_when_it_is_published_and_its_digest_from_the_lock_on(
    observer: Browser, found: Committee
) -> None:
    assert "No decision is locked yet" in observer.get(address(found, "records")).words
    selection = judging.lock(found.cycle, chair=found.chair)
    page = observer.get(address(found, "records"))
    assert selection.record_sha256 in page.words
    assert "Download" not in page.words
    assert observer.get(f"/records/{found.cycle.slug}/shortlist.json").status == 404
    make.make_published_shortlist(found.cycle, found.submissions[:3])
    publication = db.session.scalars(select(Publication).where(Publication.kind == AnnouncementKind.SHORTLIST)).one()
    publication.record, publication.record_sha256 = selection.record, selection.record_sha256
    db.session.flush()
    page = observer.get(address(found, "records"))
    link = next(a.get("href") for a in page.all("a") if "Download the record" in "".join(a.itertext()))
    assert observer.get(link).response.get_data(as_text=True) == selection.record


def test_an_observer_is_invited_like_the_others_and_sees_no_other_room(app: Flask, found: Committee) -> None:
    secretary = make.make_member(found.cycle, Role.SECRETARIAT).user
    desk = Browser(app).sign_in(secretary)
    form = desk.get(f"/secretariat/{found.cycle.slug}/people/invite?role=observer")
    fill = {"name": "Olga Observer", "email": "olga@union.example", "country": "ES", "password": make.PASSWORD}
    sent = desk.submit(form, "/invite", **fill)
    assert sent.status == 303
    assert "Olga Observer" in desk.get(f"/secretariat/{found.cycle.slug}/people").words
    member = people_queries.members(found.cycle, Role.OBSERVER)[0]
    member.user.password_hash = secretary.password_hash
    db.session.flush()
    window = Browser(app).sign_in(member.user)
    assert window.get(address(found, "")).status == 200
    for room in ("secretariat", "committee", "jury", "advice"):
        assert window.get(f"/{room}/{found.cycle.slug}/").status == 404


def test_in_chinese_the_pages_say_it_in_chinese(app: Flask, found: Committee) -> None:
    judging.lock(found.cycle, chair=found.chair)
    user = make.make_user(language="zh")
    make.make_member(found.cycle, Role.OBSERVER, user)
    window = Browser(app).sign_in(user)
    for page, words in zip(PAGES, ("材料分配", "评审标准", "第二人已锁定入围名单", "如何核验评选记录"), strict=True):
        assert words in window.get(address(found, page)).words


def test_the_pages_queries_do_not_grow_with_files_people_and_entries(
    observer: Browser, found: Committee, queries: Any
) -> None:
    counts = []
    for _size in range(2):
        sent_by_page = []
        for page in PAGES:
            with queries() as sent:
                observer.get(address(found, page))
            sent_by_page.append(len(sent))
        counts.append(sent_by_page)
        for _ in range(4):
            member = make.make_member(found.cycle, Role.COMMITTEE)
            make.make_assignment(make.make_submission(found.cycle, status="valid"), member)
            audit.record(actor=member.user, action="conflict.declare", object="x", cycle_id=found.cycle.id, now=NOW)
    assert counts[0] == counts[1]
